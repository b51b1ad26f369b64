import { expect, expectAccessible, expectNoSidewaysScroll, openWorstIncident, speak, test } from './portal';

test('an incident is handled on a phone in Japanese', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto('/app/');
  await speak(page, 'ja');
  try {
    await openWorstIncident(page);
    // What everybody asks first stands on the first screen, above the navigation.
    for (const question of ['端末', '確度', '影響', '10 分以内', '確認済み', '連絡先']) {
      await expect(page.locator('dt', { hasText: new RegExp(`^${question}$`) }).first()).toBeInViewport();
    }
    await expectNoSidewaysScroll(page);
    await expectAccessible(page);
    await page.getByRole('checkbox').first().click();
    await expect(page.getByRole('checkbox').first()).toBeChecked();
    const acknowledge = page.getByRole('button', { name: '確認しました' });
    if (await acknowledge.isVisible()) await acknowledge.click();
    await expect(page.getByRole('combobox', { name: '対応状況' })).not.toHaveValue('new');
    await page.getByRole('textbox', { name: '新しいメッセージ' }).fill('LAN ケーブルを抜きました。');
    await page.getByRole('button', { name: '送る' }).click();
    await expect(page.getByText('LAN ケーブルを抜きました。').first()).toBeVisible();
    await page.getByRole('button', { name: '解決にする…' }).click();
    const dialog = page.getByRole('dialog', { name: 'インシデントを解決にする' });
    await dialog.getByRole('radio', { name: /本当の攻撃だった/ }).click();
    await dialog.getByRole('radiogroup', { name: '端末は切り離すか、駆除しましたか' }).getByLabel('はい').check();
    await expectAccessible(page);
    await dialog.getByRole('button', { name: '解決済みにする' }).click();
    await expect(page.getByText('解決済みにしました：本当の攻撃だった').first()).toBeVisible();
    await page.getByRole('button', { name: '再び対応する' }).click();
    await page.getByRole('combobox', { name: '対応状況' }).selectOption('未対応');
    await page.getByRole('checkbox').first().click();
  } finally {
    await speak(page, 'en');
  }
});

test('a suppression hides what it said, and brings it back', async ({ page }) => {
  const total = async (query: string) => {
    const answer = await page.request.get(`/api/v1/incidents?per_page=1${query}`);
    return ((await answer.json()) as { total: number }).total;
  };
  await openWorstIncident(page);
  const path = new URL(page.url()).pathname;
  const hiddenBefore = await total('&suppressed=only');
  await page.getByRole('button', { name: 'This was us' }).click();
  const dialog = page.getByRole('dialog', { name: 'This was us: do not tell again' });
  await dialog.getByRole('textbox', { name: 'Reason' }).fill('A story told by a test');
  const said = dialog.getByText(/open incidents? (is|are) resolved as harmless at once/);
  await expect(said).toBeVisible();
  const open = Number(/^\d+/.exec(await said.innerText())![0]);
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Do not tell of this' }).click();
  await expect(dialog).toBeHidden();
  await expect.poll(() => total('&suppressed=only')).toBe(hiddenBefore + open);
  await expect(page.getByText('Resolved (harmless)').first()).toBeVisible();

  await page.goto('/app/suppressions');
  const card = page.locator('section', { has: page.getByRole('heading', { name: 'A story told by a test' }) }).first();
  await expect(card).toBeVisible();
  await expectAccessible(page);
  await card.getByRole('button', { name: 'Take back' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Take back' }).click();
  await expect.poll(() => total('&suppressed=only')).toBe(hiddenBefore);
  await page.goto(path);
  await expect(page.getByText('Shown again').first()).toBeVisible();
});

test('many are acknowledged by keyboard', async ({ page }) => {
  await page.goto('/app/incidents?sort=first_seen');
  const rows = page.getByRole('table').locator('tbody tr');
  await expect(rows.first()).toBeVisible();
  for (const key of ['j', 'x', 'j', 'x']) await page.keyboard.press(key);
  await expect(page.getByText('2 chosen')).toBeVisible();
  await page.getByRole('group', { name: 'With the chosen incidents' }).getByRole('button', { name: 'Acknowledge' }).click();
  await expect(page.getByText('2 changed.')).toBeVisible();
  await expectAccessible(page);
  for (const row of [0, 1]) await expect(rows.nth(row)).toContainText('Acknowledged');
  await page.keyboard.press('Enter');
  await expect(page.locator('article h1')).toBeVisible();
});
