import { useQueryClient } from '@tanstack/react-query';
import { createContext, type ReactNode, use, useEffect, useMemo, useState } from 'react';
import type { IncidentEvent, SensorEvent } from './types';
import { withTenant } from './tenant';

export type Connection = 'connecting' | 'open' | 'lost';

interface Live {
  connection: Connection;
  /** Calls back for every incident that is new to the portal; returns how to stop. */
  onNewIncident: (listener: (news: IncidentEvent) => void) => () => void;
}

const LiveContext = createContext<Live | null>(null);

/** News that come in a burst are answered by one refresh. */
const gatherMs = 400;
const retryMs = 5000;

/** Keeps what is on the screen true without reloads: server-sent events refresh the cached answers. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const queries = useQueryClient();
  const [connection, setConnection] = useState<Connection>('connecting');
  const listeners = useMemo(() => new Set<(news: IncidentEvent) => void>(), []);

  useEffect(() => {
    let source: EventSource | null = null;
    let wasLost = false;
    let retry: ReturnType<typeof setTimeout> | undefined;
    let gather: ReturnType<typeof setTimeout> | undefined;
    const stale = new Set<string>();

    const refresh = (...keys: string[][]) => {
      for (const key of keys) stale.add(JSON.stringify(key));
      gather ??= setTimeout(() => {
        gather = undefined;
        for (const key of stale) void queries.invalidateQueries({ queryKey: JSON.parse(key) as string[] });
        stale.clear();
      }, gatherMs);
    };

    const listen = () => {
      source = new EventSource(withTenant('/api/v1/live'));
      source.addEventListener('open', () => {
        setConnection('open');
        // What happened while nobody listened is read anew.
        if (wasLost) void queries.invalidateQueries();
        wasLost = false;
      });
      source.addEventListener('error', () => {
        wasLost = true;
        setConnection('lost');
        // The browser retries a broken line by itself, but not a refused one.
        if (source?.readyState === EventSource.CLOSED) {
          retry = setTimeout(() => {
            void queries.invalidateQueries({ queryKey: ['session'] });
            listen();
          }, retryMs);
        }
      });
      source.addEventListener('incident', (event) => {
        const news = JSON.parse(event.data as string) as IncidentEvent;
        refresh(['incidents'], ['incident', news.id], ['dashboard']);
        if (news.new) for (const listener of listeners) listener(news);
      });
      source.addEventListener('sensor', (event) => {
        const news = JSON.parse(event.data as string) as SensorEvent;
        refresh(['sensors'], ['sensor', news.id], ['dashboard']);
      });
      source.addEventListener('resync', () => void queries.invalidateQueries());
    };

    listen();
    return () => {
      clearTimeout(retry);
      clearTimeout(gather);
      source?.close();
    };
  }, [queries, listeners]);

  const live = useMemo<Live>(
    () => ({
      connection,
      onNewIncident: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    }),
    [connection, listeners],
  );
  return <LiveContext value={live}>{children}</LiveContext>;
}

export function useLive(): Live {
  const live = use(LiveContext);
  if (!live) throw new Error('useLive outside LiveProvider');
  return live;
}
