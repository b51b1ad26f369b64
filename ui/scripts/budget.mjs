// Fails when what a browser loads before it shows the dashboard outgrows the budget.
import { readFileSync, rmSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const budgetKilobytes = 220;
const manifest = JSON.parse(readFileSync('dist/.vite/manifest.json', 'utf8'));
const files = new Set();

function take(name) {
  const chunk = manifest[name];
  if (!chunk) throw new Error(`${name} is not in the manifest of the build`);
  if (files.has(chunk.file)) return;
  files.add(chunk.file);
  for (const style of chunk.css ?? []) files.add(style);
  for (const needed of chunk.imports ?? []) take(needed);
}

// The shell, one language (the larger), the first page.
take('index.html');
take('src/dashboard/home-page.tsx');
const size = (file) => gzipSync(readFileSync(`dist/${file}`)).length;
const language = ['src/i18n/ja.ts', 'src/i18n/en.ts'].sort((a, b) => size(manifest[b].file) - size(manifest[a].file))[0];
take(language);

let total = gzipSync(readFileSync('dist/index.html')).length + gzipSync(readFileSync('dist/scheme.js')).length;
for (const file of [...files].sort((a, b) => size(b) - size(a))) {
  total += size(file);
  console.log(`${(size(file) / 1000).toFixed(1).padStart(8)} kB  ${file}`);
}
console.log(`${(total / 1000).toFixed(1).padStart(8)} kB  first load, gzip; the budget is ${budgetKilobytes} kB`);
// Nobody needs the list once it is counted; what stays in dist is served.
rmSync('dist/.vite', { recursive: true });
if (total > budgetKilobytes * 1000) {
  console.error('over budget');
  process.exit(1);
}
