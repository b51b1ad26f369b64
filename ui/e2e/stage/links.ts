import type { Browser } from '@playwright/test';
import { expect } from '../portal';
import type { Mailbox } from './mailbox';
import { visit } from './people';

/** Paths of links that people get by mail: an invitation in each language, and a new password. */
export async function linksByMail(browser: Browser, mailbox: Mailbox) {
  const page = await visit(browser, 'admin', 'en');
  const invite = async (language: 'ja' | 'en') => {
    const email = `guest-${language}-${Date.now()}@example.jp`;
    await page.evaluate(async (wanted) => {
      const session = (await (await fetch('/api/v1/session')).json()) as { csrf_token: string };
      await fetch('/api/v1/invitations', {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-csrf-token': session.csrf_token },
        body: JSON.stringify(wanted),
      });
    }, { email, name: '招待 次郎', role: 'viewer', language });
    return (await mailbox.find(email, /\/invitation\/[0-9a-f]{64}/))[0];
  };
  const invitation = { ja: await invite('ja'), en: await invite('en') };
  await page.context().clearCookies();
  await page.goto('/forgotten-password');
  await page.locator('input[name="email"]').fill('viewer@example.jp');
  await page.locator('button[type="submit"]').click();
  const newPassword = (await mailbox.find('viewer@example.jp', /\/new-password\/[0-9a-f]{64}/))[0];
  expect(newPassword).toBeTruthy();
  await page.context().close();
  return { invitation, newPassword };
}
