import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api, body } from '../api/client';
import type { Channel, Delivery, EndpointChange, NewEndpoint, Preferences, TenantNotification } from '../api/types';

/** While something is on its way the ledger is read often. */
const busyMs = 2000;
const idleMs = 30_000;

function ledgerPace(items: Delivery[] | undefined): number {
  const isBusy = items?.some(({ state, next_at: next }) => state === 'waiting' && next && new Date(next).getTime() < Date.now() + 360_000);
  return isBusy ? busyMs : idleMs;
}

export const incidentDeliveriesQuery = (id: string) =>
  queryOptions({
    queryKey: ['incident', id, 'deliveries'],
    queryFn: () => body(api.GET('/api/v1/incidents/{id}/deliveries', { params: { path: { id } } })),
    refetchInterval: (query) => ledgerPace(query.state.data?.items),
  });

export const ownDeliveriesQuery = queryOptions({
  queryKey: ['own_deliveries'],
  queryFn: () => body(api.GET('/api/v1/me/deliveries')),
  refetchInterval: (query) => ledgerPace(query.state.data?.items),
});

export const preferencesQuery = queryOptions({
  queryKey: ['notification_preferences'],
  queryFn: () => body(api.GET('/api/v1/me/notifications')),
});

export const pushQuery = queryOptions({
  queryKey: ['push'],
  queryFn: () => body(api.GET('/api/v1/me/push')),
});

export const tenantNotificationQuery = queryOptions({
  queryKey: ['tenant_notification'],
  queryFn: () => body(api.GET('/api/v1/notifications')),
});

export const endpointsQuery = queryOptions({
  queryKey: ['endpoints'],
  queryFn: () => body(api.GET('/api/v1/notifications/endpoints')),
  refetchInterval: (query) => ledgerPace(query.state.data?.items.flatMap(({ last }) => (last ? [last] : []))),
});

/** Notes that the reader has the incident before him. */
export function markOpened(id: string) {
  return api.POST('/api/v1/incidents/{id}/opened', { params: { path: { id } } });
}

export function useKeepPreferences() {
  const queries = useQueryClient();
  return useMutation({
    // One after the other, each upon what the one before has changed.
    scope: { id: 'preferences' },
    mutationFn: (wanted: Preferences) => body(api.PUT('/api/v1/me/notifications', { body: wanted })),
    onMutate: (wanted) => {
      queries.setQueryData(preferencesQuery.queryKey, wanted);
    },
    onError: () => queries.invalidateQueries({ queryKey: preferencesQuery.queryKey }),
  });
}

export function useTestNotification() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (channel: Channel) => body(api.POST('/api/v1/me/notifications/test', { body: { channel } })),
    onSuccess: (list) => queries.setQueryData(ownDeliveriesQuery.queryKey, list),
  });
}

export function useForgetBrowser() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => api.DELETE('/api/v1/me/push/{id}', { params: { path: { id } } }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['push'] }),
  });
}

export function useKeepTenantNotification() {
  const queries = useQueryClient();
  return useMutation({
    scope: { id: 'tenant_notification' },
    mutationFn: (wanted: TenantNotification) => body(api.PUT('/api/v1/notifications', { body: wanted })),
    onMutate: (settings) => {
      queries.setQueryData(tenantNotificationQuery.queryKey, (view) => view && { ...view, settings });
    },
    onError: () => queries.invalidateQueries({ queryKey: tenantNotificationQuery.queryKey }),
  });
}

export function useAddEndpoint() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (wanted: NewEndpoint) => body(api.POST('/api/v1/notifications/endpoints', { body: wanted })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['endpoints'] }),
  });
}

/** What the company lets its partner do. */
export function useAllowPartner() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (mayAct: boolean) => body(api.PATCH('/api/v1/tenant', { body: { partner_may_act: mayAct } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: tenantNotificationQuery.queryKey }),
  });
}

export function useRenewSecret(id: string) {
  return useMutation({
    mutationFn: () => body(api.POST('/api/v1/notifications/endpoints/{id}/secret', { params: { path: { id } } })),
  });
}

export function useChangeEndpoint(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (change: EndpointChange) =>
      body(api.PATCH('/api/v1/notifications/endpoints/{id}', { params: { path: { id } }, body: change })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['endpoints'] }),
  });
}

export function useTestEndpoint(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => body(api.POST('/api/v1/notifications/endpoints/{id}/test', { params: { path: { id } } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['endpoints'] }),
  });
}

export function useRemoveEndpoint(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => api.DELETE('/api/v1/notifications/endpoints/{id}', { params: { path: { id } } }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['endpoints'] }),
  });
}
