/** What a history is made of: who asked for what, from when to when, and what became of it. */
import type { Message } from '../index.js';

/**
 * What became of an operation, as far as its client knows.
 *
 * ```
 *   replied   it happened between `began` and `ended`, and its reply was this
 *   failed    it happened between `began` and `ended`, and its handler failed with this
 *   unknown   it may have happened or not, at any time since `began`: still unanswered, a tell, or an ask that was given
 *             up at `ended` when its handler had started
 *   never     it didn't happen: withdrawn or refused before its handler started
 * ```
 */
export type OperationEnd =
  | { readonly outcome: 'replied'; readonly ended: number; readonly reply: unknown }
  | { readonly outcome: 'failed'; readonly ended: number; readonly error: unknown }
  | { readonly outcome: 'unknown' | 'never'; readonly ended?: number; readonly error?: unknown };

/**
 * One ask, or one tell: a message, its client, and what became of it.
 *
 * `began` and `ended` only say what came before what: they are places in the order of all begins and ends, or times.
 * Two operations overlap unless one has ended before the other began; of an end and a begin at the same place the begin
 * counts as the earlier one.
 */
export type Operation<M extends Message = Message> = M & OperationEnd & {
  /** Name of the client that asked. Operations of one client may overlap. */
  readonly client: string;
  /** Place of the begin in the history. */
  readonly began: number;
  /** When it began, in milliseconds. For drawings only. */
  readonly beganAt?: number;
  /** When it ended, in milliseconds. For drawings only. */
  readonly endedAt?: number;
};

/** Operations in whatever order: recorded by `recordHistory`, or written by hand. */
export interface History<M extends Message = Message> {
  readonly operations: readonly Operation<M>[];
}
