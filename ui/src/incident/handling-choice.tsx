import { Button, NativeSelect } from '@mantine/core';
import { IconCheck, IconEye } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { assigneesQuery, useAssign, useChangeHandling } from '../api/queries';
import type { Handling, IncidentDetail } from '../api/types';
import { failureWords } from '../common/page';
import { useMay } from '../common/rights';
import { HandlingBadge } from '../words/badges';
import { handlings } from '../words/taxonomy';
import { ThisWasUs } from '../suppressions/this-was-us';
import { ClosingDialog } from './closing-dialog';
import classes from './incident.module.css';

/** How far people have come and who has it; everybody sees it, those who may change it. */
export function HandlingChoice({ incident }: { incident: IncidentDetail }) {
  const { t } = useTranslation();
  const may = useMay();
  if (!may.handleIncidents) {
    return (
      <div className={classes.handling}>
        <HandlingBadge handling={incident.handling} resolution={incident.resolution} />
        {incident.assigned_to && <span>{t('assign.label')}: {incident.assigned_to.name}</span>}
      </div>
    );
  }
  return (
    <div className={classes.handling}>
      <State incident={incident} />
      <ThisWasUs incident={incident} />
      <Assignee incident={incident} />
    </div>
  );
}

function State({ incident }: { incident: IncidentDetail }) {
  const { t } = useTranslation();
  const change = useChangeHandling(incident.id);
  const [closing, setClosing] = useState(false);
  const shown = change.isPending ? change.variables.handling : incident.handling;
  const set = (handling: Handling) => change.mutate({ handling });
  return (
    <>
      {shown === 'resolved' ? (
        <>
          <HandlingBadge handling="resolved" resolution={incident.resolution} />
          <Button variant="default" loading={change.isPending} onClick={() => set('in_progress')}>{t('closing.again')}</Button>
        </>
      ) : (
        <>
          {shown === 'new' && (
            <Button leftSection={<IconEye size={18} aria-hidden="true" />} loading={change.isPending} onClick={() => set('acknowledged')}>
              {t('assign.acknowledge')}
            </Button>
          )}
          <NativeSelect
            className={classes.state}
            aria-label={t('incidents.handling')}
            value={shown}
            data={handlings.filter((one) => one !== 'resolved').map((value) => ({ value, label: t(`handling.${value}`) }))}
            onChange={(event) => set(event.currentTarget.value as Handling)}
          />
          <Button variant="default" leftSection={<IconCheck size={18} aria-hidden="true" />} onClick={() => setClosing(true)}>
            {t('closing.open')}
          </Button>
        </>
      )}
      {closing && <ClosingDialog incident={incident} opened close={() => setClosing(false)} />}
      {change.error && <span role="alert" className={classes.error}>{failureWords(change.error, t('failure.unreachable'))}</span>}
    </>
  );
}

function Assignee({ incident }: { incident: IncidentDetail }) {
  const { t } = useTranslation();
  const { data } = useQuery(assigneesQuery);
  const assign = useAssign(incident.id);
  const now = incident.assigned_to;
  const people = [...(data?.items ?? [])];
  if (now && !people.some((one) => one.id === now.id)) people.push(now);
  return (
    <>
      <span id="assignee-label" className={classes.assigneeLabel}>{t('assign.label')}</span>
      <NativeSelect
        className={classes.assignee}
        aria-labelledby="assignee-label"
        value={(assign.isPending ? assign.variables : now?.id) ?? ''}
        data={[{ value: '', label: t('assign.nobody') }, ...people.map(({ id, name }) => ({ value: id, label: name }))]}
        onChange={(event) => assign.mutate(event.currentTarget.value || null)}
      />
      {assign.error && <span role="alert" className={classes.error}>{failureWords(assign.error, t('failure.unreachable'))}</span>}
    </>
  );
}
