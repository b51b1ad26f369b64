import { Button, Modal, PasswordInput, TextInput } from '@mantine/core';
import { IconBuilding, IconFingerprint } from '@tabler/icons-react';
import { useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { type SubmitEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { factorsQuery, useProve, useProveByPasskey } from '../api/people';
import { sessionQuery } from '../api/queries';
import { failureWords } from '../common/page';
import { knowsPasskeys } from './passkeys';
import classes from './people.module.css';
import { giveUp, proved } from './proof-store';

/** Asks who one is: by passkey, by the code of the app, or by the password. */
export function ProofDialog() {
  const { t } = useTranslation();
  const { data: factors } = useQuery(factorsQuery);
  const { data: session } = useSuspenseQuery(sessionQuery);
  const [text, setText] = useState('');
  const [byCode, setByCode] = useState(false);
  const prove = useProve();
  const byPasskey = useProveByPasskey();
  const send = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (text) prove.mutate(byCode ? { code: text.trim() } : { password: text }, { onSuccess: proved });
  };
  const error = prove.error ?? byPasskey.error;
  const visibility = { 'aria-label': t('settings.password_show'), 'aria-hidden': false, tabIndex: 0 };
  return (
    <Modal opened onClose={giveUp} title={t('proof.title')} centered closeButtonProps={{ 'aria-label': t('close') }}>
      <p className={classes.soft}>{t('proof.why')}</p>
      {knowsPasskeys() && (factors?.passkeys.length ?? 0) > 0 && (
        <Button fullWidth mt="md" leftSection={<IconFingerprint size={18} aria-hidden="true" />} loading={byPasskey.isPending} onClick={() => byPasskey.mutate(undefined, { onSuccess: proved })}>
          {t('proof.passkey')}
        </Button>
      )}
      {session.means.startsWith('sign_on') && (
        <>
          <Button fullWidth mt="md" component="a" href={`/sign-in/proof?next=${encodeURIComponent(location.pathname + location.search)}`} leftSection={<IconBuilding size={18} aria-hidden="true" />}>
            {t('proof.sign_on')}
          </Button>
          <p className={classes.under}>{t('proof.sign_on_note')}</p>
        </>
      )}
      <form onSubmit={send} className={classes.form}>
        {byCode ? (
          <TextInput key="code" label={t('proof.code')} autoComplete="one-time-code" data-autofocus value={text} onChange={(event) => setText(event.currentTarget.value)} />
        ) : (
          <PasswordInput key="password" label={t('settings.password_current')} autoComplete="current-password" data-autofocus visibilityToggleButtonProps={visibility} value={text} onChange={(event) => setText(event.currentTarget.value)} />
        )}
        {error && <p role="alert" className={classes.error}>{failureWords(error, t('security.passkey_failed'))}</p>}
        <div className={classes.end}>
          {factors?.totp && (
            <Button variant="subtle" onClick={() => { setByCode(!byCode); setText(''); }}>{byCode ? t('proof.use_password') : t('proof.use_code')}</Button>
          )}
          <Button type="submit" loading={prove.isPending} disabled={!text}>{t('proof.send')}</Button>
        </div>
      </form>
    </Modal>
  );
}
