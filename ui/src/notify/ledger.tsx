import {
  IconBell, IconBrandSlack, IconBrandTeams, IconCircleCheck, IconCircleX, IconClock, IconEye, IconMail, IconMessageCircle,
  IconPlayerSkipForward, IconSend, IconServer, IconStack2, IconWebhook,
} from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { Channel, Delivery, DeliveryState } from '../api/types';
import { When } from '../words/when';
import words from '../words/words.module.css';
import classes from './ledger.module.css';

const channelIcons = {
  mail: IconMail, push: IconBell, webhook: IconWebhook, slack: IconBrandSlack, teams: IconBrandTeams, line: IconMessageCircle,
  syslog: IconServer,
} as const satisfies Record<Channel, unknown>;

const stateLooks = {
  waiting: { tone: 'plain', Icon: IconClock },
  gathered: { tone: 'plain', Icon: IconStack2 },
  sent: { tone: 'plain', Icon: IconSend },
  accepted: { tone: 'plain', Icon: IconCircleCheck },
  opened: { tone: 'ok', Icon: IconEye },
  failed: { tone: 'bad', Icon: IconCircleX },
  superseded: { tone: 'plain', Icon: IconPlayerSkipForward },
} as const satisfies Record<DeliveryState, unknown>;

/** What became of messages, one line each. */
export function Ledger({ lines }: { lines: Delivery[] }) {
  return (
    <ol className={classes.ledger}>
      {lines.map((line) => <Line key={line.id} line={line} />)}
    </ol>
  );
}

function Line({ line }: { line: Delivery }) {
  const { t } = useTranslation();
  const Icon = channelIcons[line.channel];
  const who = line.person ?? line.label;
  const device = line.person ? line.label : '';
  return (
    <li className={classes.line}>
      <Icon size={20} stroke={1.6} aria-hidden="true" className={classes.icon} />
      <div className={classes.words}>
        <p className={classes.who}>
          <strong>{who || t('notify.you')}</strong>
          <span>{t(`channel.${line.channel}`)}{device && ` · ${device}`}</span>
          <StateBadge state={line.state} />
        </p>
        <p className={classes.facts}>
          <span>{t(`delivery_reason.${line.reason}`)} <When at={line.created_at} as="short" /></span>
          <Progress line={line} />
        </p>
        {line.last_error && (
          <p className={classes.error}>
            {t('notify.trouble', { reason: line.last_error })} {line.attempts > 1 && t('notify.attempts', { count: line.attempts })}
          </p>
        )}
      </div>
    </li>
  );
}

function Progress({ line }: { line: Delivery }) {
  const { t } = useTranslation();
  if (line.opened_at) return <span>{t('notify.opened_at')} <When at={line.opened_at} as="short" /></span>;
  if (line.accepted_at) return <span>{t('notify.accepted_at')} <When at={line.accepted_at} as="clock" /></span>;
  if (line.sent_at) return <span>{t('notify.sent_at')} <When at={line.sent_at} as="clock" /></span>;
  if (line.next_at) return <span>{t('notify.next_at')} <When at={line.next_at} as="short" /></span>;
  return null;
}

function StateBadge({ state }: { state: DeliveryState }) {
  const { t } = useTranslation();
  const { tone, Icon } = stateLooks[state];
  return (
    <span className={words.badge} data-tone={tone}>
      <Icon size={15} aria-hidden="true" />
      {t(`delivery_state.${state}`)}
    </span>
  );
}
