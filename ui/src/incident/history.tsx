import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { HistoryEntry, IncidentDetail } from '../api/types';
import { Card } from '../common/page';
import { useText } from '../i18n/language';
import { When } from '../words/when';
import { handlings, questionsInWords, severities } from '../words/taxonomy';
import classes from './history.module.css';

/** Notes and what was done, newest first. */
export function History({ incident }: { incident: IncidentDetail }) {
  const { t } = useTranslation();
  return (
    <Card title={t('incident.history')}>
      <ol className={classes.entries}>
        {incident.history.toReversed().map((entry) => (
          <li key={entry.id} data-kind={entry.kind}>
            <p className={classes.by}>
              <strong>{entry.by?.name ?? t('incident.by_sensor')}</strong> <When at={entry.at} as="short" />
            </p>
            <Words entry={entry} incident={incident} />
          </li>
        ))}
      </ol>
    </Card>
  );
}

function Words({ entry, incident }: { entry: HistoryEntry; incident: IncidentDetail }) {
  const { t } = useTranslation();
  const text = useText();
  const action = incident.actions.find(({ key }) => key === entry.text);
  const severity = severities.find((one) => one === entry.text);
  const handling = handlings.find((one) => one === entry.text);
  switch (entry.kind) {
    case 'note':
      return <p className={classes.note}>{entry.text}</p>;
    case 'raised':
    case 'grew':
      return <p>{t(`history.${entry.kind}`, { severity: severity ? t(`severity.${severity}`) : entry.text })}</p>;
    case 'handling':
      if (entry.closing) return <Ending closing={entry.closing} />;
      return <p>{t('history.handling', { state: handling ? t(`handling.${handling}`) : entry.text })}</p>;
    case 'assigned':
      return <p>{entry.text ? t('history.assigned', { name: entry.text }) : t('history.unassigned')}</p>;
    case 'action_done':
    case 'action_undone':
      return <p>{t(`history.${entry.kind}`, { action: action ? text(action) : entry.text })}</p>;
    case 'suppressed':
      return <p>{t('history.suppressed')} <Link to="/suppressions">{t('suppressions.title')}</Link></p>;
    case 'unsuppressed':
      return <p>{t('history.unsuppressed', { state: handling ? t(`handling.${handling}`) : entry.text })}</p>;
    case 'reopened':
      return <p>{t('history.reopened')}</p>;
  }
}

/** How it ended, and what was answered. */
function Ending({ closing }: { closing: NonNullable<HistoryEntry['closing']> }) {
  const { t } = useTranslation();
  const words = (answer: string) => (answer === 'yes' || answer === 'no' || answer === 'unknown' ? t(`closing.${answer}`) : answer);
  return (
    <>
      <p>{t('history.resolved', { resolution: t(`resolution.${closing.resolution}`) })}</p>
      {closing.answers.length > 0 && (
        <dl className={classes.answers}>
          {closing.answers.map(({ question, answer }) => (
            <div key={question}>
              <dt>{t(`question.${question}`)}</dt>
              <dd>{questionsInWords.includes(question) ? answer : words(answer)}</dd>
            </div>
          ))}
        </dl>
      )}
    </>
  );
}
