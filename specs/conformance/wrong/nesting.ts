/** A store as one might write it in a minute: what is sent while a command is handled is handled inside it. */
import { BehaviorSubject, from, of, throwError, type Observable } from 'rxjs';
import { asReply, changed, each, make, onceThere, type Create, type Handle, type Made } from './wrap.js';

/** States and replies are its own; all else is that of a real store beside it. */
export const nesting: Create = (definition, options) => {
  const store = make(definition, options);
  const { state: first, commands, queries = {} } = definition;
  const state = new BehaviorSubject<unknown>(typeof first === 'function' ? (first as () => unknown)() : first);
  const fold = (outcome: unknown): unknown => {
    // A cast: what `reply` has made holds its value.
    const answered = typeof outcome === 'object' && outcome !== null && 'next' in outcome;
    const { next, value } = answered ? outcome as { next: unknown; value?: unknown } : { next: outcome, value: undefined };
    state.next(next);
    return value;
  };
  const tell = (type: string, payload: unknown) => void run(type, payload);
  const context = { emit: () => {}, tell, timers: { set: () => {}, clear: () => {} } };
  const run = (type: string, payload: unknown): Observable<unknown> => {
    try {
      if (Object.hasOwn(queries, type)) return of((queries[type] as unknown as Handle)(state.value, payload, context as never));
      const outcome = onceThere((commands[type] as Handle)(state.value, payload, context as never), fold);
      // Nobody may ever look at it.
      if (outcome instanceof Promise) outcome.catch(() => {});
      return typeof outcome === 'object' && outcome !== null ? from(outcome as Promise<unknown>) : of(outcome);
    } catch (error) {
      return throwError(() => error);
    }
  };
  return changed(store, (client) => ({
    ask: each(client.ask, (_send, type) => (payload: unknown) => asReply(run(type, payload))) as Made['ask'],
    tell: each(client.tell, (_send, type) => (payload: unknown) => { run(type, payload).subscribe({ error: () => {} }); }) as Made['tell'],
    select: (() => state),
    snapshot: () => state.value,
  }));
};
