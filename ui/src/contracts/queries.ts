import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api, body } from '../api/client';
import type { components } from '../api/schema.gen';

export type Tenant = components['schemas']['TenantView'];
export type NewTenant = components['schemas']['NewTenant'];
export type TenantChange = components['schemas']['TenantChange'];

/** Customers and partners that the person looks after. */
export const tenantsQuery = queryOptions({
  queryKey: ['tenants'],
  queryFn: () => body(api.GET('/api/v1/tenants')),
});

/** The organisation that the page is about. */
export const tenantQuery = queryOptions({
  queryKey: ['tenant'],
  queryFn: () => body(api.GET('/api/v1/tenant')),
});

function useContractChange<Input, Output>(change: (input: Input) => Promise<Output>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSuccess: async () => {
      for (const key of ['tenants', 'tenant', 'portfolio', 'session', 'dashboard']) await queries.invalidateQueries({ queryKey: [key] });
    },
  });
}

export function useTakeIn() {
  return useContractChange((tenant: NewTenant) => body(api.POST('/api/v1/tenants', { body: tenant })));
}

export function useChangeTenant() {
  return useContractChange((change: TenantChange) => body(api.PATCH('/api/v1/tenant', { body: change })));
}
