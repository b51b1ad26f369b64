import { Button, Group, Modal, Skeleton } from '@mantine/core';
import { IconArrowLeft } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { suppressionsQuery, useRevokeSuppression } from '../api/incident-queries';
import type { Suppression } from '../api/types';
import { Card, Empty, Facts, Failure, failureWords, Page } from '../common/page';
import { useMay } from '../common/rights';
import { count } from '../i18n/format';
import { useLanguage } from '../i18n/language';
import { useMinute, When } from '../words/when';
import classes from './suppressions.module.css';

/** What is hidden as being one's own, until when, and the way back. */
export function SuppressionsPage() {
  const { t } = useTranslation();
  const { data, error, refetch } = useQuery(suppressionsQuery);
  const now = useMinute();
  const holds = (one: Suppression) => !one.revoked_at && new Date(one.expires_at) > now;
  const items = data?.items ?? [];
  const over = items.filter((one) => !holds(one));
  return (
    <Page title={t('suppressions.title')}>
      <Link to="/incidents" className={classes.back}><IconArrowLeft size={18} aria-hidden="true" /> {t('incident.back')}</Link>
      <p className={classes.lead}>{t('suppressions.lead')}</p>
      {error && !data && <Card><Failure error={error} retry={() => void refetch()} /></Card>}
      {!error && !data && <Skeleton height={240} radius="lg" aria-busy="true" />}
      {data && items.length === 0 && <Card><Empty title={t('suppressions.none')}><p className="phrases">{t('suppressions.none_hint')}</p></Empty></Card>}
      {items.filter(holds).map((one) => <One key={one.id} suppression={one} holds />)}
      {over.length > 0 && <h2 className={classes.over}>{t('suppressions.over')}</h2>}
      {over.map((one) => <One key={one.id} suppression={one} holds={false} />)}
    </Page>
  );
}

function One({ suppression, holds }: { suppression: Suppression; holds: boolean }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const may = useMay();
  const [asking, setAsking] = useState(false);
  const { scope } = suppression;
  const rules = scope.rules ?? [];
  return (
    <Card title={suppression.reason || t('suppressions.no_reason')} aside={holds && may.revokeSuppressions && <Button variant="default" onClick={() => setAsking(true)}>{t('suppressions.revoke')}</Button>}>
      <Facts
        rows={[
          [t('incidents.host'), scope.host ?? t('suppressions.every_host')],
          [t('suppression.rules'), rules.length > 0 ? rules.map((rule) => `${t(`detector.${rule.detector}`)} ${rule.id}`).join(t('list_comma')) : t('suppressions.every_rule')],
          [t('suppression.peer'), scope.peer ?? t('suppression.any_peer')],
          [t('suppressions.made'), <span key="made">{suppression.created_by?.name} <When at={suppression.created_at} as="short" /></span>],
          suppression.revoked_at
            ? [t('suppressions.revoked'), <span key="revoked">{suppression.revoked_by?.name} <When at={suppression.revoked_at} as="short" /></span>]
            : [t('suppressions.until'), <When key="until" at={suppression.expires_at} as="exact" />],
          [t(suppression.revoked_at ? 'suppressions.reach_revoked' : 'suppressions.reach'), (holds || suppression.revoked_at) && <Reach key="reach" reach={suppression.reach} />],
          [t('suppressions.hidden'), suppression.hidden > 0 && <Link key="hidden" to="/incidents" search={{ suppressed: 'only' }}>{t('suppressions.hidden_count', { count: suppression.hidden, formatted: count(suppression.hidden, language) })}</Link>],
          [t('suppressions.because'), suppression.incident && <Link key="because" to="/incidents/$id" params={{ id: suppression.incident }}>{t('suppressions.incident')}</Link>],
        ]}
      />
      {asking && <Revoke suppression={suppression} close={() => setAsking(false)} />}
    </Card>
  );
}

/** Whether the sensors know of it yet. */
function Reach({ reach }: { reach: Suppression['reach'] }) {
  const { t } = useTranslation();
  const { sensors, reached, complete_at } = reach;
  if (sensors === 0) return t('suppressions.no_sensors');
  if (!complete_at) return <span>{t('suppressions.reached_some', { reached, sensors })} <small className={classes.waits}>{t('suppressions.reached_later')}</small></span>;
  return <span>{t('suppressions.reached_all', { count: sensors })} <When at={complete_at} as="short" /></span>;
}

function Revoke({ suppression, close }: { suppression: Suppression; close: () => void }) {
  const { t } = useTranslation();
  const revoke = useRevokeSuppression();
  return (
    <Modal opened onClose={close} title={t('suppressions.revoke')} centered closeButtonProps={{ 'aria-label': t('close') }}>
      <p>{t('suppressions.revoke_meaning', { count: suppression.hidden })}</p>
      {revoke.error && <p role="alert" className={classes.error}>{failureWords(revoke.error, t('failure.unreachable'))}</p>}
      <Group justify="flex-end" mt="md">
        <Button variant="default" onClick={close}>{t('cancel')}</Button>
        <Button loading={revoke.isPending} onClick={() => revoke.mutate(suppression.id, { onSuccess: close })}>{t('suppressions.revoke')}</Button>
      </Group>
    </Modal>
  );
}
