import type { Page } from '@playwright/test';
import { expect, expectAccessible, settled, test } from './portal';

const rows = (page: Page) => page.getByRole('table', { name: 'Incidents' }).locator('tbody tr');

test('filters by severity, keeps the filter in the address and over a reload', async ({ page }) => {
  await page.goto('/app/incidents');
  await expect(rows(page).first()).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'High', exact: true }).click();
  await expect(page).toHaveURL(/severity=/);
  await settled(page);
  for (const words of await rows(page).locator('td:nth-child(2)').allInnerTexts()) expect(words).toContain('High');
  await page.reload();
  await expect(page.getByRole('button', { name: 'High', exact: true })).toHaveAttribute('aria-pressed', 'true');
  await page.getByRole('button', { name: 'Clear filters' }).first().click();
  await expect(page).not.toHaveURL(/severity=/);
});

test('searches, and says when nothing matches', async ({ page }) => {
  await page.goto('/app/incidents');
  const host = await rows(page).first().locator('td').nth(3).innerText();
  const word = host.split('\n')[0]!.trim();
  const search = page.getByRole('searchbox', { name: 'Search incidents' });
  await search.fill(word);
  await expect(page).toHaveURL(/q=/);
  await settled(page);
  await expect(rows(page).first()).toContainText(word);
  await search.fill('zzzz nothing is called this');
  await expect(page.getByText('No incident matches')).toBeVisible();
  await expectAccessible(page);
  await page.getByRole('main').getByRole('button', { name: 'Clear filters' }).last().click();
  await expect(rows(page).first()).toBeVisible();
  await expect(search).toHaveValue('');
});

test('sorts by severity, both ways', async ({ page }) => {
  await page.goto('/app/incidents');
  const order = ['Low', 'Medium', 'High', 'Critical'];
  const shown = async () => {
    await settled(page);
    return (await rows(page).locator('td:nth-child(2)').allInnerTexts()).map((words) => order.indexOf(words.trim()));
  };
  await page.getByRole('button', { name: 'Severity', exact: true }).click();
  await expect(page.getByRole('columnheader', { name: 'Severity' })).toHaveAttribute('aria-sort', 'descending');
  const falling = await shown();
  expect(falling).toEqual([...falling].sort((a, b) => b - a));
  await page.getByRole('button', { name: 'Severity', exact: true }).click();
  await expect(page.getByRole('columnheader', { name: 'Severity' })).toHaveAttribute('aria-sort', 'ascending');
  const rising = await shown();
  expect(rising).toEqual([...rising].sort((a, b) => a - b));
});

test('pages, and holds as many incidents on one as asked for', async ({ page }) => {
  await page.goto('/app/incidents?sort=first_seen&order=asc');
  await expect(rows(page).first()).toBeVisible();
  const all = await rows(page).count();
  expect(all).toBeGreaterThan(10);
  await page.getByRole('combobox', { name: 'Incidents per page' }).selectOption('10');
  await expect(page).toHaveURL(/per_page=10/);
  await expect(rows(page)).toHaveCount(10);
  const first = await rows(page).first().getByRole('link').getAttribute('href');
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('button', { name: 'Page 2' }).click();
  await expect(page).toHaveURL(/page=2/);
  await settled(page);
  await expect(rows(page).first().getByRole('link')).not.toHaveAttribute('href', first!);
  await expectAccessible(page);
  await page.goBack();
  await expect(rows(page).first().getByRole('link')).toHaveAttribute('href', first!);
});

test('rarer filters unfold; a period is picked in a calendar', async ({ page }) => {
  await page.goto('/app/incidents');
  await page.getByRole('button', { name: 'More filters' }).click();
  await page.getByRole('button', { name: 'Period' }).click();
  await expectAccessible(page);
  const days = page.locator('[data-dates-dropdown] table button:not([data-outside])');
  await days.first().click();
  await days.nth(1).click();
  await expect(page).toHaveURL(/from=.*to=/);
  await page.keyboard.press('Escape');
  await expectAccessible(page);
});

test('exports what is shown as CSV', async ({ page }) => {
  await page.goto('/app/incidents?handling=%5B%22new%22%5D');
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Export CSV' }).click();
  const file = await (await download).createReadStream();
  let written = '';
  for await (const part of file) written += String(part);
  expect(written.split('\n').length).toBeGreaterThan(1);
});

test('many are acknowledged by keyboard', async ({ page }) => {
  await page.goto('/app/incidents?sort=first_seen');
  await expect(rows(page).first()).toBeVisible();
  for (const key of ['j', 'x', 'j', 'x']) await page.keyboard.press(key);
  await expect(page.getByText('2 chosen')).toBeVisible();
  await page.getByRole('group', { name: 'With the chosen incidents' }).getByRole('button', { name: 'Acknowledge' }).click();
  await expect(page.getByText('2 changed.')).toBeVisible();
  await expectAccessible(page);
  for (const row of [0, 1]) await expect(rows(page).nth(row)).toContainText('Acknowledged');
  await page.keyboard.press('Enter');
  await expect(page.locator('article h1')).toBeVisible();
});
