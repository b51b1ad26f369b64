import { Button, Modal, NativeSelect, TextInput } from '@mantine/core';
import { type SubmitEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useInvite } from '../api/people';
import type { Language, Role } from '../api/types';
import { failureWords } from '../common/page';
import { useLanguage } from '../i18n/language';
import { MadeLink } from './made-link';
import classes from './people.module.css';

/** Asks whom to invite as what, and shows what became of the mail. */
export function Invite({ close, roles }: { close: () => void; roles: readonly Role[] }) {
  const { t } = useTranslation();
  const own = useLanguage();
  const [email, setEmail] = useState('');
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>(roles.at(-1) ?? 'viewer');
  const [language, setLanguage] = useState<Language>(own);
  const invite = useInvite();
  const send = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    invite.mutate({ email: email.trim(), name: name.trim(), role, language });
  };
  return (
    <Modal opened onClose={close} title={t('people.invite')} size="lg" centered closeOnClickOutside={!invite.data} closeButtonProps={{ 'aria-label': t('close') }}>
      {invite.data ? (
        <div className={classes.form}>
          <MadeLink made={invite.data} />
          <div className={classes.end}><Button onClick={close}>{t('close')}</Button></div>
        </div>
      ) : (
        <form onSubmit={send} className={classes.form}>
          <TextInput label={t('settings.email')} type="email" required maxLength={254} data-autofocus value={email} onChange={(event) => setEmail(event.currentTarget.value)} />
          <TextInput label={t('people.name')} description={t('people.name_hint')} maxLength={100} value={name} onChange={(event) => setName(event.currentTarget.value)} />
          <NativeSelect label={t('settings.role')} value={role} data={roles.map((value) => ({ value, label: t(`role.${value}`) }))} onChange={(event) => setRole(event.currentTarget.value as Role)} />
          <NativeSelect label={t('people.language')} value={language} data={[{ value: 'ja', label: '日本語' }, { value: 'en', label: 'English' }]} onChange={(event) => setLanguage(event.currentTarget.value as Language)} />
          {invite.error && <p role="alert" className={classes.error}>{failureWords(invite.error, t('failure.unreachable'))}</p>}
          <div className={classes.end}>
            <Button variant="default" onClick={close}>{t('cancel')}</Button>
            <Button type="submit" loading={invite.isPending} disabled={!email.trim()}>{t('people.send')}</Button>
          </div>
        </form>
      )}
    </Modal>
  );
}
