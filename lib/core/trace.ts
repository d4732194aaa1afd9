/** What happens in a store, as it happens: the events of `trace$`, and of `errors$`. */
import type { Answers } from './answers.js';
import type { Command } from './command.js';
import type { Phase } from './lifecycle.js';

/** What each trace event carries. Times are milliseconds of the store's scheduler. */
interface Traced {
  /** Name of the store. */
  readonly store: string;
  /** Number of the command within its store, in the order of sending; 0 for a phase. */
  readonly id: number;
  /** Number of the last command handled, or of this one once its handler has begun. */
  readonly seq: number;
  /** Type of the command, `''` for a phase. */
  readonly type: string;
  readonly time: number;
}

/** One step of a command on its way through the store, or of the store itself. A union closed over `kind`. */
export type TraceEvent =
  /** A command came: from a client, or from the store itself (`'own'`: by `context.tell`, a tick or a timer). */
  | (Traced & { readonly kind: 'received'; readonly form: 'ask' | 'query' | 'tell' | 'own'; readonly payload: unknown })
  /** Its handler begins. The result of an effect begins anew, under the same `id` and the next `seq`. */
  | (Traced & { readonly kind: 'started' })
  /** A state was committed; `view` is what may be seen of it, `undefined` where nothing may. */
  | (Traced & { readonly kind: 'state'; readonly view: unknown })
  /** The handler announced an event. */
  | (Traced & { readonly kind: 'event'; readonly event: unknown })
  /** It ended (`'withdrawn'`: its timer was set anew or cleared while it waited): `waited` ms in the mailbox, then `ran` ms until the answer; `undefined` where nobody watched yet. */
  | (Traced & {
    readonly kind: 'settled';
    readonly outcome: 'replied' | 'failed' | 'withdrawn';
    /** What it was answered with; nobody gets that of a tell. */
    readonly value: unknown;
    /** What it failed with. */
    readonly error: unknown;
    readonly waited: number | undefined;
    readonly ran: number | undefined;
  })
  /** It was refused or dropped, because a bound was reached. */
  | (Traced & { readonly kind: 'dropped'; readonly error: unknown })
  /** The store went on to another phase. */
  | (Traced & { readonly kind: 'phase'; readonly phase: Phase });

/** What `errors$` emits: a failed tell, a failed reply that nobody observed, a source's error. */
export interface ErrorEvent {
  /** Name of the store. */
  readonly store: string;
  /** Number of the command, or of the last one handled if this one never began. */
  readonly seq: number;
  /** Type of the command, `''` where there was none. */
  readonly type: string;
  readonly error: unknown;
  /** Whether the handler had begun. */
  readonly started: boolean;
  /**
   * Whether it's shown here only, and isn't reported as unhandled where nobody watches: what the store decided about a
   * tell (superseded, busy, closed, dropped), and what came when its asker had given up or had unsubscribed.
   */
  readonly quiet: boolean;
}

type Detail = TraceEvent extends infer E ? (E extends TraceEvent ? Omit<E, keyof Traced> : never) : never;

/** @internal */
export function traceEvent(owner: Answers, command: Command | undefined, detail: Detail): TraceEvent {
  const { id = 0, seq = 0, type = '' } = command ?? {};
  // The spread comes last: V8 is slow to add properties after one.
  return { store: owner.name, id, seq: seq || owner.seq, type, time: owner.now(), ...detail };
}

/** @internal */
export function settledEvent(owner: Answers, command: Command, outcome: 'replied' | 'failed' | 'withdrawn', error: unknown, value?: unknown): TraceEvent {
  const { sentAt, startedAt } = command.extras;
  const now = owner.now();
  const waited = sentAt === undefined ? undefined : (startedAt ?? now) - sentAt;
  const ran = startedAt === undefined ? undefined : now - startedAt;
  return traceEvent(owner, command, { kind: 'settled', outcome, value, error, waited, ran });
}
