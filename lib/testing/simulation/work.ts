/** Work that takes time: promises and Observables whose completion is one of the things that may happen next. */
import { Observable } from 'rxjs';
import type { Agenda } from './agenda.js';

/** How an Observable of the simulation ends, and what the trace calls it. Each field is optional. */
export interface SimulatedSource {
  /** What it fails with after its last value. Without it, it completes. */
  readonly error?: unknown;
  /** What the trace calls it. Default `'work'`. */
  readonly what?: string;
}

/** @internal */
export function simulatedPromise<T>(agenda: Agenda, result: T | (() => T), what = 'work'): Promise<T> {
  // A cast: whatever can be called is the way to the value.
  const value = () => typeof result === 'function' ? (result as () => T)() : result;
  const promise = new Promise<void>((resolve) => {
    agenda.add(`${what}: settles`, resolve);
  }).then(value);
  // One that nobody waits for any more brings no process down; whoever waits still gets its error.
  promise.catch(() => undefined);
  return promise;
}

/** @internal */
export function simulatedObservable<T>(agenda: Agenda, values: readonly T[], options: SimulatedSource = {}): Observable<T> {
  const { what = 'work' } = options;
  return new Observable((subscriber) => {
    let at = 0;
    let takeBack: () => void = () => undefined;
    const end = () => 'error' in options ? subscriber.error(options.error) : subscriber.complete();
    const arm = () => {
      const ending = at === values.length;
      takeBack = agenda.add(`${what}: ${ending ? 'ends' : `emits ${at + 1} of ${values.length}`}`, () => {
        if (ending) return end();
        // A cast: there's a value at each place before the end, and it may be `undefined`.
        subscriber.next(values[at++] as T);
        if (!subscriber.closed) arm();
      });
    };
    arm();
    return () => takeBack();
  });
}
