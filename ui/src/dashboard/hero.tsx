import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { Dashboard } from '../api/types';
import { SeverityMark } from '../words/severity';
import { severities } from '../words/taxonomy';
import classes from './hero.module.css';
import type { Outlook } from './outlook';
import { Tower } from './tower';

/** The state of the network in one sentence, with the tower that watches over it. */
export function Hero({ outlook, dashboard }: { outlook: Outlook; dashboard: Dashboard }) {
  const { t } = useTranslation();
  const { open, needs_action, sensors } = dashboard;
  const silent = sensors.offline;
  return (
    <section className={classes.hero} data-outlook={outlook} aria-labelledby="outlook">
      <div className={classes.words}>
        <h2 id="outlook" className={classes.statement}>
          {t(`outlook.${outlook}`, { count: outlook === 'blind' ? silent : needs_action })}
        </h2>
        <p className={`${classes.meaning} phrases`}>{t(`outlook.${outlook}_meaning`)}</p>
        {outlook === 'act' && silent > 0 && <p className={`${classes.meaning} phrases`}>{t('outlook.also_blind', { count: silent })}</p>}
        <ul className={classes.open} aria-label={t('dashboard.open')}>
          {severities.map((severity) => (
            <li key={severity}>
              <Link
                to="/incidents"
                search={{ severity: [severity], handling: ['new', 'in_progress'] }}
                className={classes.count}
                data-severity={severity}
                data-none={open[severity] === 0 || undefined}
              >
                <SeverityMark severity={severity} size={16} />
                <span className={classes.severityName}>{t(`severity.${severity}`)}</span>
                <strong className="figures">{open[severity]}</strong>
                <span className="hidden-text">{t('dashboard.open_cases')}</span>
              </Link>
            </li>
          ))}
        </ul>
        {(outlook === 'blind' || outlook === 'unwatched') && (
          <Link to="/sensors" className={classes.action}>
            {t('outlook.to_sensors')}
          </Link>
        )}
      </div>
      <Tower lit={outlook === 'act' ? 'alarm' : outlook === 'quiet' || outlook === 'working' ? 'calm' : 'out'} />
    </section>
  );
}
