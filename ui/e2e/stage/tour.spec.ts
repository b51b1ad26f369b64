import type { Page } from '@playwright/test';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '../portal';
import { linksByMail } from './links';
import { Mailbox } from './mailbox';
import { doors, looks } from './pages';
import { ask, speakAs, visit } from './people';

// Takes every page, Japanese in light and English in dark, into the folder TOUR, with an index.

const folder = process.env.TOUR ?? 'test-results/tour';
const sizes = {
  phone: { viewport: { width: 390, height: 844 }, heightMax: 1700, hasTouch: true },
  desktop: { viewport: { width: 1280, height: 800 }, heightMax: 1800, hasTouch: false },
} as const;
const tongues = [['ja', 'light'], ['en', 'dark']] as const;
const quality = 55;
const taken = new Map<string, string>();

type Device = keyof typeof sizes;

async function shoot(page: Page, name: string, caption: string, device: Device, language: string) {
  taken.set(name, caption);
  await page.evaluate(() => document.fonts.ready);
  const line = await page.context().newCDPSession(page);
  const { viewport, heightMax } = sizes[device];
  // As tall as the page, so that what stays at an edge of the window stays at an edge of the picture.
  const height = Math.min(await page.evaluate(() => document.documentElement.scrollHeight), heightMax);
  await page.setViewportSize({ width: viewport.width, height });
  const { data } = await line.send('Page.captureScreenshot', {
    format: 'webp', quality, captureBeyondViewport: true,
    clip: { x: 0, y: 0, width: viewport.width, height, scale: 1 },
  });
  writeFileSync(join(folder, `${name}-${language}-${device}.webp`), Buffer.from(data, 'base64'));
  await line.detach();
  await page.setViewportSize(viewport);
}

test.beforeAll(() => {
  mkdirSync(folder, { recursive: true });
  for (const file of readdirSync(folder).filter((one) => one.endsWith('.webp'))) rmSync(join(folder, file));
});

test('the tour of all pages', async ({ browser }) => {
  test.setTimeout(900_000);
  const mailbox = await Mailbox.open();
  const { invitation, newPassword } = await linksByMail(browser, mailbox);
  const admin = await visit(browser, 'admin', 'en');
  await makeSite(admin);
  await suppressSomething(admin);
  for (const device of Object.keys(sizes) as Device[]) {
    const { viewport, hasTouch } = sizes[device];
    for (const [language, colorScheme] of tongues) {
      const options = { viewport, hasTouch, colorScheme, reducedMotion: 'reduce' } as const;
      for (const person of new Set(looks.map((look) => look.person))) {
        const page = await visit(browser, person, language, options);
        for (const look of looks.filter((one) => one.person === person)) {
          await look.open(page);
          await shoot(page, look.name, look.caption, device, language);
          if (look.name === 'incident' && device === 'desktop') {
            await page.emulateMedia({ media: 'print' });
            await shoot(page, 'incident-printed', 'The same, on paper.', device, language);
            await page.emulateMedia({ media: 'screen' });
          }
        }
        await speakAs(page, 'en');
        await page.context().close();
      }
      const context = await browser.newContext({ ...options, locale: language === 'ja' ? 'ja-JP' : 'en-GB' });
      const page = await context.newPage();
      for (const door of doors(invitation[language], newPassword)) {
        await page.goto(door.path);
        await shoot(page, door.name, door.caption, device, language);
      }
      await context.close();
    }
  }
  await mailbox.close();
  writeFileSync(join(folder, 'README.md'), index());
});

/** So that the settings show a site. */
async function makeSite(page: Page) {
  const { items } = await ask<{ items: { id: string; name: string }[] }>(page, '/sensors');
  const { csrf_token } = await ask<{ csrf_token: string }>(page, '/session');
  const sensors = items.filter(({ name }) => name.startsWith('名古屋')).map(({ id }) => id);
  const answer = await page.request.post('/api/v1/sites', {
    headers: { 'x-csrf-token': csrf_token, origin: new URL(page.url()).origin },
    data: { name: '名古屋支店', note: '名古屋市中区', sensors, people: [] },
  });
  expect(answer.ok(), await answer.text()).toBe(true);
}

/** So that the page of suppressions has one. */
async function suppressSomething(page: Page) {
  const { items } = await ask<{ items: { id: string }[] }>(page, '/incidents?q=FILESRV01&per_page=1');
  await page.goto(`/app/incidents/${items[0]!.id}`);
  await page.getByRole('button', { name: 'This was us' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'Reason' }).fill('夜間バックアップ / the backup at night');
  await dialog.getByRole('button', { name: 'Do not tell of this' }).click();
  await dialog.waitFor({ state: 'hidden' });
  await page.context().close();
}

function index(): string {
  const pictures = (name: string) =>
    (Object.keys(sizes) as Device[])
      .flatMap((device) => tongues.map(([language]) => ({ device, file: `${name}-${language}-${device}.webp` })))
      .filter(({ file }) => readdirSync(folder).includes(file))
      .map(({ device, file }) => `<a href="${file}"><img src="${file}" alt="" width="${device === 'phone' ? 130 : 270}"></a>`)
      .join(' ');
  const parts = [...taken].map(([name, caption]) => `## ${name}\n\n${caption}\n\n${pictures(name)}\n`);
  return `# Every page\n\nJapanese in light, English in dark colours; phone, then desktop; tall pages are cut. \`make tour\` takes them anew.\n\n${parts.join('\n')}`;
}
