import { useTranslation } from 'react-i18next';
import { shortTime } from '../i18n/format';
import { useLanguage } from '../i18n/language';
import classes from './chart.module.css';

export interface ChartPoint { at: string; value: number | null }

/**
 * A line over time. Where nothing was measured it breaks. What it shows stands below in words, and every value in a table that opens
 * on demand: nobody has to read a picture.
 */
export function Chart({ title, summary, points, from, until, stepMinutes, format, top, limit }: {
  title: string;
  summary: string;
  points: ChartPoint[];
  from: string;
  until: string;
  stepMinutes: number;
  format: (value: number) => string;
  /** The least value of the upper end. */
  top: number;
  /** A level that should not be passed, and what it is. */
  limit?: { value: number; name: string };
}) {
  const { t } = useTranslation();
  const language = useLanguage();
  const known = points.filter((point): point is { at: string; value: number } => point.value !== null);
  const highest = Math.max(top, ...known.map((point) => point.value));
  const showsLimit = limit && limit.value <= highest * 1.5;
  const upper = (showsLimit ? Math.max(highest, limit.value) : highest) * 1.06;
  const begin = Date.parse(from);
  const span = Math.max(1, Date.parse(until) - begin);
  const x = (at: string) => (100 * (Date.parse(at) - begin)) / span;
  const y = (value: number) => 40 - (40 * value) / upper;
  return (
    <figure className={classes.chart}>
      <figcaption>
        <strong>{title}</strong>
        <span>{known.length > 0 ? summary : t('sensors.traffic_none')}</span>
      </figcaption>
      <svg viewBox="0 0 100 40" preserveAspectRatio="none" aria-hidden="true">
        {showsLimit && <line x1="0" x2="100" y1={y(limit.value)} y2={y(limit.value)} className={classes.limit} vectorEffect="non-scaling-stroke" />}
        {runs(points, stepMinutes).map((run) => {
          const line = run.map((point) => `${x(point.at).toFixed(2)},${y(point.value).toFixed(2)}`);
          const [first, last] = [x(run[0]?.at ?? from), x(run.at(-1)?.at ?? from)];
          return (
            <g key={run[0]?.at}>
              <polygon points={`${first.toFixed(2)},40 ${line.join(' ')} ${last.toFixed(2)},40`} className={classes.ground} />
              <polyline points={line.join(' ')} className={classes.line} vectorEffect="non-scaling-stroke" />
            </g>
          );
        })}
      </svg>
      <div className={classes.axis} aria-hidden="true">
        <span>{shortTime(new Date(from), language)}</span>
        {showsLimit && <span className={classes.limitName}>{limit.name}</span>}
        <span>{shortTime(new Date(until), language)}</span>
      </div>
      {known.length > 0 && (
        <details className={classes.table}>
          <summary>{t('sensors.values')}<span className="hidden-text">: {title}</span></summary>
          <div className={classes.scroll} tabIndex={0} role="region" aria-label={title}>
            <table>
              <thead><tr><th scope="col">{t('sensors.time')}</th><th scope="col">{title}</th></tr></thead>
              <tbody>
                {known.toReversed().map((point) => (
                  <tr key={point.at}><th scope="row">{shortTime(new Date(point.at), language)}</th><td>{format(point.value)}</td></tr>
                ))}
              </tbody>
            </table>
          </div>
        </details>
      )}
    </figure>
  );
}

type KnownPoint = { at: string; value: number };

/** Stretches without a gap of more than two steps. A point alone is drawn as a short level. */
export function runs(points: ChartPoint[], stepMinutes: number): KnownPoint[][] {
  const gap = 2.5 * stepMinutes * 60_000;
  const found: KnownPoint[][] = [];
  for (const { at, value } of points) {
    if (value === null) continue;
    const last = found.at(-1);
    const before = last?.at(-1);
    if (last && before && Date.parse(at) - Date.parse(before.at) <= gap) last.push({ at, value });
    else found.push([{ at, value }]);
  }
  return found.map((run) => {
    const [only] = run;
    if (run.length > 1 || !only) return run;
    return [only, { at: new Date(Date.parse(only.at) + stepMinutes * 60_000).toISOString(), value: only.value }];
  });
}
