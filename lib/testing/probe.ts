/** A probe writes down what happens in a store, and when. */
import { asyncScheduler, Subscription, type SchedulerLike } from 'rxjs';
import type { AnyDefinition, CommandOf, EventOf, Phase, Store, TraceEvent, ViewOf } from '../index.js';
import { show } from './show.js';
import { Story } from './story.js';

/** What a probe goes by. Each field is optional. */
export interface ProbeOptions {
  /** The time that counts as 0 ms. Default 0, which in a marble test is its begin. */
  readonly since?: number;
  /**
   * The store's scheduler, for the times of errors. Default `asyncScheduler`, whose time is virtual within a marble
   * test; needed for a scheduler of your own.
   */
  readonly scheduler?: SchedulerLike;
}

/** How a command or a query ended. */
export interface ProbedReply {
  readonly time: number;
  readonly type: string;
  /** `dropped`: refused or dropped because a bound was reached. */
  readonly outcome: 'replied' | 'failed' | 'withdrawn' | 'dropped';
  /** What it failed with; `undefined` where it was answered. */
  readonly error: unknown;
}

/**
 * What a probe has written down so far. All times are milliseconds of the store's scheduler, less `since`. The arrays
 * grow while the probe listens.
 */
export interface Probe<D extends AnyDefinition> {
  /** Commands as their handlers began; queries and results of effects aren't among them. */
  readonly commands: readonly (CommandOf<D> & { readonly time: number })[];
  /** States as the view shows them, whenever that has changed; for a store without a view `undefined` at each commit. */
  readonly states: readonly { readonly time: number; readonly state: ViewOf<D> }[];
  /** How each command and query ended, a tell too. The value of a reply is seen by its asker only. */
  readonly replies: readonly ProbedReply[];
  /** What handlers announced. */
  readonly events: readonly { readonly time: number; readonly event: EventOf<D> }[];
  /** What appeared on `errors$`. The probe watches it, so these errors aren't reported as unhandled any more. */
  readonly errors: readonly { readonly time: number; readonly type: string; readonly error: unknown }[];
  /** `draining`, `closed`. */
  readonly phases: readonly { readonly time: number; readonly phase: Phase }[];
  /** The trace events that all this was taken from. */
  readonly trace: readonly TraceEvent[];
  /** One line for each step, for a reader: `  3 ms  increment 5 → 7`. */
  readonly lines: readonly string[];
  /** Stops listening. What was written down stays. */
  unsubscribe(): void;
}

/** @internal */
type Mutable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer I)[] ? I[] : T[K] };

/**
 * Listens to a store, and writes down its commands, states, replies, events, errors and phases, each with its time:
 * virtual in a marble test, real elsewhere. For assertions on what happened rather than on one stream.
 *
 * Gotchas: it records from now on, so the state before the first commit isn't among the states (`snapshot` has it).
 * It watches `trace$` and `errors$`: trace events are built, and failed tells are not reported as unhandled. It ends
 * when the store has closed.
 *
 * @param store the store to listen to
 * @param options which time counts as 0, and where the time of errors comes from
 * @returns the record, which grows
 * @throws TypeError for what is no store
 *
 * @example
 * ```ts
 * import { createStore } from 'ownstate';
 * import { probe } from 'ownstate/testing';
 *
 * const counter = createStore({ state: 0, commands: { add: (count, by: number) => count + by } });
 * const seen = probe(counter);
 * counter.tell.add(5);
 * counter.tell.add(2);
 * console.log(seen.states.map(({ state }) => state)); // [ 5, 7 ]
 * console.log(seen.commands.map(({ type, payload }) => `${type} ${payload}`)); // [ 'add 5', 'add 2' ]
 * ```
 */
export function probe<D extends AnyDefinition>(store: Store<D>, options: ProbeOptions = {}): Probe<D> {
  const { since = 0, scheduler = asyncScheduler } = options;
  // A cast: what comes from JavaScript may be anything.
  const { commands$, errors$, trace$ } = Object(store) as Partial<Store<D>>;
  if (!commands$ || !errors$ || !trace$) throw new TypeError(`Expected \`store\` to be a store, got ${show(store)}`);
  const listening = new Subscription();
  let shown = viewOf(store);
  const story = new Story(shown !== HIDDEN);
  const record: Mutable<Probe<D>> = {
    commands: [], states: [], replies: [], events: [], errors: [], phases: [], trace: [], lines: story.lines,
    unsubscribe: () => listening.unsubscribe(),
  };
  // A command is announced right before its handler begins; what begins unannounced is a query, or an effect's result.
  let announced: CommandOf<D> | undefined;
  listening.add(commands$.subscribe((command) => { announced = command; }));
  listening.add(errors$.subscribe(({ type, error }) => {
    record.errors.push({ time: scheduler.now() - since, type, error });
  }));
  listening.add(trace$.subscribe((event) => {
    const time = event.time - since;
    record.trace.push(event);
    if (event.kind === 'state' && shown !== HIDDEN) {
      if (Object.is(shown, event.view)) return;
      shown = event.view;
    }
    story.tell(event, time);
    switch (event.kind) {
      case 'started':
        if (announced !== undefined) record.commands.push({ time, ...announced });
        announced = undefined;
        break;
      // Casts here and below: a trace doesn't know the types of its store's definition.
      case 'state': record.states.push({ time, state: event.view as ViewOf<D> }); break;
      case 'event': record.events.push({ time, event: event.event as EventOf<D> }); break;
      case 'settled': record.replies.push({ time, type: event.type, outcome: event.outcome, error: event.error }); break;
      case 'dropped': record.replies.push({ time, type: event.type, outcome: 'dropped', error: event.error }); break;
      case 'phase': record.phases.push({ time, phase: event.phase }); break;
      case 'received': break;
    }
  }));
  return record;
}

/** In the place of a view: the state is mutated in place, and can't be seen. */
const HIDDEN: unique symbol = Symbol('hidden');

/** What is seen of the state now. */
function viewOf(store: { snapshot(): unknown }): unknown {
  try {
    return store.snapshot();
  } catch {
    return HIDDEN;
  }
}
