import type { Communication, Handling, Resolution, Severity, Stage, ThreatClass } from '../api/types';
import { classes, communications, handlings, resolutions, severities, stages } from '../words/taxonomy';

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
  resolution?: Resolution[];
  class?: ThreatClass[];
  /** Only what nobody has taken up in time. */
  overdue?: true;
  /** Whether what is hidden as one's own is there, too. */
  suppressed?: 'with' | 'only';
  /** Who has it. */
  assignee?: string;
  sensor?: string;
  site?: string;
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
    resolution: some(resolutions, search.resolution),
    class: some(classes, search.class),
    overdue: search.overdue === true || search.overdue === 'true' ? true : undefined,
    suppressed: search.suppressed === 'with' || search.suppressed === 'only' ? search.suppressed : undefined,
    assignee: text(search.assignee),
    sensor: text(search.sensor),
    site: text(search.site),
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
    resolution: filter.resolution,
    class: filter.class,
    overdue: filter.overdue,
    suppressed: filter.suppressed,
    assignee: filter.assignee ? [filter.assignee] : undefined,
    sensor: filter.sensor ? [filter.sensor] : undefined,
    site: filter.site ? [filter.site] : undefined,
    host: filter.host ? [filter.host] : undefined,
    from: filter.from && new Date(`${filter.from}T00:00:00`).toISOString(),
    to: filter.to && new Date(`${filter.to}T23:59:59.999`).toISOString(),
    sort: filter.sort,
    order: filter.order,
    page: filter.page,
    per_page: filter.per_page ?? usualPageSize,
  };
}

/** The address of the file with everything that the filter lets through. */
export function exportAddress(filter: IncidentFilter, form: 'csv' | 'json' = 'csv'): string {
  const written = queryOf(filter);
  return `/api/v1/incidents/export.${form}${written && `?${written}`}`;
}

/** The filter as the API's query string, without page. */
export function queryOf(filter: IncidentFilter): string {
  const { page: _page, per_page: _perPage, ...query } = requestOf(filter);
  const pairs = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? value : [value]) if (one !== undefined) pairs.append(name, String(one));
  }
  return pairs.toString();
}

/** The filter of a query string of the API. */
export function filterFromQuery(query: string): IncidentFilter {
  const pairs = new URLSearchParams(query);
  const search: Record<string, unknown> = Object.fromEntries([...pairs.keys()].map((name) => [name, pairs.getAll(name).length > 1 ? pairs.getAll(name) : pairs.get(name)]));
  for (const name of ['from', 'to']) if (typeof search[name] === 'string') search[name] = dayOf(new Date(search[name]));
  return filterFrom(search);
}

/** The reader's calendar day of a moment. */
function dayOf(time: Date): string {
  const two = (number: number) => String(number).padStart(2, '0');
  return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
}

/** How many filters are set, not counting words searched and order. */
export function filtersSet(filter: IncidentFilter): number {
  const { severity, communication, stage, handling, resolution, class: threat, overdue, suppressed, assignee, sensor, site, host, from, to } = filter;
  return [severity, communication, stage, handling, resolution, threat, overdue, suppressed, assignee, sensor, site, host, from ?? to].filter((one) => one !== undefined).length;
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
