import { api, body } from '../api/client';
import type { PushState } from '../api/types';

/** Whether this browser can take push messages, and if not, why. */
export type Readiness = 'ready' | 'needs_installation' | 'blocked' | 'unsupported';

/** What of the browser decides that. */
export interface Surroundings {
  userAgent: string;
  touchPoints: number;
  isInstalled: boolean;
  hasPush: boolean;
  permission: NotificationPermission | null;
}

/** iPhones and iPads give push messages to apps on the home screen only; iPads call themselves Macs. */
export function readinessOf({ userAgent, touchPoints, isInstalled, hasPush, permission }: Surroundings): Readiness {
  const isApple = /iPhone|iPad|iPod/.test(userAgent) || (/Macintosh/.test(userAgent) && touchPoints > 1);
  if (isApple && !isInstalled) return 'needs_installation';
  if (!hasPush || permission === null) return 'unsupported';
  return permission === 'denied' ? 'blocked' : 'ready';
}

/** "Chrome · Windows": how a person tells his browsers apart. */
export function deviceName(userAgent: string): string {
  const first = (names: [RegExp, string][]) => names.find(([pattern]) => pattern.test(userAgent))?.[1];
  const browser = first([[/Edg\//, 'Edge'], [/OPR\//, 'Opera'], [/Firefox|FxiOS/, 'Firefox'], [/Chrome|CriOS/, 'Chrome'], [/Safari/, 'Safari']]);
  const system = first([[/iPhone/, 'iPhone'], [/iPad/, 'iPad'], [/Android/, 'Android'], [/Windows/, 'Windows'], [/CrOS/, 'ChromeOS'], [/Mac/, 'Mac'], [/Linux/, 'Linux']]);
  return [browser, system].filter(Boolean).join(' · ') || '?';
}

export function surroundings(): Surroundings {
  return {
    userAgent: navigator.userAgent,
    touchPoints: navigator.maxTouchPoints,
    isInstalled: matchMedia('(display-mode: standalone)').matches,
    hasPush: 'serviceWorker' in navigator && 'PushManager' in window,
    permission: 'Notification' in window ? Notification.permission : null,
  };
}

/** The own entry in the portal's list of browsers, where there is one. */
export async function ownEndpointHash(): Promise<string | null> {
  const registration = await navigator.serviceWorker?.getRegistration('/app/');
  const subscription = await registration?.pushManager?.getSubscription();
  return subscription ? hash(subscription.endpoint) : null;
}

async function hash(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Asks the person, subscribes, and tells the portal. `null` when the person said no. */
export async function subscribe(publicKey: string): Promise<PushState | null> {
  if ((await Notification.requestPermission()) !== 'granted') return null;
  const registration = await navigator.serviceWorker.ready;
  const options = { userVisibleOnly: true, applicationServerKey: publicKey };
  const subscription = await registration.pushManager.subscribe(options).catch(async () => {
    // One for another key, of a portal that was set up anew, stands in the way.
    await (await registration.pushManager.getSubscription())?.unsubscribe();
    return registration.pushManager.subscribe(options);
  });
  const { endpoint, keys } = subscription.toJSON();
  return body(
    api.POST('/api/v1/me/push', {
      body: {
        endpoint: endpoint ?? '',
        keys: { p256dh: keys?.p256dh ?? '', auth: keys?.auth ?? '' },
        device: deviceName(navigator.userAgent),
      },
    }),
  );
}

/** This browser takes no messages any more. */
export async function unsubscribe() {
  const registration = await navigator.serviceWorker.getRegistration('/app/');
  await (await registration?.pushManager.getSubscription())?.unsubscribe();
}
