import { expect, expectAccessible, test } from './portal';

test('the overview says how things are and what to do first', async ({ page }) => {
  await page.goto('/app/');
  await expect(page.getByRole('heading', { level: 2 }).first()).toHaveText(/need(s)? action|dealt with|All quiet|silent|not begun/);
  await expect(page.getByRole('heading', { name: 'Incidents by day' })).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Latest incidents' })).toBeVisible();
  await expect(page.getByRole('table', { name: 'Incidents by day' })).toBeAttached();
  await expectAccessible(page);
});

test('the span of the figures is in the address', async ({ page }) => {
  await page.goto('/app/');
  await page.getByRole('radiogroup', { name: 'Days shown' }).getByText('7 days').click();
  await expect(page).toHaveURL(/days=7/);
  await expect(page.getByText('Last 7 days').first()).toBeVisible();
  await page.reload();
  await expect(page.getByRole('radio', { name: '7 days' })).toBeChecked();
});

test('a count leads to the incidents it counts', async ({ page }) => {
  await page.goto('/app/');
  await page.getByRole('list', { name: 'Incidents not done, by severity' }).getByRole('link', { name: /High/ }).click();
  await expect(page).toHaveURL(/incidents.*high/);
  await expect(page.getByRole('button', { name: 'High', pressed: true })).toBeVisible();
});

test('an address that leads nowhere says so', async ({ page }) => {
  await page.goto('/app/no-such-page');
  await expect(page.getByRole('heading', { name: 'There is no such page' })).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('main').getByRole('link', { name: 'To the overview' }).click();
  await expect(page).toHaveURL(/\/app\/$/);
});

test('the keyboard reaches the content in one step', async ({ page }) => {
  await page.goto('/app/');
  await expect(page.getByRole('heading', { name: 'Latest incidents' })).toBeVisible();
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Skip to content' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.locator('main')).toBeFocused();
});
