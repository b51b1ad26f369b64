import { Button, NativeSelect } from '@mantine/core';
import { IconBell, IconBellOff, IconSend, IconTrash } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { MailThreshold, Preferences } from '../api/types';
import { Card } from '../common/page';
import { pushQuery, useForgetBrowser, useKeepPreferences, useTestNotification } from '../notify/queries';
import { ownEndpointHash, readinessOf, subscribe, surroundings, unsubscribe } from '../pwa/push';
import { mailThresholds } from '../words/taxonomy';
import { When } from '../words/when';
import classes from './settings.module.css';
import { Outcome } from './settings-page';

/** Messages on this device: asked for with a clear word on what they show, and what to do where that needs a step before. */
export function PushCard({ preferences }: { preferences: Preferences }) {
  const { t } = useTranslation();
  const { data } = useQuery(pushQuery);
  const { data: own } = useQuery({ queryKey: ['own_push'], queryFn: ownEndpointHash });
  const keep = useKeepPreferences();
  const test = useTestNotification();
  const forget = useForgetBrowser();
  const readiness = readinessOf(surroundings());
  const browsers = data?.subscriptions ?? [];
  const isOn = browsers.some((browser) => browser.endpoint_hash === own);
  return (
    <Card title={t('notify.push')} note={t('notify.push_note')}>
      {readiness === 'ready' ? (
        <OptIn isOn={isOn} publicKey={data?.public_key} />
      ) : (
        <div className={classes.hint}>
          <p>{t(`push_readiness.${readiness}`)}</p>
          {readiness === 'needs_installation' && (
            <ol className={classes.steps}>
              <li>{t('notify.install_share')}</li>
              <li>{t('notify.install_add')}</li>
              <li>{t('notify.install_open')}</li>
            </ol>
          )}
        </div>
      )}
      {browsers.length > 0 && (
        <>
          <h3 className={classes.small}>{t('notify.devices')}</h3>
          <ul className={classes.list}>
            {browsers.map((browser) => (
              <li key={browser.id}>
                <span>
                  <strong>{browser.device}</strong> {browser.endpoint_hash === own && t('notify.this_device')}
                  <span className={classes.soft}>{t('notify.since')} <When at={browser.created_at} as="short" /></span>
                </span>
                <Button variant="default" size="compact-sm" leftSection={<IconTrash size={16} aria-hidden="true" />} aria-label={t('notify.forget_device', { name: browser.device })} onClick={() => forget.mutate(browser.id)}>
                  {t('notify.remove')}
                </Button>
              </li>
            ))}
          </ul>
          <NativeSelect
            label={t('settings.mail_on_incident')}
            value={preferences.push_from}
            data={mailThresholds.map((value) => ({ value, label: t(`mail_threshold.${value}`) }))}
            onChange={(event) => keep.mutate({ ...preferences, push_from: event.currentTarget.value as MailThreshold })}
          />
          <div className={classes.end}>
            <Button variant="default" leftSection={<IconSend size={18} aria-hidden="true" />} loading={test.isPending} onClick={() => test.mutate('push')}>
              {t('notify.test_push')}
            </Button>
          </div>
        </>
      )}
      <Outcome error={keep.error ?? test.error ?? forget.error} saved={keep.isSuccess} />
    </Card>
  );
}

function OptIn({ isOn, publicKey }: { isOn: boolean; publicKey?: string }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [refused, setRefused] = useState(false);
  const turn = useMutation({
    mutationFn: async () => {
      setRefused(false);
      if (isOn) await unsubscribe();
      else if (publicKey && !(await subscribe(publicKey))) setRefused(true);
    },
    onSettled: async () => {
      await queries.invalidateQueries({ queryKey: ['own_push'] });
      await queries.invalidateQueries({ queryKey: ['push'] });
    },
  });
  const Icon = isOn ? IconBellOff : IconBell;
  return (
    <>
      <Button variant={isOn ? 'default' : 'filled'} leftSection={<Icon size={18} aria-hidden="true" />} disabled={!publicKey} loading={turn.isPending} onClick={() => turn.mutate()}>
        {t(isOn ? 'notify.push_off' : 'notify.push_on')}
      </Button>
      <p role="status" className={classes.outcome} data-bad={turn.isError || refused || undefined}>
        {refused ? t('push_readiness.blocked') : turn.isError ? t('notify.push_failed') : ''}
      </p>
    </>
  );
}
