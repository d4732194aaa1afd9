/** What a recorder writes down of a command, and of a store's phases. */
import type { Phase } from '../index.js';

/** A state that was committed. */
export interface TraceCommit {
  /** When, in milliseconds since the recording's first event. */
  readonly time: number;
  /** The view, as plain data and redacted; `undefined` for a state that has none. */
  readonly view: unknown;
}

/** How a command stands, or how it ended. */
export type TraceOutcome =
  /** It's in the mailbox. */
  | 'waiting'
  /** Its handler is at work, or what it set going (an effect, a later reply) isn't back yet. */
  | 'running'
  /** Its effect came back, in a row of its own. */
  | 'continued'
  | 'replied'
  | 'failed'
  /** Its timer was set anew or cleared while it waited. */
  | 'withdrawn'
  /** Refused or dropped, because a bound was reached. */
  | 'dropped';

/** A command on its way, or the result of its effect. Values are plain data, copies, redacted. */
export interface TraceCommandRow {
  /** `'result'`: the result of an effect is folded, under the `id` of the command that began it. */
  readonly kind: 'command' | 'result';
  /** Name of the store; where several have the same, the second is `counter 2`. */
  readonly store: string;
  /** Number of the command within its store, in the order of sending. */
  readonly id: number;
  /** Number within its store in the order of handling, that of the last command for a query; `undefined` until it's handled. */
  readonly seq: number | undefined;
  /** Type of the command. */
  readonly type: string;
  /**
   * How it was sent, `'own'` by the store itself: by `context.tell`, a tick or a timer. `undefined` where that was before
   * the recording began.
   */
  readonly form: 'ask' | 'query' | 'tell' | 'own' | undefined;
  /** What was sent with it; `undefined` for an event of a page, which nobody sent on purpose. */
  readonly payload: unknown;
  /** When it was sent; for a result, when it began to be folded. Milliseconds since the recording's first event. */
  readonly time: number;
  /** The states that were committed, in their order. */
  readonly commits: readonly TraceCommit[];
  /** What it announced. */
  readonly events: readonly unknown[];
  /** How it stands, or how it ended. */
  readonly outcome: TraceOutcome;
  /** What it was answered with; nobody gets that of a tell. */
  readonly reply: unknown;
  /** What it failed with. */
  readonly error: unknown;
  /** Milliseconds in the mailbox; `undefined` as long as it waits, and where nobody watched. */
  readonly waited: number | undefined;
  /** Milliseconds from the begin of its handler to the answer; for a result, from the begin of the first handler. */
  readonly ran: number | undefined;
}

/** A store went on to another phase. */
export interface TracePhaseRow {
  /** Tells it from the row of a command. */
  readonly kind: 'phase';
  /** Name of the store. */
  readonly store: string;
  /** When, in milliseconds since the recording's first event. */
  readonly time: number;
  /** The phase it's in from now on. */
  readonly phase: Phase;
}

/** A line of what a recorder wrote down. */
export type TraceRow = TraceCommandRow | TracePhaseRow;
