import AxeBuilder from '@axe-core/playwright';
import { expect, type Page, test as base } from '@playwright/test';

export const email = process.env.HINOMI_EMAIL ?? '';
export const password = process.env.HINOMI_PASSWORD ?? '';

/** Every test fails on an error in the page's console: a broken script, a refused style, a missing file. */
export const test = base.extend<{ consoleIsQuiet: void }>({
  consoleIsQuiet: [
    async ({ page }, use) => {
      const errors: string[] = [];
      page.on('console', (message) => {
        if (message.type() === 'error') errors.push(message.text());
      });
      page.on('pageerror', (error) => errors.push(error.message));
      await use();
      expect(errors.filter((error) => !expected.some((one) => one.test(error)))).toEqual([]);
    },
    { auto: true },
  ],
});

// What the browser itself reports of answers that a test provokes, and of lines cut by leaving a page.
const expected = [/status of 4\d\d/, /net::ERR_(ABORTED|NETWORK_CHANGED|INTERNET_DISCONNECTED|FAILED)/];

export { expect };

export async function signIn(page: Page, secret = password, address = email) {
  await page.locator('input[name="email"]').fill(address);
  await page.locator('input[name="password"]').fill(secret);
  await page.locator('button[type="submit"]').click();
}

/** Changes the language of the signed-in user as the settings page would. */
export async function speak(page: Page, language: 'ja' | 'en') {
  await page.evaluate(async (wanted) => {
    const session = (await (await fetch('/api/v1/session')).json()) as { csrf_token: string };
    await fetch('/api/v1/me', {
      method: 'PATCH',
      headers: { 'content-type': 'application/json', 'x-csrf-token': session.csrf_token },
      body: JSON.stringify({ language: wanted }),
    });
  }, language);
}

/** Leads to the incident at the top of the list, the worst one. */
export async function openWorstIncident(page: Page) {
  await page.goto('/app/incidents?sort=severity');
  await page.locator('main a[href*="/app/incidents/"]').first().click();
  await expect(page.locator('article h1')).toBeVisible();
}

/** Waits until the page has its head, and nothing of it is on its way any more. */
export async function settled(page: Page) {
  await expect(page.locator('h1').first()).toBeAttached();
  await page.waitForFunction(() => !document.querySelector('[aria-busy="true"]'));
}

/** WCAG 2.2 A and AA, contrast included. */
export async function expectAccessible(page: Page) {
  await settled(page);
  const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
    // The head of a dialog is a <header> too; the page behind it is hidden meanwhile.
    .disableRules(['landmark-no-duplicate-banner', 'landmark-unique'])
    .analyze();
  const told = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.target.join(' ')} (${node.failureSummary ?? ''})`).join('; ')}`);
  expect(told).toEqual([]);
}

/** Nothing reaches over the side of a narrow screen. */
export async function expectNoSidewaysScroll(page: Page) {
  expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0);
}
