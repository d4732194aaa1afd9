/** Commands as they were sent: what is recorded, read from an exported log, and sent again. */
import { expect, expectObject } from '../internal/expect.js';
import type { ActionMeta } from './actions.js';

/** A command that was sent. */
export interface RecordedCommand {
  /** When, in milliseconds since some begin. */
  readonly time: number;
  /** Type of the command. */
  readonly type: string;
  /** What was sent with it, as plain data; none for none, and for an event of a page. */
  readonly payload?: unknown;
}

/** Commands in the order in which they were sent. */
export type Recording = readonly RecordedCommand[];

/** What the actions of a log say of their command. */
interface Logged {
  readonly action?: { readonly payload?: unknown; readonly meta?: Partial<ActionMeta> | null };
}

/**
 * Reads the commands out of a log that was exported from the DevTools, for `replay`: those whose handlers began, in their
 * order. Queries aren't among them, nor what the store sent itself (it does so again), nor what the log doesn't show from its
 * begin on; actions of other origin are passed over.
 *
 * @param log the text of the file, or what it's parsed to
 * @param store the name of one store, if the log is of several
 * @throws TypeError for what is no such log
 *
 * @example
 * ```ts
 * import { readLog } from 'ownstate/devtools';
 *
 * const file = JSON.stringify({
 *   stagedActionIds: [0, 1],
 *   actionsById: {
 *     0: { action: { type: '@@INIT' } },
 *     1: { action: { type: 'add', payload: 5, meta: { store: 'counter', id: 1, seq: 1, step: 1, command: 'add', form: 'tell', sent: 100, time: 100 } } },
 *   },
 * });
 * console.log(readLog(file)); // [ { time: 0, type: 'add', payload: 5 } ]
 * ```
 */
export function readLog(log: unknown, store?: string): Recording {
  const { stagedActionIds, actionsById } = Object(parsed(log)) as { stagedActionIds?: unknown; actionsById?: unknown };
  expect(Array.isArray(stagedActionIds), 'log', 'a log exported from the DevTools', log);
  expectObject(actionsById, 'log.actionsById');
  const found: RecordedCommand[] = [];
  // A cast: it has been looked at above.
  for (const key of stagedActionIds as readonly unknown[]) {
    const { payload, meta } = (actionsById as Readonly<Record<string, Logged>>)[String(key)]?.action ?? {};
    const { store: from, command, seq, step, form, sent = 0 } = meta ?? {};
    const isSent = (form === 'ask' || form === 'tell') && seq !== undefined && step === 1;
    if (command !== undefined && isSent && (store === undefined || from === store)) {
      found.push({ time: sent, type: command, ...(payload !== undefined && { payload }) });
    }
  }
  const begin = found[0]?.time ?? 0;
  return found.map((one) => ({ ...one, time: one.time - begin }));
}

/** A text is JSON. @throws TypeError where it isn't */
function parsed(log: unknown): unknown {
  if (typeof log !== 'string') return log;
  try {
    return JSON.parse(log) as unknown;
  } catch (cause) {
    throw new TypeError('Expected `log` to be a log exported from the DevTools, got text that is no JSON', { cause });
  }
}
