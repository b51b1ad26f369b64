import { SegmentedControl } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useChangeHandling } from '../api/queries';
import type { Handling, IncidentDetail } from '../api/types';
import { failureWords } from '../common/page';
import { useMay } from '../common/rights';
import { HandlingBadge } from '../words/badges';
import { handlings } from '../words/taxonomy';
import classes from './incident.module.css';

/** How far the customer has come; everybody sees it, those who may change it. */
export function HandlingChoice({ incident }: { incident: IncidentDetail }) {
  const { t } = useTranslation();
  const may = useMay();
  const change = useChangeHandling(incident.id);
  const shown = change.isPending ? change.variables : incident.handling;
  return (
    <div className={classes.handling}>
      <span id="handling-label" className={classes.handlingLabel}>{t('incidents.handling')}</span>
      {may.handleIncidents ? (
        <SegmentedControl
          aria-labelledby="handling-label"
          value={shown}
          data={handlings.map((value) => ({ value, label: t(`handling.${value}`) }))}
          onChange={(value) => change.mutate(value as Handling)}
        />
      ) : (
        <HandlingBadge handling={incident.handling} />
      )}
      {change.error && <span role="alert" className={classes.error}>{failureWords(change.error, t('failure.unreachable'))}</span>}
    </div>
  );
}
