/** Faults in what becomes of handlers, and of what they do by their context. */
import { effect, replyLater, type Context } from 'ownstate';
import { isObservable, of, Subject } from 'rxjs';
import { changed, each, handlers, make, onceThere, type Create, type Made, type Send } from './wrap.js';

const isLate = (outcome: unknown): outcome is Promise<unknown> => isObservable(outcome) || outcome instanceof Promise;

/** Handlers get another context. */
function within(change: (context: Context) => Partial<Context>): Create {
  return (definition, options) => make(handlers(definition, (handle) => (state, payload, context) => {
    const { now, emit, tell, timers, via, stop } = context;
    const signal = { get: () => context.signal };
    const other = { now, emit, tell, timers, via, stop, ...change(context) };
    return handle(state, payload, Object.defineProperty(other, 'signal', signal) as Context);
  }), options);
}

/** What takes time runs beside the fold, and its outcome overwrites whatever was folded meanwhile. */
export const overlapping: Create = (definition, options) => make(handlers(definition, (handle) => (state, payload, context) => {
  const outcome = handle(state, payload, context);
  return isLate(outcome) ? effect(state, { policy: 'merge', run: () => outcome, done: (_now, end) => end }) : outcome;
}), options);

/** The reply is on its way before the state is committed, by one more command. */
export const hasty: Create = (definition, options) => {
  const answered = handlers(definition, (handle) => (state, payload, context) => onceThere(handle(state, payload, context), (outcome) => {
    // A cast: what `reply` has made holds its value.
    const { next, value } = Object(outcome) as { next?: unknown; value?: unknown };
    if (value === undefined) return outcome;
    context.tell('commit', next);
    return replyLater(state, of(value));
  }));
  return make({ ...answered, commands: { ...answered.commands, commit: (_state: unknown, next: unknown) => next } }, options);
};

/** Knows no time: neither ticks nor timers. */
export const timeless: Create = (definition, options) => (
  within(() => ({ timers: { set: () => {}, clear: () => {} } }))({ ...definition, ticks: {} }, options)
);

/** Announces events when they're emitted, whatever becomes of the handler. */
export const announcing: Create = (definition, options) => {
  const events = new Subject<never>();
  return changed(within(() => ({ emit: (event) => events.next(event as never) }))(definition, options), () => ({ events$: events }));
};

/** Whether some handler is on the stack. */
let handling = 0;

/** Takes a tell of a handler for one that waits, and refuses it. */
export const suspicious: Create = (definition, options) => changed(make(handlers(definition, (handle) => (state, payload, context) => {
  handling++;
  try {
    return handle(state, payload, context);
  } finally {
    handling--;
  }
}), options), ({ tell }) => ({
  tell: each(tell, (send: Send) => (payload: unknown) => handling > 0 ? undefined : send(payload)) as Made['tell'],
}));

/** Doesn't see for whom handlers wait. */
export const blind = within(() => ({ via: (store) => store }));

/** Gives up what a handler waits for where there's no ring at all. */
export const impatient = within(() => ({ via: (store) => store.with({ timeout: 1 }) }));

/** Goes on when a handler stops it. */
export const unstoppable = within(() => ({ stop: () => {} }));

let readings = 0;

/** Has a clock of its own. */
export const untimely = within(() => ({ now: () => ++readings }));
