import type { Heartbeat, Language } from '../api/types';
import { percent } from '../i18n/format';

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
  return percent(drops === 0 ? 0 : drops / (packets + drops), language);
}
