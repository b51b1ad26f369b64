import { Button, Modal, NativeSelect, PasswordInput, TextInput } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { type SubmitEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Endpoint, EndpointChange, EndpointThreshold, Language } from '../api/types';
import { failureWords } from '../common/page';
import { useChangeEndpoint, useRenewSecret } from '../notify/queries';
import { endpointThresholds } from '../words/taxonomy';
import { EndpointSecret } from './endpoint-secret';
import { languages } from './languages';
import classes from './settings.module.css';

/** Changes a system where it stands: what was left empty of its secrets stays. */
export function EditEndpoint({ endpoint, close }: { endpoint: Endpoint; close: () => void }) {
  const { t } = useTranslation();
  const renew = useRenewSecret(endpoint.id);
  const secret = renew.data?.secret;
  return (
    <Modal
      opened onClose={close} title={t('notify.edit_endpoint', { name: endpoint.name })} size="lg" centered
      closeOnClickOutside={!secret} closeOnEscape={!secret} closeButtonProps={{ 'aria-label': t('close') }}
    >
      {secret ? (
        <div className={classes.fields}>
          <EndpointSecret secret={secret} />
          <div className={classes.end}><Button onClick={close}>{t('close')}</Button></div>
        </div>
      ) : (
        <>
          <Form endpoint={endpoint} close={close} />
          {endpoint.channel === 'webhook' && <Renew renew={renew} />}
        </>
      )}
    </Modal>
  );
}

function Form({ endpoint, close }: { endpoint: Endpoint; close: () => void }) {
  const { t } = useTranslation();
  const change = useChangeEndpoint(endpoint.id);
  const isLine = endpoint.channel === 'line';
  // Of an address that is itself a secret only the host is known here.
  const isHidden = endpoint.channel === 'slack' || endpoint.channel === 'teams';
  const [fields, setFields] = useState({ name: endpoint.name, address: isHidden ? '' : endpoint.address, recipient: endpoint.recipient, token: '' });
  const [severity, setSeverity] = useState<EndpointThreshold>(endpoint.severity_from);
  const [language, setLanguage] = useState<Language>(endpoint.language);
  const field = (name: keyof typeof fields) => ({
    value: fields[name],
    onChange: (event: { currentTarget: { value: string } }) => setFields({ ...fields, [name]: event.currentTarget.value }),
  });
  const ready = fields.name.trim() && (isLine ? fields.recipient.trim() : isHidden || fields.address.trim());
  const send = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const wanted: EndpointChange = { name: fields.name.trim(), severity_from: severity, language };
    if (isLine) wanted.recipient = fields.recipient.trim();
    if (isLine && fields.token.trim()) wanted.token = fields.token.trim();
    if (!isLine && fields.address.trim()) wanted.address = fields.address.trim();
    if (ready) change.mutate(wanted, { onSuccess: close });
  };
  return (
    <form onSubmit={send} className={classes.fields}>
      <TextInput label={t('notify.endpoint_name')} required maxLength={100} data-autofocus {...field('name')} />
      {isLine ? (
        <>
          <TextInput label={t('notify.line_recipient')} required maxLength={100} {...field('recipient')} />
          <PasswordInput label={t('notify.line_token')} description={t('notify.secret_kept')} maxLength={500} autoComplete="off" {...field('token')} />
        </>
      ) : (
        <TextInput
          label={t('notify.endpoint_address')} required={!isHidden} maxLength={1000} inputMode="url" spellCheck={false}
          description={isHidden ? t('notify.secret_kept') : undefined} placeholder={isHidden ? endpoint.address : undefined} {...field('address')}
        />
      )}
      <div className={classes.pair}>
        <NativeSelect
          label={t('settings.mail_on_incident')} value={severity}
          data={endpointThresholds.map((value) => ({ value, label: t(`endpoint_threshold.${value}`) }))}
          onChange={(event) => setSeverity(event.currentTarget.value as EndpointThreshold)}
        />
        <NativeSelect label={t('settings.language')} value={language} data={languages} onChange={(event) => setLanguage(event.currentTarget.value as Language)} />
      </div>
      {change.error && <p role="alert" className={classes.outcome} data-bad>{failureWords(change.error, t('failure.unreachable'))}</p>}
      <div className={classes.end}>
        <Button variant="default" onClick={close}>{t('cancel')}</Button>
        <Button type="submit" loading={change.isPending} disabled={!ready}>{t('notify.endpoint_keep')}</Button>
      </div>
    </form>
  );
}

function Renew({ renew }: { renew: ReturnType<typeof useRenewSecret> }) {
  const { t } = useTranslation();
  return (
    <section>
      <h3 className={classes.small}>{t('notify.secret')}</h3>
      <p className={classes.soft}>{t('notify.secret_renew_meaning')}</p>
      {renew.error && <p role="alert" className={classes.outcome} data-bad>{failureWords(renew.error, t('failure.unreachable'))}</p>}
      <div className={classes.end}>
        <Button variant="default" leftSection={<IconRefresh size={16} aria-hidden="true" />} loading={renew.isPending} onClick={() => renew.mutate()}>{t('notify.secret_renew')}</Button>
      </div>
    </section>
  );
}
