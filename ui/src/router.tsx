import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { daysFrom, defaultDays } from './dashboard/days';
import { filterFrom, type IncidentFilter } from './incidents/filter';
import { NotFound, Shell } from './shell/shell';

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound });

const dashboard = createRoute({
  getParentRoute: () => root,
  path: '/',
  validateSearch: (search: Record<string, unknown>): { days?: number } =>
    daysFrom(search.days) === defaultDays ? {} : { days: daysFrom(search.days) },
  component: lazyRouteComponent(() => import('./dashboard/dashboard-page'), 'DashboardPage'),
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
const sensors = createRoute({
  getParentRoute: () => root,
  path: '/sensors',
  component: lazyRouteComponent(() => import('./sensors/sensors-page'), 'SensorsPage'),
});
const sensor = createRoute({
  getParentRoute: () => root,
  path: '/sensors/$id',
  component: lazyRouteComponent(() => import('./sensors/sensor-page'), 'SensorPage'),
});
const settings = createRoute({
  getParentRoute: () => root,
  path: '/settings',
  component: lazyRouteComponent(() => import('./settings/settings-page'), 'SettingsPage'),
});

export const router = createRouter({
  routeTree: root.addChildren([dashboard, incidents, incident, sensors, sensor, settings]),
  basepath: '/app',
  defaultPreload: 'intent',
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
