/** The rows of what was done to a store, and the table that they're printed in. */
import { same } from '../linearizable/same.js';
import { show } from '../show.js';
import { copy } from './copy.js';
import type { ModelStep } from './model.js';

/** One command on its way, as a reader sees it; or an end of the store. @internal */
export class Row {
  /** Who sent it, when, what it is, and its payload. */
  readonly client: string;
  readonly at: number;
  readonly type: string;
  readonly payload: unknown;
  /** What was to come, and what came. */
  expected = '';
  got = '';
  /** Where that isn't the point: what was to be beside it, and what was. */
  beside: { readonly expected: string; readonly got: string } | undefined = undefined;

  constructor(client: string, at: number, type: string, payload: unknown) {
    this.client = client;
    this.at = at;
    this.type = type;
    this.payload = payload;
  }
}

/** A command that a store has been sent, and what is known of it. @internal */
export class Sent extends Row {
  /** Whether somebody waits for an answer, when that's due at the latest, and how many came. */
  readonly asked: boolean;
  readonly due: number;
  answers = 0;
  /** Number of the command in the store; 0 while it isn't known. */
  id = 0;
  /** Whether its handler has begun, and how it ended: by the handler, or by a decision of the store's. */
  begun = false;
  end: 'open' | 'replied' | 'failed' | 'decided' = 'open';
  error: unknown = undefined;
  /** Since its handler began, or that of its effect's result: how many states were committed, and what was announced. */
  commits = 0;
  events: unknown[] = [];
  /** What the store was given: a copy of the payload; and whether it's still to be seen what the handler does to it. */
  #given: unknown = undefined;
  #comparable = false;

  constructor(client: string, at: number, message: { readonly type: string; readonly payload: unknown }, due?: number) {
    super(client, at, message.type, message.payload);
    this.asked = due !== undefined;
    this.due = due ?? Infinity;
  }

  /** A copy of the payload for the store. One that isn't even the same as its copy is never compared with it. */
  give(): unknown {
    this.#given = copy(this.payload);
    this.#comparable = same(this.payload, this.#given);
    return this.#given;
  }

  /**
   * The payload as it was, and as the handler, which has just ended, leaves it, in words and as they are; `undefined`
   * where they're the same. Compared once: later on the state may hold it, and be mutated.
   */
  changed(): readonly [was: string, is: string, values: readonly [expected: readonly unknown[], got: unknown]] | undefined {
    const comparable = this.#comparable;
    this.#comparable = false;
    if (!comparable || same(this.payload, this.#given)) return undefined;
    return [`payload ${show(this.payload)}`, `payload ${show(this.#given)}`, [[this.payload], this.#given]];
  }
}

const HEAD = ['', 'client', 'at', 'command', 'payload', 'expected', 'got'];

/** The rows in aligned columns, with a mark at the one that is wrong. @internal */
export function table(rows: readonly Row[], wrong: Row): string {
  const cells = [HEAD, ...rows.map((row) => {
    const { client, at, type, payload, expected, got, beside } = row;
    return [
      row === wrong ? '✗' : '', client, `${at} ms`, type, payload === undefined ? '' : show(payload),
      both(expected, beside?.expected), both(got, beside?.got),
    ].map((cell) => cell.replaceAll('\n', '\\n'));
  })];
  const widths = HEAD.map((_, column) => Math.max(...cells.map((line) => line[column]?.length ?? 0)));
  return cells.map(([mark = '', ...line]) => {
    const text = line.map((cell, column) => cell.padEnd(widths[column + 1] ?? 0)).join('  ');
    return `${mark.padEnd(1)} ${text}`.trimEnd();
  }).join('\n');
}

/** Whether what was expected of a row and what came read the same, although they aren't. @internal */
export function alike({ expected, got, beside }: Row): boolean {
  return beside === undefined || beside.expected === '' ? expected === got : beside.expected === beside.got;
}

/** Two cells in one. */
function both(one: string, other: string | undefined): string {
  return [one, other].filter((text) => text !== undefined && text !== '').join(', ');
}

/** Values in words, each once. @internal */
export function showAll(values: readonly unknown[]): string {
  return [...new Set(values.map((value) => show(value)))].join(' or ');
}

/** How a command is to end by each of these steps, in words. @internal */
export function endsOf<S>(steps: readonly ModelStep<S>[], asked: boolean): string {
  const ends = steps.map((step) => 'error' in step ? `fails: ${show(step.error)}`
    : step.later !== undefined ? 'later' : asked ? show(step.reply) : 'done');
  return [...new Set(ends)].join(' or ');
}
