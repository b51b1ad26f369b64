import { expect, test } from 'vitest';
import { daysFrom } from './days';
import { outlook } from './outlook';
import { niceCeiling } from './trend';

const none = { low: 0, medium: 0, high: 0, critical: 0 };
const watched = { online: 2, late: 0, offline: 0, never: 0 };

test.each([
  ['act', { needs_action: 1, open: { ...none, high: 1 }, sensors: { ...watched, offline: 1 } }],
  ['blind', { needs_action: 0, open: none, sensors: { ...watched, offline: 1 } }],
  ['unwatched', { needs_action: 0, open: none, sensors: { online: 0, late: 0, offline: 0, never: 3 } }],
  ['working', { needs_action: 0, open: { ...none, medium: 1 }, sensors: watched }],
  ['quiet', { needs_action: 0, open: { ...none, low: 9 }, sensors: { ...watched, late: 1 } }],
] as const)('%s', (said, dashboard) => {
  expect(outlook(dashboard)).toBe(said);
});

test('only spans on offer are taken from an address', () => {
  expect([7, 90, 12, '7', undefined].map(daysFrom)).toEqual([7, 90, 30, 30, 30]);
});

test('axes end on a round number', () => {
  expect([1, 3, 5, 6, 11, 49, 51].map(niceCeiling)).toEqual([1, 3, 5, 6, 20, 50, 60]);
});
