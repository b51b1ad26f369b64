import { expect, test } from 'vitest';
import { dropShare, totalsOf } from './counters';

test('a loss is never shown as none', () => {
  expect(dropShare({ packets: 1000, drops: 0 }, 'en')).toBe('0%');
  expect(dropShare({ packets: 100_000_000, drops: 1 }, 'en')).toBe('< 0.01%');
  expect(dropShare({ packets: 75, drops: 25 }, 'en')).toBe('25%');
});

test('interfaces count together', () => {
  const one = { name: 'a', packets: 1, bytes: 2, drops: 3 };
  expect(totalsOf({ interfaces: [one, { ...one, name: 'b' }] })).toEqual({ packets: 2, bytes: 4, drops: 6 });
});
