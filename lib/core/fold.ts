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
import { isObservable, type Observable, type Subscription } from 'rxjs';
import { running, waitFor } from './chain.js';
import type { Command } from './command.js';
import { HandlerContext } from './context.js';
import { Answer, Later, Outcome } from './outcome.js';
import { expectState } from './internal/check-options.js';
import { reportUnhandled } from './internal/unhandled.js';
import type { Owner } from './owner.js';
import { deepFreeze, isMutable } from './view.js';

/** @internal */
export class Fold {
  state: unknown;
  /** Commands handled so far: the number of the last one. */
  seq = 0;
  readonly #owner: Owner;

  constructor(owner: Owner) {
    this.#owner = owner;
    this.state = this.#make();
  }

  /** Handles one command. Afterwards it has ended, or the owner is blocked by it. */
  take(command: Command): void {
    command.started = true;
    command.seq = command.query ? this.seq : ++this.seq;
    this.#owner.begin(command);
    let outcome: unknown;
    running.command = command;
    try {
      outcome = command.handle(this.state, command.payload, new HandlerContext(command));
    } catch (error) {
      running.command = null;
      return this.fail(command, error);
    }
    running.command = null;
    if (command.query) this.#answer(command, this.state, outcome);
    else this.fold(command, outcome);
  }

  /** Folds an outcome, which is at hand or takes time. */
  fold(command: Command, outcome: unknown): void {
    if (typeof outcome === 'object' && outcome !== null) {
      if (outcome instanceof Outcome) return this.#finish(command, outcome);
      if (typeof (outcome as PromiseLike<unknown>).then === 'function') return this.#await(command, outcome as PromiseLike<unknown>);
      if (isObservable(outcome)) return this.#concat(command, outcome);
    }
    this.commit(command, outcome);
    this.#owner.answer(command, undefined);
  }

  /** Makes `next` the state, and shows it. */
  commit(command: Command, next: unknown): void {
    const owner = this.#owner;
    if (owner.phase === 'closed') return;
    const changed = next !== this.state || owner.definition.view !== undefined;
    this.state = next;
    if (changed) {
      if (owner.freeze && owner.definition.view === undefined) deepFreeze(next);
      owner.show(command);
    }
    if (command.events !== null) owner.announce(command);
  }

  /** Begins again with the first state. */
  reset(command: Command): void {
    try {
      this.commit(command, this.#make());
    } catch (error) {
      reportUnhandled(error);
    }
  }

  /** The handler threw, or what it gave back failed: nothing is committed. */
  fail(command: Command, error: unknown): void {
    command.events = null;
    this.#owner.refuse(command, error);
  }

  /** An outcome with a reply, or with one that comes later. */
  #finish(command: Command, outcome: Outcome<unknown, unknown>): void {
    if (outcome instanceof Answer) {
      const { next, value } = outcome;
      if (this.#leaks(next, value)) return this.fail(command, leak(command));
      this.commit(command, next);
      this.#owner.answer(command, value);
    } else {
      // Answer and Later are all there is.
      const later = outcome as Later<unknown, unknown>;
      const refusal = later.refuse(command);
      if (refusal !== undefined) return this.#owner.decline(command, refusal);
      this.commit(command, outcome.next);
      this.#later(command, later);
    }
  }

  /** The mailbox goes on; the reply comes later. */
  #later(command: Command, later: Later<unknown, unknown>): void {
    this.#owner.end();
    if (this.#owner.phase !== 'closed') later.begin(command);
    if (!command.settled && command.asks !== null) waitFor(command);
  }

  #await(command: Command, outcome: PromiseLike<unknown>): void {
    const owner = this.#owner;
    owner.blocked = command;
    // `Promise.resolve` gives a native promise back as it is, and tames any other thenable.
    Promise.resolve(outcome).then(
      (value) => owner.resume(() => {
        owner.blocked = null;
        this.fold(command, value);
      }),
      (error: unknown) => owner.resume(() => {
        owner.blocked = null;
        this.fail(command, error);
      }),
    );
    if (command.asks !== null) waitFor(command);
  }

  #concat(command: Command, source: Observable<unknown>): void {
    const owner = this.#owner;
    if (owner.phase === 'closed') return;
    owner.blocked = command;
    let subscription: Subscription | undefined;
    let last: unknown;
    let subscribing = true;
    let stepping = false;
    // An observer who is shown one emission may cause the next: that one waits until the first is shown to all.
    const steps: (() => void)[] = [];
    const drain = () => {
      for (let step = steps.shift(); step !== undefined; step = steps.shift()) step();
    };
    const enter = (step: () => void) => {
      steps.push(step);
      if (stepping) return;
      stepping = true;
      if (subscribing) drain();
      else owner.resume(drain, true);
      stepping = false;
    };
    running.command = command;
    subscription = source.subscribe({
      next: (value) => enter(() => {
        if (owner.blocked !== command) return;
        last = value;
        const next: unknown = value instanceof Outcome ? value.next : value;
        const asynchronous = isObservable(next) || typeof (next as Partial<PromiseLike<unknown>> | null | undefined)?.then === 'function';
        if (!asynchronous && !(value instanceof Answer && this.#leaks(next, value.value))) return this.commit(command, next);
        owner.blocked = null;
        subscription?.unsubscribe();
        this.fail(command, asynchronous ? new TypeError(`Expected each emission to be a state, got ${String(next)}`) : leak(command));
      }),
      error: (error: unknown) => enter(() => {
        if (owner.blocked !== command) return;
        owner.blocked = null;
        this.fail(command, error);
      }),
      complete: () => enter(() => {
        if (owner.blocked !== command) return;
        owner.blocked = null;
        if (!(last instanceof Later)) return owner.answer(command, last instanceof Answer ? last.value : undefined);
        const refusal = last.refuse(command);
        if (refusal === undefined) this.#later(command, last);
        else owner.decline(command, refusal);
      }),
    });
    running.command = null;
    subscribing = false;
    if (owner.blocked !== command) return subscription.unsubscribe();
    command.cancel = (closing) => void (closing && subscription?.unsubscribe());
    if (command.asks !== null) waitFor(command);
  }

  /** The first state. @throws TypeError for one that comes later */
  #make(): unknown {
    const { definition, freeze } = this.#owner;
    const state: unknown = typeof definition.state === 'function' ? (definition.state as () => unknown)() : definition.state;
    expectState(state);
    return freeze && definition.view === undefined ? deepFreeze(state) : state;
  }

  /** Answers a query. */
  #answer(command: Command, state: unknown, value: unknown): void {
    if (this.#leaks(state, value)) this.fail(command, leak(command));
    else this.#owner.answer(command, value);
  }

  /** In development: whether a value is the very state that is mutated in place (rule S10). */
  #leaks(state: unknown, value: unknown): boolean {
    return value === state && this.#owner.freeze && isMutable(value);
  }
}

function leak({ owner, type }: Command): TypeError {
  return new TypeError(`Expected ${owner.name}.${type} to reply with a copy, got the state itself, which is mutated in place`);
}
