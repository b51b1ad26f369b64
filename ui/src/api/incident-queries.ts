import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api, body } from './client';
import type { BulkChange, ContactCards, NewSuppression, SuppressionScope } from './types';

// What stands around incidents: talk, contacts, suppressions, views, many at once.

/** Begins like the key of the incident, so that live news of it refresh the talk as well. */
export const messagesQuery = (id: string) =>
  queryOptions({
    queryKey: ['incident', id, 'messages'],
    queryFn: () => body(api.GET('/api/v1/incidents/{id}/messages', { params: { path: { id } } })),
  });

export const alikeQuery = (id: string) =>
  queryOptions({
    queryKey: ['incidents', 'alike', id],
    queryFn: () => body(api.GET('/api/v1/incidents/{id}/alike', { params: { path: { id } } })),
  });

export const contactsQuery = queryOptions({
  queryKey: ['contacts'],
  queryFn: () => body(api.GET('/api/v1/contacts')),
  staleTime: 300_000,
});

export const suppressionsQuery = queryOptions({
  queryKey: ['suppressions'],
  queryFn: () => body(api.GET('/api/v1/suppressions')),
  // On their way to the sensors they need a few seconds.
  refetchInterval: (query) => (query.state.data?.items.some((one) => one.reach.reached < one.reach.sensors) ? 10_000 : false),
});

export const previewQuery = (scope: SuppressionScope) =>
  queryOptions({
    queryKey: ['suppressions', 'preview', scope],
    queryFn: () => body(api.POST('/api/v1/suppressions/preview', { body: scope })),
  });

export const viewsQuery = queryOptions({
  queryKey: ['views'],
  queryFn: () => body(api.GET('/api/v1/views')),
  staleTime: 300_000,
});

export function useSay(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (message: { text: string; internal: boolean }) =>
      body(api.POST('/api/v1/incidents/{id}/messages', { params: { path: { id } }, body: message })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['incident', id] }),
  });
}

export function useReplaceContacts() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (cards: ContactCards) => body(api.PUT('/api/v1/contacts', { body: cards })),
    onSuccess: (cards) => queries.setQueryData(contactsQuery.queryKey, cards),
  });
}

/** What suppressions change shows everywhere. */
function useSuppressionChange<Input, Output>(change: (input: Input) => Promise<Output>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: async () => {
      for (const key of ['suppressions', 'incidents', 'incident', 'dashboard']) await queries.invalidateQueries({ queryKey: [key] });
    },
  });
}

export function useCreateSuppression() {
  return useSuppressionChange((made: NewSuppression) => body(api.POST('/api/v1/suppressions', { body: made })));
}

export function useRevokeSuppression() {
  return useSuppressionChange((id: string) => body(api.DELETE('/api/v1/suppressions/{id}', { params: { path: { id } } })));
}

export function useKeepView() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (view: { name: string; query: string }) => body(api.POST('/api/v1/views', { body: view })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['views'] }),
  });
}

export function useDropView() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => api.DELETE('/api/v1/views/{id}', { params: { path: { id } } }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['views'] }),
  });
}

export function useChangeMany() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (change: BulkChange) => body(api.POST('/api/v1/incidents/changes', { body: change })),
    onSettled: async () => {
      for (const key of ['incidents', 'incident', 'dashboard']) await queries.invalidateQueries({ queryKey: [key] });
    },
  });
}
