import type { Browser } from '@playwright/test';
import { expect, test } from '../portal';
import { visit } from './people';

// A phone of the middle class: a quarter of this machine's speed, as Lighthouse plays one, on the lines of Chrome's own tools.
const slowdown = 4;
const kilobit = 1000 / 8;
const lines = {
  'Fast 4G': { offline: false, latency: 165, downloadThroughput: 8100 * kilobit, uploadThroughput: 1350 * kilobit },
  'Slow 4G': { offline: false, latency: 150, downloadThroughput: 1600 * kilobit, uploadThroughput: 750 * kilobit },
};
// What was reached, and some room for a busy machine: it shall not get worse unseen. The aim is 1500 for each.
const limits_ms = { 'Fast 4G': 2300, 'Slow 4G': 2800, 'from the device': 1500 };

type Line = keyof typeof lines;
type Session = Awaited<ReturnType<typeof signedIn>>;

async function signedIn(browser: Browser) {
  const home = await visit(browser, 'admin', 'ja');
  const storageState = await home.context().storageState();
  await home.context().close();
  return storageState;
}

/** A phone whose browser was never here before. */
async function phone(browser: Browser, storageState: Session, line: Line, serviceWorkers: 'allow' | 'block') {
  const context = await browser.newContext({ storageState, serviceWorkers, viewport: { width: 390, height: 844 }, locale: 'ja-JP', deviceScaleFactor: 2 });
  const page = await context.newPage();
  const tools = await context.newCDPSession(page);
  await tools.send('Network.enable');
  await tools.send('Network.emulateNetworkConditions', lines[line]);
  await tools.send('Emulation.setCPUThrottlingRate', { rate: slowdown });
  await page.addInitScript(() => {
    new PerformanceObserver((list) => {
      (window as { largest?: number }).largest = list.getEntries().at(-1)!.startTime;
    }).observe({ type: 'largest-contentful-paint', buffered: true });
  });
  const largest = async () => {
    await page.waitForFunction(() => document.querySelector('main h2') && !document.querySelector('[aria-busy="true"]'));
    return page.evaluate(() => new Promise<number>((done) => requestAnimationFrame(() => setTimeout(() => done((window as { largest?: number }).largest ?? Number.NaN), 0))));
  };
  return { page, largest };
}

/** When the largest thing of the home stood there, in milliseconds, on first load. The worker's line cannot be slowed: without it. */
async function first(browser: Browser, session: Session, line: Line): Promise<number> {
  const { page, largest } = await phone(browser, session, line, 'block');
  await page.goto('/app/');
  const time = await largest();
  await page.context().close();
  return time;
}

/** The same, once the service worker has the app, and how many files of the app were fetched all the same. */
async function again(browser: Browser, session: Session): Promise<{ time: number; fetched: number }> {
  const { page, largest } = await phone(browser, session, 'Slow 4G', 'allow');
  await page.goto('/app/');
  await largest();
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  await page.reload();
  await page.waitForFunction(async () => (await (await caches.open('hinomi-shell-1')).keys()).length > 4);
  await page.reload();
  const time = await largest();
  const fetched = await page.evaluate(() =>
    performance.getEntriesByType('resource').filter((one) => one.name.includes('/app/assets/') && (one as PerformanceResourceTiming).transferSize > 300).length);
  await page.context().close();
  return { time, fetched };
}

test('the home stands on a phone in time, and comes from the device afterwards', async ({ browser }) => {
  const session = await signedIn(browser);
  // A busy machine only ever makes it later: the best of three is nearest to the truth.
  const best = async (measure: () => Promise<number>) => {
    const times: number[] = [];
    for (let run = 0; run < 3; run += 1) times.push(await measure());
    return Math.round(Math.min(...times));
  };
  const found: Partial<Record<keyof typeof limits_ms, number>> = {};
  for (const line of Object.keys(lines) as Line[]) found[line] = await best(() => first(browser, session, line));
  found['from the device'] = await best(async () => {
    const { time, fetched } = await again(browser, session);
    expect(fetched).toBe(0);
    return time;
  });
  for (const [name, time] of Object.entries(found)) console.log(`    largest contentful paint, ${name}: ${time} ms`);
  for (const [name, limit] of Object.entries(limits_ms)) expect(found[name as keyof typeof limits_ms], name).toBeLessThan(limit);
});
