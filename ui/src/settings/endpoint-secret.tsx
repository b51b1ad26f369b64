import { IconAlertTriangle } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Copy } from '../common/copy';
import classes from './settings.module.css';

/** The secret that signs what a system is sent, this once. */
export function EndpointSecret({ secret }: { secret: string }) {
  const { t } = useTranslation();
  return (
    <>
      <p className={classes.warning}><IconAlertTriangle size={20} aria-hidden="true" /><span>{t('notify.secret_once')}</span></p>
      <p className={classes.secretLine}><code>{secret}</code><Copy text={secret} prominent label={t('notify.secret_copy')} /></p>
    </>
  );
}
