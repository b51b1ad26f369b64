import { Button, Textarea } from '@mantine/core';
import { type SubmitEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useWriteNote } from '../api/queries';
import type { HistoryEntry, IncidentDetail } from '../api/types';
import { Card, failureWords } from '../common/page';
import { useMay } from '../common/rights';
import { useText } from '../i18n/language';
import { When } from '../words/when';
import { handlings, severities } from '../words/taxonomy';
import classes from './history.module.css';

const noteCharactersMax = 4000;

/** Notes and what was done, newest first. */
export function History({ incident }: { incident: IncidentDetail }) {
  const { t } = useTranslation();
  const may = useMay();
  return (
    <Card title={t('incident.history')}>
      {may.handleIncidents && <NoteForm id={incident.id} />}
      <ol className={classes.entries}>
        {incident.history.toReversed().map((entry) => (
          <li key={entry.id} data-kind={entry.kind}>
            <p className={classes.by}>
              <strong>{entry.by?.name ?? t('incident.by_sensor')}</strong> <When at={entry.at} as="short" />
            </p>
            <Words entry={entry} incident={incident} />
          </li>
        ))}
      </ol>
    </Card>
  );
}

function Words({ entry, incident }: { entry: HistoryEntry; incident: IncidentDetail }) {
  const { t } = useTranslation();
  const text = useText();
  const action = incident.actions.find(({ key }) => key === entry.text);
  const severity = severities.find((one) => one === entry.text);
  const handling = handlings.find((one) => one === entry.text);
  switch (entry.kind) {
    case 'note':
      return <p className={classes.note}>{entry.text}</p>;
    case 'raised':
    case 'grew':
      return <p>{t(`history.${entry.kind}`, { severity: severity ? t(`severity.${severity}`) : entry.text })}</p>;
    case 'handling':
      return <p>{t('history.handling', { state: handling ? t(`handling.${handling}`) : entry.text })}</p>;
    case 'action_done':
    case 'action_undone':
      return <p>{t(`history.${entry.kind}`, { action: action ? text(action) : entry.text })}</p>;
    case 'reopened':
      return <p>{t('history.reopened')}</p>;
  }
}

function NoteForm({ id }: { id: string }) {
  const { t } = useTranslation();
  const [text, setText] = useState('');
  const write = useWriteNote(id);
  const send = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (text.trim()) write.mutate(text.trim(), { onSuccess: () => setText('') });
  };
  return (
    <form onSubmit={send} className={classes.form}>
      <Textarea
        label={t('incident.note')}
        placeholder={t('incident.note_hint')}
        rows={3}
        maxLength={noteCharactersMax}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        error={write.error ? failureWords(write.error, t('failure.unreachable')) : undefined}
      />
      <Button type="submit" variant="default" loading={write.isPending} disabled={!text.trim()}>
        {t('incident.note_send')}
      </Button>
    </form>
  );
}
