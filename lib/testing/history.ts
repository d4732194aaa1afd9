/** Writes down what the clients of a store ask, and what they are answered. */
import { asyncScheduler, type SchedulerLike } from 'rxjs';
import { StoreError } from '../index.js';
import type { AnyDefinition, AskOptions, Client, Message, MessageOf, Reply } from '../index.js';
import type { History, Operation, OperationEnd } from './operation.js';
import { expect, expectFunction, expectObject } from './expect.js';

/** What a recording goes by. Each field is optional. */
export interface HistoryOptions {
  /** The time that counts as 0 ms. Default: when the recording begins. */
  readonly since?: number;
  /** Where times come from. Default `asyncScheduler`, whose time is virtual within a marble test. */
  readonly scheduler?: SchedulerLike;
}

/** A history that grows while its clients ask. */
export interface RecordedHistory<D extends AnyDefinition> extends History<MessageOf<D>> {
  /**
   * A client whose asks and tells are written down under a name. It does what the client behind it does, and so do
   * those that its `with` gives.
   *
   * @param name default `'client 1'`, `'client 2'`, …
   * @param through the client that it asks through. Default the one that `recordHistory` was given; another one for
   * other limits, or for another way to the same store
   */
  client(name?: string, through?: Client<D>): Client<D>;
}

/** A face as it is at run time: functions by the names of commands and queries. */
type Face = Readonly<Record<string, (payload: unknown) => unknown>>;

/**
 * Records the history of a store: when each ask of its clients began, when it was answered and with what. For
 * `checkLinearizable` and `drawHistory`.
 *
 * A store's own errors are read by rule S5. `started: false` says that it never happened, `started: true` (a timeout or
 * an abort of a handler that had begun) that it may have happened or not, at any later time. A tell is never answered,
 * so it may have happened or not. All other errors are the handler's, and so answers.
 *
 * Gotchas: payloads, replies and errors are kept, not copied. A recorded reply counts as observed, so its failure isn't
 * reported as unhandled. An ask takes part if it's made through `history.client()`; what `select` and `snapshot` show
 * isn't written down. `context.via` takes the store, and no recorded client. A store's own errors are known by its name and
 * the command's: stores that ask each other need names of their own, else a refusal of the inner one, passed on by a
 * command of the same name, is taken for the outer one's, as something that never happened.
 *
 * @param client the store, or a client of it
 * @param options where times come from
 * @returns the history, which grows, and makes the clients that it writes down
 * @throws TypeError for what is no client or no scheduler, and a `since` that is no finite number; `client()` for a name that is
 * no string, and for what is no client
 *
 * @example
 * ```ts
 * import { createStore } from 'ownstate';
 * import { recordHistory } from 'ownstate/testing';
 *
 * const register = createStore({ state: 0, commands: { set: (_, to: number) => to }, queries: { get: (n) => n } });
 * const history = recordHistory(register);
 * const ann = history.client('ann');
 * const bob = history.client('bob');
 * await ann.ask.set(1);
 * await bob.ask.get();
 * for (const operation of history.operations) {
 *   const { client, type, outcome } = operation;
 *   console.log(`${client} ${type} ${outcome} ${operation.began}-${operation.ended}`); // ann set replied 1-2, bob get replied 3-4
 * }
 * ```
 */
export function recordHistory<D extends AnyDefinition>(client: Client<D>, options: HistoryOptions = {}): RecordedHistory<D> {
  checkClient(client, 'client');
  expectObject(options, 'options');
  const { scheduler = asyncScheduler } = options;
  expectFunction((Object(scheduler) as Partial<SchedulerLike>).now, 'scheduler.now');
  const { since = scheduler.now() } = options;
  expect(Number.isFinite(since), 'since', 'a finite number of milliseconds', since);
  const operations: Operation<MessageOf<D>>[] = [];
  let place = 0;
  let clients = 0;

  /** Writes a begin down, and gives the function that writes down the end. */
  const begin = (name: string, { type, payload }: Message): ((end: (ended: number) => OperationEnd) => void) => {
    const begun = { client: name, type, payload, began: ++place, beganAt: scheduler.now() - since };
    const index = operations.push({ ...begun, outcome: 'unknown' }) - 1;
    return (end) => {
      const ended = ++place;
      operations[index] = { ...begun, ...end(ended), endedAt: scheduler.now() - since };
    };
  };

  /** Asks, and listens to the reply before anybody else does. */
  const asks = <R extends Reply<unknown>>(name: string, store: string, message: Message, send: () => R): R => {
    const end = begin(name, message);
    const reply = send();
    reply.subscribe({
      next: (value) => end((ended) => ({ outcome: 'replied', ended, reply: value })),
      error: (error: unknown) => end((ended) => ({ outcome: readError(error, store, message.type), ended, error })),
    });
    return reply;
  };

  // Casts: the client's types say what its faces hold.
  const record = (name: string, to: Client<D>): Client<D> => ({
    get name() { return to.name; },
    ask: faceOf(to.ask as Face, (type, payload, send) => asks(name, to.name, { type, payload }, send as () => Reply<unknown>)) as Client<D>['ask'],
    tell: faceOf(to.tell as Face, (type, payload, send) => (begin(name, { type, payload }), send())) as Client<D>['tell'],
    send: (message) => asks(name, to.name, message, () => to.send(message)),
    select: (...how: []) => to.select(...how),
    snapshot: () => to.snapshot(),
    get events$() { return to.events$; },
    get errors$() { return to.errors$; },
    get trace$() { return to.trace$; },
    status: () => to.status(),
    get closed() { return to.closed; },
    with: (limits: AskOptions) => record(name, to.with(limits)),
  });

  return {
    operations,
    client: (name = `client ${++clients}`, through = client) => {
      expect(typeof name === 'string', 'name', 'a string', name);
      checkClient(through, 'through');
      return record(name, through);
    },
  };
}

function checkClient(client: unknown, name: string): void {
  // A cast: what comes from JavaScript may be anything.
  const { ask, tell, send } = Object(client) as Readonly<Record<string, unknown>>;
  const faces = [ask, tell].every((face) => typeof face === 'object' && face !== null);
  expect(faces && typeof send === 'function', name, 'a store or a client', client);
}

/** What an error says of whether its command has happened. One that another store decided on is the handler's own. */
function readError(error: unknown, store: string, type: string): 'failed' | 'unknown' | 'never' {
  if (!(error instanceof StoreError) || error.store !== store || error.type !== type) return 'failed';
  return error.started ? 'unknown' : 'never';
}

/** The same functions under the same names, each called by way of `call`. */
function faceOf(face: Face, call: (type: string, payload: unknown, send: () => unknown) => unknown): object {
  return Object.fromEntries(namesOf(face).map((type) => [type, (payload: unknown) => call(type, payload, () => face[type]?.(payload))]));
}

/** The names of a face: some stand on a prototype, those that have been used on the face itself. */
function namesOf(face: object): string[] {
  const names = new Set(Object.getOwnPropertyNames(face));
  // A cast: a prototype is an object or null.
  const above = (object: object) => Object.getPrototypeOf(object) as object | null;
  for (let at = above(face); at !== null && at !== Object.prototype; at = above(at)) Object.keys(at).forEach((name) => names.add(name));
  return [...names];
}
