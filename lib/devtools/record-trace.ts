/**
 * A recorder of what happens in stores: a row for each command, found again by its store and `id`, and one more for the
 * result of its effect.
 *
 * ```
 *   received ─▶ row: waiting ─ started ─▶ running ─┬─ state, event ─▶ commits, events
 *                      │                           ├─ settled ──────▶ replied | failed
 *                      └─ settled, dropped ─▶ …    └─ started ──────▶ continued; a new row: running …
 * ```
 */
import { Subscription } from 'rxjs';
import type { TraceEvent } from '../index.js';
import { expect, expectObject } from '../internal/expect.js';
import { drawTable, type DrawTableOptions } from './draw-table.js';
import type { Recording } from './recording.js';
import { showing, type Redaction } from './redaction.js';
import { sources, type Traceable } from './sources.js';
import type { TraceCommandRow, TraceRow } from './trace-row.js';

/** How a recorder goes on. Each field is optional. */
export interface RecordTraceOptions extends Redaction {
  /** How many rows are kept; beyond that the oldest are left out, and counted. Default 1000. */
  readonly limit?: number;
  /** The time that counts as 0 ms, of the stores' scheduler. Default: that of the first event. */
  readonly since?: number;
}

/** What has been recorded. It grows until the stores have closed, or `stop` is called. */
export interface TraceRecorder {
  /** The rows, in the order of time. A row stands for a command as it is by now. */
  readonly rows: readonly TraceRow[];
  /** How many rows were left out, because there were more than `limit`. */
  readonly left: number;
  /**
   * The rows as a table for people: aligned, of the same text for the same rows.
   *
   * @throws TypeError for options that are none
   */
  draw(options?: DrawTableOptions): string;
  /**
   * The commands whose handlers began, for `replay`: those of one store, by its name in the rows, or of all. Queries aren't
   * among them, nor what the store sent itself (it does so again), nor what was sent before the recording began or whose row
   * was left out.
   */
  recording(store?: string): Recording;
  /** Forgets all rows. What still runs then comes without its begin. */
  clear(): void;
  /** Stops listening. The rows stay. */
  stop(): void;
}

/** A row as it's written. */
type Writing<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer I)[] ? I[] : T[K] };

/**
 * Records what happens in a store, or in several side by side: command, commits, reply or failure, how long each waited and
 * ran, results of effects, events, drops, withdrawals and phases. For a look
 * at a service that runs, for a log beside an error report, for a failing test.
 *
 * It watches `trace$` and nothing else: what the stores do stays the same, and failed tells are reported as before. Values
 * are copied as plain data at their time, so that no real object is kept.
 *
 * @param stores a store, a client, or an array of them
 * @param options how many rows are kept, and what is kept from view
 * @returns the recorder, which records from now on
 * @throws TypeError for what is no store, and for options that are none
 *
 * @example
 * ```ts
 * import { createStore, reply } from 'ownstate';
 * import { recordTrace } from 'ownstate/devtools';
 *
 * const account = createStore({
 *   name: 'account',
 *   state: 100,
 *   commands: { withdraw: (balance, amount: number) => reply(balance - amount, balance - amount) },
 * });
 * const recorder = recordTrace(account, { since: 0 });
 * await account.ask.withdraw(30);
 * for (const row of recorder.rows) {
 *   if (row.kind === 'command') console.log(row.type, row.payload, row.commits[0]?.view, row.outcome, row.reply); // withdraw 30 70 replied 70
 * }
 * ```
 */
export function recordTrace(stores: Traceable | readonly Traceable[], options: RecordTraceOptions = {}): TraceRecorder {
  const recorded = sources(stores);
  expectObject(options, 'options');
  const { limit = 1000 } = options;
  let { since } = options;
  expect(limit === Infinity || (Number.isInteger(limit) && limit > 0), 'limit', 'a positive integer or Infinity', limit);
  expect(since === undefined || Number.isFinite(since), 'since', 'a finite number of milliseconds', since);
  const show = showing(options);
  const listening = new Subscription();
  let rows: TraceRow[] = [];
  let left = 0;
  /** The latest row of each command, by its store and id; it goes with its row. */
  let latest = new Map<string, Writing<TraceCommandRow>>();

  const add = (row: TraceRow) => {
    if (rows.push(row) <= limit) return;
    left++;
    const first = rows.shift();
    if (first?.kind !== 'phase' && first !== undefined) {
      const key = keyOf(first.store, first.id);
      if (latest.get(key) === first) latest.delete(key);
    }
  };
  const begin = (store: string, { id, type }: TraceEvent, time: number, more: Partial<TraceCommandRow> = {}) => {
    const row: Writing<TraceCommandRow> = {
      kind: 'command', store, id, seq: undefined, type, form: undefined, payload: undefined, time, commits: [], events: [],
      outcome: 'running', reply: undefined, error: undefined, waited: undefined, ran: undefined, ...more as object,
    };
    latest.set(keyOf(store, id), row);
    add(row);
    return row;
  };

  const write = (store: string, event: TraceEvent) => {
    since ??= event.time;
    const { id, type } = event;
    const time = event.time - since;
    const known = latest.get(keyOf(store, id));
    switch (event.kind) {
      case 'received':
        begin(store, event, time, { form: event.form, payload: show(event.payload, { store, type, part: 'payload' }), outcome: 'waiting' });
        break;
      case 'started':
        if (known?.seq === undefined) {
          const row = known ?? begin(store, event, time);
          row.seq = event.seq;
          // Who began it may have ended it already, or its store.
          if (row.outcome === 'waiting') row.outcome = 'running';
          if (known) row.waited = time - known.time;
        } else {
          if (known.outcome === 'running') known.outcome = 'continued';
          // Whoever asked may have given up: the result is folded nonetheless.
          begin(store, event, time, { kind: 'result', seq: event.seq, form: known.form, outcome: known.outcome === 'continued' ? 'running' : known.outcome, error: known.error });
        }
        break;
      case 'state':
        (known ?? begin(store, event, time)).commits.push({ time, view: show(event.view, { store, type, part: 'state' }) });
        break;
      case 'event':
        (known ?? begin(store, event, time)).events.push(show(event.event, { store, type, part: 'event' }));
        break;
      case 'settled': {
        const row = known ?? begin(store, event, time);
        row.outcome = event.outcome;
        row.reply = show(event.value, { store, type, part: 'reply' });
        row.error = show(event.error, { store, type, part: 'error' });
        row.waited ??= row.kind === 'command' ? event.waited : undefined;
        row.ran = event.ran;
        break;
      }
      case 'dropped': {
        const row = known ?? begin(store, event, time);
        row.outcome = 'dropped';
        row.error = show(event.error, { store, type, part: 'error' });
        break;
      }
      case 'phase':
        add({ kind: 'phase', store, time, phase: event.phase });
        break;
    }
  };

  for (const [name, { trace$ }] of recorded) {
    listening.add(trace$.subscribe((event) => write(name, event)));
  }
  return {
    get rows() { return rows; },
    get left() { return left; },
    draw: (how) => drawTable(rows, left, how),
    recording: (store) => {
      const sent = rows.filter((row): row is TraceCommandRow => row.kind === 'command' && (row.form === 'ask' || row.form === 'tell')
        && row.seq !== undefined && (store === undefined || row.store === store));
      const start = sent[0]?.time ?? 0;
      return sent.map(({ time, type, payload }) => ({ time: time - start, type, ...(payload !== undefined && { payload }) }));
    },
    clear: () => {
      rows = [];
      left = 0;
      latest = new Map();
    },
    stop: () => listening.unsubscribe(),
  };
}

/** A command among those of all stores. */
const keyOf = (store: string, id: number): string => `${id} ${store}`;
