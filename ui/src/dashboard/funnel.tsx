import { useTranslation } from 'react-i18next';
import type { Dashboard } from '../api/types';
import { count } from '../i18n/format';
import { useLanguage } from '../i18n/language';
import classes from './funnel.module.css';

const steps = ['packets', 'events', 'detections', 'incidents', 'notified'] as const;

/** How little of what passes somebody has to read. Bars grow with the number of digits: true to scale the later ones were invisible. */
export function Funnel({ funnel }: Pick<Dashboard, 'funnel'>) {
  const { t } = useTranslation();
  const language = useLanguage();
  const digits = (value: number) => Math.log10(value + 1);
  const widest = Math.max(1, digits(funnel.packets), digits(funnel.events));
  return (
    <ol className={classes.funnel}>
      {steps.map((step) => (
        <li key={step}>
          <span className={classes.name}>{t(`funnel.${step}`)}</span>
          <strong className="figures">{count(funnel[step], language)}</strong>
          <span className={classes.meaning}>{t(`funnel.${step}_meaning`)}</span>
          <div className={classes.bar} aria-hidden="true"><div style={{ width: `${(digits(funnel[step]) / widest) * 100}%` }} /></div>
        </li>
      ))}
    </ol>
  );
}
