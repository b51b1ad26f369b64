import { Checkbox, UnstyledButton } from '@mantine/core';
import { IconArrowDown, IconArrowsSort, IconArrowUp } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { IncidentSummary } from '../api/types';
import { useText } from '../i18n/language';
import { Communications, HandlingBadge } from '../words/badges';
import { SeverityBadge } from '../words/severity';
import { Overdue } from '../words/due';
import { When } from '../words/when';
import type { IncidentFilter } from './filter';
import classes from './incident-table.module.css';

/** What is chosen for the same to be done with, and where the keyboard is. */
interface Choice { chosen: string[]; choose?: (ids: string[]) => void; current?: string }

export function toggled(chosen: string[], id: string): string[] {
  return chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id];
}

interface Sorting { filter: IncidentFilter; ask: (change: IncidentFilter) => void }

/** Incidents as a table, sorted by its heads. */
export function IncidentTable({ incidents, filter, ask, chosen, choose, current }: { incidents: IncidentSummary[] } & Sorting & Choice) {
  const { t } = useTranslation();
  const text = useText();
  const sorting = { filter, ask };
  return (
    <table className={classes.table}>
      <caption className="hidden-text">{t('nav.incidents')}</caption>
      <thead>
        <tr>
          {choose && (
            <th scope="col" className={classes.choose}>
              <Checkbox size="xs" aria-label={t('bulk.all')} checked={incidents.every(({ id }) => chosen.includes(id))} onChange={(event) => choose(event.currentTarget.checked ? incidents.map(({ id }) => id) : [])} />
            </th>
          )}
          <SortHead by="severity" {...sorting} />
          <th scope="col">{t('incidents.what')}</th>
          <SortHead by="host" {...sorting} />
          <th scope="col">{t('incidents.handling')}</th>
          <SortHead by="last_seen" {...sorting} />
        </tr>
      </thead>
      <tbody>
        {incidents.map((incident) => (
          <tr key={incident.id} data-severity={incident.severity} data-current={incident.id === current || undefined} aria-current={incident.id === current || undefined}>
            {choose && (
              <td className={classes.choose}>
                <Checkbox size="xs" aria-label={t('bulk.one', { title: text(incident.title) })} checked={chosen.includes(incident.id)} onChange={() => choose(toggled(chosen, incident.id))} />
              </td>
            )}
            <td><SeverityBadge severity={incident.severity} /></td>
            <td>
              <Link to="/incidents/$id" params={{ id: incident.id }} className={`${classes.title} phrases`}>
                {text(incident.title)}
              </Link>
              <span className={classes.second}><Communications of={incident.communications} most={3} /></span>
            </td>
            <td>
              {incident.host.name ?? incident.host.ip}
              {incident.host.name && <span className={classes.second}>{incident.host.ip}</span>}
            </td>
            <td>
              <HandlingBadge handling={incident.handling} resolution={incident.resolution} />
              <Overdue incident={incident} />
            </td>
            <td className={classes.when}>
              <When at={incident.last_seen} />
              <span className={classes.second}>{incident.sensor.name}</span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function SortHead({ by, filter, ask }: { by: 'severity' | 'host' | 'last_seen' } & Sorting) {
  const { t } = useTranslation();
  const current = (filter.sort ?? 'last_seen') === by;
  const ascending = filter.order === 'asc';
  const Icon = !current ? IconArrowsSort : ascending ? IconArrowUp : IconArrowDown;
  const first = by === 'host' ? 'asc' : undefined;
  const next = !current ? first : ascending ? undefined : 'asc';
  return (
    <th scope="col" aria-sort={current ? (ascending ? 'ascending' : 'descending') : 'none'}>
      <UnstyledButton className={classes.sort} data-current={current || undefined} onClick={() => ask({ sort: by, order: next })}>
        {t(`incidents.column.${by}`)}
        <Icon size={15} aria-hidden="true" />
      </UnstyledButton>
    </th>
  );
}
