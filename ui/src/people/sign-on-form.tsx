import { Button, Modal, NativeSelect, PasswordInput, Switch, TextInput } from '@mantine/core';
import { type SubmitEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type SignOnView, useSetSignOn } from '../api/people';
import { Refused } from '../api/client';
import { failureWords } from '../common/page';
import classes from './people.module.css';
import { ToCopy } from './sign-on-card';

const newRoles = ['none', 'viewer', 'contact'] as const;
type NewRole = (typeof newRoles)[number];

/** Names the company's service. The portal asks it at once whether it is one. */
export function SignOnForm({ view, close }: { view: SignOnView; close: () => void }) {
  const { t } = useTranslation();
  const { settings } = view;
  const set = useSetSignOn();
  const [fields, setFields] = useState({
    issuer: settings?.issuer ?? '', client_id: settings?.client_id ?? '', client_secret: '', domains: settings?.domains.join(' ') ?? '',
  });
  const [newRole, setNewRole] = useState<NewRole>(settings?.new_role === 'viewer' || settings?.new_role === 'contact' ? settings.new_role : 'none');
  const [isRequired, setRequired] = useState(settings?.is_required ?? false);
  const [isTrusted, setTrusted] = useState(settings?.is_trusted ?? false);
  const field = (name: keyof typeof fields) => ({
    value: fields[name],
    onChange: (event: { currentTarget: { value: string } }) => setFields({ ...fields, [name]: event.currentTarget.value }),
  });
  const send = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    set.mutate({
      issuer: fields.issuer.trim(),
      client_id: fields.client_id.trim(),
      ...(fields.client_secret && { client_secret: fields.client_secret }),
      domains: fields.domains.split(/[\s,、]+/).filter(Boolean),
      ...(newRole !== 'none' && { new_role: newRole }),
      is_required: isRequired,
      is_trusted: isTrusted,
    }, { onSuccess: close });
  };
  const visibility = { 'aria-label': t('settings.password_show'), 'aria-hidden': false, tabIndex: 0 };
  return (
    <Modal opened onClose={close} title={t('sign_on.title')} size="lg" centered closeOnClickOutside={false} closeButtonProps={{ 'aria-label': t('close') }}>
      <ToCopy label={t('sign_on.redirect_uri')} text={view.redirect_uri} />
      <form onSubmit={send} className={classes.form}>
        <TextInput label={t('sign_on.issuer')} description={t('sign_on.issuer_note')} required maxLength={1000} inputMode="url" spellCheck={false} data-autofocus {...field('issuer')} />
        <TextInput label={t('sign_on.client_id')} required maxLength={500} spellCheck={false} autoComplete="off" {...field('client_id')} />
        <PasswordInput
          label={t('sign_on.client_secret')} description={settings?.has_secret ? t('sign_on.secret_kept') : undefined}
          maxLength={500} autoComplete="off" visibilityToggleButtonProps={visibility} {...field('client_secret')}
        />
        <TextInput label={t('sign_on.domains')} description={t('sign_on.domains_note')} required maxLength={4000} spellCheck={false} {...field('domains')} />
        <NativeSelect
          label={t('sign_on.new_role')} value={newRole} data={newRoles.map((value) => ({ value, label: t(`sign_on.new_role_${value}`) }))}
          onChange={(event) => setNewRole(event.currentTarget.value as NewRole)}
        />
        <Switch label={t('sign_on.trusted')} description={t('sign_on.trusted_note')} checked={isTrusted} onChange={(event) => setTrusted(event.currentTarget.checked)} />
        <Switch label={t('sign_on.required')} description={t('sign_on.required_note')} checked={isRequired} onChange={(event) => setRequired(event.currentTarget.checked)} />
        {set.error && (
          <div role="alert">
            <p className={classes.error}>{failureWords(set.error, t('failure.unreachable'))}</p>
            {set.error instanceof Refused && set.error.detail && <p className={classes.under}>{set.error.detail}</p>}
          </div>
        )}
        <div className={classes.end}>
          <Button variant="default" onClick={close}>{t('cancel')}</Button>
          <Button type="submit" loading={set.isPending}>{t('sign_on.save')}</Button>
        </div>
      </form>
    </Modal>
  );
}
