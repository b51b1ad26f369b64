import createClient, { type Middleware } from 'openapi-fetch';
import type { paths } from './schema.gen';
import { noteAnswer } from '../pwa/offline-state';
import { withTenant } from './tenant';

/** What the portal said when it refused a request, already in the reader's language. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    /** Which part of the request, in technical words. */
    readonly detail = '',
  ) {
    super(message);
  }
}

const unsafeMethods = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);
let csrfToken: string | null = null;

/** The token of the session, sent with every request that changes something. */
export function rememberCsrfToken(token: string) {
  csrfToken = token;
}

/** Leaves the app for the sign-in page, which brings the reader back to where he was. */
export function goToSignIn() {
  const here = location.pathname + location.search;
  location.assign(`/sign-in?next=${encodeURIComponent(here)}`);
}

const guard: Middleware = {
  onRequest({ request }) {
    if (csrfToken && unsafeMethods.has(request.method)) request.headers.set('x-csrf-token', csrfToken);
    request.headers.set('accept-language', document.documentElement.lang);
  },
  async onResponse({ response }) {
    noteAnswer(response);
    if (response.ok) return;
    const problem: unknown = await response.json().catch(() => null);
    const { code, message, detail } = wordsOf(problem);
    if (response.status === 401 && code === 'sign_in_required') {
      goToSignIn();
      // The page is about to be left: neither an answer nor an error should flash up.
      return new Promise<never>(() => {});
    }
    throw new Refused(response.status, code, message, detail);
  },
};

function wordsOf(problem: unknown): { code: string; message: string; detail: string } {
  const fields: Record<string, unknown> = typeof problem === 'object' && problem !== null ? { ...problem } : {};
  const text = (name: string) => (typeof fields[name] === 'string' ? fields[name] : '');
  return { code: text('code') || 'unknown', message: text('message'), detail: text('detail') };
}

/** A request about the tenant that the page is about. Made with its address: a copy would stream its body, which browsers refuse. */
class TenantRequest extends Request {
  constructor(input: RequestInfo | URL, init?: RequestInit) {
    super(typeof input === 'string' ? withTenant(input) : input, init);
  }
}

export const api = createClient<paths>({ baseUrl: '', Request: TenantRequest });
api.use(guard);

/** The body of an answer that succeeded; `guard` has thrown otherwise. */
export async function body<T>(answer: Promise<{ data?: T }>): Promise<T> {
  const { data } = await answer;
  if (data === undefined) throw new Refused(0, 'empty', '');
  return data;
}
