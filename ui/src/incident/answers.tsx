import { Checkbox } from '@mantine/core';
import { IconPhone } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { contactsQuery } from '../api/incident-queries';
import { useTickAction } from '../api/queries';
import type { IncidentDetail } from '../api/types';
import { useMay } from '../common/rights';
import { useLanguage, useText } from '../i18n/language';
import classes from './answers.module.css';
import { isMadeUp, usersOf } from './evidence';
import { Words } from './words';

const stepsShown = 3;

/** What everybody asks first, on one screen: which machine, how sure, what it means, what to do, what was checked, whom to call. */
export function Answers({ incident }: { incident: IncidentDetail }) {
  const { t } = useTranslation();
  const text = useText();
  const { advice } = incident;
  const say = (of: { ja: string; en: string }) => <Words of={text(of)} explained={advice?.explained} />;
  return (
    <dl className={classes.answers}>
      <Row name={t('answer.machine')}><Machine incident={incident} /></Row>
      <Row name={t('answer.sure')}><Sure confidence={incident.confidence} /></Row>
      {advice && <Row name={t('answer.business')}><p className={classes.short}>{say(advice.meaning)}</p></Row>}
      <Row name={t('answer.steps')} prominent><FirstSteps incident={incident} /></Row>
      {advice && (
        <Row name={t('answer.checked')}>
          <ul className={classes.checked}>
            {[...advice.checked.slice(0, 2), ...advice.reasons.slice(0, 1)].map((line) => <li key={line.en}>{say(line)}</li>)}
          </ul>
        </Row>
      )}
      <Row name={t('answer.call')}><Call /></Row>
    </dl>
  );
}

function Row({ name, prominent, children }: { name: string; prominent?: boolean; children: ReactNode }) {
  return (
    <div data-prominent={prominent || undefined}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Machine({ incident }: { incident: IncidentDetail }) {
  const { t } = useTranslation();
  const { host, detections } = incident;
  const users = usersOf(detections);
  return (
    <p className={classes.machine}>
      <strong>{host.name ?? host.ip}</strong>
      {host.name && <span className="figures">{host.ip}</span>}
      {host.mac && <span className="figures">{host.mac}</span>}
      {incident.maker && <span>{incident.maker}</span>}
      {host.mac && isMadeUp(host.mac) && <span>{t('answer.mac_private')}</span>}
      {users.length > 0 && <span>{t('answer.user', { name: users.join(', ') })}</span>}
    </p>
  );
}

const degrees = [[0.9, 'very'], [0.75, 'rather'], [0.5, 'probably'], [0, 'perhaps']] as const;

function Sure({ confidence }: { confidence: number }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const degree = degrees.find(([least]) => confidence >= least)?.[1] ?? 'perhaps';
  return <p>{t(`sure.${degree}`)} <span className={classes.number}>{new Intl.NumberFormat(language, { style: 'percent' }).format(confidence)}</span></p>;
}

/** The first of what to do within ten minutes; the whole list is further down. */
function FirstSteps({ incident }: { incident: IncidentDetail }) {
  const { t } = useTranslation();
  const text = useText();
  const may = useMay();
  const tick = useTickAction(incident.id);
  const urgent = incident.actions.filter((action) => action.when === 'now');
  const steps = (urgent.length > 0 ? urgent : incident.actions).slice(0, stepsShown);
  if (steps.length === 0) return <p>{t('incident.no_actions')}</p>;
  return (
    <ol className={classes.steps}>
      {steps.map((action) => (
        <li key={action.key}>
          <Checkbox
            classNames={{ label: classes.step }}
            label={text(action)}
            checked={tick.isPending && tick.variables.key === action.key ? tick.variables.done : action.done}
            disabled={!may.handleIncidents}
            onChange={(event) => tick.mutate({ key: action.key, done: event.currentTarget.checked })}
          />
        </li>
      ))}
    </ol>
  );
}

/** The first who can be called, and when they answer. */
function Call() {
  const { t } = useTranslation();
  const may = useMay();
  const { data } = useQuery(contactsQuery);
  const card = data?.items.find((one) => one.phone) ?? data?.items[0];
  if (!data) return null;
  if (!card) {
    return <p>{t('answer.nobody')} {may.changeContacts && <Link to="/settings" hash="contacts">{t('answer.add_contact')}</Link>}</p>;
  }
  return (
    <p className={classes.call}>
      <strong>{card.name}</strong>
      {card.phone && <a href={`tel:${card.phone.replace(/[^\d+#*]/g, '')}`}><IconPhone size={16} aria-hidden="true" /> {card.phone}</a>}
      {!card.phone && card.email && <a href={`mailto:${card.email}`}>{card.email}</a>}
      {card.hours && <span className={classes.hours}>{card.hours}</span>}
    </p>
  );
}
