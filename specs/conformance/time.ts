/** Time as a clause has it: it passes when the clause says so, and never by waiting for the wall clock. */
import { VirtualTimeScheduler, type SchedulerLike } from 'rxjs';

/** Where a clause's time comes from. */
export interface Time {
  /** Given to the stores, and to whatever in a handler takes time. */
  readonly scheduler: SchedulerLike;
  /** Lets so many milliseconds pass, and all be done that is due by then; with 0, what is due now. */
  readonly pass: (ms: number) => Promise<void>;
}

/** Microtasks until a promise that is settled has been seen by whoever waits behind others for it. */
const TURNS = 20;

/** The most that may be done in one stretch of time. A store that spins fails instead of hanging. */
const MOST = 20_000;

/** Lets be done what waits on settled promises. */
export async function turns(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) await Promise.resolve();
}

/** Time that stands still until it's told to pass; promises get their turn between one piece of work and the next. */
export function virtualTime(): Time & { readonly scheduler: VirtualTimeScheduler } {
  const scheduler = new VirtualTimeScheduler();
  const pass = async (ms: number) => {
    const until = scheduler.frame + ms;
    await turns();
    for (let done = 0; ; done++) {
      const [next] = scheduler.actions;
      if (next === undefined || next.delay > until) break;
      if (done === MOST) throw new Error(`Expected at most ${MOST} pieces of work within ${ms} ms, got more at ${scheduler.frame} ms`);
      scheduler.actions.shift();
      scheduler.frame = next.delay;
      // What a piece of work throws is given back, as rxjs's schedulers do.
      const error: unknown = next.execute(next.state, next.delay);
      if (error !== undefined) throw error as Error;
      await turns();
    }
    scheduler.frame = Math.max(scheduler.frame, until);
  };
  return { scheduler, pass };
}
