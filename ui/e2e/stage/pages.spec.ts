import { expect, expectAccessible, expectNoSidewaysScroll, test } from '../portal';
import { Mailbox } from './mailbox';
import { linksByMail } from './links';
import { doors, looks } from './pages';
import { type Person, visit } from './people';

const sizes = { desktop: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } };
const languages = ['ja', 'en'] as const;
// Each theme on each device; the second language adds its words, which are as long in any colour.
const schemesOf = (device: string, language: string) =>
  language === 'ja' ? (['light', 'dark'] as const) : device === 'phone' ? (['dark'] as const) : (['light'] as const);

// They change nothing but a person's language: those of one language may run side by side (playwright.stage.config.ts).
test.describe.configure({ mode: 'parallel' });

test('every route of the app is looked at below', async ({ browser }) => {
  const page = await visit(browser, 'admin', 'en');
  const routes = await page.evaluate(() => Object.keys((window as unknown as { __TSR_ROUTER__: { routesByPath: object } }).__TSR_ROUTER__.routesByPath));
  expect(routes.length).toBeGreaterThan(5);
  expect([...new Set(routes)].sort()).toEqual(looks.flatMap(({ route }) => route ?? []).sort());
  await page.context().close();
});

for (const [device, viewport] of Object.entries(sizes)) {
  for (const language of languages) {
    test(`every page is accessible and fits: ${device}, ${language}`, async ({ browser }) => {
      for (const person of [...new Set(looks.map((look) => look.person))] satisfies Person[]) {
        const page = await visit(browser, person, language, { viewport, hasTouch: device === 'phone', reducedMotion: 'reduce' });
        for (const look of looks.filter((one) => one.person === person)) {
          await look.open(page);
          for (const colorScheme of schemesOf(device, language)) {
            await test.step(`${look.name}, ${colorScheme}`, async () => {
              await page.emulateMedia({ colorScheme });
              await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', colorScheme);
              await expectAccessible(page);
              await expectNoSidewaysScroll(page);
            });
          }
        }
        await page.context().close();
      }
    });
  }
}

test('every page before the app is accessible and fits', async ({ browser }) => {
  const mailbox = await Mailbox.open();
  try {
    const { invitation, newPassword } = await linksByMail(browser, mailbox);
    for (const [device, viewport] of Object.entries(sizes)) {
      for (const language of languages) {
        const context = await browser.newContext({ viewport, locale: language === 'ja' ? 'ja-JP' : 'en-GB', reducedMotion: 'reduce' });
        const page = await context.newPage();
        for (const door of doors(invitation[language], newPassword)) {
          await page.goto(door.path);
          await expect(page.locator('html')).toHaveAttribute('lang', language);
          for (const colorScheme of schemesOf(device, language)) {
            await test.step(`${door.name}, ${device}, ${language}, ${colorScheme}`, async () => {
              await page.emulateMedia({ colorScheme });
              await expectAccessible(page);
              await expectNoSidewaysScroll(page);
            });
          }
        }
        await context.close();
      }
    }
  } finally {
    await mailbox.close();
  }
});
