import { IconCircleCheck, IconCircleDashed, IconCircleDot, IconCircleX, IconClockExclamation, IconEye, IconMessageQuestion, IconPlugConnectedX, IconProgress } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { Communication, Handling, Resolution, SensorState, Status } from '../api/types';
import classes from './words.module.css';

const handlingLooks = {
  new: { tone: 'warn', Icon: IconCircleDot },
  in_progress: { tone: 'plain', Icon: IconProgress },
  acknowledged: { tone: 'plain', Icon: IconEye },
  awaiting_customer: { tone: 'warn', Icon: IconMessageQuestion },
  resolved: { tone: 'ok', Icon: IconCircleCheck },
} as const;

/** How far people have come with an incident, and how it ended. */
export function HandlingBadge({ handling, resolution }: { handling: Handling; resolution?: Resolution | null }) {
  const { t } = useTranslation();
  const { tone, Icon } = handlingLooks[handling];
  return (
    <span className={classes.badge} data-tone={tone}>
      <Icon size={15} aria-hidden="true" />
      {t(`handling.${handling}`)}
      {resolution && t('resolved_as', { resolution: t(`resolution_short.${resolution}`) })}
    </span>
  );
}

const sensorLooks = {
  online: { tone: 'ok', Icon: IconCircleCheck },
  late: { tone: 'warn', Icon: IconClockExclamation },
  offline: { tone: 'bad', Icon: IconPlugConnectedX },
  never: { tone: 'plain', Icon: IconCircleDashed },
} as const;

/** Whether a sensor is heard from. */
export function SensorBadge({ state }: { state: SensorState }) {
  const { t } = useTranslation();
  const { tone, Icon } = sensorLooks[state];
  return (
    <span className={classes.badge} data-tone={tone}>
      <Icon size={15} aria-hidden="true" />
      {t(`sensor_state.${state}`)}
    </span>
  );
}

/** Whether an incident may still grow. */
export function StatusBadge({ status }: { status: Status }) {
  const { t } = useTranslation();
  const Icon = status === 'open' ? IconProgress : IconCircleX;
  return (
    <span className={classes.badge} data-tone="plain">
      <Icon size={15} aria-hidden="true" />
      {t(`status.${status}`)}
    </span>
  );
}

/** Names of communications, comma between them. */
export function Communications({ of, most = of.length }: { of: Communication[]; most?: number }) {
  const { t } = useTranslation();
  const shown = of.slice(0, most).map((one) => t(`communication.${one}`));
  const more = of.length - shown.length;
  return (
    <span>
      {shown.join(t('list_comma'))}
      {more > 0 && ` ${t('and_more', { count: more })}`}
    </span>
  );
}
