import { Button, Checkbox, NativeSelect, TextInput } from '@mantine/core';
import { IconSend } from '@tabler/icons-react';
import { useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { sessionQuery, useChangeProfile } from '../api/queries';
import type { Digest, Language, MailThreshold, Preferences } from '../api/types';
import { Card } from '../common/page';
import { useMay } from '../common/rights';
import { Ledger } from '../notify/ledger';
import { ownDeliveriesQuery, preferencesQuery, useKeepPreferences, useTestNotification } from '../notify/queries';
import { digests, mailThresholds } from '../words/taxonomy';
import { BusinessDaysCard } from './business-days-card';
import { EndpointsCard } from './endpoints-card';
import { EscalationCard } from './escalation-card';
import { languages } from './languages';
import classes from './settings.module.css';
import { PushCard } from './push-card';
import { Outcome } from './settings-page';

/** How one is told of incidents, and for administrators who and what else is. */
export function Notifications() {
  const { t } = useTranslation();
  const may = useMay();
  const { data: preferences } = useQuery({ ...preferencesQuery, enabled: may.changeProfile });
  if (!may.changeProfile && !may.changeNotification) return null;
  return (
    <section aria-labelledby="notifications" className={classes.section}>
      <h2 id="notifications" className={classes.sectionTitle}>{t('notify.title')}</h2>
      <div className={classes.columns}>
        {may.changeProfile && preferences && (
          <div className={classes.column}>
            <Mail preferences={preferences} />
            <PushCard preferences={preferences} />
            <Quiet preferences={preferences} />
          </div>
        )}
        <div className={classes.column}>
          {may.changeProfile && <Recent />}
          {may.changeNotification && <EscalationCard />}
          {may.changeNotification && <BusinessDaysCard />}
          {may.changeNotification && <EndpointsCard />}
        </div>
      </div>
    </section>
  );
}

function Mail({ preferences }: { preferences: Preferences }) {
  const { t } = useTranslation();
  const { data: session } = useSuspenseQuery(sessionQuery);
  const change = useChangeProfile();
  const keep = useKeepPreferences();
  const test = useTestNotification();
  const user = { ...session.user, ...(change.isPending ? change.variables : {}) };
  return (
    <Card title={t('settings.mail')} note={t('settings.mail_note', { email: user.email })}>
      <div className={classes.fields}>
        <NativeSelect
          label={t('settings.mail_on_incident')}
          value={user.mail_on_incident}
          data={mailThresholds.map((value) => ({ value, label: t(`mail_threshold.${value}`) }))}
          onChange={(event) => change.mutate({ mail_on_incident: event.currentTarget.value as MailThreshold })}
        />
        <NativeSelect
          label={t('notify.digest')}
          value={preferences.digest}
          data={digests.map((value) => ({ value, label: t(`digest.${value}`) }))}
          onChange={(event) => keep.mutate({ ...preferences, digest: event.currentTarget.value as Digest })}
        />
        <NativeSelect
          label={t('settings.mail_language')}
          value={user.mail_language}
          data={languages}
          onChange={(event) => change.mutate({ mail_language: event.currentTarget.value as Language })}
        />
        <Checkbox
          label={t('notify.subject_names_host')}
          description={t('notify.subject_names_host_note')}
          checked={preferences.subject_names_host}
          onChange={(event) => keep.mutate({ ...preferences, subject_names_host: event.currentTarget.checked })}
        />
      </div>
      <Outcome error={change.error ?? keep.error ?? test.error} saved={change.isSuccess || keep.isSuccess} />
      <div className={classes.end}>
        <Button variant="default" leftSection={<IconSend size={18} aria-hidden="true" />} loading={test.isPending} onClick={() => test.mutate('mail')}>
          {t('notify.test_mail')}
        </Button>
      </div>
    </Card>
  );
}

const usualHours = { from: '22:00', until: '07:00' };

function Quiet({ preferences }: { preferences: Preferences }) {
  const { t } = useTranslation();
  const keep = useKeepPreferences();
  const hours = preferences.quiet_hours;
  const set = (change: Partial<typeof usualHours>) => {
    const wanted = { ...(hours ?? usualHours), ...change };
    // A field that is being cleared is no time.
    if (wanted.from && wanted.until) keep.mutate({ ...preferences, quiet_hours: wanted });
  };
  return (
    <Card title={t('notify.quiet')} note={t('notify.quiet_note')}>
      <div className={classes.fields}>
        <Checkbox
          label={t('notify.quiet_on')}
          checked={Boolean(hours)}
          onChange={(event) => keep.mutate({ ...preferences, quiet_hours: event.currentTarget.checked ? usualHours : null })}
        />
        {hours && (
          <>
            <div className={classes.pair}>
              <TextInput type="time" label={t('notify.quiet_from')} value={hours.from} onChange={(event) => set({ from: event.currentTarget.value })} />
              <TextInput type="time" label={t('notify.quiet_until')} value={hours.until} onChange={(event) => set({ until: event.currentTarget.value })} />
            </div>
            <NativeSelect
              label={t('notify.quiet_broken_from')}
              value={preferences.quiet_broken_from}
              data={mailThresholds.map((value) => ({ value, label: t(`quiet_threshold.${value}`) }))}
              onChange={(event) => keep.mutate({ ...preferences, quiet_broken_from: event.currentTarget.value as MailThreshold })}
            />
          </>
        )}
      </div>
      <Outcome error={keep.error} saved={keep.isSuccess} />
    </Card>
  );
}

function Recent() {
  const { t } = useTranslation();
  const { data } = useQuery(ownDeliveriesQuery);
  return (
    <Card title={t('notify.recent')} note={data?.items.length === 0 ? t('notify.recent_empty') : undefined}>
      {data && data.items.length > 0 && <Ledger lines={data.items.slice(0, 5)} />}
    </Card>
  );
}
