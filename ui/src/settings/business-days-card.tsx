import { Checkbox } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Weekday } from '../api/types';
import { Card } from '../common/page';
import { useLanguage } from '../i18n/language';
import { tenantNotificationQuery, useKeepTenantNotification } from '../notify/queries';
import classes from './settings.module.css';
import { Outcome } from './settings-page';

const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const satisfies Weekday[];
/** A Monday. */
const firstDayMs = Date.UTC(2026, 0, 5);
const dayMs = 86_400_000;

/** On which days the company is at work: deadlines fall on these. */
export function BusinessDaysCard() {
  const { t } = useTranslation();
  const language = useLanguage();
  const { data } = useQuery(tenantNotificationQuery);
  const keep = useKeepTenantNotification();
  if (!data) return null;
  const { settings } = data;
  const days = settings.business_days ?? { weekdays: [...weekdays], rests_on_holidays: true };
  const change = (part: Partial<typeof days>) => keep.mutate({ ...settings, business_days: { ...days, ...part } });
  const name = (day: Weekday, form: 'short' | 'long') =>
    new Intl.DateTimeFormat(language, { weekday: form, timeZone: 'UTC' }).format(firstDayMs + weekdays.indexOf(day) * dayMs);
  const open = weekdays.filter((day) => days.weekdays.includes(day));
  const listed = open.map((day) => name(day, 'short')).join(t('notify.day_separator'));
  return (
    <Card title={t('notify.business_days')} note={t('notify.business_days_note')}>
      <div className={classes.fields}>
        <Checkbox.Group label={t('notify.weekdays')} value={open} onChange={(chosen) => chosen.length > 0 && change({ weekdays: weekdays.filter((day) => chosen.includes(day)) })}>
          <div className={classes.days}>
            {weekdays.map((day) => <Checkbox key={day} value={day} label={<span aria-label={name(day, 'long')}>{name(day, 'short')}</span>} disabled={open.length === 1 && open[0] === day} />)}
          </div>
        </Checkbox.Group>
        <Checkbox label={t('notify.rests_on_holidays')} checked={days.rests_on_holidays} onChange={(event) => change({ rests_on_holidays: event.currentTarget.checked })} />
        <p className={classes.order} role="status">{t(days.rests_on_holidays ? 'notify.business_words_holidays' : 'notify.business_words', { days: listed })}</p>
      </div>
      <Outcome error={keep.error} saved={keep.isSuccess} />
    </Card>
  );
}
