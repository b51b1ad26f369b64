import { Skeleton } from '@mantine/core';
import { IconArrowLeft } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { incidentQuery } from '../api/queries';
import type { IncidentDetail } from '../api/types';
import { Refused } from '../api/client';
import { Card, Failure, useTabTitle } from '../common/page';
import { useText } from '../i18n/language';
import { NotFound } from '../shell/shell';
import { StatusBadge } from '../words/badges';
import { SeverityBadge } from '../words/severity';
import { Due } from '../words/due';
import { When } from '../words/when';
import { Alike } from './alike';
import { Answers } from './answers';
import { AdviceCard } from './advice';
import { Chain } from './chain';
import { Checklist } from './checklist';
import { Deliveries } from './deliveries';
import { Discussion } from './discussion';
import { Evidence } from './evidence-card';
import { Files } from './files';
import { HandlingChoice } from './handling-choice';
import { History } from './history';
import { HostCard, Peers } from './host-card';
import classes from './incident.module.css';
import { Timeline } from './timeline';
import { Words } from './words';

const route = getRouteApi('/incidents/$id');

export function IncidentPage() {
  const { id } = route.useParams();
  const { data, error, refetch } = useQuery(incidentQuery(id));
  if (data) return <Story key={id} incident={data} />;
  if (error instanceof Refused && (error.status === 404 || error.status === 400)) return <NotFound />;
  return (
    <div className={classes.page}>
      {error ? <Card><Failure error={error} retry={() => void refetch()} /></Card> : <Skeleton height={480} radius="lg" aria-busy="true" />}
    </div>
  );
}

/** What happened, how far it got, what to do, and what that rests on. */
function Story({ incident }: { incident: IncidentDetail }) {
  const { t } = useTranslation();
  const text = useText();
  useTabTitle(text(incident.title));
  return (
    <article className={classes.page}>
      <Link to="/incidents" className={classes.back}>
        <IconArrowLeft size={18} aria-hidden="true" /> {t('incident.back')}
      </Link>
      <header className={classes.head} data-severity={incident.severity}>
        <div className={classes.badges}>
          <SeverityBadge severity={incident.severity} />
          <StatusBadge status={incident.status} />
          <span className={classes.class}>{t(`class.${incident.class}`)}</span>
        </div>
        <h1 className={classes.title}>{text(incident.title)}</h1>
        <p className={classes.deadline}>{t(`deadline.${incident.deadline}`)} <Due incident={incident} /></p>
        <Answers incident={incident} />
        <HandlingChoice incident={incident} />
      </header>
      <div className={classes.columns}>
        <div className={classes.main}>
          <Card title={t('incident.summary')}>
            <p className={classes.times}>
              <span>{t('incident.first_seen')} <When at={incident.first_seen} as="exact" /></span>
              <span>{t('incident.last_seen')} <When at={incident.last_seen} as="exact" /></span>
            </p>
            <p className={classes.summary}><Words of={text(incident.summary)} explained={incident.advice?.explained} /></p>
          </Card>
          <Checklist incident={incident} />
          <AdviceCard incident={incident} />
          <Chain stages={incident.stages} />
          <Timeline detections={incident.detections} />
          <Evidence detections={incident.detections} />
          <Discussion incident={incident} />
        </div>
        <aside className={classes.side} aria-label={t('incident.aside')}>
          <HostCard incident={incident} />
          <Peers peers={incident.peers} />
          <Deliveries id={incident.id} />
          <Alike id={incident.id} />
          <Files incident={incident} />
          <History incident={incident} />
        </aside>
      </div>
    </article>
  );
}
