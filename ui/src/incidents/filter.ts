import type { Communication, Handling, Severity, Stage } from '../api/types';
import { communications, handlings, severities, stages } from '../words/taxonomy';

export const sorts = ['last_seen', 'first_seen', 'severity', 'confidence', 'host'] as const;
export type Sort = (typeof sorts)[number];
export const pageSizes = [10, 25, 50, 100] as const;
export const usualPageSize = 25;

/** What the incident list shows; this is also the form of its address. What is absent does not filter. */
export interface IncidentFilter {
  q?: string;
  severity?: Severity[];
  communication?: Communication[];
  stage?: Stage[];
  handling?: Handling[];
  sensor?: string;
  host?: string;
  /** Calendar days in the reader's zone, as `2026-11-22`. */
  from?: string;
  to?: string;
  sort?: Sort;
  order?: 'asc' | 'desc';
  page?: number;
  /** Incidents a page, where not the usual number. */
  per_page?: number;
}

/** Reads a filter from an address; anything that makes no sense is left out. */
export function filterFrom(search: Record<string, unknown>): IncidentFilter {
  const filter: IncidentFilter = {
    q: text(search.q),
    severity: some(severities, search.severity),
    communication: some(communications, search.communication),
    stage: some(stages, search.stage),
    handling: some(handlings, search.handling),
    sensor: text(search.sensor),
    host: text(search.host),
    from: day(search.from),
    to: day(search.to),
    sort: sorts.find((sort) => sort === search.sort),
    order: search.order === 'asc' || search.order === 'desc' ? search.order : undefined,
    page: typeof search.page === 'number' && Number.isInteger(search.page) && search.page > 1 ? search.page : undefined,
    per_page: pageSizes.find((size) => size === search.per_page && size !== usualPageSize),
  };
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
}

/** The same as the API's query. */
export function requestOf(filter: IncidentFilter) {
  return {
    q: filter.q,
    severity: filter.severity,
    communication: filter.communication,
    stage: filter.stage,
    handling: filter.handling,
    sensor: filter.sensor ? [filter.sensor] : undefined,
    host: filter.host ? [filter.host] : undefined,
    from: filter.from && new Date(`${filter.from}T00:00:00`).toISOString(),
    to: filter.to && new Date(`${filter.to}T23:59:59.999`).toISOString(),
    sort: filter.sort,
    order: filter.order,
    page: filter.page,
    per_page: filter.per_page ?? usualPageSize,
  };
}

/** The address of the CSV file with everything that the filter lets through. */
export function exportAddress(filter: IncidentFilter): string {
  const { page: _page, per_page: _perPage, ...query } = requestOf(filter);
  const pairs = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? value : [value]) if (one !== undefined) pairs.append(name, String(one));
  }
  const written = pairs.toString();
  return `/api/v1/incidents/export.csv${written && `?${written}`}`;
}

/** How many filters are set, not counting words searched and order. */
export function filtersSet(filter: IncidentFilter): number {
  const { severity, communication, stage, handling, sensor, host, from, to } = filter;
  return [severity, communication, stage, handling, sensor, host, from ?? to].filter((one) => one !== undefined).length;
}

function text(value: unknown): string | undefined {
  const written = typeof value === 'number' ? String(value) : value;
  return typeof written === 'string' && written.trim() ? written.slice(0, 200) : undefined;
}

function some<T extends string>(known: readonly T[], value: unknown): T[] | undefined {
  const asked: unknown[] = Array.isArray(value) ? value : [value];
  const found = known.filter((one) => asked.includes(one));
  return found.length > 0 ? found : undefined;
}

function day(value: unknown): string | undefined {
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(value)) return undefined;
  return Number.isNaN(Date.parse(value)) ? undefined : value;
}
