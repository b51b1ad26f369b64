import { useEffect } from 'react';

interface Keys { next: () => void; previous: () => void; open: () => void; choose: () => void }

/** j and k go through a list, Enter opens, x chooses; not while somebody types or a dialog is open. */
export function useKeys({ next, previous, open, choose }: Keys) {
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      const target = event.target instanceof HTMLElement ? event.target : null;
      if (event.ctrlKey || event.metaKey || event.altKey || target?.closest('input:not([type="checkbox"]), textarea, select, [role="dialog"], [role="menu"]')) return;
      const act = { j: next, k: previous, x: choose }[event.key];
      if (act) act();
      // A link or button in focus has its own Enter.
      else if (event.key === 'Enter' && !target?.closest('a, button')) open();
      else return;
      event.preventDefault();
    };
    document.addEventListener('keydown', pressed);
    return () => document.removeEventListener('keydown', pressed);
  }, [next, previous, open, choose]);
}
