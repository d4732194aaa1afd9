/** Does something, lets all that it sets off come to an end, and tells who got an error. No time passes for it: timers are faked. */
import { vi } from 'vitest';

/** Somebody who got an error: whoever did it, the reply that he got, nobody (it was thrown in a task of its own), the console. */
export interface Told {
  readonly who: 'caller' | 'reply' | 'nobody' | 'console';
  readonly message: string;
}

/** Runs `deed` to its very end; gives all that were told of an error. */
export async function during(deed: () => unknown): Promise<Told[]> {
  const told: Told[] = [];
  const tell = (who: Told['who'], error: unknown) => told.push({ who, message: (error as Error).message });
  const printed = vi.spyOn(console, 'error').mockImplementation((...data: unknown[]) => {
    for (const error of data) if (error instanceof Error) tell('console', error);
  });
  vi.useFakeTimers();
  try {
    const result = deed();
    if (isThenable(result)) result.then(undefined, (error: unknown) => tell('reply', error));
  } catch (error) {
    tell('caller', error);
  }
  do {
    for (let turn = 0; turn < 50; turn++) await Promise.resolve();
    try {
      vi.advanceTimersToNextTimer();
    } catch (error) {
      tell('nobody', error);
    }
  } while (vi.getTimerCount() > 0);
  vi.useRealTimers();
  printed.mockRestore();
  return told;
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as Partial<PromiseLike<unknown>> | null | undefined)?.then === 'function';
}
