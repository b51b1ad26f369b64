import { Button, PasswordInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { type SubmitEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { factorsQuery } from '../api/people';
import { useChangePassword } from '../api/queries';
import { Card } from '../common/page';
import classes from './settings.module.css';
import { Outcome } from './settings-page';

const charactersMinAlone = 15;
const charactersMinBesideAnotherFactor = 12;

/** Changes the own password; the portal asks for the old one. */
export function PasswordForm() {
  const { t } = useTranslation();
  const [current, setCurrent] = useState('');
  const [wanted, setWanted] = useState('');
  const [repeated, setRepeated] = useState('');
  const change = useChangePassword();
  const { data: factors } = useQuery(factorsQuery);
  const passwordCharactersMin = factors && (factors.totp || factors.passkeys.length > 0) ? charactersMinBesideAnotherFactor : charactersMinAlone;

  // Characters as the portal counts them, not UTF-16 units.
  const short = wanted !== '' && [...wanted].length < passwordCharactersMin;
  const different = repeated !== '' && repeated !== wanted;
  const ready = current && wanted && !short && repeated === wanted;
  const send = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (!ready) return;
    change.mutate({ current, new: wanted }, {
      onSuccess: () => {
        setCurrent('');
        setWanted('');
        setRepeated('');
      },
    });
  };
  const visibility = { 'aria-label': t('settings.password_show'), 'aria-hidden': false, tabIndex: 0 };

  return (
    <Card title={t('settings.password')} note={t('settings.password_note', { count: passwordCharactersMin })}>
      <form onSubmit={send} className={classes.fields}>
        <PasswordInput label={t('settings.password_current')} autoComplete="current-password" visibilityToggleButtonProps={visibility} value={current} onChange={(event) => setCurrent(event.currentTarget.value)} />
        <PasswordInput label={t('settings.password_new')} autoComplete="new-password" visibilityToggleButtonProps={visibility} value={wanted} onChange={(event) => setWanted(event.currentTarget.value)} error={short && t('settings.password_short', { count: passwordCharactersMin })} />
        <PasswordInput label={t('settings.password_again')} autoComplete="new-password" visibilityToggleButtonProps={visibility} value={repeated} onChange={(event) => setRepeated(event.currentTarget.value)} error={different && t('settings.password_different')} />
        <div className={classes.end}>
          <Button type="submit" disabled={!ready} loading={change.isPending}>{t('settings.password_change')}</Button>
        </div>
      </form>
      <Outcome error={change.error} saved={change.isSuccess} />
    </Card>
  );
}
