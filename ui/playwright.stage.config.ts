import { defineConfig } from '@playwright/test';
import base from './playwright.config';

// Stories of several people, against the portal of scripts/with-stage.sh, in which nothing happens but what they ask for:
//   HINOMI_STAGE      the pipe that takes what is to happen
//   HINOMI_MAIL_PORT  where its mails go
export default defineConfig({
  ...base,
  testDir: 'e2e/stage',
  testIgnore: [],
  timeout: 300_000,
  expect: { timeout: 20_000 },
  workers: 2,
  projects: [
    { name: 'looks-ja', testMatch: 'pages.spec.ts', grepInvert: /, en$/ },
    { name: 'looks', testMatch: 'pages.spec.ts', grep: /, en$/, dependencies: ['looks-ja'] },
    { name: 'stories', testMatch: 'stories.spec.ts' },
    { name: 'first-load', testMatch: 'first-load.spec.ts' },
    { name: 'tour', testMatch: 'tour.spec.ts' },
  ],
});
