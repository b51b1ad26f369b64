/** The header by which the service worker says from when an answer is that it kept. */
const asOfHeader = 'x-hinomi-as-of';

let asOf: string | null = null;
const listeners = new Set<() => void>();

/** Learns from an answer whether it came from the portal or was kept from before. */
export function noteAnswer(response: Response) {
  const kept = response.headers.get(asOfHeader);
  // Of several kept answers the oldest counts.
  const next = kept && asOf && asOf < kept ? asOf : kept;
  if (next === asOf) return;
  asOf = next;
  for (const listener of listeners) listener();
}

/** The time that what is on the screen is from; `null` when it is from now. */
export function keptSince(): string | null {
  return asOf;
}

/** Calls back when that changes; returns how to stop. */
export function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Lets the app open without a network. Browsers that cannot, or may not, go on without it. */
export function registerWorker() {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  navigator.serviceWorker.register('/app/sw.js', { scope: '/app/' }).catch(() => {});
}
