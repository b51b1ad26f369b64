import { expect, expectAccessible, test } from './portal';

test('a sensor is added with a secret that is shown once, renamed, and removed', async ({ page }) => {
  const name = `Test sensor ${Date.now()}`;
  await page.goto('/app/sensors');
  await page.getByRole('button', { name: 'Add sensor' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'Name' }).fill(name);
  await dialog.getByRole('textbox', { name: 'Location' }).fill('Rack 1');
  await dialog.getByRole('button', { name: 'Add sensor' }).click();
  await expect(dialog.getByTestId('enrolment-secret')).not.toBeEmpty();
  await expectAccessible(page);
  const secret = await dialog.getByTestId('enrolment-secret').innerText();
  await page.keyboard.press('Escape');
  await expect(dialog).toBeVisible();
  await dialog.getByRole('button', { name: 'Copied, close' }).click();

  await page.getByRole('link', { name }).click();
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
  await expect(page.getByText('Not connected yet')).toBeVisible();
  expect(await page.content()).not.toContain(secret);
  await expectAccessible(page);

  await page.getByRole('textbox', { name: 'Name' }).fill(`${name} renamed`);
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByRole('heading', { level: 1, name: `${name} renamed` })).toBeVisible();

  await page.getByRole('button', { name: 'Remove sensor' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove sensor' }).click();
  await page.waitForURL('**/app/sensors');
  await expect(page.getByRole('button', { name: 'Add sensor' }).first()).toBeVisible();
  await expect(page.getByRole('link', { name })).toHaveCount(0);
});
