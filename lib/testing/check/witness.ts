/**
 * Watches a store at work and holds it against the model, step by step:
 *
 * ```
 *   started   the model does the command as well, in the order in which the store takes them
 *   ended     same events, same view of the state                  (noticed when it settles, or when the next one starts)
 *   answered  same reply or error, in time, once
 * ```
 *
 * What the store itself decided (a timeout, an abort, an overflow, its end) is right whenever it was possible at all; a
 * command whose handler had begun by then may have been folded or not.
 */
import type { AnyDefinition, Reply, Store, TraceEvent } from '../../index.js';
import { show } from '../show.js';
import { copy } from './copy.js';
import { decided, endOf, possible } from './decision.js';
import { Ledger } from './ledger.js';
import { Worlds, type Folded, type ModelStep, type StoreModel } from './model.js';
import type { Sender } from './script.js';
import { Sent, showAll, type Row } from './table.js';

/** Where a store and its model part: which row, and what about it. @internal */
export interface Parting {
  readonly what: string;
  readonly row: Row;
}

/** @internal */
export class Witness<S> {
  readonly ledger: Ledger;
  /** The first thing that is wrong. */
  parting: Parting | undefined = undefined;
  /** An error of the model's own, or of the store's where it mustn't throw. It ends the run too. */
  fault: { readonly error: unknown } | undefined = undefined;
  readonly #store: Store<AnyDefinition>;
  readonly #worlds: Worlds<S>;
  readonly #now: () => number;
  /** The one whose handler began last, until it has been compared; and whether it was given up while it was at work. */
  #current: Sent | undefined;
  #abandoned = false;
  /** The state can be seen, and the model can know what it is. */
  #visible = true;

  constructor(store: Store<AnyDefinition>, model: StoreModel<S>, now: () => number) {
    this.#store = store;
    this.#worlds = new Worlds(model);
    this.#now = now;
    this.ledger = new Ledger(now);
    try {
      store.snapshot();
    } catch {
      this.#visible = false;
    }
    // Watched, so that what fails is reported to nobody else.
    store.errors$.subscribe();
    store.events$.subscribe((event) => this.#current?.events.push(event));
    store.trace$.subscribe({ next: (event) => this.#safely(() => this.#trace(event)), complete: () => this.#safely(() => this.#finish(true)) });
    this.#safely(() => this.#compareView('the first state', () => this.ledger.note('start')));
  }

  get over(): boolean {
    return this.parting !== undefined || this.fault !== undefined;
  }

  tell(type: string, payload: unknown, tell: (payload: unknown) => void): void {
    this.ledger.send(new Sent('tell', this.#now(), { type, payload }), tell);
  }

  ask(sender: Sender, type: string, payload: unknown, ask: (payload: unknown) => Reply<unknown>): void {
    const { kind, ms } = { ms: Infinity, ...sender };
    const client = kind === 'timeout' ? `timeout ${ms}` : kind === 'aborts' ? `aborts at ${this.#now() + ms}` : 'plain';
    const row = new Sent(client, this.#now(), { type, payload }, this.#now() + ms);
    let text = '';
    const answered = (got: string, compare: () => void) => {
      row.got = text === '' ? got : `${text}, then ${got}`;
      text = row.got;
      row.answers++;
      this.#safely(() => {
        if (row.answers > 1) this.#part(row, `the reply to \`${type}\`, which comes twice`);
        else if (this.#now() > row.due) this.#part(row, `the reply to \`${type}\`, which comes too late`, `by ${row.due} ms`, `at ${this.#now()} ms`);
        else compare();
      });
    };
    this.ledger.send(row, ask).subscribe({
      next: (value) => answered(show(value), () => this.#replied(row, value)),
      error: (error: unknown) => answered(endOf(this.#store, row, error), () => this.#failed(row, error, kind)),
      complete: () => {
        if (text === '') answered('an end without a value', () => this.#part(row, `the reply to \`${type}\``));
      },
    });
  }

  /** The command that still runs; else the first that isn't answered yet, or whose effect or later reply is still to come. */
  get unsettled(): Sent | undefined {
    const { running, effects, replies } = this.#store.status();
    if (running === 1) return this.#current;
    return this.ledger.waiting ?? (effects + replies === 0 ? undefined : this.ledger.unended);
  }

  /** All has happened that was to: nothing is left to wait for. */
  settle(): void {
    const row = this.unsettled;
    if (row === undefined) return this.#safely(() => this.#finish());
    if (this.over) return;
    row.expected ||= 'an answer';
    row.got ||= 'nothing';
    this.#part(row, `the ${row.asked && row.answers === 0 ? 'reply to' : 'end of'} \`${row.type}\`, which never comes`);
  }

  /** The store has been shut down. */
  end(): void {
    const { phase } = this.#store.status();
    if (phase !== 'closed') this.#part(this.ledger.note('end'), 'the shutdown, which never ends', 'closed', phase);
    this.#safely(() => this.#compareView('the state at the end', () => this.ledger.note('end')));
  }

  #trace(event: TraceEvent): void {
    if (event.kind === 'phase') return;
    const row = this.ledger.rowOf(event);
    if (event.kind === 'started') this.#started(row, event.time);
    else if (event.kind === 'state') row.commits++;
    else if (event.kind === 'settled') this.#settled(row, event.outcome, event.error);
    else if (event.kind === 'dropped') this.#settled(row, 'failed', event.error);
  }

  #started(row: Sent, time: number): void {
    this.#finish();
    const { id, type, payload } = row;
    if (row.end === 'decided' && !row.begun) {
      row.expected = 'not begun';
      return this.#part(row, `\`${type}\`, which runs though its asker was told that it never would`, '', 'and begun');
    }
    row.begun = true;
    row.commits = 0;
    row.events = [];
    this.#current = row;
    this.#abandoned = row.end === 'decided';
    this.#worlds.begin(id, { type, payload: copy(payload) }, time);
    this.#expect(row);
  }

  #settled(row: Sent, outcome: 'replied' | 'failed' | 'withdrawn', error: unknown): void {
    row.end = outcome === 'withdrawn' || (outcome === 'failed' && decided(this.#store, row, error)) ? 'decided' : outcome;
    row.error = error;
    if (!row.asked) row.got = outcome === 'failed' ? endOf(this.#store, row, error) : outcome === 'replied' ? 'done' : outcome;
    this.#expect(row);
    if (row !== this.#current) this.#compareEnd(row);
    // Its handler may be at work even now, if the asker has given up.
    else if (row.end === 'decided' && this.#store.status().running === 1) this.#abandoned = true;
    else this.#finish();
  }

  /** The present command has ended, or the store has closed over it: what is seen of it is compared with the model. */
  #finish(closing = false): void {
    const row = this.#current;
    if (row === undefined || this.over) return;
    this.#current = undefined;
    const committed = row.commits > 0;
    const folded: Folded = this.#abandoned && (closing || committed) ? 'either' : row.end === 'decided' && !committed ? 'no' : 'yes';
    this.#worlds.fold(row.id, folded);
    // It may go on behind the store's back; and a state in between is none that the model knows.
    if (this.#abandoned && closing) {
      this.#visible &&= !committed;
      return;
    }
    if (folded === 'yes') this.#compareEvents(row);
    this.#compareEnd(row);
    this.#compareView(`the state after \`${row.type}\``, () => row);
  }

  /** Whether it ended as the model says: with a reply, or with this error. The reply itself only its asker sees. */
  #compareEnd(row: Sent): void {
    const { id, type, end, error, asked } = row;
    if (end === 'open' || end === 'decided') return;
    const right = (step: ModelStep<S>) => end === 'replied' ? !('error' in step) && step.later === undefined : this.#fails(step, error);
    if (!this.#worlds.keep(id, right)) this.#part(row, `what comes of \`${type}\``);
    else if (asked) this.#expect(row);
    else this.#worlds.forget(id);
  }

  #compareEvents(row: Sent): void {
    const { id, type, events } = row;
    const expected = this.#worlds.stepsOf(id).map((step) => step.events);
    const right = (step: ModelStep<S>) => step.events === undefined || this.#worlds.agree(step.events, events);
    if (!this.#worlds.keep(id, right)) this.#part(row, `what \`${type}\` announces`, `emits ${showAll(expected)}`, `emits ${show(events)}`);
  }

  #compareView(what: string, row: () => Row): void {
    if (!this.#visible || this.over) return;
    const view: unknown = this.#store.snapshot();
    const expected = this.#worlds.views();
    if (!this.#worlds.keepView(view)) this.#part(row(), what, `state ${showAll(expected)}`, `state ${show(view)}`);
  }

  #replied(row: Sent, value: unknown): void {
    const right = (step: ModelStep<S>) => !('error' in step) && this.#worlds.agree(step.reply, value);
    this.#answer(row, right, `the reply to \`${row.type}\``);
  }

  #failed(row: Sent, error: unknown, kind: Sender['kind']): void {
    if (!decided(this.#store, row, error)) return this.#answer(row, (step) => this.#fails(step, error), `what comes of \`${row.type}\``);
    row.end = 'decided';
    if (error.started !== row.begun) this.#part(row, `what the error of \`${row.type}\` says of its handler`, row.begun ? 'begun' : 'not begun');
    else if (!possible(this.#store, error, kind)) this.#part(row, `what comes of \`${row.type}\``);
  }

  #fails(step: ModelStep<S>, error: unknown): boolean {
    return 'error' in step && this.#worlds.agree(step.error, error);
  }

  /** The asker has got an answer of the handler's. */
  #answer(row: Sent, right: (step: ModelStep<S>) => boolean, what: string): void {
    if (!this.#worlds.keep(row.id, right)) return this.#part(row, what);
    this.#expect(row);
    // What hasn't ended is still to be compared.
    if (row.end !== 'open') this.#worlds.forget(row.id);
  }

  /** Says what is to come of a command, by all that is possible. */
  #expect(row: Sent): void {
    const { id, end, begun, asked } = row;
    const ends = this.#worlds.stepsOf(id).map((step) => 'error' in step ? `fails: ${show(step.error)}`
      : step.later !== undefined ? 'later' : asked ? show(step.reply) : 'done');
    row.expected = end !== 'decided' ? [...new Set(ends)].join(' or ') : begun ? 'done or not' : 'not begun';
  }

  #part(row: Row, what: string, expected = '', got = ''): void {
    if (this.over) return;
    row.beside = { expected, got };
    this.parting = { what, row };
  }

  /** An observer mustn't throw: what does is kept for the end of the run. */
  #safely(call: () => void): void {
    if (this.over) return;
    try {
      call();
    } catch (error) {
      this.fault = { error };
    }
  }
}
