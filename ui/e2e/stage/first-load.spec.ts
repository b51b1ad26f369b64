import type { Browser } from '@playwright/test';
import { expect, test } from '../portal';
import { visit } from './people';

// A phone of the middle class on a slow mobile line, as Lighthouse plays one.
const slowdown = 4;
const line = { offline: false, latency: 150, downloadThroughput: (1.6 * 1e6) / 8, uploadThroughput: (0.75 * 1e6) / 8 };

/** When the largest thing of the home stood there, in milliseconds, on first load and when the service worker has the app. */
async function measure(browser: Browser): Promise<{ first: number; again: number; fetched: number }> {
  const home = await visit(browser, 'admin', 'ja', { viewport: { width: 390, height: 844 } });
  const storageState = await home.context().storageState();
  await home.context().close();
  const context = await browser.newContext({ storageState, viewport: { width: 390, height: 844 }, locale: 'ja-JP', deviceScaleFactor: 2 });
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send('Network.enable');
  await session.send('Network.emulateNetworkConditions', line);
  await session.send('Emulation.setCPUThrottlingRate', { rate: slowdown });
  await page.addInitScript(() => {
    new PerformanceObserver((list) => {
      (window as { largest?: number }).largest = list.getEntries().at(-1)!.startTime;
    }).observe({ type: 'largest-contentful-paint', buffered: true });
  });
  const largest = async () => {
    await page.waitForFunction(() => document.querySelector('main h2') && !document.querySelector('[aria-busy="true"]'));
    return page.evaluate(() => new Promise<number>((done) => requestAnimationFrame(() => setTimeout(() => done((window as { largest?: number }).largest ?? Number.NaN), 0))));
  };
  await page.goto('/app/');
  const first = await largest();
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  await page.reload();
  await page.waitForFunction(async () => (await (await caches.open('hinomi-shell-1')).keys()).length > 4);
  await page.reload();
  const again = await largest();
  const fetched = await page.evaluate(() =>
    performance.getEntriesByType('resource').filter((one) => one.name.includes('/app/assets/') && (one as PerformanceResourceTiming).transferSize > 300).length);
  await context.close();
  return { first, again, fetched };
}

test('the home stands on a phone within a second and a half, and comes from the device afterwards', async ({ browser }) => {
  const runs: Awaited<ReturnType<typeof measure>>[] = [];
  for (let run = 0; run < 3; run += 1) runs.push(await measure(browser));
  const best = (name: 'first' | 'again') => Math.round(Math.min(...runs.map((run) => run[name])));
  // A busy machine only ever makes it later: the best of three is nearest to the truth.
  console.log(`    largest contentful paint: ${best('first')} ms on first load, ${best('again')} ms from the device`);
  expect(best('first')).toBeLessThan(1500);
  expect(best('again')).toBeLessThan(1500);
  expect(runs.at(-1)!.fetched).toBe(0);
});
