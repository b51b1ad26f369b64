import { UnstyledButton } from '@mantine/core';
import { IconArrowDown, IconArrowsSort, IconArrowUp } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { IncidentSummary } from '../api/types';
import { useText } from '../i18n/language';
import { Communications, HandlingBadge } from '../words/badges';
import { SeverityBadge } from '../words/severity';
import { When } from '../words/when';
import type { IncidentFilter } from './filter';
import classes from './incident-table.module.css';

interface Sorting { filter: IncidentFilter; ask: (change: IncidentFilter) => void }

/** Incidents as a table, sorted by its heads. */
export function IncidentTable({ incidents, filter, ask }: { incidents: IncidentSummary[] } & Sorting) {
  const { t } = useTranslation();
  const text = useText();
  const sorting = { filter, ask };
  return (
    <table className={classes.table}>
      <caption className="hidden-text">{t('nav.incidents')}</caption>
      <thead>
        <tr>
          <SortHead by="severity" {...sorting} />
          <th scope="col">{t('incidents.what')}</th>
          <SortHead by="host" {...sorting} />
          <th scope="col">{t('incidents.handling')}</th>
          <SortHead by="last_seen" {...sorting} />
        </tr>
      </thead>
      <tbody>
        {incidents.map((incident) => (
          <tr key={incident.id} data-severity={incident.severity}>
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
            <td><HandlingBadge handling={incident.handling} /></td>
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
