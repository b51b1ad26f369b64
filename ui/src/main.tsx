import './theme/mantine.css';
import './theme/global.css';
import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { setNonce } from 'get-nonce';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { LiveProvider } from './api/live';
import { Refused } from './api/client';
import { dashboardQuery, sessionQuery } from './api/queries';
import { Unreachable } from './common/unreachable';
import { defaultDays } from './dashboard/days';
import { beginLanguage, browserLanguage, switchLanguage } from './i18n';
import { registerWorker } from './pwa/offline-state';
import { router } from './router';
import { colorSchemeManager, cssVariables, theme } from './theme/theme';

/** The nonce of this answer's content security policy, for the style tags that libraries add. */
const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '';
setNonce(nonce);

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      // What the portal refused it refuses again; a broken line is worth another try.
      retry: (failures, error) => !(error instanceof Refused && error.status < 500) && failures < 2,
    },
  },
});

async function start() {
  const root = createRoot(document.getElementById('root')!);
  // What the first page needs comes side by side, not one after the other: who is there, the words, the page itself.
  const asked = queries.fetchQuery(sessionQuery).catch(() => null);
  beginLanguage(browserLanguage());
  void router.load();
  const session = await asked;
  // The frame of every page of a tenant shows it: on its way while the rest is made.
  if (session && !session.rights.includes('customers:read')) void queries.prefetchQuery(dashboardQuery(defaultDays));
  await switchLanguage(session?.user.language ?? browserLanguage());
  root.render(
    <StrictMode>
        <MantineProvider
          theme={theme}
          cssVariablesResolver={cssVariables}
          colorSchemeManager={colorSchemeManager}
          defaultColorScheme="auto"
          getStyleNonce={() => nonce}
        >
          <QueryClientProvider client={queries}>
            {session ? (
              <LiveProvider>
                <RouterProvider router={router} />
              </LiveProvider>
            ) : (
              <Unreachable />
            )}
          </QueryClientProvider>
        </MantineProvider>
    </StrictMode>,
  );
}

void start();
// The worker fetches everything for the next time; the first page does not share the line with it.
if (document.readyState === 'complete') registerWorker();
else addEventListener('load', registerWorker, { once: true });
