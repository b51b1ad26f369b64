import type { EvidenceLine } from '../api/types';

type Event = EvidenceLine['event'];

/** What can be looked for elsewhere: in proxy logs, on other machines, at an analyst's desk. */
export const evidenceKinds = ['url', 'domain', 'address', 'file', 'sha256', 'fingerprint', 'user_agent'] as const;
export type EvidenceKind = (typeof evidenceKinds)[number];
export interface EvidenceItem { kind: EvidenceKind; value: string; seen: number }

/** Who talked to whom, by name where the event knows one. */
export function connectionOf(event: Event): { from: string; to: string } | null {
  // The port that the caller happened to get says nothing to anybody.
  const from = text(event, 'src_ip');
  const to = destination(event);
  if (!from || !to) return null;
  const name = text(event, 'http.hostname') ?? text(event, 'tls.sni') ?? text(event, 'dns.rrname');
  const named = name && !to.startsWith(name) ? `${name} (${to})` : to;
  return { from, to: named };
}

/** The artefacts that the events of an incident name, those seen most often first within a kind. */
export function evidenceOf(detections: EvidenceLine[]): EvidenceItem[] {
  const found = new Map<string, EvidenceItem>();
  for (const { event, count } of detections) {
    for (const [kind, value] of artefacts(event)) {
      if (!value) continue;
      const key = `${kind} ${value}`;
      const known = found.get(key);
      if (known) known.seen += count;
      else found.set(key, { kind, value, seen: count });
    }
  }
  return [...found.values()].sort(
    (a, b) => evidenceKinds.indexOf(a.kind) - evidenceKinds.indexOf(b.kind) || b.seen - a.seen || a.value.localeCompare(b.value),
  );
}

function artefacts(event: Event): [EvidenceKind, string | null][] {
  return [
    ['url', url(event)],
    ['domain', serverName(event)],
    ['domain', text(event, 'dns.rrname')],
    ['address', endsAt(event)],
    ['file', text(event, 'fileinfo.filename')],
    ['sha256', text(event, 'fileinfo.sha256')],
    ['fingerprint', text(event, 'tls.ja4') ?? text(event, 'tls.ja3.hash')],
    ['user_agent', text(event, 'http.http_user_agent')],
  ];
}

/** Servers are also called by their address, which is no name. */
function serverName(event: Event): string | null {
  const name = text(event, 'http.hostname') ?? text(event, 'tls.sni');
  return name && !/^[\d.]+$|:/.test(name) ? name : null;
}

function endsAt(event: Event): string | null {
  const ip = text(event, 'dest_ip');
  return ip && !isPrivate(ip) ? ip : null;
}

/** Addresses that mean something only inside the customer's own network. */
function isPrivate(ip: string): boolean {
  return /^(10\.|127\.|169\.254\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|22[4-9]\.|23\d\.|255\.|::1$|f[cd]|fe[89ab]|ff)/i.test(ip);
}

function url(event: Event): string | null {
  const host = text(event, 'http.hostname');
  const path = text(event, 'http.url');
  if (!host || !path) return null;
  if (/^https?:\/\//i.test(path)) return path;
  const port = number(event, 'http.http_port') ?? number(event, 'dest_port');
  return `http://${host}${port && port !== 80 ? `:${port}` : ''}${path}`;
}

function destination(event: Event): string | null {
  const ip = text(event, 'dest_ip');
  if (!ip) return null;
  const port = number(event, 'dest_port');
  if (!port) return ip;
  return ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`;
}

/** Names under which somebody signed in from the machine, as far as the traffic says. */
export function usersOf(detections: EvidenceLine[]): string[] {
  const paths = ['smb.ntlmssp.user', 'krb5.cname', 'rdp.cookie', 'ldap.request.bind_request.name'];
  const found = detections.flatMap(({ event }) => paths.map((path) => text(event, path)).filter((name) => name !== null));
  return [...new Set(found)].slice(0, 3);
}

/** Whether a hardware address is one that a device made up for itself, which says nothing about its maker (IEEE 802, the U/L bit). */
export function isMadeUp(mac: string): boolean {
  return /^.[26ae]/i.test(mac);
}

/** The value at a dotted path; of a list its first. */
export function at(event: Event, path: string): unknown {
  let value: unknown = event;
  for (const name of path.split('.')) {
    if (Array.isArray(value)) value = value[0] as unknown;
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return value;
}

function text(event: Event, path: string): string | null {
  const value = at(event, path);
  return typeof value === 'string' && value ? value : null;
}

function number(event: Event, path: string): number | null {
  const value = at(event, path);
  return typeof value === 'number' ? value : null;
}
