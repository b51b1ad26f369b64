import { useTranslation } from 'react-i18next';
import { Page } from '../common/page';
import { Passkeys, SecondFactor } from '../settings/security';
import classes from './people.module.css';

/** All that there is for whoever lacks the second factor that the tenant demands. */
export function ArrivalPage() {
  const { t } = useTranslation();
  return (
    <Page title={t('arrival.title')}>
      <p className="phrases">{t('arrival.lead')}</p>
      <div className={classes.stack}>
        <Passkeys />
        <SecondFactor />
      </div>
    </Page>
  );
}
