import type { Language } from '../api/types';

const units = [
  ['year', 31_536_000], ['month', 2_592_000], ['day', 86_400], ['hour', 3600], ['minute', 60],
] as const;

/** "5 minutes ago", "3 時間前"; below a minute "just now" in words of the language. */
export function relativeTime(time: Date, now: Date, language: Language): string {
  const seconds = Math.round((time.getTime() - now.getTime()) / 1000);
  const form = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  for (const [unit, length] of units) {
    if (Math.abs(seconds) >= length) return form.format(Math.trunc(seconds / length), unit);
  }
  return form.format(0, 'second');
}

/** Date and time with seconds in the reader's zone, the zone named. */
export function exactTime(time: Date, language: Language, timeZone?: string): string {
  return new Intl.DateTimeFormat(language === 'ja' ? 'ja-JP' : 'en-GB', {
    year: 'numeric', month: language === 'ja' ? 'numeric' : 'short', day: 'numeric',
    hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23', timeZone, timeZoneName: 'short',
  }).format(time);
}

/** Date and time to the minute. */
export function shortTime(time: Date, language: Language, timeZone?: string): string {
  return new Intl.DateTimeFormat(language === 'ja' ? 'ja-JP' : 'en-GB', {
    month: language === 'ja' ? 'numeric' : 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone,
  }).format(time);
}

/** The time of day with seconds. */
export function clockTime(time: Date, language: Language, timeZone?: string): string {
  return new Intl.DateTimeFormat(language === 'ja' ? 'ja-JP' : 'en-GB', {
    hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23', timeZone,
  }).format(time);
}

/** A calendar day such as `2026-11-22`, without zone. */
export function calendarDay(day: string, language: Language): string {
  return new Intl.DateTimeFormat(language === 'ja' ? 'ja-JP' : 'en-GB', {
    month: language === 'ja' ? 'numeric' : 'short', day: 'numeric', weekday: 'short', timeZone: 'UTC',
  }).format(new Date(`${day}T00:00:00Z`));
}

/** A day of an instant in the reader's zone. */
export function localDay(time: Date, language: Language, timeZone?: string): string {
  return new Intl.DateTimeFormat(language === 'ja' ? 'ja-JP' : 'en-GB', {
    year: 'numeric', month: language === 'ja' ? 'long' : 'short', day: 'numeric', weekday: 'short', timeZone,
  }).format(time);
}

/** 12,345 */
export function count(value: number, language: Language): string {
  return new Intl.NumberFormat(language).format(value);
}

/** 12.3 MB, in powers of 1000. */
export function bytes(value: number, language: Language): string {
  const names = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  let size = value;
  let place = 0;
  while (size >= 1000 && place < names.length - 1) {
    size /= 1000;
    place += 1;
  }
  return `${new Intl.NumberFormat(language, { maximumFractionDigits: size < 10 && place > 0 ? 1 : 0 }).format(size)} ${names[place]}`;
}

/** 940 Mbit/s */
export function bitRate(bitsPerSecond: number, language: Language): string {
  const names = ['bit/s', 'kbit/s', 'Mbit/s', 'Gbit/s'];
  let size = bitsPerSecond;
  let place = 0;
  while (size >= 1000 && place < names.length - 1) {
    size /= 1000;
    place += 1;
  }
  return `${new Intl.NumberFormat(language, { maximumFractionDigits: size < 10 && place > 0 ? 1 : 0 }).format(size)} ${names[place]}`;
}

/** "2 days 3 hours", the two largest units. */
/** A share of 1; what is more than nothing is never shown as nothing. */
export function percent(share: number, language: Language): string {
  const said = (value: number, digits: number) =>
    new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: digits }).format(value);
  if (share > 0 && share < 0.0001) return `< ${said(0.0001, 2)}`;
  return said(share, share < 0.1 ? 2 : 0);
}

export function duration(seconds: number, language: Language): string {
  const parts: [number, 'day' | 'hour' | 'minute' | 'second'][] = [
    [Math.floor(seconds / 86_400), 'day'], [Math.floor(seconds / 3600) % 24, 'hour'],
    [Math.floor(seconds / 60) % 60, 'minute'], [Math.floor(seconds) % 60, 'second'],
  ];
  const first = Math.max(0, parts.findIndex(([amount]) => amount > 0));
  const from = seconds < 1 ? 3 : first;
  return parts
    .slice(from, from + 2)
    .filter(([amount], place) => amount > 0 || place === 0)
    .map(([amount, unit]) => new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' }).format(amount))
    .join(' ');
}
