import { Button, Modal, NativeSelect, PasswordInput, TextInput } from '@mantine/core';
import { type SubmitEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { EndpointThreshold, EndpointWithSecret, NewEndpoint } from '../api/types';
import { failureWords } from '../common/page';
import { useLanguage } from '../i18n/language';
import { useAddEndpoint } from '../notify/queries';
import { endpointChannels, endpointThresholds } from '../words/taxonomy';
import { EndpointSecret } from './endpoint-secret';
import classes from './settings.module.css';

type EndpointChannel = (typeof endpointChannels)[number];

const examples: Record<EndpointChannel, string> = {
  webhook: 'https://siem.example.jp/hinomi',
  slack: 'https://hooks.slack.com/services/…',
  teams: 'https://….logic.azure.com/workflows/…',
  line: '',
  syslog: 'tls://log.example.jp:6514',
};

/** Enters a system and shows the secret that signs what it is sent, this once. */
export function AddEndpoint({ opened, close }: { opened: boolean; close: () => void }) {
  const { t } = useTranslation();
  const add = useAddEndpoint();
  const leave = () => {
    close();
    add.reset();
  };
  const secret = add.data?.secret;
  return (
    <Modal
      opened={opened} onClose={leave} title={t('notify.endpoint_add')} size="lg" centered
      closeOnClickOutside={!secret} closeOnEscape={!secret} closeButtonProps={{ 'aria-label': t('close') }}
    >
      {add.data ? <Made made={add.data} leave={leave} /> : <Form add={add} leave={leave} />}
    </Modal>
  );
}

function Made({ made, leave }: { made: EndpointWithSecret; leave: () => void }) {
  const { t } = useTranslation();
  return (
    <div className={classes.fields}>
      <p>{t('notify.endpoint_made', { name: made.endpoint.name })}</p>
      {made.secret && <EndpointSecret secret={made.secret} />}
      <div className={classes.end}><Button onClick={leave}>{t('close')}</Button></div>
    </div>
  );
}

function Form({ add, leave }: { add: ReturnType<typeof useAddEndpoint>; leave: () => void }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const [channel, setChannel] = useState<EndpointChannel>('webhook');
  const [fields, setFields] = useState({ name: '', address: '', recipient: '', token: '' });
  const [severity, setSeverity] = useState<EndpointThreshold>('medium');
  const isLine = channel === 'line';
  const ready = fields.name.trim() && (isLine ? fields.recipient.trim() && fields.token.trim() : fields.address.trim());
  const field = (name: keyof typeof fields) => ({
    value: fields[name],
    onChange: (event: { currentTarget: { value: string } }) => setFields({ ...fields, [name]: event.currentTarget.value }),
  });
  const send = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const common = { name: fields.name.trim(), channel, severity_from: severity, language } satisfies NewEndpoint;
    if (ready) add.mutate(isLine ? { ...common, recipient: fields.recipient.trim(), token: fields.token.trim() } : { ...common, address: fields.address.trim() });
  };
  return (
    <form onSubmit={send} className={classes.fields}>
      <NativeSelect
        label={t('notify.endpoint_channel')} value={channel}
        data={endpointChannels.map((value) => ({ value, label: t(`channel.${value}`) }))}
        onChange={(event) => setChannel(event.currentTarget.value as EndpointChannel)}
      />
      <p className={classes.soft}>{t(`endpoint_hint.${channel}`)}</p>
      <TextInput label={t('notify.endpoint_name')} required maxLength={100} data-autofocus {...field('name')} />
      {isLine ? (
        <>
          <TextInput label={t('notify.line_recipient')} required maxLength={100} {...field('recipient')} />
          <PasswordInput label={t('notify.line_token')} required maxLength={500} autoComplete="off" {...field('token')} />
        </>
      ) : (
        <TextInput label={t('notify.endpoint_address')} placeholder={examples[channel]} required maxLength={1000} inputMode="url" spellCheck={false} {...field('address')} />
      )}
      <NativeSelect
        label={t('settings.mail_on_incident')} value={severity}
        data={endpointThresholds.map((value) => ({ value, label: t(`endpoint_threshold.${value}`) }))}
        onChange={(event) => setSeverity(event.currentTarget.value as EndpointThreshold)}
      />
      {add.error && <p role="alert" className={classes.outcome} data-bad>{failureWords(add.error, t('failure.unreachable'))}</p>}
      <div className={classes.end}>
        <Button variant="default" onClick={leave}>{t('cancel')}</Button>
        <Button type="submit" loading={add.isPending} disabled={!ready}>{t('notify.endpoint_add')}</Button>
      </div>
    </form>
  );
}
