import type { Browser, Page } from '@playwright/test';
import { expect, expectAccessible, expectNoSidewaysScroll, speak, test } from './portal';

test.beforeEach(async ({ page }) => {
  await page.goto('/app/');
  await speak(page, 'en');
});
test.afterEach(async ({ page }) => speak(page, 'en'));

/** Browsers know passkeys of names only, not of bare addresses; on this machine that is `localhost`. */
function byName(address: string): string {
  const url = new URL(address);
  if (url.hostname === '127.0.0.1') url.hostname = 'localhost';
  return url.href;
}

/** A device of somebody else: nothing of the administrator's session, and an authenticator of its own. */
async function deviceWithAuthenticator(browser: Browser): Promise<Page> {
  const context = await browser.newContext({ storageState: { cookies: [], origins: [] }, locale: 'en-GB', ignoreHTTPSErrors: true });
  const page = await context.newPage();
  const line = await context.newCDPSession(page);
  await line.send('WebAuthn.enable');
  await line.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return page;
}

test('a person is invited, sets up a passkey and signs in by it', async ({ page, browser }) => {
  const email = `nina-${Date.now()}@example.jp`;
  await page.goto('/app/people');
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Invite somebody' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Mail address').fill(email);
  await dialog.getByLabel('Name (optional)').fill('Nina New');
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Send the invitation' }).click();
  const link = dialog.getByText(/\/invitation\/[0-9a-f]{64}/);
  await expect(link).toBeVisible();
  const address = byName((await link.textContent()) ?? '');

  const device = await deviceWithAuthenticator(browser);
  await device.goto(address);
  await expect(device.getByLabel('Your name')).toHaveValue('Nina New');
  await expectAccessible(device);
  await device.getByLabel('New password').fill('three quiet herons at dawn');
  await device.getByRole('button', { name: 'Join' }).click();
  await device.waitForURL('**/app/settings');
  await device.getByLabel('Name for this device').fill('Test key');
  await device.getByRole('button', { name: 'Add a passkey' }).click();
  await expect(device.getByRole('button', { name: 'Remove the passkey Test key' })).toBeVisible();

  await device.context().clearCookies();
  await device.goto(new URL('/sign-in?lang=en', address).href);
  await expectAccessible(device);
  await device.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await device.waitForURL('**/app/');
  await device.goto(new URL('/app/settings', address).href);
  await expect(device.getByText('This device', { exact: true })).toBeVisible();
  await device.context().close();

  await page.reload();
  const row = page.getByRole('listitem').filter({ hasText: email });
  await expect(row).toContainText('Has a second factor or passkey');
  await row.getByRole('button', { name: 'Remove Nina New' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await expect(row).toHaveCount(0);

  await page.goto('/app/people/log');
  await expect(page.getByText('Accepted an invitation').last()).toBeVisible();
  await page.getByRole('button', { name: 'Check now' }).click();
  await expect(page.getByText(/as they were written/)).toBeVisible();
  await expectAccessible(page);
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true });

  for (const language of ['ja', 'en'] as const) {
    test(`people and log fit, in ${language}`, async ({ page }) => {
      await speak(page, language);
      for (const path of ['/app/people', '/app/people/log']) {
        await page.goto(path);
        await expect(page.getByRole('heading', { level: 1 })).toBeAttached();
        await expectAccessible(page);
        await expectNoSidewaysScroll(page);
      }
    });
  }
});
