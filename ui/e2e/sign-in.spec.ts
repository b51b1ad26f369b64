import { email, expect, expectAccessible, signIn, test } from './portal';

test('a stranger is sent to the sign-in page and afterwards to where he wanted to go', async ({ page }) => {
  await page.goto('/app/sensors');
  await expect(page).toHaveURL(/\/sign-in/);
  await expectAccessible(page);
  await signIn(page);
  await page.waitForURL('**/app/sensors');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(/Sensors|センサー/);
});

test('a wrong password is refused in words', async ({ page }) => {
  await page.goto('/sign-in?lang=en');
  await signIn(page, 'not the password');
  await expect(page.getByRole('alert')).toBeVisible();
  await expect(page.locator('input[name="email"]')).toHaveValue(email);
  await expect(page).toHaveURL(/sign-in/);
  await page.goto('/app/');
  await expect(page).toHaveURL(/\/sign-in/);
});

test('signing out ends the session', async ({ page }) => {
  await page.goto('/app/settings');
  await signIn(page);
  await page.waitForURL('**/app/settings');
  await page.locator('main').getByRole('button', { name: /Sign out|サインアウト/ }).click();
  await page.waitForURL('**/sign-in**');
  await page.goto('/app/');
  await expect(page).toHaveURL(/\/sign-in/);
});
