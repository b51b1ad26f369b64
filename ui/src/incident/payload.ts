import type { EvidenceLine } from '../api/types';
import { at } from './evidence';

type Event = EvidenceLine['event'];

/** Bytes that a rule looked at, and where in them it found something. */
export interface Excerpt {
  /** Which part of the conversation, as rules name it; null for the payload itself. */
  buffer: string | null;
  /** Bytes of the payload before these. */
  offset: number;
  bytes: number[];
  /** First and one past the last of what was found, within `bytes`; in order, none touching another. */
  found: [number, number][];
}

/** Bytes of which all are found, or none. */
export interface Run { bytes: number[]; found: boolean }

const excerptsMax = 8;
const bytesMax = 4096;

/** What the sensor sent along of the bytes that a rule looked at; what makes no sense is left out. */
export function excerptsOf(event: Event): Excerpt[] {
  const buffers = at(event, 'matched_buffers');
  const records = [
    { ...event, excerpt: event.payload, excerpt_offset: event.payload_offset, buffer: null },
    ...(Array.isArray(buffers) ? (buffers as unknown[]) : []),
  ];
  return records.flatMap((record) => excerpt(record) ?? []).slice(0, excerptsMax);
}

function excerpt(record: unknown): Excerpt | null {
  if (typeof record !== 'object' || record === null) return null;
  const { excerpt: coded, excerpt_offset: from, buffer, matched } = record as Record<string, unknown>;
  const bytes = decoded(coded);
  if (!bytes?.length) return null;
  const offset = typeof from === 'number' ? from : 0;
  return { buffer: typeof buffer === 'string' ? buffer : null, offset, bytes, found: places(matched, offset, bytes.length) };
}

function decoded(coded: unknown): number[] | null {
  if (typeof coded !== 'string') return null;
  try {
    return Array.from(atob(coded.slice(0, Math.ceil(bytesMax / 3) * 4)), (letter) => letter.charCodeAt(0));
  } catch {
    return null;
  }
}

function places(matched: unknown, offset: number, length: number): [number, number][] {
  const found: [number, number][] = [];
  for (const place of Array.isArray(matched) ? (matched as unknown[]) : []) {
    const { offset: start, length: long } = (place ?? {}) as Record<string, unknown>;
    if (typeof start !== 'number' || typeof long !== 'number') continue;
    const from = Math.max(0, start - offset);
    const to = Math.min(length, start - offset + long);
    if (from < to) found.push([from, to]);
  }
  found.sort((a, b) => a[0] - b[0]);
  return found.reduce<[number, number][]>((joined, place) => {
    const last = joined.at(-1);
    if (last && place[0] <= last[1]) last[1] = Math.max(last[1], place[1]);
    else joined.push([...place]);
    return joined;
  }, []);
}

/** The bytes in rows of a width, each cut where something found begins or ends. */
export function rowsOf({ bytes, offset, found }: Excerpt, width: number): { offset: number; runs: Run[] }[] {
  const isFound = (place: number) => found.some(([from, to]) => from <= place && place < to);
  const rows = [];
  for (let start = 0; start < bytes.length; start += width) {
    const runs: Run[] = [];
    bytes.slice(start, start + width).forEach((byte, column) => {
      const last = runs.at(-1);
      const marked = isFound(start + column);
      if (last?.found === marked) last.bytes.push(byte);
      else runs.push({ bytes: [byte], found: marked });
    });
    rows.push({ offset: offset + start, runs });
  }
  return rows;
}

export function hexadecimal(bytes: number[]): string {
  return bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
}

/** The readable characters, a dot for any other. */
export function readable(bytes: number[]): string {
  return bytes.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '·')).join('');
}
