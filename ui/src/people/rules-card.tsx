import { Switch } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { signInRulesQuery, useSetSignInRules } from '../api/people';
import { Card, failureWords } from '../common/page';
import classes from './people.module.css';

/** What the tenant demands of its people when they sign in. */
export function RulesCard({ lacking }: { lacking: number }) {
  const { t } = useTranslation();
  const { data } = useQuery(signInRulesQuery);
  const set = useSetSignInRules();
  if (!data) return null;
  return (
    <Card title={t('sign_in_rules.title')}>
      <Switch
        label={t('sign_in_rules.second_factor')}
        description={t('sign_in_rules.second_factor_note')}
        checked={data.requires_second_factor}
        disabled={set.isPending}
        onChange={(event) => set.mutate(event.currentTarget.checked)}
      />
      {lacking > 0 && <p className={classes.under}>{t('sign_in_rules.lacking', { count: lacking })}</p>}
      {set.error && <p role="alert" className={classes.error}>{failureWords(set.error, t('failure.unreachable'))}</p>}
    </Card>
  );
}
