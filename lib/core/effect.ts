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
import { Lane, type Job } from './internal/lane.js';
import { teardown } from './internal/unhandled.js';
import type { Phase } from './lifecycle.js';
import { Answer, folding, last, Outcome, type Lift } from './outcome.js';

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
   * error of `run` the asker gets it nonetheless, and that of a tell is reported, unless this gives back a `reply`: by that
   * it says that the error has been dealt with. It isn't called for an effect that is superseded, since the newer one goes
   * on from the same state. Default: the state stays.
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
    if (this.#plan.policy === 'exhaust' && Lane.of(command, this.#plan.key).taken) return new BusyError(command);
    return command.owner.full(command);
  }

  override answer(command: Command): void {
    const { owner, route } = command;
    if (owner.phase === 'closed') return;
    const lane = Lane.of(command, this.#plan.key);
    // It flies before others are told that they're superseded, since that may end the store.
    const job = this.#job(command, lane);
    if (this.#plan.policy === 'switch') lane.clear();
    // A cast: by now it may have ended.
    if ((owner.phase as Phase) === 'closed') return;
    lane.join(job);
    // Its asker may have given up before it came here: then it isn't to wait for its turn. What a result leads to goes on.
    if (command.settled && !route.landed) command.extras.cancel?.(false);
  }

  #job(command: Command, lane: Lane): Job {
    const { owner } = command;
    const { policy, concurrency = Infinity, run, done, failed } = this.#plan;
    const work = new Subscription();
    const leave = (then: () => void) => owner.land(command, 'effects', () => lane.leave(job, then));
    const result = (handle: (state: S, context: Context) => unknown) => leave(() => {
      command.route = { ...command.route, handle: folding(handle), exempt: true, landed: true };
      owner.send(command);
    });
    const fail = (error: unknown) => result((state, context) => {
      const outcome = failed === undefined ? state : failed(state, error, context);
      return outcome instanceof Answer ? outcome : new Failed(nextOf(outcome), error);
    });
    const job: Job = {
      command,
      most: policy === 'merge' ? concurrency : 1,
      start: () => {
        work.add(last(command, () => run({ signal: signalOf(command) }), (value) => result((state, context) => done(state, value as T, context)), fail));
      },
      supersede: () => leave(() => {
        owner.giveUp(command, new SupersededError(command));
        teardown(work);
      }),
    };
    command.extras.behind = () => lane.before(job);
    owner.fly(command, 'effects', (closing) => {
      const waits = lane.waits(job);
      const { cause } = command.extras;
      // Who gives up while it waits takes it out of the lane, and it ends as one that failed; what runs is folded.
      if (waits && failed && !closing) result((state, context) => new Answer(nextOf(failed(state, cause, context)), undefined));
      else if (waits || closing) leave(() => teardown(work));
    });
    return job;
  }
}

/** What is folded of a failed effect: the state, and then the error for the asker. `own`: by a decision of the store's. @internal */
export class Failed<S> extends Outcome<S, never> {
  readonly #error: unknown;
  readonly #own: boolean;

  constructor(next: S, error: unknown, own = false) {
    super(next);
    this.#error = error;
    this.#own = own;
  }

  override lift<W>(next: W): Failed<W> {
    return new Failed(next, this.#error, this.#own);
  }

  override refuse(): undefined {
    return undefined;
  }

  override answer(command: Command): void {
    command.owner.fail(command, this.#error, this.#own);
  }
}

/** The state of an outcome, where nobody is left to answer. */
function nextOf<S>(outcome: S | Outcome<S, unknown>): S {
  return outcome instanceof Outcome ? outcome.next : outcome;
}
