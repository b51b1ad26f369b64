import { createRootRoute, createRoute, createRouter, lazyRouteComponent, retainSearchParams } from '@tanstack/react-router';
import { daysFrom, defaultDays } from './dashboard/days';
import { filterFrom, type IncidentFilter } from './incidents/filter';
import { type AuditFilter, auditFilterFrom } from './people/audit-filter';
import { NotFound, Shell } from './shell/shell';
import { defaultRange, rangeFrom } from './sensors/ranges';

const root = createRootRoute({
  component: Shell,
  notFoundComponent: NotFound,
  // Somebody of a partner or the operator stays in the customer's data from page to page.
  validateSearch: (search: Record<string, unknown>): { tenant?: string } =>
    typeof search.tenant === 'string' ? { tenant: search.tenant } : {},
  search: { middlewares: [retainSearchParams(['tenant'])] },
});

const dashboard = createRoute({
  getParentRoute: () => root,
  path: '/',
  validateSearch: (search: Record<string, unknown>): { days?: number } =>
    daysFrom(search.days) === defaultDays ? {} : { days: daysFrom(search.days) },
  component: lazyRouteComponent(() => import('./dashboard/home-page'), 'HomePage'),
});
const contracts = createRoute({
  getParentRoute: () => root,
  path: '/contracts',
  component: lazyRouteComponent(() => import('./contracts/contracts-page'), 'ContractsPage'),
});
const incidents = createRoute({
  getParentRoute: () => root,
  path: '/incidents',
  validateSearch: (search: Record<string, unknown>): IncidentFilter => filterFrom(search),
  component: lazyRouteComponent(() => import('./incidents/incidents-page'), 'IncidentsPage'),
});
const incident = createRoute({
  getParentRoute: () => root,
  path: '/incidents/$id',
  component: lazyRouteComponent(() => import('./incident/incident-page'), 'IncidentPage'),
});
const suppressions = createRoute({
  getParentRoute: () => root,
  path: '/suppressions',
  component: lazyRouteComponent(() => import('./suppressions/suppressions-page'), 'SuppressionsPage'),
});
const sensors = createRoute({
  getParentRoute: () => root,
  path: '/sensors',
  component: lazyRouteComponent(() => import('./sensors/sensors-page'), 'SensorsPage'),
});
const sensor = createRoute({
  getParentRoute: () => root,
  path: '/sensors/$id',
  validateSearch: (search: Record<string, unknown>): { hours?: number } =>
    rangeFrom(search.hours) === defaultRange ? {} : { hours: rangeFrom(search.hours) },
  component: lazyRouteComponent(() => import('./sensors/sensor-page'), 'SensorPage'),
});
const settings = createRoute({
  getParentRoute: () => root,
  path: '/settings',
  component: lazyRouteComponent(() => import('./settings/settings-page'), 'SettingsPage'),
});
const people = createRoute({
  getParentRoute: () => root,
  path: '/people',
  component: lazyRouteComponent(() => import('./people/people-page'), 'PeoplePage'),
});
const auditLog = createRoute({
  getParentRoute: () => root,
  path: '/people/log',
  validateSearch: (search: Record<string, unknown>): AuditFilter => auditFilterFrom(search),
  component: lazyRouteComponent(() => import('./people/audit-page'), 'AuditPage'),
});

export const router = createRouter({
  routeTree: root.addChildren([dashboard, contracts, incidents, incident, suppressions, sensors, sensor, settings, people, auditLog]),
  basepath: '/app',
  defaultPreload: 'intent',
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
