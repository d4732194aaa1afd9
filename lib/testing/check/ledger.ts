/** All that was done in a run, row by row, and which command of the store each row is. */
import type { TraceEvent } from '../../index.js';
import { copy } from './copy.js';
import { Row, Sent } from './table.js';

/** @internal */
export class Ledger {
  readonly rows: Row[] = [];
  readonly #now: () => number;
  readonly #sent = new Map<number, Sent>();
  /** The one that is being sent, and whether the store has done anything since but taking commands in. */
  #sending: Sent | undefined;
  #stirred = false;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** The first ask that isn't answered yet. */
  get waiting(): Sent | undefined {
    return this.rows.find((row): row is Sent => row instanceof Sent && row.asked && row.answers === 0);
  }

  /** The first command whose handler has begun, and which hasn't ended by it. */
  get unended(): Sent | undefined {
    return this.rows.find((row): row is Sent => row instanceof Sent && row.begun && row.end !== 'replied' && row.end !== 'failed');
  }

  /** A row for something that isn't a command. */
  note(client: string, type = '', payload?: unknown): Row {
    const row = new Row(client, this.#now(), type, payload);
    this.rows.push(row);
    return row;
  }

  /** Sends a command. The first one that the store notices meanwhile is this one. */
  send<R>(row: Sent, send: (payload: unknown) => R): R {
    this.rows.push(row);
    this.#sending = row;
    this.#stirred = false;
    const result = send(row.give());
    this.#sending = undefined;
    return result;
  }

  /** The row of a command. What the script doesn't send is a tick, a timer, or what a handler tells its own store. */
  rowOf(event: TraceEvent): Sent {
    const { id, type, time } = event;
    if (event.kind !== 'received') this.#stirred = true;
    const known = this.#sent.get(id);
    if (known !== undefined) return known;
    const payload = event.kind === 'received' ? copy(event.payload) : undefined;
    const mine = this.#sending?.id === 0 ? this.#sending : undefined;
    const row = mine ?? new Sent('store', time, { type, payload });
    if (mine === undefined) this.rows.push(row);
    this.#sent.set(row.id = id, row);
    return row;
  }

  /**
   * Whether a command that has just come in can't be one that the store itself sends. It came while another was being
   * sent: then handlers and observers of the store send from within its work, where what comes has to wait; so it's a
   * stranger if nothing waits, or if the store has done nothing in this sending but taking in.
   */
  stranger(row: Sent, waiting: number): boolean {
    return this.#sending !== undefined && row !== this.#sending && (waiting === 0 || !this.#stirred);
  }
}
