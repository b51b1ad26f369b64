import { Button, Menu } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useChangeMany } from '../api/incident-queries';
import { assigneesQuery } from '../api/queries';
import type { BulkChange } from '../api/types';
import { failureWords } from '../common/page';
import { resolutions } from '../words/taxonomy';
import classes from './incidents.module.css';

/** What can be done with the chosen ones; says what became of it. */
export function BulkBar({ chosen, clear }: { chosen: string[]; clear: (kept: string[]) => void }) {
  const { t } = useTranslation();
  const { data: people } = useQuery(assigneesQuery);
  const change = useChangeMany();
  const send = (asked: Omit<BulkChange, 'ids'>) =>
    change.mutate({ ids: chosen, ...asked }, { onSuccess: ({ items }) => clear(items.filter((one) => !one.changed).map((one) => one.id)) });
  const failed = change.data?.items.filter((one) => !one.changed).length ?? 0;
  const done = (change.data?.items.length ?? 0) - failed;
  return (
    <div className={classes.bulk} role="group" aria-label={t('bulk.label')}>
      <span role="status">
        {chosen.length > 0 && t('bulk.chosen', { count: chosen.length })}
        {change.data && ` ${t('bulk.done', { count: done })}`}
        {failed > 0 && ` ${t('bulk.failed', { count: failed })}`}
      </span>
      {chosen.length > 0 && (
        <>
          <Button variant="default" loading={change.isPending} onClick={() => send({ handling: 'acknowledged' })}>{t('assign.acknowledge')}</Button>
          <Menu>
            <Menu.Target><Button variant="default" rightSection={<IconChevronDown size={16} aria-hidden="true" />}>{t('assign.label')}</Button></Menu.Target>
            <Menu.Dropdown>
              <Menu.Item onClick={() => send({ assignee: { user: null } })}>{t('assign.nobody')}</Menu.Item>
              {people?.items.map(({ id, name }) => <Menu.Item key={id} onClick={() => send({ assignee: { user: id } })}>{name}</Menu.Item>)}
            </Menu.Dropdown>
          </Menu>
          <Menu>
            <Menu.Target><Button variant="default" rightSection={<IconChevronDown size={16} aria-hidden="true" />}>{t('closing.open')}</Button></Menu.Target>
            <Menu.Dropdown>
              {resolutions.map((resolution) => <Menu.Item key={resolution} onClick={() => send({ handling: 'resolved', resolution })}>{t(`resolution.${resolution}`)}</Menu.Item>)}
            </Menu.Dropdown>
          </Menu>
          <Button variant="subtle" onClick={() => clear([])}>{t('bulk.clear')}</Button>
        </>
      )}
      {change.error && <span role="alert" className={classes.error}>{failureWords(change.error, t('failure.unreachable'))}</span>}
    </div>
  );
}
