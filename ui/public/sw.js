// The service worker: opens the app without a network, shows push messages. Kept small and by hand, so that it can be read.

const shellCache = 'hinomi-shell-1';
const dataCache = 'hinomi-data-1';
const shellKey = '/app/';
const asOfHeader = 'x-hinomi-as-of';
const keptMs = 7 * 86_400_000;
const answersMax = 120;
const filesMax = 120;

// What is worth reading on the road: who I am, the lists, and incidents that were opened.
const keptAnswers = [
  /^\/api\/v1\/session$/, /^\/api\/v1\/dashboard$/, /^\/api\/v1\/incidents$/, /^\/api\/v1\/incidents\/[0-9a-f-]{36}$/,
  /^\/api\/v1\/incidents\/[0-9a-f-]{36}\/deliveries$/, /^\/api\/v1\/sensors$/, /^\/api\/v1\/tenants?$/,
];

self.addEventListener('install', () => self.skipWaiting());

self.addEventListener('activate', (event) => {
  const tidy = async () => {
    for (const name of await caches.keys()) {
      if (name.startsWith('hinomi-') && name !== shellCache && name !== dataCache) await caches.delete(name);
    }
    await self.clients.claim();
  };
  event.waitUntil(tidy());
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== location.origin) return;
  if (url.pathname === '/api/v1/session' && request.method === 'DELETE') {
    event.respondWith(signOut(request));
  } else if (request.method !== 'GET') {
    return;
  } else if (request.mode === 'navigate') {
    if (url.pathname.startsWith('/app')) event.respondWith(page(request));
  } else if (url.pathname.startsWith('/app/assets/')) {
    event.respondWith(asset(request));
  } else if (url.pathname.startsWith('/app/')) {
    event.respondWith(file(request));
  } else if (keptAnswers.some((path) => path.test(url.pathname))) {
    event.respondWith(answer(request, url));
  }
});

/** The page as the portal gives it, with its own policy and nonce; without a network the last one. */
async function page(request) {
  try {
    const response = await fetch(request);
    const isPage = response.ok && !response.redirected && response.headers.get('content-type')?.startsWith('text/html');
    if (isPage) await (await caches.open(shellCache)).put(shellKey, response.clone());
    return response;
  } catch (error) {
    const kept = await caches.match(shellKey, { cacheName: shellCache });
    if (kept) return kept;
    throw error;
  }
}

/** Files with a hash in their name never change. */
async function asset(request) {
  const cache = await caches.open(shellCache);
  const kept = await cache.match(request);
  if (kept) return kept;
  const response = await fetch(request);
  if (response.ok) {
    await cache.put(request, response.clone());
    await trim(cache, filesMax, (key) => new URL(key.url).pathname.startsWith('/app/assets/'));
  }
  return response;
}

async function file(request) {
  const cache = await caches.open(shellCache);
  try {
    const response = await fetch(request);
    if (response.ok) await cache.put(request, response.clone());
    return response;
  } catch (error) {
    const kept = await cache.match(request);
    if (kept) return kept;
    throw error;
  }
}

/** Answers of the API: the portal's where it answers, else what was kept, with the time that it is from. */
async function answer(request, url) {
  const cache = await caches.open(dataCache);
  let response;
  try {
    response = await fetch(request);
  } catch (error) {
    const kept = await cache.match(request, { ignoreVary: true });
    const asOf = kept?.headers.get(asOfHeader);
    if (kept && Date.now() - Date.parse(asOf) < keptMs) return kept;
    throw error;
  }
  if (response.status === 401) await caches.delete(dataCache);
  if (response.ok) {
    const body = await response.clone().text();
    if (url.pathname === '/api/v1/session') await forgetAnotherPersons(cache, request, body);
    const headers = new Headers({ 'content-type': 'application/json', [asOfHeader]: new Date().toISOString() });
    // A cache that is full keeps nobody from reading.
    await cache.put(request, new Response(body, { headers })).catch(() => {});
    await trim(cache, answersMax, () => true);
  }
  return response;
}

/** Nobody finds what was shown to another person on the same device. */
async function forgetAnotherPersons(cache, request, body) {
  const kept = await cache.match(request, { ignoreVary: true });
  if (!kept) return;
  const person = (text) => JSON.parse(text).user.id;
  if (person(await kept.text()) === person(body)) return;
  for (const key of await cache.keys()) await cache.delete(key);
}

async function signOut(request) {
  const response = await fetch(request);
  if (response.ok) await caches.delete(dataCache);
  return response;
}

/** The oldest go first: keys are in the order in which they came. */
async function trim(cache, most, counts) {
  const keys = (await cache.keys()).filter(counts);
  for (const key of keys.slice(0, Math.max(0, keys.length - most))) await cache.delete(key);
}

self.addEventListener('push', (event) => {
  event.waitUntil(show(event.data));
});

async function show(data) {
  let message = {};
  try {
    message = data?.json() ?? {};
  } catch {
    // What cannot be read is still worth a look at the portal.
  }
  const tag = message.tag ?? 'hinomi';
  const shown = await self.registration.getNotifications({ tag });
  // A second copy of a message takes the place of the first without a sound.
  const isCopy = shown.some((one) => one.data?.id === message.id);
  await self.registration.showNotification(message.title ?? 'Hinomi', {
    body: message.body, tag, lang: message.lang, renotify: !isCopy, silent: isCopy, requireInteraction: Boolean(message.urgent) && !isCopy,
    icon: '/app/icon-192.png', badge: '/app/icon-192.png', data: { id: message.id, path: message.path },
  });
}

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data?.path));
});

/** Opens what a message is about: only ever a page of the app. */
async function open(wanted) {
  const path = typeof wanted === 'string' && /^\/app\/[\w/-]*(\?tenant=[\w-]+)?$/.test(wanted) ? wanted : '/app/';
  const windows = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const app = windows.find((one) => new URL(one.url).pathname.startsWith('/app/'));
  if (!app) return self.clients.openWindow(path);
  await app.focus();
  return app.navigate(path).catch(() => self.clients.openWindow(path));
}

// The browser's push service may give it another address at any time.
self.addEventListener('pushsubscriptionchange', (event) => {
  event.waitUntil(resubscribe(event));
});

async function resubscribe(event) {
  const session = await (await fetch('/api/v1/session')).json();
  const { public_key: applicationServerKey } = await (await fetch('/api/v1/me/push')).json();
  const options = { userVisibleOnly: true, applicationServerKey };
  const subscription = event.newSubscription ?? (await self.registration.pushManager.subscribe(options));
  const { endpoint, keys } = subscription.toJSON();
  // The old address answers "gone" at its next message, and is forgotten then.
  await fetch('/api/v1/me/push', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-csrf-token': session.csrf_token },
    body: JSON.stringify({ endpoint, keys, device: 'Hinomi' }),
  });
}
