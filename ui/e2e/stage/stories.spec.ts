import { expect, expectAccessible, expectNoSidewaysScroll, settled, test } from '../portal';
import { Mailbox } from './mailbox';
import { worstCustomer } from './pages';
import { ask, visit } from './people';
import { arrive, pass } from './stage';

const phone = { viewport: { width: 390, height: 844 }, hasTouch: true };

interface Incidents {
  total: number;
  items: { id: string; title: { ja: string; en: string } | string; handling: string }[];
}

let mailbox: Mailbox;
test.beforeAll(async () => {
  mailbox = await Mailbox.open();
});
test.afterAll(() => mailbox.close());

test('an incident arrives on a phone in Japanese, is read from the mail and closed', async ({ browser }) => {
  const page = await visit(browser, 'admin', 'ja', phone);
  await expect(page.getByRole('heading', { level: 2 }).first()).toBeVisible();
  const before = await ask<Incidents>(page, '/incidents?per_page=1');
  arrive('ransom');
  // It comes to who looks, and to the mail of who does not.
  await expect.poll(async () => (await ask<Incidents>(page, '/incidents?per_page=1')).total).toBe(before.total + 1);
  await expect(page.getByRole('status').getByText(/新しいインシデント/).first()).toBeVisible();
  const [link] = await mailbox.find('admin@example.jp', /\/app\/incidents\/[0-9a-f-]{36}/);
  await page.goto(link);
  await expect(page.locator('article h1')).toHaveText(/暗号化しています/);
  for (const question of ['端末', '確度', '影響', '10 分以内', '確認済み', '連絡先']) {
    await expect(page.locator('dt', { hasText: new RegExp(`^${question}$`) }).first()).toBeInViewport();
  }
  await expectNoSidewaysScroll(page);
  const step = page.getByRole('checkbox').first();
  // It is ticked once the portal has it.
  await step.click();
  await expect(step).toBeChecked();
  await page.getByRole('button', { name: '確認しました' }).click();
  await expect(page.getByRole('combobox', { name: '対応状況' })).toHaveValue('acknowledged');
  await page.getByRole('textbox', { name: '新しいメッセージ' }).fill('サーバーを切り離しました。');
  await page.getByRole('button', { name: '送る' }).click();
  await expect(page.getByText('サーバーを切り離しました。').first()).toBeVisible();
  await page.getByRole('button', { name: '解決にする…' }).click();
  const dialog = page.getByRole('dialog', { name: 'インシデントを解決にする' });
  await dialog.getByRole('radio', { name: /本当の攻撃だった/ }).click();
  await dialog.getByRole('radiogroup', { name: '端末は切り離すか、駆除しましたか' }).getByLabel('はい').check();
  await expectAccessible(page);
  await dialog.getByRole('button', { name: '解決済みにする' }).click();
  await expect(page.getByText('解決済みにしました：本当の攻撃だった').first()).toBeVisible();
  await expectAccessible(page);
  await page.context().close();
});

test('what the analyst adds reaches the customer, his notes do not, and his visit is told', async ({ browser }) => {
  const analyst = await visit(browser, 'analyst', 'en');
  const tenant = await worstCustomer(analyst);
  const { items } = await ask<Incidents>(analyst, `/incidents?sort=severity&per_page=1&tenant=${tenant}`);
  const path = `/app/incidents/${items[0]!.id}`;
  await analyst.goto(`${path}?tenant=${tenant}`);
  await settled(analyst);
  await expect(analyst.getByRole('complementary', { name: 'You are in the data of' })).toContainText('株式会社サンプル商事');
  const say = async (words: string, isInternal: boolean) => {
    await analyst.getByRole('checkbox', { name: /^Note of the SOC/ }).setChecked(isInternal);
    await analyst.getByRole('textbox', { name: 'New message' }).fill(words);
    await analyst.getByRole('button', { name: 'Send' }).click();
    // In the list, not in the field where it was written.
    await expect(analyst.getByRole('listitem').filter({ hasText: words })).toBeVisible();
    await expect(analyst.getByRole('textbox', { name: 'New message' })).toHaveValue('');
  };
  await say('Looks like the loader of last spring, not certain', true);
  await say('Please keep the machine switched on until we call', false);
  await expectAccessible(analyst);

  const contact = await visit(browser, 'contact', 'en');
  await contact.goto(path);
  await settled(contact);
  await expect(contact.getByText('Please keep the machine switched on until we call')).toBeVisible();
  await expect(contact.getByText('Looks like the loader of last spring')).toHaveCount(0);
  await expect(contact.getByRole('checkbox', { name: /^Note of the SOC/ })).toHaveCount(0);
  expect(await (await contact.request.get(`/api/v1/incidents/${items[0]!.id}/messages`)).text()).not.toContain('loader');

  // Another customer sees neither, and not even that there is something.
  const neighbour = await visit(browser, 'neighbour', 'en');
  await neighbour.goto(path);
  await expect(neighbour.getByRole('heading', { name: 'There is no such page' })).toBeVisible();
  const nothing = '/api/v1/incidents/00000000-0000-7000-8000-000000000000';
  for (const address of [`/api/v1/incidents/${items[0]!.id}`, `/api/v1/incidents/${items[0]!.id}?tenant=${tenant}`, nothing]) {
    expect((await neighbour.request.get(address)).status(), address).toBe(404);
  }

  const admin = await visit(browser, 'admin', 'en');
  const visits = await (await admin.request.get('/api/v1/tenant/visits')).text();
  expect(visits).toContain('空木 守');
  for (const page of [analyst, contact, neighbour, admin]) await page.context().close();
});

test('a partner sees his customers, the worst first, and enters one', async ({ browser }) => {
  const page = await visit(browser, 'partner', 'ja', phone);
  await settled(page);
  await expect(page.getByRole('navigation', { name: 'メインメニュー' }).getByRole('link', { name: 'お客様一覧' })).toBeVisible();
  const customers = page.getByRole('table');
  await expect(customers.getByRole('rowheader')).toHaveText([/株式会社サンプル商事/, /みなと歯科クリニック/]);
  await expectNoSidewaysScroll(page);
  await expectAccessible(page);
  await customers.getByRole('link', { name: '株式会社サンプル商事' }).click();
  await expect(page).toHaveURL(/tenant=/);
  await settled(page);
  await page.getByRole('navigation', { name: 'メインメニュー' }).getByRole('link', { name: 'インシデント' }).click();
  // He stays in the customer's data from page to page, and it is said.
  await expect(page).toHaveURL(/incidents.*tenant=/);
  await expect(page.getByRole('complementary')).toContainText('株式会社サンプル商事');
  await expectNoSidewaysScroll(page);
  // The customer has not let him act.
  const id = (await ask<Incidents>(page, `/incidents?per_page=1&tenant=${await worstCustomer(page)}`)).items[0]!.id;
  await page.goto(`/app/incidents/${id}?tenant=${await worstCustomer(page)}`);
  await settled(page);
  await expect(page.getByRole('button', { name: '解決にする…' })).toHaveCount(0);
  await page.context().close();
});

test('when nobody opens an incident, the next person is told', async ({ browser }) => {
  const admin = await visit(browser, 'admin', 'en');
  await admin.goto('/app/settings');
  await admin.getByRole('combobox', { name: 'Tell the next person after' }).selectOption('30');
  const order = admin.getByRole('button', { name: /from the order$/ });
  for (const [place, name] of ['Vic Viewer', 'Erin Contact'].entries()) {
    await admin.getByRole('combobox', { name: 'Add a person' }).selectOption(name);
    await expect(order).toHaveCount(place + 1);
  }
  await expect.poll(async () => (await ask<{ settings: { escalate_to: string[] } }>(admin, '/notifications')).settings.escalate_to.length).toBe(2);

  const newest = async () => (await ask<Incidents>(admin, '/incidents?sort=first_seen&per_page=1')).items[0]!.id;
  const before = await newest();
  arrive('infection');
  await expect.poll(newest).not.toBe(before);
  const id = await newest();
  const told = async () => {
    const { items } = await ask<{ items: { person: string | null; reason: string; state: string }[] }>(admin, `/incidents/${id}/deliveries`);
    return items.filter(({ reason }) => reason === 'escalated').map(({ person }) => person);
  };
  expect(await told()).toEqual([]);
  pass(31);
  await expect.poll(told).toEqual(['Vic Viewer']);
  await mailbox.find('viewer@example.jp', new RegExp(id));

  await admin.goto(`/app/incidents/${id}`);
  const ledger = admin.getByRole('heading', { name: 'Who was told' }).locator('xpath=ancestor::section');
  await expect(ledger.getByRole('listitem').filter({ hasText: 'Vic Viewer' }).filter({ hasText: 'Nobody responded' })).toBeVisible();
  await expectAccessible(admin);
  // It has been opened now: time may pass, and nobody else hears of it.
  pass(31);
  arrive('beacon');
  await expect.poll(newest).not.toBe(id);
  // Who is due is told before what is new goes out.
  await mailbox.find('admin@example.jp', new RegExp(await newest()));
  expect(await told()).toEqual(['Vic Viewer']);
  await admin.goto('/app/settings');
  for (const left of [1, 0]) {
    await order.first().click();
    await expect(order).toHaveCount(left);
  }
  await admin.getByRole('combobox', { name: 'Tell the next person after' }).selectOption('0');
  await admin.context().close();
});

test('a suppression hides exactly what it said', async ({ browser }) => {
  const admin = await visit(browser, 'admin', 'en');
  const ids = async (query: string) => {
    const { items } = await ask<Incidents>(admin, `/incidents?per_page=200${query}`);
    return new Set(items.map(({ id }) => id));
  };
  const [all, hidden] = [await ids('&suppressed=with'), await ids('&suppressed=only')];
  await admin.goto('/app/incidents?q=KEIRI-PC02&sort=severity');
  await admin.locator('main a[href*="/app/incidents/"]').first().click();
  await admin.getByRole('button', { name: 'This was us' }).click();
  const dialog = admin.getByRole('dialog', { name: 'This was us: do not tell again' });
  await dialog.getByRole('textbox', { name: 'Reason' }).fill('Exactly this');
  const words = dialog.getByText(/open incidents? (is|are) resolved as harmless at once/);
  await expect(words).toBeVisible();
  const promised = Number(/^\d+/.exec(await words.innerText())![0]);
  await expectAccessible(admin);
  await dialog.getByRole('button', { name: 'Do not tell of this' }).click();
  await expect(dialog).toBeHidden();
  await expect(admin.getByText('Resolved (harmless)').first()).toBeVisible();
  const path = new URL(admin.url()).pathname;
  await expect.poll(async () => (await ids('&suppressed=only')).size).toBe(hidden.size + promised);
  expect(promised).toBeGreaterThan(0);
  const now = [...(await ids('&suppressed=only'))].filter((id) => !hidden.has(id));
  for (const id of now) {
    const incident = await ask<{ host: { name: string | null } }>(admin, `/incidents/${id}`);
    expect(incident.host.name).toBe('KEIRI-PC02');
  }
  // Nothing is lost: hidden and shown together are what there was.
  expect((await ids('&suppressed=with')).size).toBe(all.size);
  await admin.goto('/app/suppressions');
  const card = admin.locator('section', { has: admin.getByRole('heading', { name: 'Exactly this' }) }).first();
  await expectAccessible(admin);
  await card.getByRole('button', { name: 'Take back' }).click();
  await admin.getByRole('dialog').getByRole('button', { name: 'Take back' }).click();
  await expect.poll(async () => (await ids('&suppressed=only')).size).toBe(hidden.size);
  await admin.goto(path);
  await expect(admin.getByText('Shown again').first()).toBeVisible();
  await admin.context().close();
});

test('a person is limited to a site, and it is said before he sees everything again', async ({ browser }) => {
  const admin = await visit(browser, 'admin', 'en');
  await admin.goto('/app/settings');
  await admin.getByRole('button', { name: 'Add a site' }).click();
  const dialog = admin.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'Name' }).fill('Nagoya');
  await dialog.getByRole('checkbox', { name: '名古屋支店センサー' }).check();
  await dialog.getByRole('checkbox', { name: 'Vic Viewer' }).check();
  await expectAccessible(admin);
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog).toBeHidden();

  const viewer = await visit(browser, 'viewer', 'en');
  const count = async (page: typeof admin, query = '') => (await ask<Incidents>(page, `/incidents?per_page=1${query}`)).total;
  const all = await count(admin);
  await admin.goto('/app/incidents');
  await admin.getByRole('button', { name: 'More filters' }).click();
  await admin.getByRole('combobox', { name: 'Site' }).selectOption('Nagoya');
  await expect(admin).toHaveURL(/site=/);
  await settled(admin);
  const here = await count(admin, `&site=${new URL(admin.url()).searchParams.get('site')}`);
  expect(here).toBeGreaterThan(0);
  expect(here).toBeLessThan(all);
  expect(await count(viewer)).toBe(here);
  await expect(admin.getByText(`${here} incidents`).first()).toBeVisible();
  await expectAccessible(admin);

  await admin.goto('/app/settings');
  await admin.getByRole('button', { name: 'Change Nagoya' }).click();
  await dialog.getByRole('checkbox', { name: 'Vic Viewer' }).uncheck();
  await expect(dialog.getByRole('status')).toContainText('Vic Viewer will no longer be limited to any site');
  await expectAccessible(admin);
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog).toBeHidden();
  expect(await count(viewer)).toBe(all);
  await admin.getByRole('button', { name: 'Change Nagoya' }).click();
  await dialog.getByRole('button', { name: 'Remove the site' }).click();
  await expect(dialog).toBeHidden();
  for (const page of [admin, viewer]) await page.context().close();
});
