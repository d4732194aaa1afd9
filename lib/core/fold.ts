/**
 * The fold: the only place that holds the state. It takes one command at a time from the mailbox and is
 *
 * ```
 *   scan       while the outcome is at hand:     state ──handle──▶ commit ─▶ show ─▶ answer      (no inner stream)
 *   concatMap  while the outcome takes time:     state ──handle──▶ … promise, Observable … ─▶ commit ─▶ show ─▶ answer
 *                                                                  the mailbox waits
 * ```
 *
 * with just the semantics of rxjs's operators of these names, without their cost for each command: `concatMap` would
 * subscribe to a stream for every increment, and shift an ever longer buffer.
 */
import { from, isObservable, materialize, type Observable, type ObservableNotification } from 'rxjs';
import { handling, waitFor } from './chain.js';
import type { AnyHandler, Command, Definition } from './command.js';
import { HandlerContext, type Clock } from './context.js';
import { expectState } from './internal/check-options.js';
import { teardown } from './internal/unhandled.js';
import { Loop } from './loop.js';
import type { ResolvedOptions } from './options.js';
import { Answer, Outcome } from './outcome.js';
import { deepFreeze, UNSEEN } from './view.js';

/** @internal */
export abstract class Fold extends Loop {
  readonly definition: Definition<unknown, unknown>;
  readonly options: ResolvedOptions;
  state: unknown;
  /** The view of the state, once somebody has looked. */
  viewed: unknown = UNSEEN;
  /** Commands handled so far: the number of the last one. */
  seq = 0;

  constructor(definition: Definition<unknown, unknown>, options: ResolvedOptions) {
    super();
    this.definition = definition;
    this.options = options;
    this.state = this.make();
  }

  /** Whether the deadline of a command that waited has passed while a handler held the thread; it then never begins. */
  protected abstract expires(command: Command): boolean;
  /** A handler begins. */
  protected abstract begin(command: Command): void;
  /** A state was committed. */
  protected abstract show(command: Command): void;
  /** The handling of a command has ended, whatever becomes of its reply. */
  protected abstract end(command: Command): void;
  /** The reply to a command. */
  abstract settle(command: Command, value: unknown): void;
  /** It has ended by an error of the handler's, or by a decision of the store's `own`. */
  protected abstract refuse(command: Command, error: unknown, own: boolean): void;

  /** The first state. @throws TypeError for one that comes later */
  protected make(): unknown {
    const { state } = this.definition;
    return this.#frozen(expectState(typeof state === 'function' ? (state as (clock: Clock) => unknown)({ now: () => this.options.scheduler.now() }) : state));
  }

  /** Makes `next` the state, and shows it. */
  protected commit(command: Command, next: unknown): void {
    if (this.phase === 'closed') return;
    this.viewed = UNSEEN;
    this.state = next;
    this.show(command);
  }

  protected take(command: Command): void {
    if (command.deadline && !command.started && this.expires(command)) return;
    const { query, handle } = command.route;
    command.seq = query ? this.seq : ++this.seq;
    this.begin(command);
    // A watcher may have ended the store.
    if (this.phase === 'closed') return;
    command.started = true;
    let outcome: unknown;
    handling.by = this;
    try {
      // A cast: a command whose name leads nowhere is never sent.
      outcome = (handle as AnyHandler)(this.state, command.payload, new HandlerContext(command));
    } catch (error) {
      handling.by = null;
      return this.refuse(command, error, false);
    }
    handling.by = null;
    if (query) this.#finish(command, new Answer(this.state, outcome), true);
    else this.#fold(command, outcome);
  }

  /** Folds an outcome, which is at hand or takes time. */
  #fold(command: Command, outcome: unknown): void {
    if ((typeof outcome !== 'object' && typeof outcome !== 'function') || outcome === null) return this.#next(command, outcome);
    try {
      if (outcome instanceof Outcome) this.#frozen(outcome.next);
      else if (typeof (outcome as PromiseLike<unknown>).then === 'function') return this.#await(command, outcome);
      else if (isObservable(outcome)) return this.#concat(command, outcome);
      else this.#frozen(outcome);
    } catch (error) {
      this.blocked = null;
      return this.refuse(command, error, false);
    }
    if (outcome instanceof Outcome) this.#finish(command, outcome, false);
    else this.#next(command, outcome);
  }

  /** Ends a command with a mere state. */
  #next(command: Command, next: unknown): void {
    this.commit(command, next);
    this.end(command);
    this.settle(command, undefined);
  }

  /** Ends a command with an outcome that sees to its reply; its state may have been committed before. */
  #finish(command: Command, outcome: Outcome<unknown, unknown>, committed: boolean): void {
    const refusal = outcome.refuse(command);
    if (refusal) return this.refuse(command, refusal, true);
    if (!committed) this.commit(command, outcome.next);
    this.end(command);
    outcome.answer(command);
    // An effect or a later reply waits for what its handler asked.
    if (!command.settled) waitFor(command);
  }

  #await(command: Command, outcome: unknown): void {
    this.blocked = command;
    // A promise that somebody has given a `then` of their own may call twice.
    const resume = (step: () => void) => this.resume(() => {
      if (this.blocked !== command) return;
      this.blocked = null;
      step();
    });
    // `Promise.resolve` gives a native promise back as it is, and tames any other thenable.
    Promise.resolve(outcome).then(
      (value) => resume(() => this.#fold(command, value)),
      (error: unknown) => resume(() => this.refuse(command, error, false)),
    );
    waitFor(command);
  }

  #concat(command: Command, source: Observable<unknown>): void {
    if (this.phase === 'closed') return;
    // Before anything else, since it throws for what only looks like an Observable.
    const notifications = from(source).pipe(materialize());
    let last: unknown;
    let subscribing = true;
    // An observer who is shown one emission may cause the next: that one waits until the first is shown to all.
    const steps: ObservableNotification<unknown>[] = [];
    const drain = () => {
      // What the observers of a state ask isn't what the handler waits for.
      const outer = handling.by;
      handling.by = null;
      for (let [step] = steps; step; [step] = steps) {
        if (step.kind === 'N') last = step.value;
        if (this.blocked === command) this.#step(command, step, last);
        steps.shift();
      }
      handling.by = outer;
    };
    this.blocked = command;
    handling.by = this;
    const enter = (step: ObservableNotification<unknown>) => {
      if (steps.push(step) > 1) return;
      if (subscribing) drain();
      else this.resume(drain);
    };
    // What `materialize` doesn't make a step of is that the subscription itself throws.
    const subscription = notifications.subscribe({ next: enter, error: (error: unknown) => enter({ kind: 'E', error }) });
    handling.by = null;
    subscribing = false;
    // It may have ended already, or its store; and an effect it ended in has a way of its own to be cancelled.
    if (this.blocked !== command) return teardown(subscription);
    command.extras.cancel = (closing) => {
      if (closing) teardown(subscription);
    };
    waitFor(command);
  }

  /** One emission, or the end; `last` is the last emission. */
  #step(command: Command, step: ObservableNotification<unknown>, last: unknown): void {
    try {
      if (step.kind === 'N') {
        const refusal = last instanceof Outcome ? last.refuse(command) : undefined;
        if (refusal) return this.#breakOff(command, refusal, true);
        return this.commit(command, this.#frozen(expectState(last instanceof Outcome ? last.next : last)));
      }
      this.blocked = null;
      if (step.kind === 'E') throw step.error;
      if (last instanceof Outcome) return this.#finish(command, last, true);
      this.end(command);
      this.settle(command, undefined);
    } catch (error) {
      this.#breakOff(command, error, false);
    }
  }

  /** Ends a command in the middle of its Observable. */
  #breakOff(command: Command, error: unknown, own: boolean): void {
    this.blocked = null;
    command.more?.cancel?.(true);
    this.refuse(command, error, own);
  }

  /** In development, before a state is committed: it's at hand, and frozen if it's itself the view. */
  #frozen<S>(state: S): S {
    if (!this.options.freeze) return state;
    return this.definition.view ? expectState(state) : deepFreeze(expectState(state));
  }
}
