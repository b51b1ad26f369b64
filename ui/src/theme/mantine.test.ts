import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const root = new URL('../', import.meta.url);

test('every part of the component library that is used has its style', () => {
  const sources = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.tsx'));
  const used = new Set(
    sources.flatMap((path) => [...readFileSync(new URL(path, root), 'utf8').matchAll(/import \{([^}]*)\} from '@mantine\/core'/g)])
      .flatMap((match) => match[1]!.split(',').map((name) => name.trim())),
  );
  expect(used.size).toBeGreaterThan(10);
  const style = (name: string) => `@mantine/core/styles/${name}.layer.css`;
  const imported = readFileSync(new URL('theme/mantine.css', root), 'utf8');
  const missing = [...used].filter((name) => existsSync(new URL(`../node_modules/${style(name)}`, root)) && !imported.includes(`'${style(name)}'`));
  expect(missing).toEqual([]);
});
