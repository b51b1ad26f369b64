import { expect, test } from 'vitest';
import { bitRate, bytes, calendarDay, clockTime, duration, exactTime, relativeTime } from './format';

const noon = new Date('2026-11-22T03:00:00Z');
const ago = (seconds: number) => new Date(noon.getTime() - seconds * 1000);

test.each([
  [20, 'ja', '今'], [20, 'en', 'now'], [59, 'en', 'now'], [60, 'en', '1 minute ago'], [3599, 'ja', '59 分前'],
  [7200, 'ja', '2 時間前'], [86_400, 'ja', '昨日'], [86_400 * 3, 'en', '3 days ago'], [86_400 * 800, 'en', '2 years ago'],
] as const)('%d seconds ago in %s is %s', (seconds, language, words) => {
  expect(relativeTime(ago(seconds), noon, language)).toBe(words);
});

test('exact times carry seconds and the zone', () => {
  expect(exactTime(noon, 'ja', 'Asia/Tokyo')).toBe('2026/11/22 12:00:00 JST');
  expect(exactTime(noon, 'en', 'Asia/Tokyo')).toMatch(/^22 Nov 2026, 12:00:00 (GMT\+9|JST)$/);
  expect(clockTime(noon, 'en', 'UTC')).toBe('03:00:00');
});

test('a calendar day stays the day it is in every zone', () => {
  expect(calendarDay('2026-11-22', 'ja')).toBe('11/22(日)');
});

test.each([
  [0, '0 B'], [999, '999 B'], [1500, '1.5 kB'], [38_123_456_789, '38 GB'],
] as const)('%d bytes', (value, words) => {
  expect(bytes(value, 'en')).toBe(words);
});

test('rates and durations', () => {
  expect(bitRate(940_000_000, 'en')).toBe('940 Mbit/s');
  expect(duration(187_342, 'en')).toBe('2 days 4 hours');
  expect(duration(3600, 'en')).toBe('1 hour');
  expect(duration(0, 'en')).toBe('0 seconds');
  expect(duration(187_342, 'ja')).toBe('2 日 4 時間');
});
