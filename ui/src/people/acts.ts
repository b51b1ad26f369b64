import type { Act } from '../api/people';

/** What the audit log tells of, in the order of a person's life and then of things. */
export const acts = [
  'signed_in', 'sign_in_failed', 'signed_out', 'stepped_up', 'session_ended', 'person_created',
  'person_invited', 'invitation_renewed', 'invitation_revoked', 'invitation_accepted', 'person_changed',
  'person_removed', 'password_changed', 'password_reset_asked', 'password_reset', 'totp_added',
  'totp_removed', 'passkey_added', 'passkey_removed', 'recovery_codes_made', 'recovery_code_used',
  'security_changed', 'sign_on_changed', 'sign_on_bound', 'sensor_created', 'sensor_changed', 'sensor_secret_made',
  'sensor_enrolled', 'sensor_barred', 'incident_changed', 'incident_noted', 'action_ticked',
  'suppression_created', 'suppression_changed', 'suppression_revoked', 'channel_created', 'channel_changed',
  'channel_removed', 'token_created', 'token_revoked', 'tenant_created', 'tenant_changed', 'staff_entered', 'site_changed', 'log_exported',
] as const satisfies readonly Act[];

type Complete<T extends never> = T;
/** Fails to compile when the API knows an act that the list lacks. */
export type EveryActIsListed = Complete<Exclude<Act, (typeof acts)[number]>>;
