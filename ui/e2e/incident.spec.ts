import { expect, expectAccessible, openWorstIncident, test } from './portal';

test('an incident tells its story', async ({ page }) => {
  await openWorstIncident(page);
  for (const name of ['What happened', 'What to do', 'How far the attack got', 'What was seen, in order', 'Affected machine']) {
    await expect(page.getByRole('heading', { name, exact: true })).toBeVisible();
  }
  await expectAccessible(page);
  await page.getByText('Technical detail').first().click();
  await expect(page.locator('pre').first()).toContainText('event_type');
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
  const history = page.getByRole('heading', { name: 'Notes and history' }).locator('xpath=ancestor::section');
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
  const handling = page.getByRole('radiogroup', { name: 'Handling' });
  await handling.getByText('In progress').click();
  await expect(page.getByText('Handling set to “In progress”.').first()).toBeVisible();
  await page.goto('/app/incidents?sort=severity');
  await expect(page.locator('tr', { has: page.locator(`a[href="${path}"]`) })).toContainText('In progress');
  await page.goto(path);
  await handling.getByText('New', { exact: true }).click();
  await expect(page.getByText('Handling set to “New”.').first()).toBeVisible();
});

test('a note is kept', async ({ page }) => {
  await openWorstIncident(page);
  const note = `Asked the user at ${new Date().toISOString()}\n<b>not markup</b>`;
  await page.getByRole('textbox', { name: 'New note' }).fill(note);
  await page.getByRole('button', { name: 'Add note' }).click();
  await expect(page.getByText(note.split('\n')[0]!)).toBeVisible();
  await expect(page.getByRole('textbox', { name: 'New note' })).toHaveValue('');
  await expect(page.getByText('<b>not markup</b>').first()).toBeVisible();
});

test('an incident that does not exist is said to be missing', async ({ page }) => {
  await page.goto('/app/incidents/00000000-0000-7000-8000-000000000000');
  await expect(page.getByRole('heading', { name: 'There is no such page' })).toBeVisible();
});
