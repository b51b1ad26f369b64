import type { EvidenceLine } from '../api/types';
import { at } from './evidence';

type Event = EvidenceLine['event'];

/** What an event tells that people read, in the order in which they ask; the paths are those of EVE JSON. */
export const factGroups = {
  http: [
    ['method', 'http.http_method'], ['host', 'http.hostname'], ['path', 'http.url'], ['user_agent', 'http.http_user_agent'], ['referrer', 'http.http_refer'],
    ['status', 'http.status'], ['redirect', 'http.redirect'], ['content_type', 'http.http_content_type'], ['length', 'http.length'],
  ],
  dns: [['asked', 'dns.rrname'], ['asked', 'dns.queries.rrname'], ['type', 'dns.rrtype'], ['type', 'dns.queries.rrtype'], ['code', 'dns.rcode'], ['answer', 'dns.answers.rdata']],
  tls: [
    ['server_name', 'tls.sni'], ['version', 'tls.version'], ['subject', 'tls.subject'], ['issuer', 'tls.issuerdn'], ['valid_from', 'tls.notbefore'], ['valid_to', 'tls.notafter'],
    ['fingerprint', 'tls.fingerprint'], ['ja4', 'tls.ja4'],
  ],
  file: [['name', 'fileinfo.filename'], ['magic', 'fileinfo.magic'], ['size', 'fileinfo.size'], ['sha256', 'fileinfo.sha256'], ['md5', 'fileinfo.md5']],
} as const;

export type FactGroup = keyof typeof factGroups;
type FactName = (typeof factGroups)[FactGroup][number][0];
export interface Fact { name: FactName; value: string }

/** What is there of each group; groups without anything are left out. */
export function factsOf(event: Event): { group: FactGroup; facts: Fact[] }[] {
  const groups = Object.keys(factGroups) as FactGroup[];
  return groups.flatMap((group) => {
    const facts: Fact[] = [];
    for (const [name, path] of factGroups[group]) {
      const value = at(event, path);
      if ((typeof value === 'string' && value) || typeof value === 'number') facts.push({ name, value: String(value) });
    }
    return facts.length > 0 ? [{ group, facts }] : [];
  });
}
