import classes from './sensors.module.css';

/** A small line over time with its ground filled; what it says stands beside it in words. */
export function Sparkline({ values: measured, height = 72 }: { values: number[]; height?: number }) {
  // One value alone is a level, not a slope.
  const values = measured.length === 1 ? [...measured, ...measured] : measured;
  const width = 480;
  const highest = Math.max(1, ...values);
  const step = values.length > 1 ? width / (values.length - 1) : width;
  const points = values.map((value, place) => `${(place * step).toFixed(1)},${(height - 3 - (value / highest) * (height - 8)).toFixed(1)}`);
  return (
    <svg className={classes.sparkline} viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" height={height} aria-hidden="true">
      <polygon points={`0,${height} ${points.join(' ')} ${width},${height}`} className={classes.ground} />
      <polyline points={points.join(' ')} className={classes.stroke} vectorEffect="non-scaling-stroke" />
    </svg>
  );
}
