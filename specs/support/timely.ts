/** Marble tests whose time also passes by working. */
import type { StoreOptions } from 'ownstate';
import { marbles, type Marbles } from 'ownstate/testing';
import type { SchedulerLike } from 'rxjs';

/**
 * A marble test with a store whose clock goes on also by working, as real clocks do: a loop that spins comes to the end
 * of its slice, again and again, and the test ends by `maxActions` instead of hanging.
 */
export const timely = (test: (m: Marbles, options: StoreOptions) => void) => marbles((m) => {
  let readings = 0;
  const scheduler: SchedulerLike = {
    now: () => m.scheduler.now() + readings++ / 1e9,
    schedule: m.scheduler.schedule.bind(m.scheduler),
  };
  test(m, { scheduler, slice: 1e-9 });
}, { maxActions: 200 });
