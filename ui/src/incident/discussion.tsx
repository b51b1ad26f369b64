import { Button, Checkbox, Textarea } from '@mantine/core';
import { IconLock } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { type SubmitEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { messagesQuery, useSay } from '../api/incident-queries';
import type { IncidentDetail } from '../api/types';
import { Card, failureWords } from '../common/page';
import { useMay } from '../common/rights';
import { When } from '../words/when';
import classes from './discussion.module.css';

const charactersMax = 4000;

/** What customer and SOC say to each other about the incident. */
export function Discussion({ incident }: { incident: IncidentDetail }) {
  const { t } = useTranslation();
  const may = useMay();
  const { data } = useQuery(messagesQuery(incident.id));
  return (
    <Card title={t('discussion.title')} note={t('discussion.note')}>
      {data && data.items.length > 0 && (
        <ol className={classes.messages}>
          {data.items.map((message) => (
            <li key={message.id} data-staff={message.by_staff || undefined} data-internal={message.internal || undefined}>
              <p className={classes.by}>
                <strong>{message.by.name}</strong>
                {message.by_staff && <span className={classes.side}>{t('discussion.staff')}</span>}
                <When at={message.at} as="short" />
              </p>
              {message.internal && <p className={classes.internal}><IconLock size={14} aria-hidden="true" /> {t('discussion.internal')}</p>}
              <p className={classes.text}>{message.text}</p>
            </li>
          ))}
        </ol>
      )}
      {(may.discuss || may.noteInternally) && <Form id={incident.id} />}
    </Card>
  );
}

function Form({ id }: { id: string }) {
  const { t } = useTranslation();
  const may = useMay();
  const [text, setText] = useState('');
  const [internal, setInternal] = useState(!may.discuss);
  const say = useSay(id);
  const send = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (text.trim()) say.mutate({ text: text.trim(), internal }, { onSuccess: () => setText('') });
  };
  return (
    <form onSubmit={send} className={classes.form}>
      <Textarea
        label={t('discussion.new')}
        placeholder={t('discussion.hint')}
        autosize
        minRows={2}
        maxRows={10}
        maxLength={charactersMax}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        error={say.error ? failureWords(say.error, t('failure.unreachable')) : undefined}
      />
      {may.noteInternally && (
        <Checkbox label={t('discussion.internal')} checked={internal} disabled={!may.discuss} onChange={(event) => setInternal(event.currentTarget.checked)} />
      )}
      <Button type="submit" variant="default" loading={say.isPending} disabled={!text.trim()}>{t('discussion.send')}</Button>
    </form>
  );
}
