/**
 * Effects: work that must not hold up the mailbox. The state changes at once, the work runs beside the fold, and its
 * result comes back as one more command:
 *
 * ```
 *   mailbox ─▶ fold ─▶ commit ─▶ lane: ■ running  □ waiting …        a lane per command and key
 *      ▲                            │
 *      └──────── done | failed ◀────┘                                beside the mailbox's bound, never dropped
 * ```
 *
 * The policies are those of rxjs's flattening operators: `concat` runs them one after the other, `merge` side by side
 * (up to `concurrency`), `switch` gives up the former, `exhaust` refuses the newcomer.
 */
import { Subscription, type Observable } from 'rxjs';
import { expect, expectFunction, expectObject, expectOneOf } from '../internal/expect.js';
import type { Command, ReplyOf, Returned } from './command.js';
import { signalOf, type Context } from './context.js';
import { BusyError, SupersededError } from './errors.js';
import { teardown } from './internal/unhandled.js';
import { Answer, folding, last, Outcome, type Lift } from './outcome.js';
import type { Owner } from './owner.js';

/** What happens when a lane is taken, as in `concatMap`, `mergeMap`, `switchMap` and `exhaustMap`. */
export type EffectPolicy = 'concat' | 'merge' | 'switch' | 'exhaust';

/** What `run` gets. */
export interface EffectContext {
  /** Aborts when the effect is superseded, when its asker gives up, and when the store is aborted. */
  readonly signal: AbortSignal;
}

/** The work of an effect, and what becomes of its result. */
export interface EffectPlan<S, T> {
  /** What happens when the lane is taken. Default `'concat'`. */
  readonly policy?: EffectPolicy;
  /** Names the lane, within the command: effects of different keys don't meet. Default: one lane for each command. */
  readonly key?: unknown;
  /** How many run side by side in a lane of policy `'merge'`. Default `Infinity`. */
  readonly concurrency?: number;
  /** The work: a Promise, or an Observable whose last value counts (`undefined` of an empty one). Begins when its lane allows. */
  readonly run: (context: EffectContext) => PromiseLike<T> | Observable<T>;
  /** Folds the result into the state as it is by then. */
  readonly done: (state: S, value: T, context: Context) => NoInfer<S> | Outcome<NoInfer<S>, unknown>;
  /**
   * Folds the error: that of `run`, or what the asker got when it gave up while the effect waited in its lane. After an
   * error of `run` the asker gets it nonetheless, unless this gives back a `reply`; that of a tell is shown on `errors$`
   * only, since it has been dealt with. It isn't called for an effect that is superseded, since the newer one goes on from
   * the same state. Default: the state stays, and the error of a tell is reported like any other.
   */
  readonly failed?: (state: S, error: unknown, context: Context) => NoInfer<S> | Outcome<NoInfer<S>, unknown>;
}

/** A plan `P` as it's written, so that its reply can be inferred; a field that no plan has is refused. */
export type Exactly<P> = P & { readonly [F in Exclude<keyof P, keyof EffectPlan<never, never>>]: never };

/** What a plan replies: what `done` does, or `failed` by a `reply`. (After a bare state of `failed` the asker gets the error.) */
export type EffectReply<P> = P extends { readonly done: infer F; readonly failed?: infer G }
  ? ReplyOf<Returned<F>> | AnswerOf<Returned<G>>
  : never;

type AnswerOf<O> = O extends Outcome<unknown, infer R> ? R : never;

/**
 * The next state now, and work beside the fold whose result is folded later.
 *
 * The reply comes from `done`. It may fail with the error of `run` or of `done`, with `SupersededError` (policy
 * `'switch'`), `BusyError` (policy `'exhaust'`; then `next` isn't committed either), and with `MailboxFullError` when as
 * many effects and later replies are in flight as the mailbox's capacity allows. An ask that times out or is aborted
 * while it waits in its lane never runs, and ends by `failed`; one that runs sees its `signal` abort, and what it gives is
 * still folded. So what `next` has begun, one of `done`, `failed` and a newer effect of a lane of policy `'switch'` ends.
 *
 * @param next the state that is committed when the command is handled
 * @param plan the work, its policy, and what becomes of its result
 * @throws TypeError for a plan that can't be carried out; the command then fails with it
 *
 * @example
 * ```ts
 * import { createStore, effect, reply } from 'ownstate';
 *
 * const search = createStore({
 *   state: { loading: false, hits: [] as string[] },
 *   commands: {
 *     search: (state, query: string) => effect({ ...state, loading: true }, {
 *       policy: 'switch',
 *       run: async () => [query, `${query}s`],
 *       done: (now, hits) => reply({ ...now, loading: false, hits }, hits.length),
 *     }),
 *   },
 * });
 * console.log(await search.ask.search('cat')); // 2
 * console.log(search.snapshot().hits); // [ 'cat', 'cats' ]
 * ```
 */
export function effect<S, T, P>(next: NoInfer<S>, plan: EffectPlan<S, T> & Exactly<P>): Outcome<S, EffectReply<P>> {
  expectObject(plan, 'plan');
  // Read once, whatever a getter would say the next time.
  const { policy = 'concat', key, concurrency = Infinity, run, done, failed } = plan;
  expectFunction(done, 'done');
  expectWork({ policy, concurrency, run, failed });
  return new Effect<S, T, EffectReply<P>>(next, { policy, key, concurrency, run, done, ...(failed && { failed }) });
}

/** What any work is held against, and the lane that it runs in. @throws TypeError @internal */
export function expectWork({ policy, concurrency, run, failed }: Readonly<Record<'policy' | 'concurrency' | 'run' | 'failed', unknown>>): void {
  expectOneOf(policy, 'policy', 'concat', 'merge', 'switch', 'exhaust');
  expect(concurrency === Infinity || (Number.isInteger(concurrency) && (concurrency as number) > 0), 'concurrency', 'a positive integer or Infinity', concurrency);
  expectFunction(run, 'run');
  if (failed !== undefined) expectFunction(failed, 'failed');
}

/** An effect on its way: one command's work. */
interface Job {
  readonly command: Command;
  start(): void;
  /** Leaves the lane for a newer one, without a result. */
  supersede(): void;
}

/** What runs and waits for one command and key. */
interface Lane {
  readonly running: Set<Job>;
  readonly waiting: Set<Job>;
  /** Whether those that wait are being started just now. */
  starting: boolean;
}

/** The lanes of each store, by command and key; a lane is there while something is in it. */
const lanesOf = new WeakMap<Owner, Map<string, Map<unknown, Lane>>>();

class Effect<S, T, R> extends Outcome<S, R> {
  readonly #plan: EffectPlan<S, T>;

  constructor(next: S, plan: EffectPlan<S, T>) {
    super(next);
    this.#plan = plan;
  }

  override lift<W>(next: W, lift: Lift): Outcome<W, R> {
    const { done, failed, ...plan } = this.#plan;
    // A cast: what is lifted folds the whole.
    return new Effect<W, T, R>(next, { ...plan, done: lift(done), ...(failed && { failed: lift(failed) }) } as unknown as EffectPlan<W, T>);
  }

  override refuse(command: Command): Error | undefined {
    if (this.#plan.policy === 'exhaust' && lanes(command).has(this.#plan.key)) return new BusyError(command);
    return command.owner.full(command);
  }

  override answer(command: Command): void {
    const { policy, key, concurrency = Infinity } = this.#plan;
    const { owner } = command;
    const ended = () => owner.phase === 'closed';
    if (ended()) return;
    const keyed = lanes(command);
    const lane = keyed.get(key) ?? { running: new Set(), waiting: new Set(), starting: false };
    const next = () => {
      // One that ends at once comes back here: whoever is at it already goes on with the next.
      if (lane.starting) return;
      lane.starting = true;
      for (const first of lane.waiting) {
        if (lane.running.size >= (policy === 'merge' ? concurrency : 1)) break;
        first.start();
      }
      lane.starting = false;
      if (lane.running.size + lane.waiting.size === 0) keyed.delete(key);
    };
    const formers = policy === 'switch' ? [...lane.running, ...lane.waiting] : [];
    keyed.set(key, lane);
    // It flies before others are told that they're superseded, since that may end the store; and none of them is to
    // begin because another one left.
    const job = this.#job(command, lane, next);
    lane.starting = true;
    for (const former of formers) former.supersede();
    lane.starting = false;
    if (ended()) return;
    lane.waiting.add(job);
    keyed.set(key, lane);
    next();
  }

  #job(command: Command, lane: Lane, next: () => void): Job {
    const { owner } = command;
    const { run, done, failed } = this.#plan;
    const work = new Subscription();
    const leave = (then: () => void) => owner.land(command, 'effects', () => {
      lane.running.delete(job);
      lane.waiting.delete(job);
      then();
      if (owner.phase !== 'closed') next();
    });
    const result = (handle: (state: S, context: Context) => unknown) => leave(() => {
      command.route = { ...command.route, handle: folding(handle), exempt: true, landed: true };
      owner.send(command);
    });
    const fail = (error: unknown) => result((state, context) => {
      if (failed === undefined) return new Failed(state, error);
      const outcome = failed(state, error, context);
      return outcome instanceof Answer || outcome instanceof Failed ? outcome : new Failed(nextOf(outcome), error, false, true);
    });
    const job: Job = {
      command,
      start: () => {
        lane.waiting.delete(job);
        lane.running.add(job);
        work.add(last(command, () => run({ signal: signalOf(command) }), (value) => result((state, context) => done(state, value as T, context)), fail));
      },
      supersede: () => leave(() => {
        owner.giveUp(command, new SupersededError(command));
        teardown(work);
      }),
    };
    // Behind several it waits for whichever ends first.
    command.extras.behind = () => lane.waiting.has(job) ? [...lane.running].map((other) => other.command) : [];
    owner.fly(command, 'effects', (closing) => {
      const waits = lane.waiting.has(job);
      const { cause } = command.extras;
      // Who gives up while it waits takes it out of the lane, and it ends as one that failed; what runs is folded.
      if (waits && failed && !closing) result((state, context) => nextOf(failed(state, cause, context)));
      else if (waits || closing) leave(() => teardown(work));
    });
    return job;
  }
}

/**
 * What is folded of a failed effect: the state, and then the error for the asker. `own`: by a decision of the store's;
 * `quiet`: somebody knows of it already.
 *
 * @internal
 */
export class Failed<S> extends Outcome<S, never> {
  readonly #error: unknown;
  readonly #own: boolean;
  readonly #quiet: boolean;

  constructor(next: S, error: unknown, own = false, quiet: boolean = own) {
    super(next);
    this.#error = error;
    this.#own = own;
    this.#quiet = quiet;
  }

  override refuse(): undefined {
    return undefined;
  }

  override answer(command: Command): void {
    command.owner.fail(command, this.#error, this.#own, this.#quiet);
  }
}

/** The state of an outcome, where nobody is left to answer. */
function nextOf<S>(outcome: S | Outcome<S, unknown>): S {
  return outcome instanceof Outcome ? outcome.next : outcome;
}

function lanes({ owner, type }: Command): Map<unknown, Lane> {
  const byType = lanesOf.get(owner) ?? new Map<string, Map<unknown, Lane>>();
  const byKey = byType.get(type) ?? new Map<unknown, Lane>();
  lanesOf.set(owner, byType.set(type, byKey));
  return byKey;
}
