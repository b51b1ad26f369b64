import { expect, test } from 'vitest';
import type { IncidentDetail } from '../api/types';
import { leavesOut, rulesOf } from './proposal';

const line = (id: string, host?: string) => ({ detector: 'signature', id, name: `rule ${id}`, host });
const incident = { host: { ip: '10.0.0.1' }, detections: [line('1:1'), line('1:2'), line('1:1', '10.0.0.2')] } as unknown as IncidentDetail;

test('each rule is offered once', () => {
  expect(rulesOf(incident).map((rule) => rule.id)).toEqual(['1:1', '1:2']);
});

test('what another machine or another rule says is left out', () => {
  const rules = rulesOf(incident).map(({ detector, id }) => ({ detector, id }));
  expect(leavesOut(incident, { rules })).toBe(false);
  expect(leavesOut(incident, { rules: rules.slice(0, 1) })).toBe(true);
  expect(leavesOut(incident, { host: '10.0.0.1', rules })).toBe(true);
});
