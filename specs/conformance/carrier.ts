/** What the suite asks of whatever carries a store: a way to make one, and the list of what it can't do. */
import type { createStore } from 'ownstate';
import type { Time } from './time.js';

/** What some clauses need and not every carrier has. A carrier that lacks one of these says why. */
export const NEEDS = {
  'at once': 'a command for an idle store is handled before the call that sends it returns',
  'mutable state': 'a state may be a Map or a Set that its handlers mutate in place',
  'one process': 'stores see which handler waits for which of them, and what nobody handles is reported where the clause runs',
  'same objects': 'what is handed over is the very object and no copy of it',
  'virtual time': 'the scheduler given as an option drives all time, to the millisecond',
} as const;

export type Need = keyof typeof NEEDS;

/** Whatever carries a store: the memory of this process, a log in a file, a wire to another thread, a cluster. */
export interface Carrier {
  readonly name: string;
  /** Makes a store as `createStore` does; the handlers of its definition are functions of the clause that made it. */
  readonly create: typeof createStore;
  /** What it can't do, and why: `{ 'at once': 'a message crosses a thread' }`. */
  readonly lacks?: Readonly<Partial<Record<Need, string>>>;
  /** Where time comes from, anew for each clause. Default: virtual time. Given by a carrier that lacks that. */
  readonly time?: () => Time;
}

/** @throws TypeError for a carrier that lacks what nobody needs, gives no reason, or has a time that fits neither */
export function checkCarrier({ name, lacks = {}, time }: Carrier): void {
  for (const [need, reason] of Object.entries(lacks)) {
    if (!Object.hasOwn(NEEDS, need)) throw new TypeError(`Expected ${name} to lack one of ${Object.keys(NEEDS).join(', ')}, got ${need}`);
    if (reason.trim() === '') throw new TypeError(`Expected ${name} to say why it lacks ${need}, got nothing`);
  }
  if (Object.hasOwn(lacks, 'virtual time') !== (time !== undefined)) {
    throw new TypeError(`Expected ${name} to bring its own \`time\` just if it lacks virtual time, got one without the other`);
  }
}
