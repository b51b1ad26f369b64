import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

// The portal that `npm run dev` talks to; the built app is served by the portal itself.
const portal = process.env.HINOMI_URL ?? 'http://127.0.0.1:8080';
const fromPortal = ['/api', '/sign-in', '/assets', '/invitation'];

export default defineConfig({
  base: '/app/',
  plugins: [react()],
  // The portal replaces the placeholder in every answer; the strict content security policy
  // lets only tags with this nonce (and files of our own) through.
  html: { cspNonce: '__CSP_NONCE__' },
  build: {
    target: 'es2022',
    manifest: true,
    assetsInlineLimit: 0,
  },
  server: {
    port: 5173,
    fs: { allow: ['..'] },
    proxy: Object.fromEntries(fromPortal.map((path) => [path, { target: portal, changeOrigin: false }])),
  },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
});
