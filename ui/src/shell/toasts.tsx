import { CloseButton } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLive } from '../api/live';
import { incidentQuery } from '../api/queries';
import type { IncidentDetail } from '../api/types';
import { useText } from '../i18n/language';
import { SeverityBadge } from '../words/severity';
import classes from './toasts.module.css';

const shownAtOnce = 3;
const shownMs = 12_000;

/** Says quietly that a new incident arrived; the lists have it already. */
export function Toasts() {
  const { t } = useTranslation();
  const text = useText();
  const queries = useQueryClient();
  const { onNewIncident } = useLive();
  const [arrived, setArrived] = useState<IncidentDetail[]>([]);
  const timers = useRef(new Set<ReturnType<typeof setTimeout>>());

  const dismiss = (id: string) => setArrived((all) => all.filter((one) => one.id !== id));

  useEffect(() => {
    const pending = timers.current;
    const stop = onNewIncident(async ({ id, severity }) => {
      // Low is for the record and disturbs nobody.
      if (severity === 'low') return;
      const incident = await queries.fetchQuery(incidentQuery(id)).catch(() => null);
      if (!incident) return;
      setArrived((all) => [incident, ...all.filter((one) => one.id !== id)].slice(0, shownAtOnce));
      const timer = setTimeout(() => {
        pending.delete(timer);
        dismiss(id);
      }, shownMs);
      pending.add(timer);
    });
    return () => {
      stop();
      for (const timer of pending) clearTimeout(timer);
      pending.clear();
    };
  }, [onNewIncident, queries]);

  return (
    <div className={classes.stack} role="status" aria-live="polite">
      {arrived.map((incident) => (
        <div key={incident.id} className={classes.toast}>
          <div className={classes.body}>
            <p className={classes.head}>
              <strong>{t('live.new_incident')}</strong>
              <SeverityBadge severity={incident.severity} />
            </p>
            <Link className="phrases" to="/incidents/$id" params={{ id: incident.id }} onClick={() => dismiss(incident.id)}>
              {text(incident.title)}
            </Link>
          </div>
          <CloseButton aria-label={t('live.dismiss')} onClick={() => dismiss(incident.id)} />
        </div>
      ))}
    </div>
  );
}
