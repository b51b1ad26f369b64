import type { ReactNode } from 'react';
import { count } from '../i18n/format';
import { useLanguage } from '../i18n/language';
import classes from './bars.module.css';

/** Names with a figure and a bar each. */
export function Bars({ rows }: { rows: { key: string; name: string; count: number; link: ReactNode }[] }) {
  const language = useLanguage();
  const highest = Math.max(1, ...rows.map((row) => row.count));
  return (
    <ul className={classes.bars}>
      {rows.map((row) => (
        <li key={row.key}>
          <span className={classes.name}>{row.link}</span>
          <span className={`${classes.count} figures`}>{count(row.count, language)}</span>
          <div className={classes.track} aria-hidden="true">
            <div style={{ width: `${(row.count / highest) * 100}%` }} />
          </div>
        </li>
      ))}
    </ul>
  );
}
