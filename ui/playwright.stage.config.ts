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
  projects: [
    { name: 'looks', testMatch: ['pages.spec.ts', 'first-load.spec.ts'] },
    { name: 'stories', testMatch: 'stories.spec.ts' },
    { name: 'tour', testMatch: 'tour.spec.ts' },
  ],
});
