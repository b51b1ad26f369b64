import { useSyncExternalStore } from 'react';
import { Refused } from '../api/client';

// The portal asks anew who one is before what is dangerous. The change waits meanwhile and is sent again afterwards.

type Waiting = { done: () => void; given_up: (reason: unknown) => void };

let waiting: Waiting | null = null;
const listeners = new Set<() => void>();

function set(next: Waiting | null) {
  waiting = next;
  for (const listener of listeners) listener();
}

/** Sends a change; where the portal wants proof, asks for it and sends the change once more. */
export async function withProof<Output>(change: () => Promise<Output>): Promise<Output> {
  try {
    return await change();
  } catch (error) {
    if (!(error instanceof Refused && error.code === 'proof_required')) throw error;
    await new Promise<void>((done, given_up) => {
      waiting?.given_up(error);
      set({ done, given_up: () => given_up(error) });
    });
    return change();
  }
}

/** Whether proof is waited for, with what ends the wait. */
export function useWaiting() {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => waiting,
  );
}

export function proved() {
  const { done } = waiting ?? {};
  set(null);
  done?.();
}

export function giveUp() {
  const { given_up: end } = waiting ?? {};
  set(null);
  end?.(null);
}
