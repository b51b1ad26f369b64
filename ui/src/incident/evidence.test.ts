import { expect, test } from 'vitest';
import type { EvidenceLine } from '../api/types';
import { connectionOf, evidenceOf } from './evidence';

const line = (event: EvidenceLine['event'], count = 1): EvidenceLine => ({
  time: '2026-11-22T00:00:00Z', detector: 'signature', id: '1:1', name: 'x', technique: [], reasons: [], stage: 'delivery', confidence: 1, count, event,
});

test('a connection is told by name where the event knows one', () => {
  expect(connectionOf({ src_ip: '10.0.0.5', src_port: 50_000, dest_ip: '203.0.113.7', dest_port: 443, tls: { sni: 'bad.example' } })).toEqual({
    from: '10.0.0.5', to: 'bad.example (203.0.113.7:443)',
  });
  expect(connectionOf({ src_ip: 'fe80::1', dest_ip: '2001:db8::7', dest_port: 80 })).toEqual({ from: 'fe80::1', to: '[2001:db8::7]:80' });
  expect(connectionOf({ src_ip: '10.0.0.5', dest_ip: '10.0.0.6' })).toEqual({ from: '10.0.0.5', to: '10.0.0.6' });
  expect(connectionOf({ event_type: 'stats' })).toBeNull();
});

test('artefacts are gathered once, most seen first, inside addresses left out', () => {
  const event = { dest_ip: '203.0.113.7', dest_port: 8080, http: { hostname: 'bad.example', url: '/a' }, fileinfo: { sha256: 'ff', filename: 'a.exe' } };
  expect(evidenceOf([line(event), line(event, 4), line({ dest_ip: '192.168.1.1', dns: { rrname: 'worse.example' } }, 9)])).toEqual([
    { kind: 'url', value: 'http://bad.example:8080/a', seen: 5 },
    { kind: 'domain', value: 'worse.example', seen: 9 },
    { kind: 'domain', value: 'bad.example', seen: 5 },
    { kind: 'address', value: '203.0.113.7', seen: 5 },
    { kind: 'file', value: 'a.exe', seen: 5 },
    { kind: 'sha256', value: 'ff', seen: 5 },
  ]);
});

test('events of unexpected shape harm nobody', () => {
  expect(evidenceOf([line({ http: 'text', dns: null, tls: [{ sni: 'in-a-list.example' }], fileinfo: 7, dest_ip: 5 })])).toEqual([
    { kind: 'domain', value: 'in-a-list.example', seen: 1 },
  ]);
});
