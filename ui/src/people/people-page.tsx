import { Button, Modal, NativeSelect, Skeleton } from '@mantine/core';
import { IconUserPlus } from '@tabler/icons-react';
import { useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { peopleQuery, useChangeRole, usePasswordLink, useRemovePerson, useRenewInvitation, useRevokeInvitation } from '../api/people';
import { sessionQuery } from '../api/queries';
import type { components } from '../api/schema.gen';
import type { Role } from '../api/types';
import { type Tenant, tenantQuery } from '../contracts/queries';
import { useMay } from '../common/rights';
import { Card, Failure, failureWords, Page } from '../common/page';
import { When } from '../words/when';
import { Invite } from './invite';
import { MadeLink } from './made-link';
import { RulesCard } from './rules-card';
import { SignOnCard } from './sign-on-card';
import classes from './people.module.css';

type Person = components['schemas']['Person'];
type Invitation = components['schemas']['Invitation'];

const customerRoles = ['administrator', 'contact', 'viewer'] as const satisfies readonly Role[];
const partnerRoles = ['partner'] as const satisfies readonly Role[];
const operatorRoles = ['operator', 'analyst', 'lab'] as const satisfies readonly Role[];

const rolesIn: Record<Tenant['kind'], readonly Role[]> = { customer: customerRoles, partner: partnerRoles, operator: operatorRoles };

/** Who may sign in, as what; invitations that wait. */
export function PeoplePage() {
  const { t } = useTranslation();
  const { data: session } = useSuspenseQuery(sessionQuery);
  const { data, error, refetch } = useQuery(peopleQuery);
  const [inviting, setInviting] = useState(false);
  const may = useMay();
  const { data: tenant } = useQuery(tenantQuery);
  const roles = rolesIn[tenant?.kind ?? 'customer'];
  return (
    <Page title={t('people.title')} aside={<Button leftSection={<IconUserPlus size={18} aria-hidden="true" />} onClick={() => setInviting(true)}>{t('people.invite')}</Button>}>
      {error ? <Failure error={error} retry={() => void refetch()} /> : (
        <div className={classes.stack}>
          <Card title={t('people.people')}>
            {data ? (
              <ul className={classes.list}>
                {data.people.map((person) => <PersonRow key={person.id} person={person} roles={roles} isMe={person.id === session.user.id} mayChange={may.changePeople} />)}
              </ul>
            ) : <Skeleton height={180} aria-busy="true" />}
          </Card>
          {data && data.invitations.length > 0 && (
            <Card title={t('people.invitations')}>
              <ul className={classes.list}>
                {data.invitations.map((invitation) => <InvitationRow key={invitation.id} invitation={invitation} />)}
              </ul>
            </Card>
          )}
        </div>
      )}
      {may.changePeople && data && <RulesCard lacking={data.people.filter((person) => !person.has_second_factor).length} />}
      {may.changePeople && <SignOnCard />}
      {inviting && <Invite close={() => setInviting(false)} roles={roles} />}
    </Page>
  );
}

function PersonRow({ person, roles, isMe, mayChange }: { person: Person; roles: readonly Role[]; isMe: boolean; mayChange: boolean }) {
  const { t } = useTranslation();
  const change = useChangeRole();
  const link = usePasswordLink();
  const remove = useRemovePerson();
  const [removing, setRemoving] = useState(false);
  const error = change.error ?? link.error ?? remove.error;
  return (
    <li className={classes.row}>
      <div>
        <p className={classes.name}>{isMe ? t('people.you', { name: person.name }) : person.name}</p>
        <p className={classes.under}>{person.email}</p>
        <p className={classes.under}>
          {person.has_second_factor ? t('people.protected') : t('people.password_only')}
          {' · '}
          {person.last_signed_in_at ? <>{t('people.last_here')} <When at={person.last_signed_in_at} /></> : t('people.never_here')}
        </p>
        {error && <p role="alert" className={classes.error}>{failureWords(error, t('failure.unreachable'))}</p>}
        {link.data && <MadeLink made={link.data} />}
      </div>
      <NativeSelect
        aria-label={t('people.role_of', { name: person.name })}
        value={person.role}
        disabled={change.isPending || !mayChange}
        data={roles.map((value) => ({ value, label: t(`role.${value}`) }))}
        onChange={(event) => change.mutate({ id: person.id, role: event.currentTarget.value as Role })}
      />
      <div className={classes.end}>
        {!isMe && mayChange && (
          <>
            <Button variant="subtle" size="compact-sm" aria-label={t('people.new_password_for', { name: person.name })} loading={link.isPending} onClick={() => link.mutate(person.id)}>{t('people.new_password')}</Button>
            <Button variant="subtle" color="red" size="compact-sm" aria-label={t('people.remove_person', { name: person.name })} onClick={() => setRemoving(true)}>{t('people.remove')}</Button>
          </>
        )}
      </div>
      <Modal opened={removing} onClose={() => setRemoving(false)} title={t('people.remove_person', { name: person.name })} centered closeButtonProps={{ 'aria-label': t('close') }}>
        <p>{t('people.remove_what')}</p>
        <div className={classes.end}>
          <Button variant="default" onClick={() => setRemoving(false)}>{t('cancel')}</Button>
          <Button color="red" loading={remove.isPending} onClick={() => { setRemoving(false); remove.mutate(person.id); }}>{t('people.remove')}</Button>
        </div>
      </Modal>
    </li>
  );
}

function InvitationRow({ invitation }: { invitation: Invitation }) {
  const { t } = useTranslation();
  const renew = useRenewInvitation();
  const revoke = useRevokeInvitation();
  const error = renew.error ?? revoke.error;
  return (
    <li className={classes.row}>
      <div>
        <p className={classes.name}>{invitation.email}</p>
        <p className={classes.under}>{t(`role.${invitation.role}`)} · {t('people.invited_by', { name: invitation.invited_by })}</p>
        <p className={classes.under}>
          {invitation.has_expired ? t('people.expired') : <>{t('people.good_until')} <When at={invitation.expires_at} as="short" /></>}
        </p>
        {error && <p role="alert" className={classes.error}>{failureWords(error, t('failure.unreachable'))}</p>}
        {renew.data && <MadeLink made={renew.data} />}
      </div>
      <Button variant="default" size="compact-sm" aria-label={t('people.send_again_to', { email: invitation.email })} loading={renew.isPending} onClick={() => renew.mutate(invitation.id)}>{t('people.send_again')}</Button>
      <Button variant="subtle" color="red" size="compact-sm" aria-label={t('people.revoke_of', { email: invitation.email })} loading={revoke.isPending} onClick={() => revoke.mutate(invitation.id)}>{t('people.revoke')}</Button>
    </li>
  );
}
