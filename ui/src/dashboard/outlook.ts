import type { Dashboard } from '../api/types';

/**
 * The one sentence of the dashboard. "All quiet" may only be said while somebody watches:
 * a silent sensor sees nothing, which is not the same as nothing being there.
 */
export type Outlook = 'act' | 'blind' | 'unwatched' | 'working' | 'quiet';

export function outlook({ needs_action, open, sensors }: Pick<Dashboard, 'needs_action' | 'open' | 'sensors'>): Outlook {
  if (needs_action > 0) return 'act';
  const known = sensors.online + sensors.late + sensors.offline;
  if (known === 0) return 'unwatched';
  if (sensors.offline > 0) return 'blind';
  return open.critical + open.high + open.medium > 0 ? 'working' : 'quiet';
}
