/** The third argument of a handler: what it may do besides giving back an outcome. */
import { expectFunction } from '../internal/expect.js';
import { ClientFace, type Client } from './client.js';
import type { AnyDefinition, Command } from './command.js';
import { DRAIN } from './lifecycle.js';

/** The time of a store, as it's given to queries and to the maker of the first state. */
export interface Clock {
  /** The scheduler's time, in milliseconds. */
  readonly now: () => number;
}

/** How a named timer is set. */
export interface TimerOptions {
  /** Doesn't keep a Node process alive, for what may as well never happen: a sweep, a report. Default `false`. */
  readonly quiet?: boolean;
}

/** The named timers of a store, as a handler sees them. */
export interface ContextTimers {
  /**
   * Sends a command after `ms` milliseconds. Setting a name again replaces that timer, and takes back what it sent if
   * that still waits.
   *
   * @throws UnknownCommandError if there's no such command
   * @throws TypeError unless `ms` is a number from 0 on, and `options` an object
   */
  set(name: string, ms: number, command: string, payload?: unknown, options?: TimerOptions): void;
  /** Stops a timer, and takes back what it sent if that still waits. Without such a timer, nothing. */
  clear(name: string): void;
}

/** What a handler gets as its third argument. Its members need no `this`: `(state, payload, { now, emit }) => …`. */
export interface Context<E = unknown> extends Clock {
  /** The scheduler's time, in milliseconds. The only clock a handler should read. */
  readonly now: () => number;
  /** Announces an event on `events$`, after the state is shown and before the reply; discarded if the handler fails. */
  readonly emit: (event: E) => void;
  /**
   * Has something done after the state is shown and the events are announced, and before the reply: what reaches out of
   * the store (a ticket's answer, an item for a feed, the begin of some work). Discarded if the handler fails; what it
   * throws appears on `errors$`.
   *
   * @throws TypeError unless `deed` is a function
   */
  readonly after: (deed: () => void) => void;
  /**
   * Tells the store itself; the command is queued.
   *
   * @throws UnknownCommandError if there's no such command
   */
  readonly tell: (command: string, payload?: unknown) => void;
  /** Commands to come: named, each name once. */
  readonly timers: ContextTimers;
  /** Aborts when the store is aborted, and when the asker gave up by timeout or signal. */
  readonly signal: AbortSignal;
  /**
   * A client of another store whose asks this handler waits for, also after its first `await`: rings then fail at once.
   *
   * @throws TypeError for what is no store and no client
   */
  readonly via: <D extends AnyDefinition>(store: Client<D>) => Client<D>;
  /** Shuts the store down after what came before. The way for a handler, which can't wait for its own `shutdown()`. */
  readonly stop: () => void;
}

/** Its members are made when they're read: a handler that uses none costs none. @internal */
export class HandlerContext implements Context {
  readonly #command: Command;

  constructor(command: Command) {
    this.#command = command;
  }

  /** The command whose handler got this. @throws TypeError for what no handler got */
  static commandOf(context: object): Command {
    if (!(#command in context)) throw new TypeError(`Expected \`context\` to be what a handler got, got ${typeof context}`);
    return context.#command;
  }

  get now(): Context['now'] {
    const { owner } = this.#command;
    return () => owner.now();
  }

  get emit(): Context['emit'] {
    const command = this.#command;
    return (event) => void (command.extras.events ??= []).push(event);
  }

  get after(): Context['after'] {
    const command = this.#command;
    return (deed) => {
      expectFunction(deed, 'deed');
      (command.extras.deeds ??= []).push(deed);
    };
  }

  get tell(): Context['tell'] {
    const { owner } = this.#command;
    return (type, payload) => owner.send(owner.known(type, payload, false));
  }

  get timers(): ContextTimers {
    return this.#command.owner.timers;
  }

  get signal(): AbortSignal {
    return signalOf(this.#command);
  }

  get via(): Context['via'] {
    const command = this.#command;
    return (store) => ClientFace.via(store, command);
  }

  get stop(): Context['stop'] {
    const { owner } = this.#command;
    return () => owner.drain(DRAIN);
  }
}

/** Made when first wanted; aborted already for a command that was given up before. @internal */
export function signalOf(command: Command): AbortSignal {
  const { extras } = command;
  if (!extras.controller) {
    extras.controller = new AbortController();
    if (extras.cause) extras.controller.abort(extras.cause);
  }
  return extras.controller.signal;
}
