import { SegmentedControl, Skeleton } from '@mantine/core';
import { useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { dashboardQuery, incidentsQuery, sessionQuery } from '../api/queries';
import type { Dashboard } from '../api/types';
import { Card, Empty, Failure, useTabTitle } from '../common/page';
import { count } from '../i18n/format';
import { useLanguage } from '../i18n/language';
import { IncidentCards } from '../incidents/incident-cards';
import { Findings } from '../sensors/findings';
import { SeverityBadge } from '../words/severity';
import { SensorBadge } from '../words/badges';
import { sensorStates } from '../words/taxonomy';
import { Bars } from './bars';
import { CoverageLine } from './coverage';
import classes from './dashboard.module.css';
import { defaultDays, spans } from './days';
import { Funnel } from './funnel';
import { Hero } from './hero';
import { outlook } from './outlook';
import { Trend } from './trend';

const route = getRouteApi('/');

export function DashboardPage() {
  const { t } = useTranslation();
  const { days = defaultDays } = route.useSearch();
  const { data, error, refetch } = useQuery(dashboardQuery(days));
  useTabTitle(t('nav.dashboard'));
  return (
    <div className={classes.page}>
      <h1 className="hidden-text">{t('nav.dashboard')}</h1>
      {data ? (
        <>
          <Hero outlook={outlook(data)} dashboard={data} />
          <ToDo waiting={data.needs_action} />
          <Findings alarms={data.alarms} linked />
          <Figures dashboard={data} days={days} />
        </>
      ) : error ? (
        <Failure error={error} retry={() => void refetch()} />
      ) : (
        <Waiting />
      )}
    </div>
  );
}

const todoFilter = { handling: ['new'], severity: ['critical', 'high', 'medium'], sort: 'severity' } as const;
const todoShown = 5;

/** The incidents that nobody has taken up, worst first. */
function ToDo({ waiting }: { waiting: number }) {
  const { t } = useTranslation();
  const { data } = useQuery({
    ...incidentsQuery({ ...todoFilter, handling: ['new'], severity: [...todoFilter.severity] }),
    enabled: waiting > 0,
  });
  if (waiting === 0 || !data || data.items.length === 0) return null;
  return (
    <Card
      title={t('dashboard.todo')}
      aside={
        waiting > todoShown && (
          <Link to="/incidents" search={{ ...todoFilter, handling: ['new'], severity: [...todoFilter.severity] }}>
            {t('dashboard.todo_all', { count: waiting })}
          </Link>
        )
      }
    >
      <IncidentCards incidents={data.items.slice(0, todoShown)} />
    </Card>
  );
}

function Figures({ dashboard, days }: { dashboard: Dashboard; days: number }) {
  const { t } = useTranslation();
  return (
    <div className={classes.grid}>
      <Card className={classes.trend} title={t('dashboard.trend')} aside={<SpanChoice days={days} />}>
        <Trend days={dashboard.per_day} />
      </Card>
      <Sensors dashboard={dashboard} />
      <Card className={classes.latest} title={t('dashboard.funnel')} note={t('dashboard.in_days', { count: days })}>
        <Funnel funnel={dashboard.funnel} />
      </Card>
      <Card className={classes.half} title={t('dashboard.by_class')} note={t('dashboard.in_days', { count: days })}>
        {dashboard.classes.length > 0 ? (
          <Bars
            rows={dashboard.classes.map((row) => ({
              key: row.class,
              name: t(`class.${row.class}`),
              count: row.count,
              link: <Link to="/incidents" search={{ class: [row.class] }}>{t(`class.${row.class}`)}</Link>,
            }))}
          />
        ) : (
          <Empty title={t('dashboard.nothing_found')} />
        )}
      </Card>
      <Card className={classes.half} title={t('dashboard.by_communication')} note={t('dashboard.in_days', { count: days })}>
        {dashboard.communications.length > 0 ? (
          <Bars
            rows={dashboard.communications.map((row) => ({
              key: row.communication,
              name: t(`communication.${row.communication}`),
              count: row.count,
              link: <Link to="/incidents" search={{ communication: [row.communication] }}>{t(`communication.${row.communication}`)}</Link>,
            }))}
          />
        ) : (
          <Empty title={t('dashboard.nothing_found')} />
        )}
      </Card>
      <Card className={classes.half} title={t('dashboard.hosts')} note={t('dashboard.in_days', { count: days })}>
        {dashboard.hosts.length > 0 ? <Hosts hosts={dashboard.hosts} /> : <Empty title={t('dashboard.nothing_found')} />}
      </Card>
      <Card className={classes.latest} title={t('dashboard.latest')} aside={<Link to="/incidents">{t('dashboard.all_incidents')}</Link>}>
        {dashboard.latest.length > 0 ? (
          <IncidentCards incidents={dashboard.latest} compact />
        ) : (
          <Empty title={t('dashboard.no_incidents')}>{t('dashboard.no_incidents_hint')}</Empty>
        )}
      </Card>
    </div>
  );
}

function SpanChoice({ days }: { days: number }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  return (
    <SegmentedControl
      size="xs"
      aria-label={t('dashboard.span')}
      value={String(days)}
      data={spans.map((span) => ({ value: String(span), label: t('dashboard.days', { count: span }) }))}
      onChange={(value) => void navigate({ to: '/', search: { days: Number(value) }, replace: true, resetScroll: false })}
    />
  );
}

function Hosts({ hosts }: { hosts: Dashboard['hosts'] }) {
  const { t } = useTranslation();
  const language = useLanguage();
  return (
    <ul className={classes.hosts}>
      {hosts.map((host) => (
        <li key={host.ip}>
          <Link to="/incidents" search={{ host: host.ip }}>
            {host.name ?? host.ip}
          </Link>
          {host.name && <span className={classes.address}>{host.ip}</span>}
          <span className={classes.hostCount}>
            {t('dashboard.cases', { count: host.count, formatted: count(host.count, language) })}
            <SeverityBadge severity={host.severity} />
          </span>
        </li>
      ))}
    </ul>
  );
}

function Sensors({ dashboard }: { dashboard: Dashboard }) {
  const { t } = useTranslation();
  const { data: session } = useSuspenseQuery(sessionQuery);
  const shown = sensorStates.filter((state) => dashboard.sensors[state] > 0);
  return (
    <Card className={classes.sensorCard} title={t('dashboard.sensors')} aside={<Link to="/sensors">{t('dashboard.all_sensors')}</Link>}>
      {shown.length > 0 ? (
        <ul className={classes.sensors}>
          {shown.map((state) => (
            <li key={state}>
              <SensorBadge state={state} />
              <span>{t('dashboard.sensor_count', { count: dashboard.sensors[state] })}</span>
            </li>
          ))}
        </ul>
      ) : (
        <Empty title={t('sensors.none')}>{session.user.role === 'administrator' && t('sensors.none_hint')}</Empty>
      )}
      <CoverageLine coverage={dashboard.coverage} />
    </Card>
  );
}

function Waiting() {
  return (
    <div aria-busy="true">
      <Skeleton height={190} radius="lg" mb="md" />
      <Skeleton height={240} radius="lg" />
    </div>
  );
}
