import { expect, test } from 'vitest';
import type { Explained } from '../api/types';
import { pieces } from './glossary';

const word = (key: string, ...forms: string[]): Explained => ({
  subject: 'term', key, name: { ja: key, en: key }, text: { ja: '', en: '' }, forms,
});

test('each word is cut out once, the longest first', () => {
  const cut = pieces('指令サーバーとサーバーと指令サーバー', [word('server', 'サーバー'), word('c2', '指令サーバー')]);
  expect(cut.map(({ text, entry }) => [text, entry?.key])).toEqual([
    ['指令サーバー', 'c2'], ['と', undefined], ['サーバー', 'server'], ['と指令サーバー', undefined],
  ]);
});

test('a text without words stays whole', () => {
  expect(pieces('plain', [])).toEqual([{ text: 'plain' }]);
});
