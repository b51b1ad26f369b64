import { Button, Checkbox, NativeSelect } from '@mantine/core';
import { IconArrowUp, IconPlus, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { EscalationPartner, MailThreshold, TenantNotification } from '../api/types';
import { Card } from '../common/page';
import { tenantNotificationQuery, useAllowPartner, useKeepTenantNotification } from '../notify/queries';
import { mailThresholds } from '../words/taxonomy';
import classes from './settings.module.css';
import { Outcome } from './settings-page';

const minuteChoices = [5, 10, 15, 30, 60, 120, 240];
const stepsMax = 10;
const zones = ['Asia/Tokyo', 'UTC', 'Asia/Seoul', 'Asia/Shanghai', 'Asia/Singapore', 'Asia/Bangkok', 'Europe/London', 'Europe/Berlin', 'America/New_York', 'America/Los_Angeles', 'Australia/Sydney'];

/** Who is told when nobody opens an incident, one after the other. */
export function EscalationCard() {
  const { t } = useTranslation();
  const { data } = useQuery(tenantNotificationQuery);
  const keep = useKeepTenantNotification();
  if (!data) return null;
  const { settings, people, partner } = data;
  const toPartner = partner?.may_act && settings.escalate_to_partner;
  const change = (part: Partial<TenantNotification>) => keep.mutate({ ...settings, ...part });
  const order = settings.escalate_to;
  const minutes = settings.escalate_after_minutes ?? 0;
  const name = (id: string) => people.find((person) => person.id === id)?.name ?? '';
  const others = people.filter(({ id }) => !order.includes(id));
  return (
    <Card title={t('notify.escalation')} note={t('notify.escalation_note')}>
      <div className={classes.fields}>
        <NativeSelect
          label={t('notify.escalate_after')}
          value={String(minutes)}
          data={[{ value: '0', label: t('notify.escalate_never') }, ...[...new Set([...minuteChoices, minutes])].filter(Boolean).sort((a, b) => a - b)
            .map((count) => ({ value: String(count), label: t('notify.escalate_minutes', { count }) }))]}
          onChange={(event) => change({ escalate_after_minutes: Number(event.currentTarget.value) || null })}
        />
        {minutes > 0 && (
          <>
            <NativeSelect
              label={t('notify.escalate_from')}
              value={settings.escalate_from}
              data={mailThresholds.filter((value) => value !== 'none').map((value) => ({ value, label: t(`mail_threshold.${value}`) }))}
              onChange={(event) => change({ escalate_from: event.currentTarget.value as MailThreshold })}
            />
            <div>
              <h3 className={classes.small}>{t('notify.escalate_to')}</h3>
              <ol className={classes.list}>
                {order.map((id, place) => (
                  <li key={id}>
                    <span><strong>{place + 1}. {name(id)}</strong></span>
                    <span className={classes.tools}>
                      {place > 0 && (
                        <Button variant="default" size="compact-sm" aria-label={t('notify.move_up', { name: name(id) })} onClick={() => change({ escalate_to: order.with(place, order[place - 1]!).with(place - 1, id) })}>
                          <IconArrowUp size={16} aria-hidden="true" />
                        </Button>
                      )}
                      <Button variant="default" size="compact-sm" aria-label={t('notify.remove_person', { name: name(id) })} onClick={() => change({ escalate_to: order.filter((one) => one !== id) })}>
                        <IconTrash size={16} aria-hidden="true" />
                      </Button>
                    </span>
                  </li>
                ))}
              </ol>
              {order.length === 0 && !partner && <p className={classes.soft}>{t('notify.escalate_nobody')}</p>}
              {others.length > 0 && order.length < stepsMax && (
                <NativeSelect
                  leftSection={<IconPlus size={16} aria-hidden="true" />}
                  aria-label={t('notify.add_person')}
                  value=""
                  data={[{ value: '', label: t('notify.add_person') }, ...others.map((person) => ({ value: person.id, label: person.name }))]}
                  onChange={(event) => event.currentTarget.value && change({ escalate_to: [...order, event.currentTarget.value] })}
                />
              )}
            </div>
            {partner && <Partner partner={partner} settings={settings} change={change} />}
            <Order names={[...order.map(name), ...(toPartner ? [t('notify.partner_named', { name: partner.name })] : [])]} minutes={minutes} />
          </>
        )}
        <NativeSelect
          label={t('notify.time_zone')}
          value={settings.time_zone}
          data={[...new Set([...zones, settings.time_zone])]}
          onChange={(event) => change({ time_zone: event.currentTarget.value })}
        />
      </div>
      <Outcome error={keep.error} saved={keep.isSuccess} />
    </Card>
  );
}

/** The customer's partner as the last step: whether it may act, and whether it is told. */
function Partner({ partner, settings, change }: { partner: EscalationPartner; settings: TenantNotification; change: (part: Partial<TenantNotification>) => void }) {
  const { t } = useTranslation();
  const allow = useAllowPartner();
  return (
    <div className={classes.fields}>
      <Checkbox
        label={t('notify.partner_may_act', { name: partner.name })}
        description={t('notify.partner_may_act_note')}
        checked={allow.isPending ? allow.variables : partner.may_act}
        onChange={(event) => allow.mutate(event.currentTarget.checked)}
      />
      <Checkbox
        label={t('notify.escalate_to_partner')}
        description={partner.may_act ? t('notify.escalate_to_partner_note') : t('notify.escalate_needs_leave')}
        disabled={!partner.may_act}
        checked={Boolean(partner.may_act && settings.escalate_to_partner)}
        onChange={(event) => change({ escalate_to_partner: event.currentTarget.checked })}
      />
      <Outcome error={allow.error} saved={allow.isSuccess} />
    </div>
  );
}

/** Who is told when, in words. */
function Order({ names, minutes }: { names: string[]; minutes: number }) {
  const { t } = useTranslation();
  if (names.length === 0) return null;
  return (
    <p className={classes.order} role="status">
      {names.map((name, place) => (
        <span key={name}>
          {place > 0 && <span aria-hidden="true"> → </span>}
          {t('notify.escalate_step', { count: minutes * (place + 1), name })}
        </span>
      ))}
    </p>
  );
}
