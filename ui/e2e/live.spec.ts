import { execSync } from 'node:child_process';
import { expect, expectAccessible, test } from './portal';

const arrive = process.env.HINOMI_ARRIVE;

test('a new incident appears by itself, without moving what is being read', async ({ page }) => {
  test.skip(!arrive, 'HINOMI_ARRIVE is not set');
  // In an order that only arrivals change: news of a known incident would move its row, and rightly so.
  await page.goto('/app/incidents?sort=first_seen');
  await expect(page.getByText('Live', { exact: true })).toBeAttached();
  const found = page.getByText(/^[\d,]+ incidents?$/);
  await expect(found).toBeVisible();
  const number = async () => Number((await found.innerText()).replace(/\D/g, ''));
  const before = await number();
  await page.evaluate(() => {
    (window as { stillHere?: boolean }).stillHere = true;
    window.scrollTo(0, 300);
  });
  // What is being read stays under the eye, even when a row is added above it.
  const reading = page.locator('tbody tr').nth(6).locator('a');
  const path = (await reading.getAttribute('href'))!;
  const place = async () => (await page.locator(`tbody a[href="${path}"]`).boundingBox())!.y;
  const placed = await place();
  execSync(arrive!, { stdio: 'inherit', timeout: 60_000 });
  await expect.poll(number, { timeout: 60_000 }).toBeGreaterThan(before);
  // The browser holds the place when it next draws.
  await expect.poll(async () => Math.abs((await place()) - placed)).toBeLessThan(3);
  expect(await page.evaluate(() => (window as { stillHere?: boolean }).stillHere)).toBe(true);
  await expect(page.getByText('New incident').first()).toBeVisible({ timeout: 60_000 });
  await expectAccessible(page);
});

test('a cut line is shown and mends itself', async ({ page }) => {
  await page.route('**/api/v1/live', (route) => route.abort());
  await page.goto('/app/');
  await expect(page.getByText('Reconnecting')).toBeVisible();
  await expectAccessible(page);
  await page.unroute('**/api/v1/live');
  await expect(page.getByText('Live', { exact: true })).toBeAttached({ timeout: 30_000 });
});
