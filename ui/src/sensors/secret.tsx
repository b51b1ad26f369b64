import { IconAlertTriangle } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { SensorWithSecret } from '../api/types';
import { Copy } from '../common/copy';
import { When } from '../words/when';
import classes from './sensors.module.css';

/** The one-time secret with what to do with it. */
export function Secret({ made }: { made: SensorWithSecret }) {
  const { t } = useTranslation();
  return (
    <div className={classes.secret}>
      <p className={classes.warning}>
        <IconAlertTriangle size={20} aria-hidden="true" />
        <span>{t('sensors.secret_once')}</span>
      </p>
      <div className={classes.secretLine}>
        <code data-testid="enrolment-secret">{made.enrolment_secret}</code>
        <Copy text={made.enrolment_secret} prominent label={t('sensors.secret_copy')} />
      </div>
      <p className={classes.soft}>{t('sensors.secret_until')} <When at={made.expires_at} as="exact" /></p>
      <ol className={classes.steps}>
        <li>{t('sensors.step_mirror')}</li>
        <li>{t('sensors.step_enter')}</li>
        <li>{t('sensors.step_wait')}</li>
      </ol>
    </div>
  );
}
