// Renders the PNG icons from public/icon.svg; run by hand after the drawing changes.
import { readFileSync } from 'node:fs';
import { chromium } from '@playwright/test';

const drawing = readFileSync('public/icon.svg', 'utf8');
// A maskable icon may be cut to a circle by the system: the ground reaches the edge, the tower shrinks.
const maskable = drawing
  .replace(' rx="14"', '')
  .replace('<path d="M32 7', '<g transform="translate(10 10) scale(.69)"><path d="M32 7')
  .replace('</svg>', '</g></svg>');

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});
const page = await browser.newPage();
for (const [name, size, svg] of [
  ['icon-180', 180, maskable],
  ['icon-192', 192, drawing],
  ['icon-512', 512, drawing],
  ['icon-maskable-512', 512, maskable],
]) {
  await page.setViewportSize({ width: size, height: size });
  await page.setContent(`<style>body{margin:0}svg{display:block;width:100vw;height:100vh}</style>${svg}`);
  await page.screenshot({ path: `public/${name}.png`, omitBackground: true });
}
await browser.close();
