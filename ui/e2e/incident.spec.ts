import { expect, expectAccessible, openWorstIncident, test } from './portal';

test('an incident tells its story', async ({ page }) => {
  await openWorstIncident(page);
  for (const name of ['What happened', 'What to do', 'How far the attack got', 'What was seen, in order', 'Affected machine']) {
    await expect(page.getByRole('heading', { name, exact: true })).toBeVisible();
  }
  await expectAccessible(page);
  await page.getByText('Technical detail').first().click();
  await expect(page.locator('pre').filter({ hasText: 'event_type' }).first()).toBeVisible();
  await expectAccessible(page);
});

test('an action is ticked off with name and time, and the tick can be taken back', async ({ page }) => {
  await openWorstIncident(page);
  const tick = page.getByRole('checkbox').first();
  if (await tick.isChecked()) {
    await tick.click();
    await expect(tick).not.toBeChecked();
  }
  await tick.click();
  await expect(tick).toBeChecked();
  const history = page.getByRole('heading', { name: 'History' }).locator('xpath=ancestor::section');
  await expect(history.getByText(/^Done: /).first()).toBeVisible();
  await page.reload();
  await expect(page.getByRole('checkbox').first()).toBeChecked();
  await expectAccessible(page);
  await page.getByRole('checkbox').first().click();
  await expect(history.getByText(/^Marked as not done: /).first()).toBeVisible();
});

test('handling is set and shown in the list', async ({ page }) => {
  await openWorstIncident(page);
  const path = new URL(page.url()).pathname;
  const handling = page.getByRole('combobox', { name: 'Handling' });
  await handling.selectOption('In progress');
  await expect(page.getByText('Handling set to “In progress”.').first()).toBeVisible();
  await page.goto('/app/incidents?sort=severity');
  await expect(page.locator('tr', { has: page.locator(`a[href="${path}"]`) })).toContainText('In progress');
  await page.goto(path);
  await handling.selectOption('New');
  await expect(page.getByText('Handling set to “New”.').first()).toBeVisible();
  await page.getByRole('button', { name: 'Acknowledge' }).click();
  await expect(handling).toHaveValue('acknowledged');
});

test('an incident is resolved with a few plain questions, and taken up again', async ({ page }) => {
  await openWorstIncident(page);
  await page.getByRole('button', { name: 'Resolve…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Resolve the incident' });
  await dialog.getByRole('radio', { name: /^Real, but harmless/ }).click();
  await dialog.getByRole('textbox', { name: 'Who did it, and what for?' }).fill('The backup at night');
  await dialog.getByRole('radiogroup', { name: 'Had it been arranged beforehand?' }).getByLabel('Yes').check();
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Mark as resolved' }).click();
  await expect(page.getByText('Resolved: Real, but harmless.').first()).toBeVisible();
  await expect(page.getByText('The backup at night').first()).toBeVisible();
  await page.getByRole('button', { name: 'Take up again' }).click();
  await expect(page.getByRole('combobox', { name: 'Handling' })).toHaveValue('in_progress');
  await page.getByRole('combobox', { name: 'Handling' }).selectOption('New');
});

test('what is said to the SOC is kept', async ({ page }) => {
  await openWorstIncident(page);
  const words = `Asked the user at ${new Date().toISOString()}\n<b>not markup</b>`;
  await page.getByRole('textbox', { name: 'New message' }).fill(words);
  await page.getByRole('button', { name: 'Send' }).click();
  // Empty first: while the message is on its way its words stand in the box as well.
  await expect(page.getByRole('textbox', { name: 'New message' })).toHaveValue('');
  await expect(page.getByText(words.split('\n')[0]!)).toBeVisible();
  await expect(page.getByText('<b>not markup</b>').first()).toBeVisible();
});

test('an incident that does not exist is said to be missing', async ({ page }) => {
  await page.goto('/app/incidents/00000000-0000-7000-8000-000000000000');
  await expect(page.getByRole('heading', { name: 'There is no such page' })).toBeVisible();
});
