import { IconAntennaBars5, IconAntennaBarsOff } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useLive } from '../api/live';
import classes from './shell.module.css';

/** Whether news arrive by themselves at the moment. */
export function LiveState() {
  const { t } = useTranslation();
  const { connection } = useLive();
  const lost = connection === 'lost';
  const Icon = lost ? IconAntennaBarsOff : IconAntennaBars5;
  return (
    <p className={classes.live} data-lost={lost || undefined} role="status" title={t(`live.${connection}_hint`)}>
      <Icon size={18} aria-hidden="true" />
      <span>{t(`live.${connection}`)}</span>
    </p>
  );
}
