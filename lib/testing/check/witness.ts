/**
 * Watches a store at work and holds it against the model, step by step:
 *
 * ```
 *   received  what is sent comes in once, and nothing else but what the store sends itself
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
import { Pace } from './pace.js';
import type { Sender } from './script.js';
import { endsOf, Sent, showAll, type Row } from './table.js';
import { unheeded } from './unusable.js';
import { Verdict } from './verdict.js';

/** @internal */
export class Witness<S> {
  readonly ledger: Ledger;
  readonly pace: Pace = new Pace();
  readonly verdict: Verdict = new Verdict();
  readonly #store: Store<AnyDefinition>;
  readonly #worlds: Worlds<S>;
  readonly #now: () => number;
  readonly #stop: () => void;
  /** The one whose handler began last, until it has been compared; and whether it was given up while it was at work. */
  #current: Sent | undefined;
  #abandoned = false;
  /** The state can be seen, and the model can know what it is. */
  #visible = true;

  /** `stop` ends the store at once. */
  constructor(store: Store<AnyDefinition>, model: StoreModel<S>, now: () => number, stop: () => void) {
    this.#store = store;
    this.#worlds = new Worlds(model);
    this.#now = now;
    this.#stop = stop;
    this.ledger = new Ledger(now);
    try {
      store.snapshot();
    } catch {
      this.#visible = false;
    }
    // Watched, so that what fails is reported to nobody else.
    store.errors$.subscribe();
    store.events$.subscribe((event) => this.#current?.events.push(event));
    store.trace$.subscribe({ next: (event) => this.#watch(event), complete: () => this.verdict.safely(() => this.#finish(true)) });
    this.verdict.safely(() => this.#compareView('the first state', () => this.ledger.note('start')));
  }

  tell(type: string, payload: unknown, tell: (payload: unknown) => void): void {
    this.#send(new Sent('tell', this.#now(), { type, payload }), tell);
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
      this.verdict.safely(() => {
        if (row.answers > 1) this.verdict.part(row, `the reply to \`${type}\`, which comes twice`);
        else if (this.#now() <= row.due) compare();
        else this.verdict.part(row, `the reply to \`${type}\`, which comes too late`, `by ${row.due} ms`, `at ${this.#now()} ms`);
      });
    };
    this.#send(row, ask).subscribe({
      next: (value) => answered(show(value), () => this.#replied(row, value)),
      error: (error: unknown) => answered(endOf(this.#store, row, error), () => this.#failed(row, error, kind)),
      complete: () => {
        if (text === '') answered('an end without a value', () => this.verdict.part(row, `the reply to \`${type}\``));
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
    if (row === undefined) return this.verdict.safely(() => this.#finish());
    if (this.verdict.over) return;
    row.expected ||= 'an answer';
    row.got ||= 'nothing';
    this.verdict.part(row, `the ${row.asked && row.answers === 0 ? 'reply to' : 'end of'} \`${row.type}\`, which never comes`);
  }

  /** The store has been shut down. */
  end(): void {
    const { phase } = this.#store.status();
    if (phase !== 'closed') this.verdict.part(this.ledger.note('end'), 'the shutdown, which never ends', 'closed', phase);
    this.verdict.safely(() => this.#compareView('the state at the end', () => this.ledger.note('end')));
  }

  /** Sends a command, which the store has to notice at once unless it's closed. */
  #send<R>(row: Sent, send: (payload: unknown) => R): R {
    const { phase } = this.#store.status();
    const result = this.ledger.send(row, send);
    if (row.id > 0 || phase === 'closed') return result;
    this.verdict.part(row, `\`${row.type}\`, which the store never receives`, 'received', 'not received');
    return result;
  }

  #watch(event: TraceEvent): void {
    this.verdict.safely(() => this.#trace(event));
    const endless = event.kind === 'started' ? this.pace.begin(event.type) : undefined;
    if (endless === undefined) return;
    this.verdict.fail(endless);
    this.#stop();
  }

  #trace(event: TraceEvent): void {
    if (event.time !== this.#now()) throw unheeded('a store with a time of its own');
    if (event.kind === 'phase') return;
    const row = this.ledger.rowOf(event);
    if (event.kind === 'received') this.#received(row);
    else if (event.kind === 'started') this.#started(row, event.time);
    else if (event.kind === 'state') row.commits++;
    else if (event.kind === 'settled') this.#settled(row, event.outcome, event.error);
    else if (event.kind === 'dropped') this.#settled(row, 'failed', event.error);
  }

  #received(row: Sent): void {
    const strange = this.ledger.stranger(row, this.#store.status().waiting);
    if (strange) this.verdict.part(row, `\`${row.type}\`, which comes in though nobody sent it`, '', 'received');
  }

  #started(row: Sent, time: number): void {
    this.#finish();
    const { id, type, payload } = row;
    if (row.end === 'decided' && !row.begun) {
      row.expected = 'not begun';
      return this.verdict.part(row, `\`${type}\`, which runs though its asker was told that it never would`, '', 'and begun');
    }
    row.begun = true;
    row.commits = 0;
    row.events = [];
    this.#current = row;
    this.#abandoned = row.end === 'decided';
    this.#worlds.begin(id, { type, payload: copy(payload) }, time, this.#abandoned);
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
    if (row === undefined || this.verdict.over) return;
    this.#current = undefined;
    const { id, type, events } = row;
    const committed = row.commits > 0;
    const folded: Folded = this.#abandoned && (closing || committed) ? 'either' : row.end === 'decided' && !committed ? 'no' : 'yes';
    // It may go on behind the store's back; and a state in between is none that the model knows.
    if (this.#abandoned && closing) {
      this.#worlds.fold(id, folded);
      this.#visible &&= !committed;
      return;
    }
    const announced = this.#worlds.stepsOf(id).map((step) => step.events);
    if (!this.#worlds.fold(id, folded, events)) {
      const expected = folded === 'yes' ? announced : [...announced, []];
      this.verdict.part(row, `what \`${type}\` announces`, `emits ${showAll(expected)}`, `emits ${show(events)}`, [expected, events]);
    }
    this.#compareEnd(row);
    this.#compareView(`the state after \`${type}\``, () => row);
    const changed = row.changed();
    if (changed !== undefined) this.verdict.part(row, `the payload of \`${type}\`, which its handler changes`, ...changed);
  }

  /** Whether it ended as the model says: with a reply, or with this error. The reply itself only its asker sees. */
  #compareEnd(row: Sent): void {
    const { id, type, end, error, asked } = row;
    if (end === 'open' || end === 'decided') return;
    const right = (step: ModelStep<S>) => end === 'replied' ? !('error' in step) && step.later === undefined : this.#fails(step, error);
    if (!this.#worlds.keep(id, right)) this.verdict.part(row, `what comes of \`${type}\``);
    else if (asked) this.#expect(row);
    else this.#worlds.forget(id);
  }

  #compareView(what: string, row: () => Row): void {
    if (!this.#visible || this.verdict.over) return;
    const view: unknown = this.#store.snapshot();
    if (this.#worlds.keepView(view)) return;
    const expected = this.#worlds.views();
    this.verdict.part(row(), what, `state ${showAll(expected)}`, `state ${show(view)}`, [expected, view]);
  }

  #replied(row: Sent, value: unknown): void {
    const right = (step: ModelStep<S>) => !('error' in step) && this.#worlds.agree(step.reply, value);
    this.#answer(row, right, `the reply to \`${row.type}\``, value);
  }

  #failed(row: Sent, error: unknown, kind: Sender['kind']): void {
    const what = `what comes of \`${row.type}\``;
    if (!decided(this.#store, row, error)) return this.#answer(row, (step) => this.#fails(step, error), what, error);
    row.end = 'decided';
    const begun = row.begun ? 'begun' : 'not begun';
    if (error.started !== row.begun) this.verdict.part(row, `what the error of \`${row.type}\` says of its handler`, begun);
    else if (!possible(this.#store, error, kind)) this.verdict.part(row, what);
  }

  #fails(step: ModelStep<S>, error: unknown): boolean {
    return 'error' in step && this.#worlds.agree(step.error, error);
  }

  /** The asker has got an answer of the handler's. */
  #answer(row: Sent, right: (step: ModelStep<S>) => boolean, what: string, got: unknown): void {
    if (!this.#worlds.keep(row.id, right)) {
      const expected = this.#worlds.stepsOf(row.id).map((step) => 'error' in step ? step.error : step.reply);
      return this.verdict.part(row, what, '', '', [expected, got]);
    }
    this.#expect(row);
    // What hasn't ended is still to be compared.
    if (row.end !== 'open') this.#worlds.forget(row.id);
  }

  /** Says what is to come of a command, by all that is possible. */
  #expect(row: Sent): void {
    const { end, begun, asked } = row;
    row.expected = end !== 'decided' ? endsOf<S>(this.#worlds.stepsOf(row.id), asked) : begun ? 'done or not' : 'not begun';
  }
}
