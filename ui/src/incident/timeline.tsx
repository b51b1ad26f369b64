import { IconChevronDown, IconExternalLink } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { EvidenceLine } from '../api/types';
import { Card, Facts } from '../common/page';
import { Copy } from '../common/copy';
import { count, localDay } from '../i18n/format';
import { useLanguage, useText } from '../i18n/language';
import { When } from '../words/when';
import { factsOf } from './event-facts';
import { connectionOf } from './evidence';
import { Payload } from './payload-box';
import classes from './timeline.module.css';

const shownAtFirst = 12;

/** What was seen, oldest first: in words, with the technical detail folded away. */
export function Timeline({ detections }: { detections: EvidenceLine[] }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const [all, setAll] = useState(false);
  const shown = all ? detections : detections.slice(0, shownAtFirst);
  const dayOf = (line: EvidenceLine | undefined) => line && localDay(new Date(line.time), language);
  return (
    <Card title={t('incident.timeline')} note={t('incident.timeline_note')}>
      <ol className={classes.timeline}>
        {shown.map((line, place) => (
          <li key={`${line.time} ${line.detector} ${line.id} ${place}`}>
            {dayOf(line) !== dayOf(shown[place - 1]) && <p className={classes.day}>{dayOf(line)}</p>}
            <Line line={line} />
          </li>
        ))}
      </ol>
      {!all && detections.length > shown.length && (
        <button type="button" className={classes.more} onClick={() => setAll(true)}>
          {t('incident.show_all', { count: detections.length })}
        </button>
      )}
    </Card>
  );
}

function Line({ line }: { line: EvidenceLine }) {
  const { t } = useTranslation();
  const text = useText();
  const language = useLanguage();
  const connection = connectionOf(line.event);
  return (
    <div className={classes.line}>
      <span className={classes.clock}>
        <When at={line.time} as="clock" />
      </span>
      <div className={classes.told}>
        <p className={classes.what}>
          {line.communication ? t(`communication.${line.communication}`) : t(`stage_seen.${line.stage}`)}
          {line.count > 1 && <span className={classes.times}>{t('incident.times', { count: line.count, formatted: count(line.count, language) })}</span>}
        </p>
        {connection && (
          <p className={classes.who}>
            <span>{connection.from}</span> <span aria-hidden="true">→</span>
            <span className="hidden-text">{t('incident.to')}</span> <span>{connection.to}</span>
          </p>
        )}
        {line.reasons.length > 0 && (
          <ul className={classes.reasons}>
            {line.reasons.map((reason, place) => <li key={place}>{text(reason)}</li>)}
          </ul>
        )}
        <Technical line={line} />
      </div>
    </div>
  );
}

function Technical({ line }: { line: EvidenceLine }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const [open, setOpen] = useState(false);
  return (
    <details className={classes.technical} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <IconChevronDown size={16} aria-hidden="true" />
        {t('incident.technical')}
      </summary>
      {open && (
        <div className={classes.inside}>
          <Facts
            rows={[
              [t('incident.detector'), t(`detector.${line.detector}`)],
              [t('incident.detector_name'), line.name],
              [t('incident.detector_id'), <code key="id">{line.id}</code>],
              [t('incident.techniques'), line.technique.length > 0 && <Techniques ids={line.technique} />],
              [t('incident.confidence'), new Intl.NumberFormat(language, { style: 'percent' }).format(line.confidence)],
              [t('incident.stage'), t(`stage.${line.stage}`)],
            ]}
          />
          <Told event={line.event} />
          <Json value={line.event} />
        </div>
      )}
    </details>
  );
}

/** What the conversation was, group by group. */
function Told({ event }: { event: EvidenceLine['event'] }) {
  const { t } = useTranslation();
  return (
    <>
      {factsOf(event).map(({ group, facts }) => (
        <section key={group}>
          <h3 className={classes.group}>{t(`event_group.${group}`)}</h3>
          <Facts rows={facts.map(({ name, value }) => [t(`event_fact.${name}`), <code key={name}>{value}</code>])} />
        </section>
      ))}
      <Payload event={event} />
    </>
  );
}

/** ATT&CK techniques with their page at MITRE. */
function Techniques({ ids }: { ids: string[] }) {
  const { t } = useTranslation();
  return (
    <ul className={classes.techniques}>
      {ids.map((id) => (
        <li key={id}>
          {/^T\d{4}(\.\d{3})?$/.test(id) ? (
            <a href={`https://attack.mitre.org/techniques/${id.replace('.', '/')}/`} target="_blank" rel="noreferrer">
              MITRE ATT&CK {id}
              <IconExternalLink size={14} aria-hidden="true" />
              <span className="hidden-text">{t('incident.new_window')}</span>
            </a>
          ) : (
            id
          )}
        </li>
      ))}
    </ul>
  );
}

function Json({ value }: { value: object }) {
  const { t } = useTranslation();
  const written = JSON.stringify(value, null, 2);
  return (
    <div className={classes.json}>
      <div className={classes.jsonHead}>
        <span>{t('incident.event')}</span>
        <Copy text={written} />
      </div>
      {/* Wide lines scroll, also by keyboard. */}
      <pre tabIndex={0} aria-label={t('incident.event')}>{written}</pre>
    </div>
  );
}
