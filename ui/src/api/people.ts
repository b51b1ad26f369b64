import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import type { AuditFilter } from '../people/audit-filter';
import { withProof } from '../people/proof-store';
import { api, body } from './client';
import { sessionQuery } from './queries';
import type { components } from './schema.gen';
import type { Language, Role } from './types';

export type Act = components['schemas']['Act'];
export type LinkMade = components['schemas']['LinkMade'];
export type SignOnView = components['schemas']['SignOnView'];
export type NewSignOn = components['schemas']['NewSignOn'];
export type NewInvitation = { email: string; name: string; role: Role; language: Language };

export const peopleQuery = queryOptions({
  queryKey: ['people'],
  queryFn: () => body(api.GET('/api/v1/people')),
});

export const auditQuery = (filter: AuditFilter) =>
  queryOptions({
    queryKey: ['audit', filter],
    queryFn: () =>
      body(api.GET('/api/v1/audit', { params: { query: { act: filter.act ? [filter.act as Act] : [], cursor: filter.cursor } } })),
    placeholderData: keepPreviousData,
  });

export const factorsQuery = queryOptions({
  queryKey: ['factors'],
  queryFn: () => body(api.GET('/api/v1/me/factors')),
});

export const sessionsQuery = queryOptions({
  queryKey: ['sessions'],
  queryFn: () => body(api.GET('/api/v1/me/sessions')),
});

export const signInRulesQuery = queryOptions({
  queryKey: ['sign-in-rules'],
  queryFn: () => body(api.GET('/api/v1/sign-in-rules')),
});

export const signOnQuery = queryOptions({
  queryKey: ['sign-on'],
  queryFn: () => body(api.GET('/api/v1/sign-on')),
});

/** A change that may ask first who one is, and after which a list is read anew. */
function useGuarded<Input, Output>(key: string, change: (input: Input) => Promise<Output>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (input: Input) => withProof(() => change(input)),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: [key] });
      // A factor more or less, or another rule, may open or close everything else.
      if (key === 'factors' || key === 'sign-in-rules') await queries.invalidateQueries({ queryKey: sessionQuery.queryKey });
    },
  });
}

export const useInvite = () =>
  useGuarded('people', (invitation: NewInvitation) => body(api.POST('/api/v1/invitations', { body: invitation })));

export const useRenewInvitation = () =>
  useGuarded('people', (id: string) => body(api.POST('/api/v1/invitations/{id}', { params: { path: { id } } })));

export const useRevokeInvitation = () =>
  useGuarded('people', (id: string) => api.DELETE('/api/v1/invitations/{id}', { params: { path: { id } } }));

export const useChangeRole = () =>
  useGuarded('people', ({ id, role }: { id: string; role: Role }) =>
    body(api.PATCH('/api/v1/people/{id}', { params: { path: { id } }, body: { role } })));

export const useRemovePerson = () =>
  useGuarded('people', (id: string) => api.DELETE('/api/v1/people/{id}', { params: { path: { id } } }));

export const usePasswordLink = () =>
  useGuarded('people', (id: string) => body(api.POST('/api/v1/people/{id}/password-link', { params: { path: { id } } })));

export const useSetSignInRules = () =>
  useGuarded('sign-in-rules', (requiresSecondFactor: boolean) =>
    body(api.PUT('/api/v1/sign-in-rules', { body: { requires_second_factor: requiresSecondFactor } })));

export const useSetSignOn = () => useGuarded('sign-on', (service: NewSignOn) => body(api.PUT('/api/v1/sign-on', { body: service })));

export const useRemoveSignOn = () => useGuarded('sign-on', () => api.DELETE('/api/v1/sign-on'));

export const useVerifyLog = () => useMutation({ mutationFn: () => body(api.GET('/api/v1/audit/verification')) });

export const useOfferTotp = () => useGuarded('factors', () => body(api.POST('/api/v1/me/totp')));

export const useConfirmTotp = () =>
  useGuarded('factors', (code: string) => api.PUT('/api/v1/me/totp', { body: { code } }));

export const useRemoveTotp = () => useGuarded('factors', () => api.DELETE('/api/v1/me/totp'));

export const useMakeCodes = () => useGuarded('factors', () => body(api.POST('/api/v1/me/recovery-codes')));

export const useRemovePasskey = () =>
  useGuarded('factors', (id: string) => api.DELETE('/api/v1/me/passkeys/{id}', { params: { path: { id } } }));

export const useAddPasskey = () =>
  useGuarded('factors', async (name: string) => {
    const { ceremony, options } = await body(api.POST('/api/v1/me/passkeys/challenge'));
    const { create } = await import('../people/passkeys');
    return body(api.POST('/api/v1/me/passkeys', { body: { ceremony, name, credential: await create(options) } }));
  });

export const useEndSession = () =>
  useGuarded('sessions', (id: string) => api.DELETE('/api/v1/me/sessions/{id}', { params: { path: { id } } }));

export const useEndOtherSessions = () => useGuarded('sessions', () => api.DELETE('/api/v1/me/sessions'));

/** Proves anew who one is. */
export function useProve() {
  return useMutation({
    mutationFn: (proof: { password: string } | { code: string }) => api.POST('/api/v1/session/proof', { body: proof }),
  });
}

export function useProveByPasskey() {
  return useMutation({
    mutationFn: async () => {
      const { ceremony, options } = await body(api.POST('/api/v1/session/passkey/challenge'));
      const { ask } = await import('../people/passkeys');
      return api.POST('/api/v1/session/proof/passkey', { body: { ceremony, credential: await ask(options) } });
    },
  });
}
