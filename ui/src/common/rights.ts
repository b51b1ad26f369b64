import { useSuspenseQuery } from '@tanstack/react-query';
import { sessionQuery } from '../api/queries';

/** What the person at the screen may do; the portal decides again by itself. */
export function useMay() {
  const { data } = useSuspenseQuery(sessionQuery);
  return {
    handleIncidents: data.user.role !== 'viewer',
    changeSensors: data.user.role === 'administrator',
  };
}
