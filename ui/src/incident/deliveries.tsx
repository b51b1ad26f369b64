import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { Card } from '../common/page';
import { Ledger } from '../notify/ledger';
import { incidentDeliveriesQuery, markOpened } from '../notify/queries';

/** Who was told of the incident, by which way, and what became of it. Whoever sees this has opened the incident. */
export function Deliveries({ id }: { id: string }) {
  const { t } = useTranslation();
  const { data } = useQuery(incidentDeliveriesQuery(id));
  useNoteOpened(id);
  if (!data) return null;
  return (
    <Card title={t('notify.ledger')} note={data.items.length === 0 ? t('notify.ledger_empty') : undefined}>
      {data.items.length > 0 && <Ledger lines={data.items} />}
    </Card>
  );
}

function useNoteOpened(id: string) {
  const queries = useQueryClient();
  useEffect(() => {
    // A page that nobody sees yet is not read.
    const note = () => {
      if (document.visibilityState !== 'visible') return;
      document.removeEventListener('visibilitychange', note);
      // Without a line to the portal nothing is lost: the next visit notes it.
      markOpened(id).then(() => queries.invalidateQueries({ queryKey: incidentDeliveriesQuery(id).queryKey }), () => {});
    };
    document.addEventListener('visibilitychange', note);
    note();
    return () => document.removeEventListener('visibilitychange', note);
  }, [id, queries]);
}
