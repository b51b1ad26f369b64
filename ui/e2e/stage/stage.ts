import { appendFileSync } from 'node:fs';

function tell(line: string) {
  const pipe = process.env.HINOMI_STAGE;
  if (!pipe) throw new Error('HINOMI_STAGE is not set: run this beside scripts/with-stage.sh');
  appendFileSync(pipe, `${line}\n`);
}

// Not those of an earlier run against the same portal.
let next = Math.floor(Date.now() / 1000) % 10_000_000;

/** Lets an incident happen now at the first customer: sample `kind` of crates/portal/examples/serve/samples.rs. */
export function arrive(kind: keyof typeof kinds): void {
  // Samples of one kind are a cycle apart; none arrives twice.
  const number = next * cycle + kinds[kind];
  next += 1;
  tell(`arrive ${number}`);
}

/** Lets time pass for the portal. */
export function pass(minutes: number): void {
  tell(`pass ${minutes * 60}`);
}

const cycle = 8;
const kinds = { infection: 1, beacon: 2, ransom: 3 } as const;
