import { Link } from '@tanstack/react-router';
import type { IncidentSummary } from '../api/types';
import { useText } from '../i18n/language';
import { Communications, HandlingBadge } from '../words/badges';
import { SeverityBadge } from '../words/severity';
import { Overdue } from '../words/due';
import { When } from '../words/when';
import classes from './incident-cards.module.css';

/** Incidents one below the other; the whole card leads to the incident. */
export function IncidentCards({ incidents, compact = false }: { incidents: IncidentSummary[]; compact?: boolean }) {
  const text = useText();
  return (
    <ul className={classes.cards}>
      {incidents.map((incident) => (
        <li key={incident.id} className={classes.card} data-severity={incident.severity}>
          <div className={classes.head}>
            <SeverityBadge severity={incident.severity} />
            <HandlingBadge handling={incident.handling} resolution={incident.resolution} />
            <Overdue incident={incident} />
            <span className={classes.when}>
              <When at={incident.last_seen} />
            </span>
          </div>
          <Link to="/incidents/$id" params={{ id: incident.id }} className={`${classes.title} phrases`}>
            {text(incident.title)}
          </Link>
          {!compact && (
            <p className={classes.facts}>
              <Communications of={incident.communications} most={2} />
            </p>
          )}
        </li>
      ))}
    </ul>
  );
}
