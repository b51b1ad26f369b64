import { defineConfig } from '@playwright/test';

// The tests run against a portal that somebody else started:
//   HINOMI_URL, HINOMI_EMAIL, HINOMI_PASSWORD  its address and an administrator
//   HINOMI_ARRIVE                              a shell command after which a new incident arrives (optional)
// They need at least one incident that is not of low severity, and change ticks, notes and settings.
export default defineConfig({
  testDir: 'e2e',
  // Another portal's: playwright.stage.config.ts.
  testIgnore: 'stage/**',
  timeout: 180_000,
  expect: { timeout: 45_000 },
  // One portal, one user: tests that change the language would meet each other.
  workers: 1,
  reporter: [['list']],
  use: {
    baseURL: process.env.HINOMI_URL ?? 'http://127.0.0.1:8080',
    ignoreHTTPSErrors: true,
    locale: 'en-GB',
    timezoneId: 'Asia/Tokyo',
    trace: 'retain-on-failure',
    launchOptions: {
      // The system's browser; none is ever downloaded.
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
        '--disable-background-networking', '--disable-component-update', '--disable-sync'],
    },
  },
  projects: [
    { name: 'door', testMatch: 'sign-in.spec.ts' },
    { name: 'setup', testMatch: 'setup.ts' },
    { name: 'app', testIgnore: ['sign-in.spec.ts', 'setup.ts', 'stage/**'], dependencies: ['setup'], use: { storageState: 'test-results/session.json' } },
  ],
});
