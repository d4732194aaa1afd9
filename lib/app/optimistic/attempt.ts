/** The outcome of a command that is shown before it's certain. */
import { expectFunction, expectObject } from '../../internal/expect.js';
import type { Observable } from 'rxjs';
import { expectWork } from '../../core/effect.js';
import { Outcome } from '../../core/outcome.js';
import type { Context, EffectContext, EffectPolicy } from '../../index.js';

/** The work of an attempt, and what becomes of its result. */
export interface AttemptPlan<S, T> {
  /**
   * What happens when another attempt of its lane is in flight. Default `'merge'`: both run, up to `concurrency`. `'concat'`:
   * it waits for its turn. `'switch'`: the former fails with `SupersededError`, and its outcome is taken back. `'exhaust'`:
   * this one changes nothing and fails with `BusyError`. Each is shown at once, also one that waits.
   */
  readonly policy?: EffectPolicy;
  /** Names the lane, within the command: attempts of different keys don't meet. Default: one lane for each command. */
  readonly key?: unknown;
  /** How many run side by side in a lane of policy `'merge'`. Default `Infinity`. */
  readonly concurrency?: number;
  /** The work: a Promise, or an Observable whose last value counts (`undefined` of an empty one). It's to end, one way or the other. */
  readonly run: (context: EffectContext) => PromiseLike<T> | Observable<T>;
  /**
   * Folds the result in the place of what was shown: it gets the state as it was before the command. Default: what was
   * shown stays, and the reply is the result.
   */
  readonly done?: (state: S, value: T, context: Context) => NoInfer<S> | Outcome<NoInfer<S>, unknown>;
  /**
   * Folds the error, into the state as it is by then, without the command. The asker gets the error nonetheless, unless
   * this gives back a `reply`. Default: nothing more happens.
   */
  readonly failed?: (state: S, error: unknown, context: Context) => NoInfer<S> | Outcome<NoInfer<S>, unknown>;
}

/** A plan `P` as it's written, so that its reply can be inferred; a field that no plan has is refused. */
export type ExactlyAttempt<P> = P & { readonly [F in Exclude<keyof P, keyof AttemptPlan<never, never>>]: never };

/** What a plan replies: what `done` does, without one what `run` gives; or `failed` by a `reply`. */
export type AttemptReply<P> =
  | (P extends { readonly done: (...given: never) => infer O } ? (O extends Outcome<unknown, infer R> ? R : undefined) : Given<P>)
  | (P extends { readonly failed: (...given: never) => infer O } ? (O extends Outcome<unknown, infer R> ? R : never) : never);

/** What `run` gives. */
type Given<P> = P extends { readonly run: (...given: never) => infer W }
  ? W extends PromiseLike<infer T> ? T : W extends Observable<infer T> ? T | undefined : never
  : never;

/** A plan with its defaults. */
export type Planned = Required<Pick<AttemptPlan<never, unknown>, 'policy' | 'concurrency' | 'run'>> & Omit<AttemptPlan<never, unknown>, 'policy' | 'concurrency'>;

/**
 * The next state now, and work whose failure takes it back. For handlers of an `optimistic` definition.
 *
 * The asker's reply settles when the work does: with what `done` replies (without a `done` with the result), or with the
 * error of `run`. If `done` throws, or gives what there's no room for, it fails with that error, and the command is taken
 * back as if its work had failed. It may also fail with `SupersededError` (policy `'switch'`), `BusyError` (policy `'exhaust'`; nothing is changed then),
 * `LogFullError`, and with `MailboxFullError` when as many effects are in flight as the mailbox's capacity allows. An ask
 * that times out or is aborted while it waits in its lane never runs, and is taken back; one that runs sees its `signal`
 * abort, and what it gives is still folded.
 *
 * @param next what is shown from now on
 * @param plan the work, its policy, and what becomes of its result
 * @throws TypeError for a plan that can't be carried out; the command then fails with it
 *
 * @example
 * ```ts
 * import { createStore, reply } from 'ownstate';
 * import { attempt, optimistic } from 'ownstate/app';
 *
 * interface Todo { readonly id: number | undefined; readonly title: string }
 *
 * const todos = createStore(optimistic({
 *   state: [] as readonly Todo[],
 *   commands: {
 *     add: (list, title: string) => attempt([...list, { id: undefined, title }], {
 *       run: async () => 7,                                                      // the server gives it an id
 *       done: (before, id) => reply([...before, { id, title }], id),
 *     }),
 *   },
 * }));
 *
 * const id = todos.ask.add('Buy milk');
 * console.log(todos.snapshot()); // [ { id: undefined, title: 'Buy milk' } ]
 * console.log(await id); // 7
 * console.log(todos.snapshot()); // [ { id: 7, title: 'Buy milk' } ]
 * ```
 */
export function attempt<S, T, P>(next: NoInfer<S>, plan: AttemptPlan<S, T> & ExactlyAttempt<P>): Outcome<S, AttemptReply<P>> {
  expectObject(plan, 'plan');
  const { policy = 'merge', key, concurrency = Infinity, run, done, failed } = plan;
  if (done !== undefined) expectFunction(done, 'done');
  expectWork({ policy, concurrency, run, failed });
  return new Attempt(next, { policy, key, concurrency, run, ...(done && { done }), ...(failed && { failed }) } as Planned);
}

/** What `attempt` makes. An optimistic definition makes something of it; by itself it's refused. @internal */
export class Attempt<S, R> extends Outcome<S, R> {
  readonly plan: Planned;

  constructor(next: S, plan: Planned) {
    super(next);
    this.plan = plan;
  }

  override lift<W>(next: W, lift: <F extends (state: never, ...rest: never[]) => unknown>(handle: F) => F): Outcome<W, R> {
    const { done, failed, ...plan } = this.plan;
    return new Attempt(next, { ...plan, ...(done && { done: lift(done) }), ...(failed && { failed: lift(failed) }) });
  }

  /** Thrown, since it's a mistake of the handler's, and no decision of the store's. */
  override refuse(): never {
    throw new TypeError('Expected an attempt to be given at once by a command of an optimistic definition, got one elsewhere');
  }

  override answer(): void {
    // It's always refused.
  }
}
