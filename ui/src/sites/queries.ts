import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api, body } from '../api/client';
import type { components } from '../api/schema.gen';

export type Site = components['schemas']['Site'];
export type NewSite = components['schemas']['NewSite'];

export const sitesQuery = queryOptions({
  queryKey: ['sites'],
  queryFn: () => body(api.GET('/api/v1/sites')),
});

/** Sites change what lists show. */
function useSiteChange<Input, Output>(change: (input: Input) => Promise<Output>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: async () => {
      for (const key of ['sites', 'sensors', 'incidents', 'incident']) await queries.invalidateQueries({ queryKey: [key] });
    },
  });
}

/** A new site, or what a known one is to be. */
export function useKeepSite(id?: string) {
  return useSiteChange((site: NewSite) =>
    id ? body(api.PUT('/api/v1/sites/{id}', { params: { path: { id } }, body: site })) : body(api.POST('/api/v1/sites', { body: site })));
}

export function useRemoveSite() {
  return useSiteChange((id: string) => api.DELETE('/api/v1/sites/{id}', { params: { path: { id } } }));
}
