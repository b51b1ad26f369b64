import { Button, Checkbox, Group, Modal, NativeSelect, Stack, Textarea } from '@mantine/core';
import { IconUserCheck } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { previewQuery, useCreateSuppression } from '../api/incident-queries';
import type { IncidentDetail, SuppressionScope } from '../api/types';
import { failureWords } from '../common/page';
import { useMay } from '../common/rights';
import { count } from '../i18n/format';
import { useLanguage } from '../i18n/language';
import { keyOf, leavesOut, rulesOf } from './proposal';
import classes from './suppressions.module.css';

const spans = [7, 30, 90, 365] as const;

/** One tap proposes not to be told of the same again; nothing is hidden before the reader has seen what that means. */
export function ThisWasUs({ incident }: { incident: IncidentDetail }) {
  const { t } = useTranslation();
  const may = useMay();
  const [opened, setOpened] = useState(false);
  if (!may.suppress || incident.suppressed) return null;
  return (
    <>
      <Button variant="default" leftSection={<IconUserCheck size={18} aria-hidden="true" />} onClick={() => setOpened(true)}>
        {t('suppression.this_was_us')}
      </Button>
      {opened && <Proposal incident={incident} close={() => setOpened(false)} />}
    </>
  );
}

function Proposal({ incident, close }: { incident: IncidentDetail; close: () => void }) {
  const { t } = useTranslation();
  const rules = rulesOf(incident);
  const [onHost, setOnHost] = useState(true);
  const [chosen, setChosen] = useState(() => rules.map(keyOf));
  const [peer, setPeer] = useState(incident.peers.length === 1 ? incident.peers[0]! : '');
  const [days, setDays] = useState<number>(30);
  const [reason, setReason] = useState('');
  const create = useCreateSuppression();
  const named = rules.filter((rule) => chosen.includes(keyOf(rule))).map(({ detector, id }) => ({ detector, id }));
  const scope: SuppressionScope = { host: onHost ? incident.host.ip : undefined, rules: named, peer: peer || undefined };
  const bounded = named.length > 0 || Boolean(peer);
  const send = () => create.mutate({ scope, days, reason, incident: incident.id }, { onSuccess: close });
  return (
    <Modal opened onClose={close} title={t('suppression.title')} size="lg" closeButtonProps={{ 'aria-label': t('close') }}>
      <Stack gap="md">
        <p className={classes.lead}>{t('suppression.lead')}</p>
        <fieldset className={classes.group}>
          <legend>{t('suppression.what')}</legend>
          <Checkbox label={t('suppression.only_host', { host: incident.host.name ?? incident.host.ip })} checked={onHost} onChange={(event) => setOnHost(event.currentTarget.checked)} />
          {rules.map((rule) => (
            <Checkbox
              key={keyOf(rule)}
              label={<>{t('suppression.rule', { name: rule.name })} <code className={classes.id}>{rule.id}</code></>}
              checked={chosen.includes(keyOf(rule))}
              onChange={(event) => setChosen(event.currentTarget.checked ? [...chosen, keyOf(rule)] : chosen.filter((one) => one !== keyOf(rule)))}
            />
          ))}
          <NativeSelect
            label={t('suppression.peer')}
            value={peer}
            data={[{ value: '', label: t('suppression.any_peer') }, ...incident.peers]}
            onChange={(event) => setPeer(event.currentTarget.value)}
          />
        </fieldset>
        <NativeSelect
          label={t('suppression.span')}
          value={days}
          data={spans.map((span) => ({ value: String(span), label: t('suppression.days', { count: span }) }))}
          onChange={(event) => setDays(Number(event.currentTarget.value))}
        />
        <Textarea label={t('suppression.reason')} placeholder={t('suppression.reason_hint')} autosize minRows={1} maxRows={4} maxLength={500} value={reason} onChange={(event) => setReason(event.currentTarget.value)} />
        {bounded ? <Preview scope={scope} stays={leavesOut(incident, scope)} /> : <p role="status" className={classes.warning}>{t('suppression.boundless')}</p>}
        {create.error && <p role="alert" className={classes.error}>{failureWords(create.error, t('failure.unreachable'))}</p>}
        <Group justify="flex-end">
          <Button variant="default" onClick={close}>{t('cancel')}</Button>
          <Button loading={create.isPending} disabled={!bounded} onClick={send}>{t('suppression.create')}</Button>
        </Group>
      </Stack>
    </Modal>
  );
}

/** What it would have hidden so far. */
function Preview({ scope, stays }: { scope: SuppressionScope; stays: boolean }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const { data, error } = useQuery({ ...previewQuery(scope), placeholderData: keepPreviousData });
  if (error) return <p role="alert" className={classes.error}>{failureWords(error, t('failure.unreachable'))}</p>;
  if (!data) return <p role="status" className={classes.preview}>{t('suppression.counting')}</p>;
  return (
    <div role="status" className={classes.preview}>
      <p><strong>{t('suppression.would_hide', { count: data.incidents, formatted: count(data.incidents, language), detections: count(data.detections, language) })}</strong></p>
      <ul>
        <li>{t('suppression.open_now', { count: data.open, formatted: count(data.open, language) })}</li>
        {data.partly > 0 && <li>{t('suppression.partly', { count: data.partly, formatted: count(data.partly, language) })}</li>}
        {!data.complete && <li>{t('suppression.incomplete')}</li>}
      </ul>
      {stays && <p className={classes.warning}>{t('suppression.stays')}</p>}
    </div>
  );
}
