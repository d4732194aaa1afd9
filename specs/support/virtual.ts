/** Runs a program of docs/programs in virtual time, promises included: between two moments all that is ready goes on. */
import { VirtualTimeScheduler } from 'rxjs';
import { setImmediate } from 'node:timers/promises';
import { worldOf, type World } from '../../docs/programs/support/world.js';

/** What a program did. */
export interface Run {
  /** What it printed. */
  readonly lines: readonly string[];
  /** The same, with the millisecond of virtual time in front. */
  readonly timed: readonly string[];
  /** How long it took, in milliseconds of virtual time. */
  readonly took: number;
}

/** The longest that a program may take, in milliseconds of virtual time. */
const LONGEST = 3_600_000;

/** @throws Error (rejects) as the program does, and for one that waits for nothing that ever comes */
export async function runVirtually(program: (world: World) => Promise<void>): Promise<Run> {
  const scheduler = new VirtualTimeScheduler();
  const lines: string[] = [];
  const timed: string[] = [];
  const end: { error?: unknown; reached: boolean } = { reached: false };
  program(worldOf(scheduler, (line = '') => {
    lines.push(line);
    timed.push(`${scheduler.frame} ms  ${line}`.trimEnd());
  })).then(() => undefined, (error: unknown) => { end.error = error; }).finally(() => { end.reached = true; });
  for (;;) {
    // All promises that are ready; a store's slices end in tasks of the scheduler.
    await setImmediate();
    if (end.reached) break;
    const [next] = scheduler.actions;
    if (!next) throw new Error(`Expected the program to end, it waits for nothing that comes; it printed:\n${timed.join('\n')}`);
    if (next.delay > LONGEST) throw new Error(`Expected the program to end within ${LONGEST} ms; it printed:\n${timed.slice(-20).join('\n')}`);
    scheduler.maxFrames = next.delay;
    scheduler.flush();
  }
  if ('error' in end) throw end.error;
  return { lines, timed, took: scheduler.frame };
}
