import { Skeleton } from '@mantine/core';
import { IconAlertTriangle, IconArrowLeft } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { Refused } from '../api/client';
import { sensorQuery } from '../api/queries';
import type { Heartbeat, SensorDetail } from '../api/types';
import { Card, Facts, Failure, useTabTitle } from '../common/page';
import { useMay } from '../common/rights';
import { bitRate, bytes, count, duration } from '../i18n/format';
import { useLanguage } from '../i18n/language';
import { NotFound } from '../shell/shell';
import { SensorBadge } from '../words/badges';
import { When } from '../words/when';
import { dropShare, ratesOf, totalsOf } from './counters';
import { SensorForms } from './sensor-forms';
import classes from './sensors.module.css';
import { Sparkline } from './sparkline';

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

function Detail({ sensor }: { sensor: SensorDetail }) {
  const { t } = useTranslation();
  const may = useMay();
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
      <div className={classes.columns}>
        <State sensor={sensor} />
        {sensor.heartbeat && <Work heartbeat={sensor.heartbeat} />}
        <Traffic sensor={sensor} />
        {sensor.heartbeat && <Interfaces heartbeat={sensor.heartbeat} />}
      </div>
      {may.changeSensors && <SensorForms sensor={sensor} />}
    </div>
  );
}

function State({ sensor }: { sensor: SensorDetail }) {
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
  const { t } = useTranslation();
  const language = useLanguage();
  return (
    <Card title={t('sensors.work')}>
      <Facts
        rows={[
          [t('sensors.rules'), count(heartbeat.rules_loaded, language)],
          [t('sensors.rules_refused'), count(heartbeat.rules_refused, language)],
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

/** The last 24 hours. */
function Traffic({ sensor }: { sensor: SensorDetail }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const rates = ratesOf(sensor.history);
  const latest = rates.at(-1);
  const drops = rates.reduce((sum, rate) => sum + rate.drops, 0);
  return (
    <Card title={t('sensors.traffic')} note={t('sensors.traffic_note')}>
      {latest ? (
        <figure>
          <Sparkline values={rates.map((rate) => rate.bitsPerSecond)} />
          <figcaption className={classes.caption}>
            {t('sensors.traffic_caption', {
              now: bitRate(latest.bitsPerSecond, language),
              highest: bitRate(Math.max(...rates.map((rate) => rate.bitsPerSecond)), language),
              drops: count(drops, language),
            })}
          </figcaption>
        </figure>
      ) : (
        <p className={classes.soft}>{t('sensors.traffic_none')}</p>
      )}
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
