/**
 * What a program needs of the world: somewhere to print, and time. `npm start` gives it the terminal and the clock, a
 * spec gives it a list of lines and virtual time. A program in this form exports a function of the world and nothing
 * else happens when it's loaded:
 *
 * ```ts no-run: a sketch
 * export default async function program({ print, scheduler, sleep }: World): Promise<void> { … }
 * ```
 */
import { asyncScheduler, firstValueFrom, map, timer, type SchedulerLike } from 'rxjs';

export interface World {
  /** Prints a line. */
  readonly print: (line?: string) => void;
  /** The source of all time: for stores, and for operators that want one. */
  readonly scheduler: SchedulerLike;
  /** Waits so many milliseconds. */
  readonly sleep: (ms: number) => Promise<void>;
}

/** A world on a scheduler. */
export function worldOf(scheduler: SchedulerLike, print: World['print']): World {
  return { print, scheduler, sleep: (ms) => firstValueFrom(timer(ms, scheduler).pipe(map(() => undefined))) };
}

/** The terminal, and the clock on the wall. */
export const realWorld: World = worldOf(asyncScheduler, (line = '') => console.log(line));
