/** A scheduler whose fields are private, as one's own may be: whoever wraps it has to call it as itself. */
import { asyncScheduler, type SchedulerLike } from 'rxjs';

export class PrivateScheduler implements SchedulerLike {
  readonly #time = 5;

  now(): number {
    return this.#time;
  }

  schedule(...work: Parameters<SchedulerLike['schedule']>): ReturnType<SchedulerLike['schedule']> {
    return asyncScheduler.schedule(...work);
  }
}
