import { Button, SegmentedControl, TextInput, useMantineColorScheme } from '@mantine/core';
import { IconLogout } from '@tabler/icons-react';
import { useSuspenseQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type SubmitEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { sessionQuery, useChangeProfile, useSignOut } from '../api/queries';
import type { Language } from '../api/types';
import { Card, Facts, failureWords, Page } from '../common/page';
import { ContactsCard } from '../contacts/contacts-card';
import { ContractCard } from '../contracts/contract-card';
import { useMay } from '../common/rights';
import { SitesCard } from '../sites/sites-card';
import { switchLanguage } from '../i18n';
import { useLanguage } from '../i18n/language';
import { languages } from './languages';
import { Notifications } from './notifications';
import { PasswordForm } from './password-form';
import { Passkeys, SecondFactor, Sessions } from './security';
import classes from './settings.module.css';

export function SettingsPage() {
  const { t } = useTranslation();
  return (
    <Page title={t('nav.settings')}>
      <div className={classes.columns}>
        <div className={classes.column}>
          <Appearance />
          <ContactsCard />
          <SitesCard />
          <ContractCard />
          <Administration />
          <Passkeys />
          <SecondFactor />
        </div>
        <div className={classes.column}>
          <Person />
          <PasswordForm />
          <Sessions />
        </div>
      </div>
      <Notifications />
    </Page>
  );
}

/** The way to the people and the log, for who may see them. */
function Administration() {
  const { t } = useTranslation();
  const may = useMay();
  if (!may.seePeople && !may.seeAuditLog) return null;
  return (
    <Card title={t('people.administration')}>
      <div className={classes.fields}>
        {may.seePeople && <Button component={Link} to="/people" variant="default">{t('people.manage')}</Button>}
        {may.seeAuditLog && <Button component={Link} to="/people/log" variant="default">{t('audit.title')}</Button>}
      </div>
    </Card>
  );
}

function Appearance() {
  const { t } = useTranslation();
  const language = useLanguage();
  const change = useChangeProfile();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <Card title={t('settings.appearance')}>
      <div className={classes.fields}>
        <div>
          <p id="language-label" className={classes.label}>{t('settings.language')}</p>
          <SegmentedControl
            fullWidth
            aria-labelledby="language-label"
            value={language}
            data={languages.map(({ value, label }) => ({ value, label: <span lang={value}>{label}</span> }))}
            onChange={(value) => {
              void switchLanguage(value as Language);
              change.mutate({ language: value as Language });
            }}
          />
        </div>
        <div>
          <p id="scheme-label" className={classes.label}>{t('settings.scheme')}</p>
          <SegmentedControl
            fullWidth
            aria-labelledby="scheme-label"
            value={colorScheme}
            data={(['light', 'dark', 'auto'] as const).map((value) => ({ value, label: t(`settings.scheme_${value}`) }))}
            onChange={(value) => setColorScheme(value as 'light' | 'dark' | 'auto')}
          />
        </div>
      </div>
      <Outcome error={change.error} />
    </Card>
  );
}

function Person() {
  const { t } = useTranslation();
  const { data: session } = useSuspenseQuery(sessionQuery);
  const [name, setName] = useState(session.user.name);
  const change = useChangeProfile();
  const signOut = useSignOut();
  const send = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    change.mutate({ name: name.trim() });
  };
  return (
    <Card title={t('settings.person')}>
      <Facts
        rows={[
          [t('settings.email'), session.user.email],
          [t('settings.tenant'), session.home.name],
          [t('settings.role'), t(`role.${session.user.role}`)],
        ]}
      />
      <form onSubmit={send} className={classes.row}>
        <TextInput label={t('settings.name')} required maxLength={100} autoComplete="name" value={name} onChange={(event) => setName(event.currentTarget.value)} />
        <Button type="submit" variant="default" loading={change.isPending} disabled={!name.trim() || name.trim() === session.user.name}>{t('save')}</Button>
      </form>
      <Outcome error={change.error} saved={change.isSuccess} />
      <div className={classes.end}>
        <Button variant="default" leftSection={<IconLogout size={18} aria-hidden="true" />} loading={signOut.isPending} onClick={() => signOut.mutate()}>{t('nav.sign_out')}</Button>
      </div>
    </Card>
  );
}

/** Says that a change was kept, or why not. */
export function Outcome({ error, saved = false }: { error: unknown; saved?: boolean }) {
  const { t } = useTranslation();
  return (
    <p role="status" className={classes.outcome} data-bad={Boolean(error) || undefined}>
      {error ? failureWords(error, t('failure.unreachable')) : saved ? t('settings.saved') : ''}
    </p>
  );
}
