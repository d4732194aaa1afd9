/** Sends recorded commands to a store again. */
import { asyncScheduler, catchError, from, map, mergeMap, of, timer, type Observable, type SchedulerLike } from 'rxjs';
import { expect, expectFunction, expectObject, expectOneOf } from '../internal/expect.js';
import { markIn } from './plain.js';
import type { RecordedCommand, Recording } from './recording.js';
import { inspectable, type Inspectable } from './sources.js';

/** How commands are sent again. Each field is optional. */
export interface ReplayOptions {
  /** `'at once'` (default): one after the other, without waiting for replies. `'recorded'`: at the times they were sent. */
  readonly timing?: 'at once' | 'recorded';
  /** Commands that aren't sent. Default: none. */
  readonly ignore?: readonly string[];
  /** The time of `'recorded'`: the store's scheduler. Default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike;
}

/** A command that was sent again, and what became of it. */
export interface ReplayedCommand extends RecordedCommand {
  /** How the command ended this time. */
  readonly outcome: 'replied' | 'failed';
  /** What it was answered with. */
  readonly reply?: unknown;
  /** What it failed with. */
  readonly error?: unknown;
}

/**
 * Sends recorded commands to a store again, in their order, when the Observable is subscribed to. It emits what became of
 * each as soon as that's known, and completes when all are answered; an error of a command is part of that, and ends
 * nothing. Who unsubscribes has no more of them sent.
 *
 * A store of the same definition comes to the same state where its handlers go by state and payload alone. What it sent
 * itself (`context.tell`, ticks, timers) isn't recorded, since it does so again; where such commands meet others, where
 * handlers read `context.now()`, and where effects replace each other (policy `'switch'`), it takes `timing: 'recorded'`.
 * Effects run anew, with whatever the world answers now.
 *
 * Gotchas: all are sent as asks. Where handlers take time, those that are sent at once wait together, so the mailbox needs
 * room for them and the asks time: `replay(store.with({ timeout: 600_000 }), recording)`. Payloads are those of the
 * recording: an instance of a class comes as a plain object.
 *
 * @param store the store, or a client of it
 * @param recording what a recorder's `recording` gives, or `readLog`
 * @param options at which times, and without which commands
 * @throws TypeError for a payload that isn't whole in the recording (redacted, a function, a Map, a date), for what is no store
 * and no recording, and for options that are none
 *
 * @example
 * ```ts
 * import { createStore } from 'ownstate';
 * import { recordTrace, replay } from 'ownstate/devtools';
 *
 * const definition = { state: 0, commands: { add: (sum: number, by: number) => sum + by } };
 * const store = createStore(definition);
 * const recorder = recordTrace(store);
 * store.tell.add(5);
 * store.tell.add(2);
 *
 * const other = createStore(definition);
 * replay(other, recorder.recording()).subscribe();
 * console.log(other.snapshot()); // 7
 * ```
 */
export function replay(store: Inspectable, recording: Recording, options: ReplayOptions = {}): Observable<ReplayedCommand> {
  inspectable(store);
  expect(Array.isArray(recording), 'recording', 'an array of commands', recording);
  expectObject(options, 'options');
  const { timing = 'at once', ignore = [], scheduler = asyncScheduler } = options;
  expectOneOf(timing, 'timing', 'at once', 'recorded');
  expect(Array.isArray(ignore), 'ignore', 'an array of commands', ignore);
  expectFunction((Object(scheduler) as Partial<SchedulerLike>).schedule, 'scheduler.schedule');
  const commands = recording.filter(({ type }) => !ignore.includes(type));
  for (const { type, payload } of commands) {
    const mark = markIn(payload);
    if (mark !== undefined) throw new TypeError(`Expected the payload of '${type}' to be whole, got one with ${mark} in it`);
  }
  const send = ({ time, type, payload }: RecordedCommand): Observable<ReplayedCommand> => {
    const command = { time, type, ...(payload !== undefined && { payload }) };
    // A cast: the store itself refuses what it doesn't know.
    return store.send({ type, payload } as never).pipe(
      map((reply): ReplayedCommand => ({ ...command, outcome: 'replied', reply })),
      catchError((error: unknown) => of<ReplayedCommand>({ ...command, outcome: 'failed', error })),
    );
  };
  const due = timing === 'at once'
    ? from(commands)
    : from(commands).pipe(mergeMap((command) => timer(Math.max(0, command.time), scheduler).pipe(map(() => command))));
  return due.pipe(mergeMap(send));
}
