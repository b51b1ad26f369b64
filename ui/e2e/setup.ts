import { signIn, speak, expect, test } from './portal';

test('sign in once, in English', async ({ page }) => {
  await page.goto('/app/');
  await signIn(page);
  await page.waitForURL('**/app/');
  await speak(page, 'en');
  await page.reload();
  await expect(page.getByRole('navigation', { name: 'Main pages' })).toBeVisible();
  await page.context().storageState({ path: 'test-results/session.json' });
});
