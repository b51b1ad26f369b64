import { expect, test } from 'vitest';
import { exportAddress, filterFrom, filterFromQuery, filtersSet, queryOf, requestOf } from './filter';

test('an address is read, what makes no sense is left out', () => {
  expect(
    filterFrom({
      q: 42, severity: ['low', 'critical', 'awful'], handling: 'new', stage: 'none', from: '2026-11-22', to: '2026-99-01',
      sort: 'severity', order: 'sideways', page: -3, host: '  ', unknown: 1,
    }),
  ).toEqual({ q: '42', severity: ['critical', 'low'], handling: ['new'], from: '2026-11-22', sort: 'severity' });
});

test('a site is asked for by its id, and comes back from a saved view', () => {
  const filter = filterFrom({ site: '0190-site' });
  expect(requestOf(filter)).toMatchObject({ site: ['0190-site'] });
  expect(filterFromQuery(queryOf(filter))).toEqual(filter);
  expect(filtersSet(filter)).toBe(1);
});

test('the first page is not written, later ones are', () => {
  expect(filterFrom({ page: 1 })).toEqual({});
  expect(filterFrom({ page: 7 })).toEqual({ page: 7 });
  expect(filterFrom({ page: 1.5 })).toEqual({});
});

test('only the offered page sizes are taken, the usual one is not written', () => {
  expect(filterFrom({ per_page: 10 })).toEqual({ per_page: 10 });
  expect(filterFrom({ per_page: 25 })).toEqual({});
  expect(filterFrom({ per_page: 1e9 })).toEqual({});
  expect(requestOf({}).per_page).toBe(25);
});

test('days become the first and last moment of the reader’s days', () => {
  const { from, to } = requestOf({ from: '2026-11-22', to: '2026-11-22' });
  expect(Date.parse(to!) - Date.parse(from!)).toBe(86_399_999);
});

test('the export has the filters, not the page', () => {
  expect(exportAddress({ severity: ['high', 'critical'], q: 'a b', page: 3 })).toBe('/api/v1/incidents/export.csv?q=a+b&severity=high&severity=critical');
  expect(exportAddress({})).toBe('/api/v1/incidents/export.csv');
});

test('a period is one filter', () => {
  expect(filtersSet({ from: '2026-11-01', to: '2026-11-22', q: 'x', sort: 'host' })).toBe(1);
});

test('a kept question is the same question', () => {
  const filter = filterFrom({ q: 'pc 23', severity: ['critical', 'high'], class: 'suspicious', overdue: true, suppressed: 'only', from: '2026-11-01', to: '2026-11-22', sort: 'host', order: 'asc' });
  expect(filterFromQuery(queryOf(filter))).toEqual(filter);
  expect(exportAddress({ overdue: true }, 'json')).toBe('/api/v1/incidents/export.json?overdue=true');
});
