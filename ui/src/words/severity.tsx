import { useTranslation } from 'react-i18next';
import type { Severity } from '../api/types';
import classes from './words.module.css';

/** One shape a severity, so that colour is never the only sign: flame, triangle, diamond, circle. */
export function SeverityMark({ severity, size = 16 }: { severity: Severity; size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 16 16" fill="currentColor" aria-hidden="true" className={classes.mark}>
      {shapes[severity]}
    </svg>
  );
}

const shapes = {
  critical: (
    <path d="M8.6.6c.5 2.3-.4 3.4-1.6 4.6C5.6 6.6 3.5 8 3.5 10.9 3.5 13.5 5.5 15.5 8 15.5s4.5-2 4.5-4.6c0-1.9-.8-3.3-1.7-4.4-.2 1.1-.6 1.7-1.3 2.2C9.9 5.9 10.2 2.8 8.6.6Z" />
  ),
  high: <path d="M8 1.2 15.5 14.5H.5ZM7.2 6v4.3h1.6V6Zm0 5.4V13h1.6v-1.6Z" fillRule="evenodd" />,
  medium: <path d="M8 1 15 8l-7 7-7-7Z" />,
  low: <path d="M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11Zm0 2a3.5 3.5 0 1 1 0 7 3.5 3.5 0 0 1 0-7Z" />,
};

/** Severity as shape, word and colour. */
export function SeverityBadge({ severity }: { severity: Severity }) {
  const { t } = useTranslation();
  return (
    <span className={classes.badge} data-severity={severity}>
      <SeverityMark severity={severity} size={14} />
      {t(`severity.${severity}`)}
    </span>
  );
}
