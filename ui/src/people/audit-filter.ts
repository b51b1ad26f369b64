/** What of the audit log is shown, as the address says it. */
export type AuditFilter = { act?: string; cursor?: string };

export function auditFilterFrom(search: Record<string, unknown>): AuditFilter {
  const act = typeof search.act === 'string' && /^[a-z_]+$/.test(search.act) ? search.act : undefined;
  const cursor = /^\d+$/.test(String(search.cursor ?? '')) ? String(search.cursor) : undefined;
  return { act, cursor };
}
