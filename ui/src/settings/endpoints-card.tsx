import { Button, Modal } from '@mantine/core';
import { IconPencil, IconPlus, IconSend, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Endpoint } from '../api/types';
import { Card, failureWords } from '../common/page';
import { Ledger } from '../notify/ledger';
import { endpointsQuery, useRemoveEndpoint, useTestEndpoint } from '../notify/queries';
import { AddEndpoint } from './add-endpoint';
import { EditEndpoint } from './edit-endpoint';
import classes from './settings.module.css';

/** The company's systems that are told: webhooks, chats, log servers. */
export function EndpointsCard() {
  const { t } = useTranslation();
  const { data } = useQuery(endpointsQuery);
  const [adding, setAdding] = useState(false);
  return (
    <Card title={t('notify.endpoints')} note={t('notify.endpoints_note')}>
      <ul className={classes.systems}>
        {data?.items.map((endpoint) => <System key={endpoint.id} endpoint={endpoint} />)}
      </ul>
      <div className={classes.end}>
        <Button variant="default" leftSection={<IconPlus size={18} aria-hidden="true" />} onClick={() => setAdding(true)}>{t('notify.endpoint_add')}</Button>
      </div>
      <AddEndpoint opened={adding} close={() => setAdding(false)} />
    </Card>
  );
}

function System({ endpoint }: { endpoint: Endpoint }) {
  const { t } = useTranslation();
  const test = useTestEndpoint(endpoint.id);
  const remove = useRemoveEndpoint(endpoint.id);
  const [asking, setAsking] = useState(false);
  const [editing, setEditing] = useState(false);
  const error = test.error ?? remove.error;
  return (
    <li>
      <p><strong>{endpoint.name}</strong> <span className={classes.soft}>{t(`channel.${endpoint.channel}`)} · {t(`endpoint_threshold.${endpoint.severity_from}`)}</span></p>
      {endpoint.channel !== 'line' && <p className={classes.address}><code>{endpoint.address}</code></p>}
      {endpoint.last && <Ledger lines={[endpoint.last]} />}
      {error && <p role="alert" className={classes.outcome} data-bad>{failureWords(error, t('failure.unreachable'))}</p>}
      <div className={classes.tools}>
        <Button variant="default" size="compact-sm" leftSection={<IconSend size={16} aria-hidden="true" />} aria-label={t('notify.test_endpoint', { name: endpoint.name })} loading={test.isPending} onClick={() => test.mutate()}>{t('notify.test')}</Button>
        <Button variant="default" size="compact-sm" leftSection={<IconPencil size={16} aria-hidden="true" />} aria-label={t('notify.edit_endpoint', { name: endpoint.name })} onClick={() => setEditing(true)}>{t('notify.edit')}</Button>
        <Button variant="default" size="compact-sm" leftSection={<IconTrash size={16} aria-hidden="true" />} aria-label={t('notify.remove_endpoint', { name: endpoint.name })} onClick={() => setAsking(true)}>{t('notify.remove')}</Button>
      </div>
      {editing && <EditEndpoint endpoint={endpoint} close={() => setEditing(false)} />}
      <Modal opened={asking} onClose={() => setAsking(false)} title={t('notify.remove_endpoint', { name: endpoint.name })} centered closeButtonProps={{ 'aria-label': t('close') }}>
        <p>{t('notify.remove_endpoint_meaning')}</p>
        <div className={classes.end}>
          <Button variant="default" onClick={() => setAsking(false)}>{t('cancel')}</Button>
          <Button color="red" loading={remove.isPending} onClick={() => remove.mutate()}>{t('notify.remove')}</Button>
        </div>
      </Modal>
    </li>
  );
}
