import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { DayCounts } from '../api/types';
import { calendarDay } from '../i18n/format';
import { useLanguage } from '../i18n/language';
import { SeverityMark } from '../words/severity';
import { severities } from '../words/taxonomy';
import classes from './trend.module.css';

const total = (day: DayCounts) => severities.reduce((sum, severity) => sum + day[severity], 0);

/** Incidents by day as stacked bars; the same figures as a table for those who do not see them. */
export function Trend({ days }: { days: DayCounts[] }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const [picked, setPicked] = useState<number | null>(null);
  const highest = niceCeiling(Math.max(1, ...days.map(total)));
  const shown = picked === null ? undefined : days[picked];
  const sum = (severity: (typeof severities)[number]) =>
    shown ? shown[severity] : days.reduce((all, day) => all + day[severity], 0);
  return (
    <figure className={classes.figure}>
      <div className={classes.legend} aria-hidden="true">
        <span className={classes.span}>{shown ? calendarDay(shown.day, language) : t('dashboard.in_days', { count: days.length })}</span>
        {severities.map((severity) => (
          <span key={severity} className={classes.key} data-severity={severity}>
            <SeverityMark severity={severity} size={13} />
            {t(`severity.${severity}`)} <strong className="figures">{sum(severity)}</strong>
          </span>
        ))}
      </div>
      <div className={classes.chart} aria-hidden="true">
        <span className={classes.top}>{highest}</span>
        <div className={classes.columns} onPointerLeave={() => setPicked(null)}>
          {days.map((day, place) => (
            <div key={day.day} className={classes.column} data-picked={picked === place || undefined}
              onPointerEnter={() => setPicked(place)} onPointerDown={() => setPicked(place)}>
              {severities.map((severity) =>
                day[severity] > 0 ? (
                  <div key={severity} data-severity={severity} style={{ height: `${(day[severity] / highest) * 100}%` }} />
                ) : null,
              )}
            </div>
          ))}
        </div>
        <div className={classes.ends}>
          <span>{days[0] && calendarDay(days[0].day, language)}</span>
          <span>{t('dashboard.today')}</span>
        </div>
      </div>
      <figcaption className="hidden-text">
        <table>
          <caption>{t('dashboard.trend')}</caption>
          <thead>
            <tr>
              <th scope="col">{t('dashboard.day')}</th>
              {severities.map((severity) => <th key={severity} scope="col">{t(`severity.${severity}`)}</th>)}
            </tr>
          </thead>
          <tbody>
            {days.filter((day) => total(day) > 0).map((day) => (
              <tr key={day.day}>
                <th scope="row">{calendarDay(day.day, language)}</th>
                {severities.map((severity) => <td key={severity}>{day[severity]}</td>)}
              </tr>
            ))}
          </tbody>
        </table>
      </figcaption>
    </figure>
  );
}

/** The next of 1, 2, 3, 4, 5, 6, 8, 10, 20, 30 ... */
export function niceCeiling(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [1, 2, 3, 4, 5, 6, 8, 10].find((factor) => factor * power >= value) ?? 10;
  return step * power;
}
