import { Popover } from '@mantine/core';
import { Fragment } from 'react';
import type { Explained } from '../api/types';
import { useText } from '../i18n/language';
import { pieces } from './glossary';
import classes from './advice.module.css';

/** A text in which words of the glossary can be pressed; each says once what it means. */
export function Words({ of, explained = [] }: { of: string; explained?: Explained[] }) {
  return pieces(of, explained).map((piece, place) => (
    piece.entry
      ? <Word key={place} shown={piece.text} entry={piece.entry} />
      : <Fragment key={place}>{piece.text}</Fragment>
  ));
}

function Word({ shown, entry }: { shown: string; entry: Explained }) {
  const text = useText();
  return (
    <Popover width={300} position="bottom-start" shadow="md" withinPortal>
      <Popover.Target>
        <button type="button" className={classes.word}>{shown}</button>
      </Popover.Target>
      <Popover.Dropdown>
        <strong>{text(entry.name)}</strong>
        <p>{text(entry.text)}</p>
      </Popover.Dropdown>
    </Popover>
  );
}
