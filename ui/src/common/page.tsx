import { Button } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { type ReactNode, useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { Refused } from '../api/client';
import classes from './page.module.css';

/** A page with its title, which also becomes the title of the browser's tab. */
export function Page({ title, aside, children }: { title: string; aside?: ReactNode; children: ReactNode }) {
  useTabTitle(title);
  return (
    <div className={classes.page}>
      <header className={classes.head}>
        <h1 className={classes.title}>{title}</h1>
        {aside && <div className={classes.aside}>{aside}</div>}
      </header>
      {children}
    </div>
  );
}

export function useTabTitle(title: string) {
  useEffect(() => {
    document.title = title ? `${title} · Hinomi` : 'Hinomi';
  }, [title]);
}

/** A white sheet with a heading. */
export function Card({
  title, note, children, className = '', aside,
}: { title?: string; note?: ReactNode; children: ReactNode; className?: string; aside?: ReactNode }) {
  return (
    <section className={`${classes.card} ${className}`}>
      {title && (
        <div className={classes.cardHead}>
          <h2 className={classes.cardTitle}>{title}</h2>
          {aside}
        </div>
      )}
      {note && <p className={classes.note}>{note}</p>}
      {children}
    </section>
  );
}

/** Says that there is nothing, and why that may be. */
export function Empty({ title, children, icon }: { title: string; children?: ReactNode; icon?: ReactNode }) {
  return (
    <div className={classes.empty}>
      {icon}
      <p className={`${classes.emptyTitle} phrases`}>{title}</p>
      {children}
    </div>
  );
}

/** Says that something could not be read, and offers to try again. */
export function Failure({ error, retry }: { error: unknown; retry?: () => void }) {
  const { t } = useTranslation();
  return (
    <div className={classes.failure} role="alert">
      <p className={classes.emptyTitle}>{t('failure.title')}</p>
      <p>{failureWords(error, t('failure.unreachable'))}</p>
      {retry && (
        <Button variant="default" leftSection={<IconRefresh size={18} aria-hidden="true" />} onClick={retry}>
          {t('failure.retry')}
        </Button>
      )}
    </div>
  );
}

/** The portal's own words where it gave any. */
export function failureWords(error: unknown, otherwise: string): string {
  return error instanceof Refused && error.message ? error.message : otherwise;
}

/** Names and values, one row each; rows without value are left out. */
export function Facts({ rows }: { rows: [name: string, value: ReactNode][] }) {
  return (
    <dl className={classes.facts}>
      {rows
        .filter(([, value]) => value !== null && value !== undefined && value !== '')
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}
