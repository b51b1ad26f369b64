import { Checkbox } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useTickAction } from '../api/queries';
import type { ActionItem, IncidentDetail } from '../api/types';
import { Card, Empty, failureWords } from '../common/page';
import { useMay } from '../common/rights';
import { useText } from '../i18n/language';
import { When } from '../words/when';
import classes from './checklist.module.css';

const urgencies = ['now', 'today', 'later'] as const;

/** What to do now, most urgent first, to be ticked off; says who did it and when. */
export function Checklist({ incident }: { incident: IncidentDetail }) {
  const { t } = useTranslation();
  const tick = useTickAction(incident.id);
  const done = incident.actions.filter((action) => action.done).length;
  return (
    <Card
      className={classes.card}
      title={t('incident.actions')}
      aside={incident.actions.length > 0 && <span className={classes.progress}>{t('incident.actions_done', { done, all: incident.actions.length })}</span>}
    >
      {incident.actions.length > 0 ? (
        urgencies.map((when) => {
          const of = incident.actions.filter((action) => action.when === when);
          return of.length > 0 && (
            <div key={when} className={classes.group}>
              <h3 className={classes.when}>{t(`when.${when}`)}</h3>
              <ol className={classes.list}>
                {of.map((action) => (
                  <Item
                    key={action.key}
                    action={action}
                    pending={tick.isPending && tick.variables.key === action.key ? tick.variables.done : undefined}
                    change={(wanted) => tick.mutate({ key: action.key, done: wanted })}
                  />
                ))}
              </ol>
            </div>
          );
        })
      ) : (
        <Empty title={t('incident.no_actions')} />
      )}
      {tick.error && <p role="alert" className={classes.error}>{failureWords(tick.error, t('failure.unreachable'))}</p>}
    </Card>
  );
}

function Item({ action, pending, change }: { action: ActionItem; pending?: boolean; change: (done: boolean) => void }) {
  const { t } = useTranslation();
  const text = useText();
  const may = useMay();
  const done = pending ?? action.done;
  return (
    <li className={classes.item} data-done={done || undefined}>
      <Checkbox
        size="md"
        classNames={{ description: classes.who }}
        checked={done}
        disabled={!may.handleIncidents}
        onChange={(event) => change(event.currentTarget.checked)}
        label={text(action)}
        description={
          action.done && action.done_at ? (
            <>
              {t('incident.done_by', { name: action.done_by?.name ?? t('incident.somebody') })} <When at={action.done_at} as="short" />
            </>
          ) : undefined
        }
      />
    </li>
  );
}
