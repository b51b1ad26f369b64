import { ActionIcon, Button, Menu, Modal, TextInput } from '@mantine/core';
import { IconBookmark, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type SubmitEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useDropView, useKeepView, viewsQuery } from '../api/incident-queries';
import { failureWords } from '../common/page';
import { filterFromQuery, type IncidentFilter, queryOf } from './filter';
import classes from './incidents.module.css';

/** What the reader looks for again: kept questions, and this one to be kept. */
export function Views({ filter }: { filter: IncidentFilter }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { data } = useQuery(viewsQuery);
  const drop = useDropView();
  const [naming, setNaming] = useState(false);
  const views = data?.items ?? [];
  return (
    <>
      <Menu width={280}>
        <Menu.Target>
          <Button variant="default" leftSection={<IconBookmark size={18} aria-hidden="true" />}>{t('views.title')}</Button>
        </Menu.Target>
        <Menu.Dropdown>
          {views.length === 0 && <Menu.Label>{t('views.none')}</Menu.Label>}
          {views.map((view) => (
            <Menu.Item
              key={view.id}
              onClick={() => void navigate({ to: '/incidents', search: filterFromQuery(view.query) })}
              rightSection={
                <ActionIcon component="span" variant="subtle" size="sm" aria-label={t('views.drop', { name: view.name })} onClick={(event) => { event.stopPropagation(); drop.mutate(view.id); }}>
                  <IconTrash size={15} aria-hidden="true" />
                </ActionIcon>
              }
            >
              {view.name}
            </Menu.Item>
          ))}
          <Menu.Divider />
          <Menu.Item onClick={() => setNaming(true)}>{t('views.keep')}</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Modal opened={naming} onClose={() => setNaming(false)} title={t('views.keep')} centered closeButtonProps={{ 'aria-label': t('close') }}>
        <NameForm query={queryOf(filter)} close={() => setNaming(false)} />
      </Modal>
    </>
  );
}

function NameForm({ query, close }: { query: string; close: () => void }) {
  const { t } = useTranslation();
  const [name, setName] = useState('');
  const keep = useKeepView();
  const send = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (name.trim()) keep.mutate({ name: name.trim(), query }, { onSuccess: close });
  };
  return (
    <form onSubmit={send} className={classes.viewForm}>
      <TextInput label={t('views.name')} maxLength={100} value={name} onChange={(event) => setName(event.currentTarget.value)} error={keep.error ? failureWords(keep.error, t('failure.unreachable')) : undefined} />
      <Button type="submit" loading={keep.isPending} disabled={!name.trim()}>{t('save')}</Button>
    </form>
  );
}
