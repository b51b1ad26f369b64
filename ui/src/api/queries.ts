import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { withProof } from '../people/proof-store';
import { api, body, rememberCsrfToken } from './client';
import type { IncidentChange, IncidentDetail, ProfileChange, Session } from './types';
import { type IncidentFilter, requestOf } from '../incidents/filter';

// Reads. The first word of each key is what `live.tsx` invalidates.

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async () => {
    const session = await body(api.GET('/api/v1/session'));
    rememberCsrfToken(session.csrf_token);
    return session;
  },
  staleTime: Infinity,
});

export const dashboardQuery = (days: number) =>
  queryOptions({
    queryKey: ['dashboard', days],
    queryFn: () => body(api.GET('/api/v1/dashboard', { params: { query: { days } } })),
    placeholderData: keepPreviousData,
  });

export const portfolioQuery = queryOptions({
  queryKey: ['portfolio'],
  queryFn: () => body(api.GET('/api/v1/portfolio')),
  // The live line tells of one tenant only.
  refetchInterval: 20_000,
});

export const incidentsQuery = (filter: IncidentFilter) =>
  queryOptions({
    queryKey: ['incidents', filter],
    queryFn: () => body(api.GET('/api/v1/incidents', { params: { query: requestOf(filter) } })),
    placeholderData: keepPreviousData,
  });

export const incidentQuery = (id: string) =>
  queryOptions({
    queryKey: ['incident', id],
    queryFn: () => body(api.GET('/api/v1/incidents/{id}', { params: { path: { id } } })),
  });

export const sensorsQuery = queryOptions({
  queryKey: ['sensors'],
  queryFn: () => body(api.GET('/api/v1/sensors')),
  // Counters change with every heartbeat, which is no news by itself.
  refetchInterval: 30_000,
});

export const sensorQuery = (id: string) =>
  queryOptions({
    queryKey: ['sensor', id],
    queryFn: () => body(api.GET('/api/v1/sensors/{id}', { params: { path: { id } } })),
    refetchInterval: 30_000,
  });

export const sensorHistoryQuery = (id: string, hours: number) =>
  queryOptions({
    queryKey: ['sensor', id, 'history', hours],
    queryFn: () => body(api.GET('/api/v1/sensors/{id}/history', { params: { path: { id }, query: { hours } } })),
    refetchInterval: 60_000,
    placeholderData: keepPreviousData,
  });

export const alarmsQuery = (sensor: string) =>
  queryOptions({
    queryKey: ['sensor', sensor, 'alarms'],
    queryFn: () => body(api.GET('/api/v1/alarms', { params: { query: { sensor, open: false } } })),
  });

// Changes.

/** An incident after a change: the answer becomes what the page shows, lists are read anew. */
function useIncidentChange<Input>(id: string, change: (input: Input) => Promise<IncidentDetail>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: (incident) => {
      queries.setQueryData(incidentQuery(id).queryKey, incident);
      void queries.invalidateQueries({ queryKey: ['incidents'] });
      void queries.invalidateQueries({ queryKey: ['dashboard'] });
    },
  });
}

export function useTickAction(id: string) {
  return useIncidentChange(id, ({ key, done }: { key: string; done: boolean }) =>
    body(api.PUT('/api/v1/incidents/{id}/actions/{key}', { params: { path: { id, key } }, body: { done } })),
  );
}

export function useChangeHandling(id: string) {
  return useIncidentChange(id, (change: IncidentChange) =>
    body(api.PATCH('/api/v1/incidents/{id}', { params: { path: { id } }, body: change })),
  );
}

export const assigneesQuery = queryOptions({
  queryKey: ['assignees'],
  queryFn: () => body(api.GET('/api/v1/incidents/assignees')),
  staleTime: 300_000,
});

export function useAssign(id: string) {
  return useIncidentChange(id, (user: string | null) =>
    body(api.PUT('/api/v1/incidents/{id}/assignee', { params: { path: { id } }, body: { user } })),
  );
}

export function useAddSensor() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (sensor: { name: string; location: string }) => withProof(() => body(api.POST('/api/v1/sensors', { body: sensor }))),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['sensors'] }),
  });
}

export function useChangeSensor(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (change: { name: string; location: string }) =>
      body(api.PATCH('/api/v1/sensors/{id}', { params: { path: { id } }, body: change })),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['sensor', id] });
      await queries.invalidateQueries({ queryKey: ['sensors'] });
    },
  });
}

export function useRemoveSensor(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => api.DELETE('/api/v1/sensors/{id}', { params: { path: { id } } }),
    onSuccess: async () => {
      queries.removeQueries({ queryKey: ['sensor', id] });
      await queries.invalidateQueries({ queryKey: ['sensors'] });
    },
  });
}

export function useNewSecret(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => withProof(() => body(api.POST('/api/v1/sensors/{id}/secret', { params: { path: { id } } }))),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['sensor', id] }),
  });
}

export function useChangeProfile() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (change: ProfileChange) => body(api.PATCH('/api/v1/me', { body: change })),
    onSuccess: (user) =>
      queries.setQueryData(sessionQuery.queryKey, (session: Session | undefined) => session && { ...session, user }),
  });
}

export function useChangePassword() {
  return useMutation({
    mutationFn: (change: { current: string; new: string }) => api.POST('/api/v1/me/password', { body: change }),
  });
}

export function useSignOut() {
  return useMutation({
    mutationFn: () => api.DELETE('/api/v1/session'),
    onSuccess: () => location.assign('/sign-in'),
  });
}
