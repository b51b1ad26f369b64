import { expect, expectAccessible, expectNoSidewaysScroll, openWorstIncident, signIn, test } from './portal';

test('an incident says who was told of it', async ({ page }) => {
  await openWorstIncident(page);
  await expect(page.getByRole('heading', { name: 'Who was told' })).toBeVisible();
  await expectAccessible(page);
});

test('a system is added, tried and removed', async ({ page }) => {
  await page.goto('/app/settings');
  await page.getByRole('button', { name: 'Add a system' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('Log of the test');
  await dialog.getByLabel('Address').fill('not an address');
  await dialog.getByRole('button', { name: 'Add a system' }).click();
  await expect(dialog.getByRole('alert')).toBeVisible();
  await expectAccessible(page);
  await dialog.getByLabel('Address').fill('https://127.0.0.1/hook');
  await dialog.getByRole('button', { name: 'Add a system' }).click();
  await expect(dialog.getByText(/^whsec_/)).toBeVisible();
  await dialog.getByRole('button', { name: 'Close' }).last().click();
  // The portal's own network is closed to what customers enter.
  await page.getByRole('button', { name: 'Send a test to Log of the test' }).click();
  await expect(page.getByText('127.0.0.1 is not an address of the public Internet')).toBeVisible();
  await expectAccessible(page);
  // It is changed where it stands, and gets a new secret.
  await page.getByRole('button', { name: 'Edit Log of the test' }).click();
  await dialog.getByLabel('Name').fill('Log of the test, moved');
  await dialog.getByLabel('Address').fill('not an address');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog.getByRole('alert')).toBeVisible();
  await dialog.getByLabel('Address').fill('https://127.0.0.1/moved');
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('https://127.0.0.1/moved')).toBeVisible();
  await page.getByRole('button', { name: 'Edit Log of the test, moved' }).click();
  await dialog.getByRole('button', { name: 'Renew the secret' }).click();
  await expect(dialog.getByText(/^whsec_/)).toBeVisible();
  await dialog.getByRole('button', { name: 'Close' }).last().click();
  await page.getByRole('button', { name: 'Remove Log of the test' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await expect(page.getByText('Log of the test')).toHaveCount(0);
});

test('quiet hours and escalation are kept', async ({ page }) => {
  await page.goto('/app/settings');
  const quiet = page.getByRole('checkbox', { name: 'Keep quiet hours' });
  await quiet.click();
  await expect(quiet).toBeChecked();
  await page.getByLabel('From', { exact: true }).fill('23:30');
  const after = page.getByRole('combobox', { name: 'Tell the next person after' });
  await after.selectOption('30');
  await page.getByRole('combobox', { name: 'Add a person' }).selectOption({ index: 1 });
  await expect(page.getByRole('button', { name: /from the order$/ })).toHaveCount(1);
  await expect(page.getByText(/^After 30 minutes: /)).toBeVisible();
  await page.reload();
  await expect(page.getByLabel('From', { exact: true })).toHaveValue('23:30');
  await expect(after).toHaveValue('30');
  await expectAccessible(page);
  await page.getByRole('button', { name: /from the order$/ }).click();
  await after.selectOption('0');
  await quiet.click();
  await expect(quiet).not.toBeChecked();
  await expect(page.getByLabel('From', { exact: true })).toHaveCount(0);
});

test('business days are the company\'s own', async ({ page }) => {
  await page.goto('/app/settings');
  const holidays = page.getByRole('checkbox', { name: 'Closed on Japanese public holidays' });
  await expect(page.getByText('Business days are Mon, Tue, Wed, Thu, Fri, except on public holidays.')).toBeVisible();
  await page.getByRole('checkbox', { name: 'Saturday' }).click();
  await expect(page.getByText('Business days are Mon, Tue, Wed, Thu, Fri, Sat, except on public holidays.')).toBeVisible();
  await holidays.click();
  await expect(page.getByText('Business days are Mon, Tue, Wed, Thu, Fri, Sat, public holidays included.')).toBeVisible();
  await page.reload();
  await expect(holidays).not.toBeChecked();
  await page.getByRole('checkbox', { name: 'Saturday' }).click();
  await expect(page.getByText('Business days are Mon, Tue, Wed, Thu, Fri, public holidays included.')).toBeVisible();
  await holidays.click();
  await expect(holidays).toBeChecked();
  await expectAccessible(page);
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true });

  test('what was read last is there without a network, and says that it is old', async ({ page, context }) => {
    await page.goto('/app/');
    // Browsers keep nothing for pages without TLS, but trust this machine.
    expect(await page.evaluate(() => window.isSecureContext)).toBe(true);
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    await openWorstIncident(page);
    const title = await page.locator('article h1').innerText();
    await page.reload();
    await expect(page.getByRole('heading', { name: 'Who was told' })).toBeVisible();
    await context.setOffline(true);
    await page.reload();
    await expect(page.locator('article h1')).toHaveText(title);
    await expect(page.getByText(/You are offline/)).toBeVisible();
    await expectNoSidewaysScroll(page);
    await expectAccessible(page);
    await context.setOffline(false);
    await page.reload();
    await expect(page.getByText(/You are offline/)).toHaveCount(0);
  });

  test('what was kept goes with signing out', async ({ browser, baseURL }) => {
    // A session of its own: the other tests need theirs.
    const context = await browser.newContext({ storageState: { cookies: [], origins: [] } });
    const page = await context.newPage();
    await page.goto(`${baseURL}/app/`);
    await signIn(page);
    await page.waitForURL('**/app/');
    // Browsers keep nothing for pages without TLS, but trust this machine.
    expect(await page.evaluate(() => window.isSecureContext)).toBe(true);
    await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
    await page.goto(`${baseURL}/app/incidents`);
    const kept = () => page.evaluate(async () => ((await caches.has('hinomi-data-1')) ? (await (await caches.open('hinomi-data-1')).keys()).length : 0));
    await expect.poll(kept).toBeGreaterThan(0);
    await page.goto(`${baseURL}/app/settings`);
    await page.getByRole('button', { name: 'Sign out' }).last().click();
    await page.waitForURL('**/sign-in**');
    expect(await kept()).toBe(0);
    await context.close();
  });
});
