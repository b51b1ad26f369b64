import type { Explained } from '../api/types';

/** A part of a text, with the word of the glossary that it is. */
export interface Piece { text: string; entry?: Explained }

/** Cuts a text at the first occurrence of each word; where two begin at one place, the longer one counts. */
export function pieces(text: string, explained: Explained[]): Piece[] {
  const words = explained
    .filter((entry) => entry.subject === 'term')
    .flatMap((entry) => (entry.forms ?? []).map((form) => ({ form, entry })))
    .filter(({ form }) => form.length > 1);
  const told = new Set<string>();
  const cut: Piece[] = [];
  let rest = text;
  for (;;) {
    let best: { at: number; form: string; entry: Explained } | undefined;
    for (const { form, entry } of words) {
      const at = told.has(entry.key) ? -1 : rest.indexOf(form);
      if (at < 0) continue;
      if (!best || at < best.at || (at === best.at && form.length > best.form.length)) best = { at, form, entry };
    }
    if (!best) break;
    if (best.at > 0) cut.push({ text: rest.slice(0, best.at) });
    cut.push({ text: best.form, entry: best.entry });
    told.add(best.entry.key);
    rest = rest.slice(best.at + best.form.length);
  }
  if (rest) cut.push({ text: rest });
  return cut;
}
