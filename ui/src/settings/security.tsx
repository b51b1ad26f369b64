import { Button, Modal, TextInput } from '@mantine/core';
import { IconFingerprint } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { type SubmitEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  factorsQuery, sessionsQuery, useAddPasskey, useConfirmTotp, useEndOtherSessions, useEndSession, useMakeCodes, useOfferTotp,
  useRemovePasskey, useRemoveTotp,
} from '../api/people';
import { Copy } from '../common/copy';
import { Card, failureWords } from '../common/page';
import { knowsPasskeys } from '../people/passkeys';
import classes from '../people/people.module.css';
import { deviceName } from '../pwa/push';
import { When } from '../words/when';

function Trouble({ error, otherwise }: { error: unknown; otherwise?: string }) {
  const { t } = useTranslation();
  if (!error) return null;
  return <p role="alert" className={classes.error}>{failureWords(error, otherwise ?? t('failure.unreachable'))}</p>;
}

/** Passkeys of the signed-in person. */
export function Passkeys() {
  const { t } = useTranslation();
  const { data } = useQuery(factorsQuery);
  const [name, setName] = useState('');
  const add = useAddPasskey();
  const remove = useRemovePasskey();
  const send = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    add.mutate(name.trim() || t('security.passkey_default'), { onSuccess: () => setName('') });
  };
  return (
    <Card title={t('security.passkeys')} note={t('security.passkeys_note')}>
      {data && data.passkeys.length > 0 && (
        <ul className={classes.list}>
          {data.passkeys.map((passkey) => (
            <li key={passkey.id} className={classes.row}>
              <div>
                <p className={classes.name}>{passkey.name}</p>
                <p className={classes.under}>{passkey.last_used_at ? <>{t('security.last_used')} <When at={passkey.last_used_at} /></> : t('security.never_used')}</p>
              </div>
              <span />
              <Button variant="subtle" color="red" size="compact-sm" aria-label={t('security.remove_passkey', { name: passkey.name })} onClick={() => remove.mutate(passkey.id)}>{t('people.remove')}</Button>
            </li>
          ))}
        </ul>
      )}
      {knowsPasskeys() ? (
        <form onSubmit={send} className={classes.form}>
          <TextInput label={t('security.passkey_name')} placeholder={t('security.passkey_default')} maxLength={100} value={name} onChange={(event) => setName(event.currentTarget.value)} />
          <div className={classes.end}>
            <Button type="submit" leftSection={<IconFingerprint size={18} aria-hidden="true" />} loading={add.isPending}>{t('security.add_passkey')}</Button>
          </div>
        </form>
      ) : <p className={classes.soft}>{t('security.no_passkeys_here')}</p>}
      <Trouble error={add.error ?? remove.error} otherwise={t('security.passkey_failed')} />
    </Card>
  );
}

/** The authenticator app and the recovery codes. */
export function SecondFactor() {
  const { t } = useTranslation();
  const { data } = useQuery(factorsQuery);
  const offer = useOfferTotp();
  const remove = useRemoveTotp();
  const codes = useMakeCodes();
  return (
    <Card title={t('security.second_factor')} note={t('security.second_factor_note')}>
      <div className={classes.row}>
        <div>
          <p className={classes.name}>{t('security.totp')}</p>
          <p className={classes.under}>{data?.totp ? t('security.on') : t('security.off')}</p>
        </div>
        <span />
        {data?.totp
          ? <Button variant="default" loading={remove.isPending} onClick={() => remove.mutate(undefined)}>{t('security.totp_remove')}</Button>
          : <Button loading={offer.isPending} onClick={() => offer.mutate(undefined)}>{t('security.totp_add')}</Button>}
      </div>
      <div className={classes.row}>
        <div>
          <p className={classes.name}>{t('security.codes')}</p>
          <p className={classes.under}>{t('security.codes_left', { count: data?.recovery_codes_left ?? 0 })}</p>
        </div>
        <span />
        <Button variant="default" loading={codes.isPending} onClick={() => codes.mutate(undefined)}>{t('security.codes_make')}</Button>
      </div>
      <Trouble error={offer.error ?? remove.error ?? codes.error} />
      {offer.data && !data?.totp && <TotpDialog offer={offer.data} close={() => offer.reset()} />}
      <Modal opened={Boolean(codes.data)} onClose={() => codes.reset()} title={t('security.codes')} centered closeOnClickOutside={false} closeButtonProps={{ 'aria-label': t('close') }}>
        <p>{t('security.codes_keep')}</p>
        <ul className={classes.codes}>{codes.data?.codes.map((code) => <li key={code}>{code}</li>)}</ul>
        <div className={classes.end}>
          <Copy text={codes.data?.codes.join('\n') ?? ''} prominent />
          <Button variant="default" onClick={() => codes.reset()}>{t('close')}</Button>
        </div>
      </Modal>
    </Card>
  );
}

function TotpDialog({ offer, close }: { offer: { secret: string; qr_path: string; qr_size: number }; close: () => void }) {
  const { t } = useTranslation();
  const [code, setCode] = useState('');
  const confirm = useConfirmTotp();
  const send = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    confirm.mutate(code.trim(), { onSuccess: close });
  };
  return (
    <Modal opened onClose={close} title={t('security.totp_add')} centered closeOnClickOutside={false} closeButtonProps={{ 'aria-label': t('close') }}>
      <p>{t('security.totp_scan')}</p>
      <svg className={classes.qr} viewBox={`0 0 ${offer.qr_size} ${offer.qr_size}`} shapeRendering="crispEdges" role="img" aria-label={t('security.totp_qr')}>
        <path d={offer.qr_path} fill="currentColor" />
      </svg>
      <p className={classes.soft}>{t('security.totp_type')}</p>
      <p className={classes.link}>{offer.secret}</p>
      <form onSubmit={send} className={classes.form}>
        <TextInput label={t('proof.code')} required inputMode="numeric" autoComplete="one-time-code" maxLength={6} value={code} onChange={(event) => setCode(event.currentTarget.value)} />
        <Trouble error={confirm.error} />
        <div className={classes.end}>
          <Button type="submit" loading={confirm.isPending} disabled={code.trim().length !== 6}>{t('security.totp_confirm')}</Button>
        </div>
      </form>
    </Modal>
  );
}

/** Where the signed-in person is signed in. */
export function Sessions() {
  const { t } = useTranslation();
  const { data } = useQuery(sessionsQuery);
  const end = useEndSession();
  const endOthers = useEndOtherSessions();
  return (
    <Card title={t('security.sessions')} note={t('security.sessions_note')}>
      <ul className={classes.list}>
        {data?.items.map((session) => (
          <li key={session.id} className={classes.row}>
            <div>
              <p className={classes.name}>{session.is_this ? t('security.this_session') : session.address}</p>
              <p className={classes.under}>{t(`means.${session.means}`)} · {t('security.last_used')} <When at={session.last_used_at} /></p>
              <p className={classes.under} title={session.agent}>{deviceName(session.agent)}</p>
            </div>
            <span />
            {!session.is_this && <Button variant="default" size="compact-sm" aria-label={t('security.end_session_at', { address: session.address })} onClick={() => end.mutate(session.id)}>{t('security.end_session')}</Button>}
          </li>
        ))}
      </ul>
      {(data?.items.length ?? 0) > 1 && (
        <div className={classes.end}><Button variant="default" loading={endOthers.isPending} onClick={() => endOthers.mutate(undefined)}>{t('security.end_others')}</Button></div>
      )}
      <Trouble error={end.error ?? endOthers.error} />
    </Card>
  );
}
