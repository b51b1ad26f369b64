import { expect, expectAccessible, expectNoSidewaysScroll, openWorstIncident, speak, test } from './portal';

test.afterEach(async ({ page }) => speak(page, 'en'));

test('the language changes at once, everywhere, and stays', async ({ page }) => {
  await page.goto('/app/settings');
  await expectAccessible(page);
  await page.getByRole('radiogroup', { name: 'Language' }).getByText('日本語').click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('設定');
  await expect(page.locator('html')).toHaveAttribute('lang', 'ja');
  await expectAccessible(page);
  await page.goto('/app/');
  await expect(page.getByRole('heading', { name: '最新のインシデント' })).toBeVisible();
  await openWorstIncident(page);
  await expect(page.getByRole('heading', { name: '行うこと' })).toBeVisible();
  await expect(page.locator('article h1')).toHaveText(/[\u3040-\u30ff\u4e00-\u9fff]/);
  await page.goto('/app/settings');
  await page.getByRole('radiogroup', { name: '言語' }).getByText('English').click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Settings');
});

test('dark is kept and readable', async ({ page }) => {
  await page.goto('/app/settings');
  await page.getByRole('radiogroup', { name: 'Colours' }).getByText('Dark').click();
  await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', 'dark');
  await expectAccessible(page);
  for (const path of ['/app/', '/app/incidents', '/app/sensors']) {
    await page.goto(path);
    await expect(page.locator('html')).toHaveAttribute('data-mantine-color-scheme', 'dark');
    await expect(page.getByRole('heading', { level: 1 })).toBeAttached();
    await expectAccessible(page);
  }
  await openWorstIncident(page);
  await expectAccessible(page);
  await page.goto('/app/settings');
  await page.getByRole('radiogroup', { name: 'Colours' }).getByText('As the device').click();
});

test('mail preferences are kept', async ({ page }) => {
  await page.goto('/app/settings');
  const threshold = page.getByRole('combobox', { name: 'Notify from this severity on' });
  const before = await threshold.inputValue();
  const wanted = before === 'high' ? 'critical' : 'high';
  await threshold.selectOption(wanted);
  await expect(page.getByText('Saved.')).toBeVisible();
  await page.reload();
  await expect(threshold).toHaveValue(wanted);
  await threshold.selectOption(before);
  await expect(page.getByText('Saved.')).toBeVisible();
});

test('a wrong current password is refused in words', async ({ page }) => {
  await page.goto('/app/settings');
  await page.getByLabel('Current password').fill('certainly not this');
  await page.getByLabel('New password', { exact: true }).fill('short');
  await expect(page.getByText('Use at least 15 characters.')).toBeVisible();
  await page.getByLabel('New password', { exact: true }).fill('a long enough password');
  await page.getByLabel('New password again').fill('a long enough password');
  await page.getByRole('button', { name: 'Change password' }).click();
  await expect(page.getByText(/password.*(wrong|not|differs)/i).last()).toBeVisible();
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true });

  for (const language of ['ja', 'en'] as const) {
    test(`every page fits, in ${language}`, async ({ page }) => {
      await page.goto('/app/');
      await speak(page, language);
      for (const path of ['/app/', '/app/incidents', '/app/sensors', '/app/settings']) {
        await page.goto(path);
        await expect(page.getByRole('heading', { level: 1 })).toBeAttached();
        await expectAccessible(page);
        await expectNoSidewaysScroll(page);
      }
      await openWorstIncident(page);
      await page.locator('details summary').first().click();
      await expectNoSidewaysScroll(page);
      await expectAccessible(page);
      await page.goto('/app/sensors');
      await page.locator('main li a[href*="/app/sensors/"]').first().click();
      await expect(page.locator('main header h1')).toBeVisible();
      await expectNoSidewaysScroll(page);
    });
  }
});
