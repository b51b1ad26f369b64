import { useSuspenseQuery } from '@tanstack/react-query';
import { sessionQuery } from '../api/queries';

/** What the person at the screen may do in the tenant on the screen; the portal decides again by itself. */
export function useMay() {
  const { data } = useSuspenseQuery(sessionQuery);
  const may = (right: string) => data.rights.includes(right);
  return {
    handleIncidents: may('incident:update'),
    changeProfile: may('profile:update'),
    changeNotification: may('notification:update'),
    seePeople: may('person:read'),
    changePeople: may('person:update'),
    seeAuditLog: may('audit_log:read'),
    changeSensors: may('sensor:update'),
    changeSites: may('site:update'),
    discuss: may('discussion:create'),
    noteInternally: may('internal_note:create'),
    suppress: may('suppression:create'),
    revokeSuppressions: may('suppression:delete'),
    takeIn: may('customers:create'),
    /** The operator, of whoever is on the screen; the organisations' own administrators decide on their partner only. */
    changeContract: may('tenant:update') && data.user.role === 'operator',
    changeContacts: may('contact_card:update'),
    /** Somebody of a partner or the operator who has not entered a customer. */
    looksAfterCustomers: may('customers:read'),
  };
}
