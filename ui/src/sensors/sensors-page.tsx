import { Button, Skeleton } from '@mantine/core';
import { IconAlertTriangle, IconPlus, IconRouter } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { sensorsQuery } from '../api/queries';
import type { Sensor } from '../api/types';
import { Card, Empty, Failure, Page } from '../common/page';
import { useMay } from '../common/rights';
import { count } from '../i18n/format';
import { useLanguage } from '../i18n/language';
import { SensorBadge } from '../words/badges';
import { When } from '../words/when';
import { AddSensor } from './add-sensor';
import { dropShare, totalsOf } from './counters';
import classes from './sensors.module.css';

export function SensorsPage() {
  const { t } = useTranslation();
  const may = useMay();
  const [adding, setAdding] = useState(false);
  const { data, error, refetch } = useQuery(sensorsQuery);
  const add = may.changeSensors && (
    <Button leftSection={<IconPlus size={18} aria-hidden="true" />} onClick={() => setAdding(true)}>{t('sensors.add')}</Button>
  );
  return (
    <Page title={t('nav.sensors')} aside={data && data.items.length > 0 && add}>
      {data ? (
        data.items.length > 0 ? (
          <ul className={classes.grid}>
            {data.items.map((sensor) => <SensorTile key={sensor.id} sensor={sensor} />)}
          </ul>
        ) : (
          <Card>
            <Empty title={t('sensors.none')} icon={<IconRouter size={44} stroke={1.4} aria-hidden="true" />}>
              <p className="phrases">{t('sensors.none_hint')}</p>
              {add}
            </Empty>
          </Card>
        )
      ) : error ? (
        <Card><Failure error={error} retry={() => void refetch()} /></Card>
      ) : (
        <Skeleton height={180} radius="lg" aria-busy="true" />
      )}
      <AddSensor opened={adding} close={() => setAdding(false)} />
    </Page>
  );
}

function SensorTile({ sensor }: { sensor: Sensor }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const { heartbeat } = sensor;
  const totals = heartbeat && totalsOf(heartbeat);
  return (
    <li className={classes.tile} data-state={sensor.state}>
      <div className={classes.tileHead}>
        <Link to="/sensors/$id" params={{ id: sensor.id }} className={classes.name}>{sensor.name}</Link>
        <SensorBadge state={sensor.state} />
      </div>
      {sensor.location && <p className={classes.soft}>{sensor.location}</p>}
      {sensor.last_heartbeat_at ? (
        <p className={classes.soft}>{t('sensors.heard')} <When at={sensor.last_heartbeat_at} /></p>
      ) : (
        <p className={classes.soft}>{t(sensor.secret_expires_at ? 'sensors.waiting_enrolment' : 'sensors.not_heard')}</p>
      )}
      {sensor.alarms.map((alarm) => (
        <p key={alarm.id} className={classes.wrong} data-severity={alarm.severity}>
          <IconAlertTriangle size={18} aria-hidden="true" />
          <span>{alarm.title[language]}</span>
        </p>
      ))}
      {totals && heartbeat && (
        <dl className={classes.figures}>
          <div><dt>{t('sensors.packets')}</dt><dd>{count(totals.packets, language)}</dd></div>
          <div data-bad={totals.drops > 0 || undefined}>
            <dt>{t('sensors.drops')}</dt>
            <dd>{dropShare(totals, language)}</dd>
          </div>
          <div><dt>{t('sensors.rules')}</dt><dd>{count(heartbeat.rules_loaded, language)}</dd></div>
          <div data-bad={heartbeat.queue_length > 0 || undefined}><dt>{t('sensors.queue')}</dt><dd>{count(heartbeat.queue_length, language)}</dd></div>
        </dl>
      )}
    </li>
  );
}
