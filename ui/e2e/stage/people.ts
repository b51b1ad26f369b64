import type { Browser, BrowserContextOptions, Page } from '@playwright/test';
import { expect, password, signIn } from '../portal';

/** Who the stage's people are (crates/portal/examples/serve). */
export type Person = 'admin' | 'contact' | 'viewer' | 'neighbour' | 'partner' | 'analyst' | 'operator';

/** A signed-in browser of a person's own, speaking a language. */
export async function visit(browser: Browser, person: Person, language: 'ja' | 'en', options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ locale: language === 'ja' ? 'ja-JP' : 'en-GB', timezoneId: 'Asia/Tokyo', ...options });
  const page = await context.newPage();
  await page.goto('/app/');
  await signIn(page, password, `${person}@example.jp`);
  await page.waitForURL('**/app/');
  await speakAs(page, language);
  return page;
}

/** Changes the language of who is signed in, and loads the page in it. */
export async function speakAs(page: Page, language: 'ja' | 'en') {
  const status = await page.evaluate(async (wanted) => {
    const session = (await (await fetch('/api/v1/session')).json()) as { csrf_token: string };
    const answer = await fetch('/api/v1/me', {
      method: 'PATCH',
      headers: { 'content-type': 'application/json', 'x-csrf-token': session.csrf_token },
      body: JSON.stringify({ language: wanted }),
    });
    return answer.status;
  }, language);
  expect(status).toBeLessThan(300);
  await page.reload();
  await expect(page.locator('html')).toHaveAttribute('lang', language);
}

/** What the API says to who is signed in at the page. */
export async function ask<T>(page: Page, path: string): Promise<T> {
  const answer = await page.request.get(`/api/v1${path}`);
  expect(answer.ok(), `${path}: ${answer.status()}`).toBe(true);
  return (await answer.json()) as T;
}
