import { IconAlertTriangle, IconCircleCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { alarmsQuery } from '../api/queries';
import type { Alarm } from '../api/types';
import { Card } from '../common/page';
import { useLanguage } from '../i18n/language';
import { When } from '../words/when';
import classes from './findings.module.css';

/** What is wrong, and what to do about it. */
export function Findings({ alarms, linked = false }: { alarms: Alarm[]; linked?: boolean }) {
  const { t } = useTranslation();
  const language = useLanguage();
  if (alarms.length === 0) return null;
  return (
    <ul className={classes.findings} aria-label={t('sensors.findings')}>
      {alarms.map((alarm) => (
        <li key={alarm.id} data-severity={alarm.severity}>
          <IconAlertTriangle size={22} aria-hidden="true" />
          <div>
            <p className={classes.title}>
              {linked && <><Link to="/sensors/$id" params={{ id: alarm.sensor }}>{alarm.sensor_name}</Link>: </>}
              {alarm.title[language]}
            </p>
            <p className="phrases">{alarm.advice[language]}</p>
            <p className={classes.since}>{t('sensors.since')} <When at={alarm.opened_at} /></p>
          </div>
        </li>
      ))}
    </ul>
  );
}

/** What was wrong with a sensor and is over. */
export function PastAlarms({ sensor }: { sensor: string }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const { data } = useQuery(alarmsQuery(sensor));
  const past = data?.items.filter((alarm) => alarm.closed_at) ?? [];
  if (past.length === 0) return null;
  return (
    <Card title={t('sensors.past_alarms')}>
      <ul className={classes.past}>
        {past.slice(0, 20).map((alarm) => (
          <li key={alarm.id}>
            <IconCircleCheck size={18} aria-hidden="true" />
            <span>{alarm.title[language]}</span>
            <span className={classes.since}>
              <When at={alarm.opened_at} as="short" /> – {alarm.closed_at && <When at={alarm.closed_at} as="short" />}
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}
