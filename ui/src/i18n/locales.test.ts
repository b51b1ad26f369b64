import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import en from './en';
import ja from './ja';
import * as taxonomy from '../words/taxonomy';

const pluralForms = /_(zero|one|two|few|many|other)$/;

/** Dotted keys of a tree of texts; the forms of a plural count as one key. */
function keysOf(tree: object, before = ''): Map<string, string[]> {
  const keys = new Map<string, string[]>();
  for (const [name, value] of Object.entries(tree)) {
    if (typeof value === 'string') {
      const key = before + name.replace(pluralForms, '');
      keys.set(key, [...(keys.get(key) ?? []), value]);
    } else {
      for (const [key, texts] of keysOf(value as object, `${before}${name}.`)) keys.set(key, texts);
    }
  }
  return keys;
}

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sources(path);
    return /\.tsx?$/.test(entry.name) && !/\.(test|gen)\.tsx?$/.test(entry.name) ? [readFileSync(path, 'utf8')] : [];
  });
}

const japanese = keysOf(ja);
const english = keysOf(en);
const code = sources(join(import.meta.dirname, '..')).join('\n');

/** Keys written out, and patterns such as `severity.*` for those with a part put in. */
const written = new Set([...code.matchAll(/'([a-z_]+(?:\.[a-z_]+)*)'/g)].map((match) => match[1]!));
const patterns = [...code.matchAll(/\bt\(`([^`]+)`/g)].map(
  (match) => new RegExp(`^${match[1]!.split(/\$\{[^}]+\}/).map((part) => part.replaceAll('.', '\\.')).join('[a-z_0-9]+')}$`),
);

describe('texts', () => {
  test('every key has a Japanese and an English form', () => {
    expect([...japanese.keys()].sort()).toEqual([...english.keys()].sort());
  });

  test('both forms name the same values', () => {
    const values = (texts: string[]) => [...new Set(texts.flatMap((text) => text.match(/\{\{\w+\}\}/g) ?? []))].sort();
    for (const [key, texts] of english) expect(values(japanese.get(key) ?? []), key).toEqual(values(texts));
  });

  test('plurals are complete: one and other in English, other in Japanese', () => {
    const forms = (tree: object): string[] =>
      Object.entries(tree).flatMap(([name, value]) =>
        typeof value === 'string' ? [name] : forms(value as object).map((inner) => `${name}.${inner}`),
      );
    const all = forms(en);
    for (const key of all.filter((name) => name.endsWith('_one'))) expect(all).toContain(key.replace(/_one$/, '_other'));
    for (const key of all.filter((name) => name.endsWith('_other'))) expect(all).toContain(key.replace(/_other$/, '_one'));
    expect(forms(ja).filter((name) => name.endsWith('_one'))).toEqual([]);
  });

  test('no text is empty or stands in two languages by mistake', () => {
    for (const [key, texts] of english) for (const text of texts) expect(text.trim(), key).not.toMatch(/^$|[\u3040-\u30ff\u4e00-\u9fff]/);
    for (const [key, texts] of japanese) for (const text of texts) expect(text.trim(), key).not.toBe('');
  });

  test('every key is used', () => {
    const unused = [...english.keys()].filter((key) => !written.has(key) && !patterns.some((pattern) => pattern.test(key)));
    expect(unused).toEqual([]);
  });

  test('every key that is asked for exists', () => {
    const asked = [...code.matchAll(/\bt\('([^']+)'/g)].map((match) => match[1]!);
    expect(asked.filter((key) => !english.has(key))).toEqual([]);
  });

  test.each([
    ['severity', taxonomy.severities], ['stage', taxonomy.stages], ['stage_meaning', taxonomy.stages], ['stage_seen', taxonomy.stages],
    ['communication', taxonomy.communications], ['class', taxonomy.classes], ['handling', taxonomy.handlings],
    ['resolution', taxonomy.resolutions], ['resolution_meaning', taxonomy.resolutions], ['resolution_short', taxonomy.resolutions],
    ['question', taxonomy.allQuestions],
    ['detector', taxonomy.detectors], ['sensor_state', taxonomy.sensorStates], ['sensor_state_meaning', taxonomy.sensorStates],
    ['mail_threshold', taxonomy.mailThresholds], ['quiet_threshold', taxonomy.mailThresholds], ['channel', taxonomy.channels],
    ['delivery_state', taxonomy.deliveryStates], ['delivery_reason', taxonomy.deliveryReasons], ['digest', taxonomy.digests],
    ['endpoint_threshold', taxonomy.endpointThresholds], ['endpoint_hint', taxonomy.endpointChannels],
  ] as const)('%s names exactly the values of the API', (section, values) => {
    expect(Object.keys(en[section]).sort()).toEqual([...values].sort());
  });
});
