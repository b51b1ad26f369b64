import { IconAlarm, IconClockExclamation } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { IncidentSummary } from '../api/types';
import { duration } from '../i18n/format';
import { useLanguage } from '../i18n/language';
import classes from './words.module.css';
import { useMinute, When } from './when';

/** Whether nobody has taken it up in time. */
export function isOverdue({ handling, due_at }: Pick<IncidentSummary, 'handling' | 'due_at'>, now: Date): boolean {
  return handling === 'new' && !!due_at && new Date(due_at) < now;
}

/** Marks what is overdue in a list. */
export function Overdue({ incident }: { incident: IncidentSummary }) {
  const { t } = useTranslation();
  const now = useMinute();
  if (!isOverdue(incident, now)) return null;
  return (
    <span className={classes.badge} data-tone="bad">
      <IconClockExclamation size={15} aria-hidden="true" />
      {t('due.overdue')}
    </span>
  );
}

/** By when it has to be taken up, and how long that is from now. */
export function Due({ incident }: { incident: IncidentSummary }) {
  if (incident.handling !== 'new' || !incident.due_at) return null;
  return <Until at={incident.due_at} />;
}

/** A deadline, and how long that is from now. */
export function Until({ at }: { at: string }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const now = useMinute();
  const over = new Date(at) < now;
  const seconds = Math.abs(new Date(at).getTime() - now.getTime()) / 1000;
  const span = duration(Math.max(60, Math.floor(seconds / 60) * 60), language);
  const Icon = over ? IconClockExclamation : IconAlarm;
  return (
    <span className={classes.due} data-overdue={over || undefined}>
      <Icon size={17} aria-hidden="true" />
      <span>{t('due.by')} <When at={at} as="short" /></span>
      <span>{over ? t('due.over', { span }) : t('due.left', { span })}</span>
    </span>
  );
}
