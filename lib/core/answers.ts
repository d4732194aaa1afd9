/** What becomes of a command that is handled: its state is shown, its events are announced, its reply settles. */
import type { Subject } from 'rxjs';
import type { Command } from './command.js';
import { MailboxFullError, StoreError } from './errors.js';
import { Fold } from './fold.js';
import { unwatch } from './internal/abort-signals.js';
import { Flights } from './internal/flights.js';
import { Streams } from './internal/streams.js';
import { reportUnhandled } from './internal/unhandled.js';
import { settle } from './reply.js';
import { after, Deadlines } from './timers.js';
import { settledEvent, traceEvent, type TraceEvent } from './trace.js';
import { isMutable, seen, View } from './view.js';

/** @internal */
export abstract class Answers extends Fold {
  abstract readonly name: string;
  /** Commands whose effect or later reply is in flight, and how many there are of each. */
  #flights: Flights | undefined;
  effects = 0;
  replies = 0;
  /** Of the later replies, those that no shutdown waits for. */
  loose = 0;
  /** Ends what is open for readers: feeds. */
  readers: Set<() => void> | undefined = undefined;
  handled = 0;
  failed = 0;
  dropped = 0;
  timedOut = 0;
  // What most stores never use is made when it's first used.
  #view: View | undefined;
  #streams: Streams | undefined;
  #deadlines: Deadlines | undefined;
  /** Failed replies that nobody has observed so far. */
  #unobserved: [Command, unknown][] | undefined;

  abstract close(): void;

  get view(): View {
    return this.#view ??= new View(this);
  }

  get streams(): Streams {
    return this.#streams ??= new Streams();
  }

  /** How many commands go on beside the fold. */
  get flying(): number {
    return this.#flights?.size ?? 0;
  }

  /** These commands, in the order in which they began to. */
  get flights(): Command[] {
    return this.#flights?.all() ?? [];
  }

  get deadlines(): Deadlines {
    return this.#deadlines ??= new Deadlines(this);
  }

  /** Whether anybody ever asked for a stream: until then there's nothing to trace. */
  protected get streaming(): boolean {
    return this.#streams !== undefined;
  }

  /** Where trace events go, while somebody watches. */
  protected get traced(): Subject<TraceEvent> | undefined {
    return this.#streams?.watched('trace');
  }

  now(): number {
    return this.scheduler.now();
  }

  // ── through ───────────────────────────────────────────────────────────────────────────────────────────────────────

  protected begin(command: Command): void {
    this.current = command;
    if (this.#streams) this.#tellBegin(command, this.#streams);
  }

  #tellBegin(command: Command, streams: Streams): void {
    const { payload, route: { type, query, landed } } = command;
    // The result of an effect is no message that anybody sent.
    if (!query && !landed) streams.watched('commands')?.next({ type, payload });
    if (!this.traced) return;
    command.extras.startedAt ??= this.now();
    this.traced.next(traceEvent(this, command, { kind: 'started' }));
  }

  protected show(command: Command): void {
    if (this.#streams) this.traced?.next(traceEvent(this, command, { kind: 'state', view: seen(this) }));
    this.#view?.show();
    if (command.more) this.#announce(command);
  }

  /** What the handler emitted, and what it wants done, now that its state is shown. */
  #announce(command: Command): void {
    const { more } = command;
    if (more?.events) {
      const { events } = more;
      more.events = undefined;
      for (const event of events) {
        this.#streams?.watched('events')?.next(event);
        this.traced?.next(traceEvent(this, command, { kind: 'event', event }));
      }
    }
    if (more?.deeds) {
      const { deeds } = more;
      more.deeds = undefined;
      for (const deed of deeds) this.#do(command, deed);
    }
  }

  #do(command: Command, deed: () => void): void {
    try {
      deed();
    } catch (error) {
      this.report(command, error, false);
    }
  }

  // ── out ───────────────────────────────────────────────────────────────────────────────────────────────────────────

  protected end(command: Command): void {
    if (command.more) this.#announce(command);
    this.handled++;
    this.current = null;
  }

  protected refuse(command: Command, error: unknown, own: boolean): void {
    const policy = command.route.query || own ? 'keep' : this.options.onHandlerError;
    if (command.more) command.more.events = command.more.deeds = undefined;
    if (policy === 'reset') this.#reset(command);
    this.end(command);
    this.fail(command, error, own);
    if (policy === 'stop') this.close();
  }

  protected escaped(error: unknown): void {
    this.blocked = null;
    if (this.current) this.refuse(this.current, error, false);
    else reportUnhandled(error);
  }

  /** Begins again with the first state, if it can be made. */
  #reset(command: Command): void {
    try {
      this.commit(command, this.make());
    } catch (error) {
      this.report(command, error, false);
    }
  }

  /** Answers an ask; the answer to a tell, and one that comes too late, goes nowhere. */
  settle(command: Command, value: unknown): void {
    if (command.settled) return;
    const { reply } = command;
    const leak = reply && this.leak(command, this.state, value);
    if (leak) return this.fail(command, leak, true);
    command.settled = true;
    this.#release(command);
    if (this.#streams) this.traced?.next(settledEvent(this, command, 'replied', undefined, value));
    if (reply) settle(reply, 'resolved', value);
  }

  /** In development: an error if a reply is the very state that is mutated in place (rule S10). */
  leak({ type }: Command, state: unknown, value: unknown): Error | undefined {
    if (value !== state || !this.options.freeze) return undefined;
    try {
      if (!isMutable(value)) return undefined;
    } catch (error) {
      // A cast: it can't even be looked at, and whatever that throws is its error.
      return error as Error;
    }
    return new TypeError(`Expected ${this.name}.${type} to reply with a copy, got the state itself, which is mutated in place`);
  }

  /** Fails a command whose handling has ended. */
  fail(command: Command, error: unknown, own: boolean): void {
    if (!(own && error instanceof StoreError)) this.failed++;
    // Too late for the asker, who has got another error by then.
    if (command.settled) this.report(command, error, true);
    else this.reject(command, error, own);
  }

  /** Fails a command that nobody is to wait for any longer: withdrawn if it still waits, told by its signal if it runs. */
  giveUp(command: Command, error: StoreError, closing = false): void {
    // What has begun and waits again is the result of an effect, which is folded nonetheless.
    if (!command.started) this.mailbox.withdraw(command);
    const { extras } = command;
    extras.cause = error;
    this.busily(() => {
      // First of all, so that it doesn't begin in its lane because of what the others below do.
      try {
        extras.cancel?.(closing);
      } catch (thrown) {
        reportUnhandled(thrown);
      }
      this.reject(command, error, true);
      extras.controller?.abort(error);
    });
  }

  /**
   * Fails a command, unless it has its answer already: an effect that nobody waits for any longer may come back as the store
   * closes. `own`: by a decision of the store's, which never brings a process down over a tell.
   */
  protected reject(command: Command, error: unknown, own: boolean): void {
    if (command.settled) return;
    command.settled = true;
    this.#release(command);
    if (own && error instanceof MailboxFullError) {
      this.dropped++;
      this.traced?.next(traceEvent(this, command, { kind: 'dropped', error }));
    } else {
      this.traced?.next(settledEvent(this, command, 'failed', error));
    }
    const { reply } = command;
    if (!reply) return this.report(command, error, own);
    const { deserted } = reply;
    settle(reply, 'rejected', error);
    // Who has left doesn't want to know; but no error vanishes.
    if (deserted) return this.report(command, error, true);
    if (reply.observed) return;
    // It may be observed in a moment, by whoever sent it.
    const unobserved = this.#unobserved ??= [];
    if (unobserved.push([command, error]) > 1) return;
    after(this.scheduler, 1, () => this.#reportUnobserved(unobserved.splice(0)));
  }

  /** Takes back a command that still waits; nobody asked for it. */
  takeBack(command: Command): void {
    // Its turn has come.
    if (command.seq > 0) return;
    command.settled = true;
    this.mailbox.withdraw(command);
    if (command.id > 0) this.busily(() => this.traced?.next(settledEvent(this, command, 'withdrawn', undefined)));
  }

  protected expires(command: Command): boolean {
    const { deadline } = command;
    if (!deadline || deadline.due >= this.now()) return false;
    this.deadlines.expire(deadline);
    this.current = null;
    return true;
  }

  #reportUnobserved(failures: [Command, unknown][]): void {
    for (const [command, error] of failures) {
      if (!command.reply?.observed) this.report(command, error, false);
    }
    if (this.phase === 'closed') this.streams.complete();
  }

  /** A failed tell, a failed reply that nobody observes, a source's error (rule S6). */
  report(command: Command | undefined, error: unknown, quiet: boolean): void {
    const { type = '', seq = 0, started = false } = command ?? {};
    const errors = this.#streams?.watched('errors');
    if (errors) errors.next({ store: this.name, seq: seq || this.seq, type, error, started, quiet });
    else if (!quiet) reportUnhandled(error);
  }

  /** A settled command leaves nothing behind. */
  #release(command: Command): void {
    const { deadline, more } = command;
    // Not a word of it stays, since a list's members know each other.
    command.deadline = undefined;
    if (deadline) this.deadlines.remove(deadline);
    if (more?.signal) unwatch(more.signal, command);
    if (more?.waiter) more.waiter.more?.asks?.delete(command);
  }

  // ── flights: effects and later replies ────────────────────────────────────────────────────────────────────────────

  /** An error if there's no room for one more. */
  full(command: Command): StoreError | undefined {
    const { capacity } = this.options;
    return this.flying < capacity ? undefined : new MailboxFullError(command, capacity);
  }

  /** A command goes on beside the fold. */
  fly(command: Command, kind: 'effects' | 'replies', cancel: (closing: boolean) => void): void {
    (this.#flights ??= new Flights()).add(command);
    this[kind]++;
    command.extras.cancel = cancel;
  }

  /** It's back, or given up: calls `then`. Nothing happens the second time, which gives `false`. */
  land(command: Command, kind: 'effects' | 'replies', then: () => void): boolean {
    const flew = this.#flights?.delete(command) ?? false;
    if (flew) {
      this[kind]--;
      command.extras.cancel = undefined;
      this.busily(then);
    }
    return flew;
  }

  /** Nothing more is shown, announced or reported. */
  protected complete(): void {
    this.#deadlines?.stop();
    this.#view?.complete();
    for (const end of this.readers ?? []) end();
    // Whoever watches the errors is to see also those that nobody will have observed in a moment.
    this.streams.complete(this.#unobserved?.length ? 'errors' : undefined);
  }
}
