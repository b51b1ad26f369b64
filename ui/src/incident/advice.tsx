import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Explained, IncidentDetail } from '../api/types';
import { Card } from '../common/page';
import { useText } from '../i18n/language';
import { Words } from './words';
import classes from './advice.module.css';

/** What else a person should know; folded up, so that what to do comes first. */
export function AdviceCard({ incident }: { incident: IncidentDetail }) {
  const { t } = useTranslation();
  const text = useText();
  const { advice } = incident;
  if (!advice) return null;
  const say = (of: { ja: string; en: string }) => <Words of={text(of)} explained={advice.explained} />;
  const terms = advice.explained.filter((entry) => entry.subject === 'term');
  const others = advice.explained.filter((entry) => entry.subject !== 'term');
  return (
    <Card title={t('incident.advice')}>
      <Part name={t('incident.checked')} open>
        <ul className={classes.list}>{advice.checked.map((line) => <li key={line.en}>{say(line)}</li>)}</ul>
      </Part>
      <Part name={t('incident.course')}><p>{say(advice.course)}</p></Part>
      <Part name={t('incident.meaning')}><p>{say(advice.meaning)}</p></Part>
      {advice.reasons.length > 0 && (
        <Part name={t('incident.reasons')}>
          <ul className={classes.list}>{advice.reasons.map((line) => <li key={line.en}>{say(line)}</li>)}</ul>
        </Part>
      )}
      <Part name={t('incident.tell')}><p>{say(advice.tell)}</p></Part>
      <Part name={t('incident.preserve')}><p>{say(advice.preserve)}</p></Part>
      <Part name={t('incident.ask')}><p>{say(advice.ask)}</p></Part>
      {others.length > 0 && <Part name={t('incident.explained')}><Meanings of={others} /></Part>}
      {terms.length > 0 && <Part name={t('incident.terms')}><Meanings of={terms} /></Part>}
    </Card>
  );
}

function Part({ name, open, children }: { name: string; open?: boolean; children: ReactNode }) {
  return (
    <details className={classes.part} open={open}>
      <summary className={classes.name}>{name}</summary>
      {children}
    </details>
  );
}

function Meanings({ of }: { of: Explained[] }) {
  const text = useText();
  return (
    <dl className={classes.meanings}>
      {of.map((entry) => (
        <div key={`${entry.subject} ${entry.key}`}>
          <dt>{text(entry.name)}{entry.subject === 'technique' && <code> {entry.key}</code>}</dt>
          <dd>{text(entry.text)}</dd>
        </div>
      ))}
    </dl>
  );
}
