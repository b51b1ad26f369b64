/** The tenant that the address names: the customer in whose data a partner or the operator works. */
export function visitedTenant(): string | null {
  return new URLSearchParams(location.search).get('tenant');
}

/** An address of the API or the app, about the tenant that the page is about. */
export function withTenant(address: string): string {
  const tenant = visitedTenant();
  if (!tenant) return address;
  return `${address}${address.includes('?') ? '&' : '?'}tenant=${encodeURIComponent(tenant)}`;
}
