import { useTranslation } from 'react-i18next';
import type { Dashboard } from '../api/types';
import { count } from '../i18n/format';
import { useLanguage } from '../i18n/language';
import classes from './funnel.module.css';

/** How many machines are seen, of how many that the contract covers. */
export function CoverageLine({ coverage: { endpoints_seen: seen, endpoints_licensed: licensed } }: Pick<Dashboard, 'coverage'>) {
  const { t } = useTranslation();
  const language = useLanguage();
  if (seen == null) return null;
  const said = count(seen, language);
  return (
    <div className={classes.coverage}>
      <p>
        {licensed != null
          ? t('dashboard.coverage_of', { seen: said, licensed: count(licensed, language) })
          : t('dashboard.coverage', { seen: said })}
      </p>
      {licensed != null && licensed > 0 && (
        <div className={classes.meter} data-over={seen > licensed || undefined} aria-hidden="true">
          <div style={{ width: `${Math.min(100, (seen / licensed) * 100)}%` }} />
        </div>
      )}
      {licensed != null && seen > licensed && <p className={classes.over}>{t('dashboard.coverage_over')}</p>}
    </div>
  );
}
