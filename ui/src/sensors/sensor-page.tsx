import { Skeleton } from '@mantine/core';
import { IconAlertTriangle, IconArrowLeft } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Refused } from '../api/client';
import { sensorQuery } from '../api/queries';
import type { Health, Heartbeat, Sensor } from '../api/types';
import { Card, Facts, Failure, useTabTitle } from '../common/page';
import { useMay } from '../common/rights';
import { bytes, count, duration, percent } from '../i18n/format';
import { useLanguage } from '../i18n/language';
import { NotFound } from '../shell/shell';
import { SensorBadge } from '../words/badges';
import { When } from '../words/when';
import { Charts } from './charts';
import { dropShare, totalsOf } from './counters';
import { Findings, PastAlarms } from './findings';
import { defaultRange } from './ranges';
import { SensorForms } from './sensor-forms';
import classes from './sensors.module.css';

const route = getRouteApi('/sensors/$id');

export function SensorPage() {
  const { id } = route.useParams();
  const { data, error, refetch } = useQuery(sensorQuery(id));
  if (data) return <Detail key={id} sensor={data} />;
  if (error instanceof Refused && (error.status === 404 || error.status === 400)) return <NotFound />;
  return (
    <div className={classes.page}>
      {error ? <Card><Failure error={error} retry={() => void refetch()} /></Card> : <Skeleton height={360} radius="lg" aria-busy="true" />}
    </div>
  );
}

function Detail({ sensor }: { sensor: Sensor }) {
  const { t } = useTranslation();
  const may = useMay();
  const { hours = defaultRange } = route.useSearch();
  useTabTitle(sensor.name);
  return (
    <div className={classes.page}>
      <Link to="/sensors" className={classes.back}>
        <IconArrowLeft size={18} aria-hidden="true" /> {t('sensors.back')}
      </Link>
      <header className={classes.head}>
        <h1>{sensor.name}</h1>
        <SensorBadge state={sensor.state} />
      </header>
      <p className={classes.stateMeaning}>{t(`sensor_state_meaning.${sensor.state}`)}</p>
      <Findings alarms={sensor.alarms} />
      {sensor.heartbeat && <Charts sensor={sensor} hours={hours} />}
      <div className={classes.columns}>
        <State sensor={sensor} />
        {sensor.heartbeat && <Work heartbeat={sensor.heartbeat} />}
        {sensor.heartbeat?.health && <Machine health={sensor.heartbeat.health} />}
        {sensor.heartbeat?.health && <Mirror health={sensor.heartbeat.health} />}
        {sensor.heartbeat && <Interfaces heartbeat={sensor.heartbeat} />}
      </div>
      <PastAlarms sensor={sensor.id} />
      {may.changeSensors && <SensorForms sensor={sensor} />}
    </div>
  );
}

function State({ sensor }: { sensor: Sensor }) {
  const { t } = useTranslation();
  const language = useLanguage();
  return (
    <Card title={t('sensors.state')}>
      <Facts
        rows={[
          [t('sites.site'), sensor.site?.name],
          [t('sensors.location'), sensor.location],
          [t('sensors.heard'), sensor.last_heartbeat_at ? <When key="heard" at={sensor.last_heartbeat_at} as="exact" /> : t('sensors.not_heard')],
          [t('sensors.uptime'), sensor.heartbeat && duration(sensor.heartbeat.uptime_seconds, language)],
          [t('sensors.version'), sensor.heartbeat?.version],
          [t('sensors.enrolled'), sensor.enrolled_at && <When key="enrolled" at={sensor.enrolled_at} as="exact" />],
          [t('sensors.created'), <When key="created" at={sensor.created_at} as="exact" />],
          [t('sensors.secret_until'), sensor.secret_expires_at && <When key="secret" at={sensor.secret_expires_at} as="exact" />],
        ]}
      />
      <p className={classes.more}>
        <Link to="/incidents" search={{ sensor: sensor.id }}>{t('sensors.incidents')}</Link>
      </p>
    </Card>
  );
}

function Work({ heartbeat }: { heartbeat: Heartbeat }) {
  const { health = {} } = heartbeat;
  const { t } = useTranslation();
  const language = useLanguage();
  return (
    <Card title={t('sensors.work')}>
      <Facts
        rows={[
          [t('sensors.rules'), count(heartbeat.rules_loaded, language)],
          [t('sensors.rules_refused'), count(heartbeat.rules_refused, language)],
          [t('sensors.indicators'), health.indicators != null && count(health.indicators, language)],
          [t('sensors.rules_at'), health.rules_at && <When key="rules" at={health.rules_at} as="exact" />],
          [t('sensors.intelligence_at'), health.intelligence_at && <When key="intelligence" at={health.intelligence_at} as="exact" />],
          [t('sensors.flows'), count(heartbeat.flows, language)],
          [t('sensors.queue'), (
            <span key="queue">
              {count(heartbeat.queue_length, language)}
              {heartbeat.queue_length > 0 && <span className={classes.soft}> {t('sensors.queue_meaning')}</span>}
            </span>
          )],
        ]}
      />
    </Card>
  );
}

/** The machine that the sensor runs on. */
function Machine({ health }: { health: Health }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const share = (permille: number | null | undefined) => permille != null && percent(permille / 1000, language);
  const amount = (value: number | null | undefined) => value != null && bytes(value, language);
  const part = (one: number | null | undefined, whole: number | null | undefined) =>
    one != null && whole != null && t('sensors.of', { part: bytes(one, language), whole: bytes(whole, language) });
  return (
    <Card title={t('sensors.machine')}>
      <Facts
        rows={[
          [t('sensors.cpu'), share(health.cpu_machine_permille)],
          [t('sensors.cpu_process'), share(health.cpu_process_permille)],
          [t('sensors.memory'), amount(health.memory_bytes)],
          [t('sensors.memory_available'), part(health.memory_available_bytes, health.memory_machine_bytes)],
          [t('sensors.disk_free'), part(health.disk_free_bytes, health.disk_bytes)],
          [t('sensors.clock'), health.clock_offset_ms != null && t('sensors.clock_offset', { seconds: (Math.round(health.clock_offset_ms / 100) / 10 || 0).toFixed(1) })],
        ]}
      />
    </Card>
  );
}

/** What arrives from the mirror port. */
function Mirror({ health }: { health: Health }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const { tcp_both_sides: both, tcp_one_side: one, vlans } = health;
  const all = (both ?? 0) + (one ?? 0);
  return (
    <Card title={t('sensors.mirror')} note={t('sensors.since_start')}>
      <Facts
        rows={[
          [t('sensors.directions'), all > 0 && t((one ?? 0) / all >= 0.5 ? 'sensors.single_direction' : 'sensors.every_direction')],
          [t('sensors.one_sided'), all > 0 && percent((one ?? 0) / all, language)],
          [t('sensors.vlans'), vlans && (vlans.length > 0 ? vlans.join(', ') : t('sensors.vlans_none'))],
          [t('sensors.shed'), health.packets_shed != null && count(health.packets_shed, language)],
          [t('sensors.endpoints'), health.endpoints != null && count(health.endpoints, language)],
        ]}
      />
    </Card>
  );
}

function Interfaces({ heartbeat }: { heartbeat: Heartbeat }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const totals = totalsOf(heartbeat);
  return (
    <Card title={t('sensors.interfaces')} note={t('sensors.since_start')}>
      <div className={classes.scroll} tabIndex={0} role="region" aria-label={t('sensors.interfaces')}>
        <table className={classes.table}>
          <thead>
            <tr>
              <th scope="col">{t('sensors.interface')}</th>
              <th scope="col">{t('sensors.packets')}</th>
              <th scope="col">{t('sensors.bytes')}</th>
              <th scope="col">{t('sensors.drops')}</th>
            </tr>
          </thead>
          <tbody>
            {heartbeat.interfaces.map((one) => (
              <tr key={one.name}>
                <th scope="row">{one.name === '-' ? t('sensors.input') : <code>{one.name}</code>}</th>
                <td>{count(one.packets, language)}</td>
                <td>{bytes(one.bytes, language)}</td>
                <td>{count(one.drops, language)} ({dropShare(one, language)})</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {totals.drops > 0 && (
        <p className={classes.warning}>
          <IconAlertTriangle size={20} aria-hidden="true" />
          <span>{t('sensors.drops_meaning')}</span>
        </p>
      )}
    </Card>
  );
}
