/**
 * A reply that a later command gives. The asker waits, the mailbox goes on:
 *
 * ```
 *   ask.take() ─▶ nothing there: hold(next, ticket) ─▶ the ticket stands in the state
 *   tell.put() ─▶ next, and after it ticket.answer(…) ─▶ the reply of ask.take() settles
 *   the asker gives up ─▶ gone(state), folded as one more command
 * ```
 */
import { expect, expectFunction, expectObject, expectOneOf } from '../internal/expect.js';
import { handling } from './chain.js';
import { Command } from './command.js';
import type { Context } from './context.js';
import { folding, Outcome, type Lift } from './outcome.js';

/** The right to answer an ask that was held. It stands in the state of the store, and nowhere else. */
export interface Ticket<R> {
  /**
   * Settles the reply. Only the first answer counts; one for an asker who gave up goes nowhere.
   *
   * @throws TypeError within a handler: it's for `context.after`, so that the state is shown before
   */
  answer(value: R): void;
  /**
   * Fails the reply.
   *
   * @throws TypeError within a handler, as `answer` does
   */
  refuse(error: unknown): void;
}

/** What becomes of a held ask that isn't answered. */
export interface HoldOptions<S> {
  /**
   * Folded as one more command when the asker didn't get an answer: it gave up by timeout or signal, or couldn't be held
   * since the store was full. Also where the ticket was answered after that, so what was given can be taken back.
   */
  readonly gone?: (state: S, context: Context) => S | Outcome<S, unknown>;
  /**
   * `'wait'` (default): a shutdown waits for the answer. `'fail'`: when nothing else is left, the ask fails with
   * `StoreClosedError`; for what only a command from outside could answer.
   */
  readonly atShutdown?: 'wait' | 'fail';
}

/** What `ticket` makes. */
class Place<R> implements Ticket<R> {
  /** The command that is held, once it is. */
  command: Command | undefined = undefined;
  /** What becomes of the command when it's answered; before it's held, that it was. */
  land: (then: () => void) => boolean = (then) => {
    then();
    return true;
  };
  answered = false;

  answer(value: R): void {
    this.#settle((command) => command.owner.settle(command, value));
  }

  refuse(error: unknown): void {
    this.#settle((command) => command.owner.fail(command, error, false));
  }

  #settle(how: (command: Command) => void): void {
    const { command } = this;
    if (handling.by) throw new TypeError('Expected a ticket to be answered in `context.after`, got an answer within a handler');
    if (command === undefined || command.settled || this.answered) return;
    this.answered = true;
    this.land(() => how(command));
  }
}

/**
 * A ticket, for `hold`.
 *
 * @example
 * ```ts
 * import { ticket } from 'ownstate';
 *
 * const place = ticket<number>(); // the right to answer an ask with a number, once it's held
 * console.log(typeof place.answer); // function
 * ```
 */
export function ticket<R>(): Ticket<R> {
  return new Place<R>();
}

/**
 * The next state now, and the reply when a later command answers the ticket: for a reply that waits for something to
 * come (a task, a free seat, tokens). The mailbox goes on meanwhile.
 *
 * The reply fails as the ticket is refused; with `AskTimeoutError` or `AskAbortedError` when the asker gives up, with
 * `StoreClosedError` when the store ends, and with `MailboxFullError` when as many effects and later replies are in
 * flight as the mailbox's capacity allows. Where the asker has given up, and where there was no room, `gone` takes the
 * ticket out of the state.
 *
 * @param next the state that is committed at once; the ticket stands in it
 * @param place the ticket, of this ask only
 * @param options what becomes of an ask that isn't answered
 * @throws TypeError for a ticket that is none, or is taken; the command then fails with it
 *
 * @example
 * ```ts
 * import { createStore, hold, reply, ticket, type Ticket } from 'ownstate';
 *
 * interface Shelf { readonly items: readonly string[]; readonly waiting: readonly Ticket<string>[] }
 *
 * const shelf = createStore({
 *   state: { items: [], waiting: [] } as Shelf,
 *   commands: {
 *     put: ({ items, waiting: [first, ...rest] }, item: string, { after }) => {
 *       if (first === undefined) return { items: [...items, item], waiting: [] };
 *       after(() => first.answer(item));
 *       return { items, waiting: rest };
 *     },
 *     take: ({ items: [item, ...items], waiting }) => {
 *       if (item !== undefined) return reply({ items, waiting }, item);
 *       const place = ticket<string>();
 *       const without = (state: Shelf) => ({ ...state, waiting: state.waiting.filter((other) => other !== place) });
 *       return hold({ items, waiting: [...waiting, place] }, place, { gone: without });
 *     },
 *   },
 * });
 * shelf.ask.take().subscribe((item) => console.log(item)); // a book
 * shelf.tell.put('a book');
 * ```
 */
export function hold<S, R>(next: S, place: Ticket<R>, options: HoldOptions<S> = {}): Outcome<S, R> {
  const held = place instanceof Place ? place : undefined;
  expect(held !== undefined && held.command === undefined, 'place', 'a ticket that is not taken', place);
  expectObject(options, 'options');
  const { gone, atShutdown = 'wait' } = options;
  if (gone !== undefined) expectFunction(gone, 'gone');
  if (atShutdown !== 'wait') expectOneOf(atShutdown, 'atShutdown', 'wait', 'fail');
  // A cast: what is no ticket has been refused.
  return new Held(next, held as Place<R>, gone, atShutdown === 'fail');
}

/** What `hold` makes. @internal */
export class Held<S, R> extends Outcome<S, R> {
  readonly #place: Place<R>;
  readonly #gone: HoldOptions<S>['gone'];
  readonly #loose: boolean;

  constructor(next: S, place: Place<R>, gone: HoldOptions<S>['gone'], loose: boolean) {
    super(next);
    this.#place = place;
    this.#gone = gone;
    this.#loose = loose;
  }

  override lift<W>(next: W, lift: Lift): Outcome<W, R> {
    // A cast: what is lifted folds the whole.
    return new Held<W, R>(next, this.#place, (this.#gone && lift(this.#gone)) as HoldOptions<W>['gone'], this.#loose);
  }

  override refuse(command: Command): Error | undefined {
    const full = command.owner.full(command);
    if (full) this.#leave(command);
    else this.#place.command = command;
    return full;
  }

  override answer(command: Command): void {
    const { owner } = command;
    const place = this.#place;
    // It was answered by its own handler, or its asker gave up before the handler came to this.
    if (place.answered || owner.phase === 'closed') return;
    if (command.settled) return this.#leave(command);
    place.land = (then) => owner.land(command, 'replies', () => {
      if (this.#loose) owner.loose--;
      then();
    });
    if (this.#loose) owner.loose++;
    owner.fly(command, 'replies', (closing) => place.land(() => {
      if (!closing) this.#leave(command);
    }));
  }

  /** The asker is gone, which the store is to know. */
  #leave({ owner, route }: Command): void {
    if (this.#gone) owner.send(landing(owner, route.type, this.#gone));
  }
}

/** A command that nobody sent: something in the world of its store has ended, and `handle` folds that. @internal */
export function landing(owner: Command['owner'], type: string, handle: (state: never, context: Context) => unknown): Command {
  return new Command(owner, { type, handle: folding(handle), query: false, exempt: true, landed: true }, undefined, null);
}
