import { IconCheck } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { Stage } from '../api/types';
import { Card } from '../common/page';
import { stages as all } from '../words/taxonomy';
import classes from './chain.module.css';

/** How far along the attack is: the seven stages, those seen marked, the furthest explained. */
export function Chain({ stages }: { stages: Stage[] }) {
  const { t } = useTranslation();
  const furthest = all.findLast((stage) => stages.includes(stage));
  return (
    <Card title={t('incident.chain')} note={t('incident.chain_note')}>
      <ol className={classes.chain}>
        {all.map((stage, place) => {
          const seen = stages.includes(stage);
          return (
            <li key={stage} data-seen={seen || undefined} data-furthest={stage === furthest || undefined}>
              <span className={classes.dot} aria-hidden="true">
                {seen ? <IconCheck size={16} stroke={3} /> : place + 1}
              </span>
              <span className={`${classes.name} phrases`}>{t(`stage.${stage}`)}</span>
              <span className="hidden-text">{seen ? t('incident.stage_seen') : t('incident.stage_not_seen')}</span>
            </li>
          );
        })}
      </ol>
      {furthest && (
        <p className={classes.meaning}>
          <strong>{t('incident.reached', { stage: t(`stage.${furthest}`) })}</strong> {t(`stage_meaning.${furthest}`)}
        </p>
      )}
    </Card>
  );
}
