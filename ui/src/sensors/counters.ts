import type { Heartbeat, Language, Sample } from '../api/types';

export interface Totals { packets: number; bytes: number; drops: number }

/** What all interfaces of a sensor counted together. */
export function totalsOf({ interfaces }: Pick<Heartbeat, 'interfaces'>): Totals {
  const totals = { packets: 0, bytes: 0, drops: 0 };
  for (const { packets, bytes, drops } of interfaces) {
    totals.packets += packets;
    totals.bytes += bytes;
    totals.drops += drops;
  }
  return totals;
}

/** Packets lost, as a share of all that came; a loss is never rounded down to none. */
export function dropShare({ packets, drops }: Pick<Totals, 'packets' | 'drops'>, language: Language): string {
  const percent = (value: number, digits: number) =>
    new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: digits }).format(value);
  if (drops === 0) return percent(0, 0);
  const share = drops / (packets + drops);
  return share < 0.0001 ? `< ${percent(0.0001, 2)}` : percent(share, 2);
}

export interface Rate { at: string; bitsPerSecond: number; drops: number }

/** Rates between neighbouring samples. Counters that fell restarted from zero with the sensor. */
export function ratesOf(samples: Sample[]): Rate[] {
  const rates: Rate[] = [];
  for (const [place, sample] of samples.entries()) {
    const before = samples[place - 1];
    if (!before) continue;
    const seconds = (Date.parse(sample.at) - Date.parse(before.at)) / 1000;
    if (seconds <= 0) continue;
    const restarted = sample.packets < before.packets || sample.bytes < before.bytes;
    const bytes = restarted ? sample.bytes : sample.bytes - before.bytes;
    const drops = restarted || sample.drops < before.drops ? sample.drops : sample.drops - before.drops;
    rates.push({ at: sample.at, bitsPerSecond: (bytes * 8) / seconds, drops });
  }
  return rates;
}
