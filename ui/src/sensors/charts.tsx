import { SegmentedControl, Skeleton } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { sensorHistoryQuery } from '../api/queries';
import type { HistoryPoint, Sensor, SensorHistory } from '../api/types';
import { Card, Failure } from '../common/page';
import { bitRate, bytes, count, percent } from '../i18n/format';
import { useLanguage } from '../i18n/language';
import { Chart, type ChartPoint } from './chart';
import classes from './chart.module.css';
import { ranges } from './ranges';

/** What a sensor is made for. */
const rateLimit = 1_000_000_000;

/** How a sensor has been. */
export function Charts({ sensor, hours }: { sensor: Sensor; hours: number }) {
  const { t } = useTranslation();
  const { data, error, refetch } = useQuery(sensorHistoryQuery(sensor.id, hours));
  return (
    <Card title={t('sensors.history')} aside={<RangeChoice id={sensor.id} hours={hours} />}>
      {data ? <Lines sensor={sensor} history={data} /> : error ? <Failure error={error} retry={() => void refetch()} /> : <Skeleton height={320} aria-busy="true" />}
    </Card>
  );
}

function RangeChoice({ id, hours }: { id: string; hours: number }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  return (
    <SegmentedControl
      size="xs"
      aria-label={t('dashboard.span')}
      value={String(hours)}
      data={ranges.map((range) => ({
        value: String(range),
        label: range < 48 ? t('sensors.hours', { count: range }) : t('dashboard.days', { count: range / 24 }),
      }))}
      onChange={(value) => void navigate({ to: '/sensors/$id', params: { id }, search: { hours: Number(value) }, replace: true, resetScroll: false })}
    />
  );
}

function Lines({ sensor, history: { from, until, step_minutes, points } }: { sensor: Sensor; history: SensorHistory }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const frame = { from, until, stepMinutes: step_minutes };
  const line = (of: (point: HistoryPoint) => number | null | undefined): ChartPoint[] =>
    points.map((point) => ({ at: point.at, value: of(point) ?? null }));
  const rate = (value: number) => bitRate(value, language);
  const share = (value: number) => percent(value, language);
  const amount = (value: number) => bytes(value, language);
  const extremes = (line: ChartPoint[], format: (value: number) => string) => {
    const values = line.flatMap(({ value }) => (value === null ? [] : [value]));
    return t('sensors.now_highest', { now: format(values.at(-1) ?? 0), highest: format(Math.max(0, ...values)) });
  };
  const lost = points.reduce((sum, point) => sum + point.drops + point.shed, 0);
  const rates = line((point) => (point.covered_seconds > 0 ? (point.bytes * 8) / point.covered_seconds : null));
  const losses = line((point) => ratio(point.drops + point.shed, point.packets + point.drops));
  const oneSided = line((point) => ratio(point.tcp_one_side, point.tcp_one_side + point.tcp_both_sides));
  const cpu = line((point) => point.cpu_machine_permille != null ? point.cpu_machine_permille / 1000 : null);
  const memory = line((point) => point.memory_bytes);
  const disk = line((point) => point.disk_free_bytes);
  const health = sensor.heartbeat?.health;
  const chart = (title: string, points: ChartPoint[], format: (value: number) => string, top: number, rest: object = {}) => (
    <Chart {...frame} title={title} points={points} format={format} top={top} summary={extremes(points, format)} {...rest} />
  );
  return (
    <div className={classes.charts}>
      {chart(t('sensors.traffic'), rates, rate, 1000, { limit: { value: rateLimit, name: t('sensors.rate_limit') } })}
      {chart(t('sensors.drops'), losses, share, 0.01, { summary: t('sensors.lost', { formatted: count(lost, language) }) })}
      {chart(t('sensors.one_sided'), oneSided, share, 0.2, { limit: { value: 0.5, name: t('sensors.one_sided_limit') } })}
      {health?.cpu_machine_permille != null && chart(t('sensors.cpu'), cpu, share, 1)}
      {health?.memory_bytes != null && chart(t('sensors.memory'), memory, amount, health.memory_machine_bytes ?? 0)}
      {health?.disk_free_bytes != null && chart(t('sensors.disk_free'), disk, amount, health.disk_bytes ?? 0, {
        summary: t('sensors.of', { part: amount(health.disk_free_bytes), whole: amount(health.disk_bytes ?? health.disk_free_bytes) }),
      })}
    </div>
  );
}

function ratio(part: number, whole: number): number | null {
  return whole > 0 ? part / whole : null;
}
