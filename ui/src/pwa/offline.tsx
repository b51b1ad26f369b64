import { IconCloudOff } from '@tabler/icons-react';
import { useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { When } from '../words/when';
import { keptSince, subscribe } from './offline-state';
import classes from './offline.module.css';

/** Says that what is on the screen is old, and how old. */
export function OfflineBanner() {
  const { t } = useTranslation();
  const time = useSyncExternalStore(subscribe, keptSince);
  return (
    <div role="status" className={classes.place}>
      {time && (
        <p className={classes.banner}>
          <IconCloudOff size={20} aria-hidden="true" />
          <span>{t('offline.as_of')} <When at={time} as="short" /></span>
        </p>
      )}
    </div>
  );
}
