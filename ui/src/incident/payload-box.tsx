import { useMediaQuery } from '@mantine/hooks';
import { Fragment } from 'react';
import { useTranslation } from 'react-i18next';
import type { EvidenceLine } from '../api/types';
import { type Excerpt, excerptsOf, hexadecimal, readable, type Run, rowsOf } from './payload';
import classes from './payload.module.css';

/** The bytes that a rule looked at, what it found in them marked. */
export function Payload({ event }: { event: EvidenceLine['event'] }) {
  return excerptsOf(event).map((excerpt, place) => <Bytes key={place} excerpt={excerpt} />);
}

function Bytes({ excerpt }: { excerpt: Excerpt }) {
  const { t } = useTranslation();
  const isNarrow = useMediaQuery('(max-width: 48em)', false, { getInitialValueInEffect: false });
  const title = excerpt.buffer ? t('incident.payload_of', { buffer: excerpt.buffer }) : t('incident.payload');
  return (
    <section className={classes.payload}>
      <h3>{title}</h3>
      {excerpt.found.length > 0 && (
        <p className={classes.found}>
          {t('incident.payload_found')}{' '}
          {excerpt.found.map(([from, to], place) => (
            <Fragment key={from}>
              {place > 0 && <span aria-hidden="true"> / </span>}
              <mark><code>{readable(excerpt.bytes.slice(from, to))}</code></mark>
              <span className={classes.where}> {t('incident.payload_at', { from: excerpt.offset + from, to: excerpt.offset + to - 1 })}</span>
            </Fragment>
          ))}
        </p>
      )}
      {/* Scrolls where it is wider or longer than the box, also by keyboard. */}
      <div className={classes.box} tabIndex={0} role="region" aria-label={title}>
        <table>
          <thead className="hidden-text">
            <tr><th scope="col">{t('incident.payload_place')}</th><th scope="col">{t('incident.payload_hex')}</th><th scope="col">{t('incident.payload_text')}</th></tr>
          </thead>
          <tbody>
            {rowsOf(excerpt, isNarrow ? 8 : 16).map((row) => (
              <tr key={row.offset}>
                <th scope="row">{row.offset.toString(16).padStart(4, '0')}</th>
                <td><Runs runs={row.runs} as={hexadecimal} between=" " /></td>
                <td><Runs runs={row.runs} as={readable} between="" /></td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Runs({ runs, as, between }: { runs: Run[]; as: (bytes: number[]) => string; between: string }) {
  return runs.map((run, place) => (
    <Fragment key={place}>
      {place > 0 && between}
      {run.found ? <mark>{as(run.bytes)}</mark> : as(run.bytes)}
    </Fragment>
  ));
}
