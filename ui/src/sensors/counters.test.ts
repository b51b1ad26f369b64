import { expect, test } from 'vitest';
import { dropShare, ratesOf, totalsOf } from './counters';

const sample = (minute: number, bytes: number, drops = 0) => ({
  at: new Date(minute * 60_000).toISOString(), packets: bytes / 100, bytes, drops, flows: 0, queue_length: 0,
});

test('rates lie between samples; a restart counts from zero', () => {
  expect(ratesOf([sample(0, 1000), sample(1, 7000, 2), sample(2, 1200, 1)])).toEqual([
    { at: sample(1, 0).at, bitsPerSecond: 800, drops: 2 },
    { at: sample(2, 0).at, bitsPerSecond: 160, drops: 1 },
  ]);
  expect(ratesOf([sample(0, 1000)])).toEqual([]);
  expect(ratesOf([sample(1, 1000), sample(1, 2000)])).toEqual([]);
});

test('a loss is never shown as none', () => {
  expect(dropShare({ packets: 1000, drops: 0 }, 'en')).toBe('0%');
  expect(dropShare({ packets: 100_000_000, drops: 1 }, 'en')).toBe('< 0.01%');
  expect(dropShare({ packets: 75, drops: 25 }, 'en')).toBe('25%');
});

test('interfaces count together', () => {
  const one = { name: 'a', packets: 1, bytes: 2, drops: 3 };
  expect(totalsOf({ interfaces: [one, { ...one, name: 'b' }] })).toEqual({ packets: 2, bytes: 4, drops: 6 });
});
