// Takes every page in both languages, on desktop and phone, light and dark.
//   HINOMI_URL=http://... HINOMI_EMAIL=... HINOMI_PASSWORD=... node scripts/screenshots.mjs FOLDER [NAME...]
// Only pages whose file name contains one of the NAMEs are taken, all without. SCREEN_ONLY=1: what fits the screen, not
// the whole page.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from '@playwright/test';

const address = process.env.HINOMI_URL ?? 'http://127.0.0.1:8080';
const [folder = 'screenshots', ...wanted] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});

const sizes = { desktop: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } };
const troubles = [];

const state = await signIn();
for (const language of ['ja', 'en']) {
  await speak(language);
  for (const [device, viewport] of Object.entries(sizes)) {
    for (const scheme of ['light', 'dark']) await take(language, device, viewport, scheme);
  }
}
await browser.close();
if (troubles.length > 0) {
  console.error(troubles.join('\n'));
  process.exitCode = 1;
}

async function signIn() {
  const context = await browser.newContext({ ignoreHTTPSErrors: true });
  const page = await context.newPage();
  await page.goto(`${address}/app/`);
  await page.waitForLoadState('networkidle');
  if (page.url().includes('/sign-in')) {
    await page.fill('input[name="email"]', process.env.HINOMI_EMAIL ?? '');
    await page.fill('input[name="password"]', process.env.HINOMI_PASSWORD ?? '');
    await page.click('button[type="submit"]');
    await page.waitForURL('**/app/**');
  }
  const stored = await context.storageState();
  await context.close();
  return stored;
}

async function speak(language) {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, storageState: state });
  const page = await context.newPage();
  await page.goto(`${address}/app/`);
  await page.evaluate(async (language) => {
    const session = await (await fetch('/api/v1/session')).json();
    await fetch('/api/v1/me', {
      method: 'PATCH',
      headers: { 'content-type': 'application/json', 'x-csrf-token': session.csrf_token },
      body: JSON.stringify({ language }),
    });
  }, language);
  await context.close();
}

async function take(language, device, viewport, scheme) {
  const context = await browser.newContext({
    ignoreHTTPSErrors: true, storageState: state, viewport, colorScheme: scheme, hasTouch: device === 'phone',
    deviceScaleFactor: device === 'phone' ? 2 : 1, locale: language === 'ja' ? 'ja-JP' : 'en-GB', timezoneId: 'Asia/Tokyo',
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  page.on('console', (message) => {
    if (message.type() === 'error') troubles.push(`${page.url()} ${message.text()}`);
  });
  page.on('pageerror', (error) => troubles.push(`${page.url()} ${error.message}`));

  const shoot = async (name, fullPage = true) => {
    const file = `${name}-${language}-${device}-${scheme}.png`;
    if (wanted.length > 0 && !wanted.some((part) => file.includes(part))) return;
    await page.waitForTimeout(350);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (overflow > 0) troubles.push(`${file}: ${overflow} px wider than the screen`);
    await page.screenshot({ path: join(folder, file), fullPage: fullPage && !process.env.SCREEN_ONLY });
  };
  const open = async (path) => {
    await page.goto(`${address}${path}`);
    await page.locator('main h1').first().waitFor();
    await page.waitForFunction(() => !document.querySelector('[aria-busy="true"]'));
  };

  await open('/app/');
  await shoot('dashboard');
  await open('/app/incidents');
  await shoot('incidents');
  await page.locator('main').getByRole('button', { name: /More filters|詳しい条件/ }).click();
  await shoot('incidents-filters', false);
  await open('/app/incidents?q=zzzz-nothing-matches');
  await shoot('incidents-empty');
  await open('/app/incidents?sort=severity');
  await page.locator('main a[href*="/app/incidents/"]').first().click();
  await page.locator('article h1').waitFor();
  const technical = page.locator('details summary').first();
  await shoot('incident');
  if ((await technical.count()) > 0) {
    await technical.click();
    await technical.scrollIntoViewIfNeeded();
    await shoot('incident-technical', false);
  }
  await open('/app/sensors');
  await shoot('sensors');
  const sensor = page.locator('main li a[href*="/sensors/"]').first();
  if ((await sensor.count()) > 0) {
    await sensor.click();
    await page.locator('main header h1').waitFor();
    await shoot('sensor');
  }
  await open('/app/settings');
  await shoot('settings');
  await open('/app/no-such-page');
  await shoot('lost');
  const outside = await browser.newContext({ ignoreHTTPSErrors: true, viewport, colorScheme: scheme, locale: language === 'ja' ? 'ja-JP' : 'en-GB' });
  const door = await outside.newPage();
  await door.goto(`${address}/sign-in?lang=${language}`);
  await door.screenshot({ path: join(folder, `sign-in-${language}-${device}-${scheme}.png`) });
  await outside.close();
  await context.close();
}
