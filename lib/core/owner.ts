/** The owner of a state: takes commands in, has them folded one at a time, gives the answers out. */
import type { SchedulerLike, Subject } from 'rxjs';
import { handling, note, waitFor } from './chain.js';
import { Command, type AnyHandler, type Definition, type Route } from './command.js';
import { AskAbortedError, DeadlockError, MailboxFullError, StoreClosedError, StoreError, UnknownCommandError } from './errors.js';
import { Fold } from './fold.js';
import { unwatch, watch } from './internal/abort-signals.js';
import { Streams } from './internal/streams.js';
import { reportUnhandled } from './internal/unhandled.js';
import { Lifecycle, type Phase } from './lifecycle.js';
import type { ResolvedOptions } from './options.js';
import { PendingReply } from './reply.js';
import { after, Deadlines, Timers } from './timers.js';
import { settledEvent, traceEvent, type TraceEvent } from './trace.js';
import { isMutable, seen, View } from './view.js';

/** What an ask goes by: the options of its client, and the command that waits for it. @internal */
export interface Limits {
  readonly timeout: number;
  readonly signal?: AbortSignal | undefined;
  readonly caller?: Command;
}

/** No flights: what all stores share that never had one. */
const NONE = new Set<Command>();

/** @internal */
export class Owner extends Fold {
  readonly name: string;
  /** Commands whose effect or later reply is in flight, and how many there are of each. */
  flights: Set<Command> = NONE;
  effects = 0;
  replies = 0;
  handled = 0;
  failed = 0;
  dropped = 0;
  timedOut = 0;
  #sent = 0;
  #view: View | undefined;
  #streams: Streams | undefined;
  #deadlines: Deadlines | undefined;
  #timers: Timers | undefined;
  #lifecycle: Lifecycle | undefined;
  /** Failed replies that nobody has observed so far. */
  #unobserved: [Command, unknown][] | undefined;

  constructor(definition: Definition<unknown, unknown>, options: ResolvedOptions) {
    super(definition, options);
    this.name = definition.name ?? 'store';
  }

  // What most stores never use is made when it's first used.
  get view(): View {
    return this.#view ??= new View(this);
  }

  get streams(): Streams {
    return this.#streams ??= new Streams();
  }

  get timers(): Timers {
    return this.#timers ??= new Timers(this);
  }

  get lifecycle(): Lifecycle {
    return this.#lifecycle ??= new Lifecycle(this);
  }

  get scheduler(): SchedulerLike {
    return this.options.scheduler;
  }

  protected get slice(): number {
    return this.options.slice;
  }

  now(): number {
    return this.scheduler.now();
  }

  get #traced(): Subject<TraceEvent> | undefined {
    return this.#streams?.watched('trace');
  }

  // ── in ────────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** What a name leads to. By own property only. */
  route(type: string, queries: boolean, exempt = false): Route {
    const { commands, queries: asked = {} } = this.definition;
    const query = queries && Object.hasOwn(asked, type);
    // A cast: the definition's types have seen to it that each handler gets its own payload.
    const handle = query || Object.hasOwn(commands, type) ? (query ? asked : commands)[type] as AnyHandler : undefined;
    return { type, handle, query, exempt, landed: false };
  }

  /** A command for the store itself, not sent yet. @throws UnknownCommandError */
  known(type: string, payload: unknown, exempt: boolean): Command {
    const command = new Command(this, this.route(type, false, exempt), payload, null);
    if (!command.route.handle) throw this.#unknown(command);
    return command;
  }

  tell(route: Route, payload: unknown): void {
    const command = new Command(this, route, payload, null);
    if (!route.handle) this.#fail(command, this.#unknown(command), false);
    else this.send(command);
  }

  ask(route: Route, payload: unknown, limits: Limits): PendingReply<unknown> {
    const reply = new PendingReply<unknown>();
    const command = new Command(this, route, payload, reply);
    const { timeout, signal } = limits;
    if (!route.handle) this.#fail(command, this.#unknown(command), false);
    else if (signal?.aborted) this.#fail(command, new AskAbortedError(command, signal.reason), true);
    else {
      this.send(command);
      if (!command.settled) {
        if (timeout < Infinity) (this.#deadlines ??= new Deadlines(this)).add(command, timeout);
        if (signal) watch(signal, command);
        if (signal?.aborted) this.giveUp(command, new AskAbortedError(command, signal.reason));
        // Within the handler's synchronous part nobody knows yet whether it will wait.
        const asking = handling.by?.current;
        const caller = limits.caller ?? asking;
        if (caller) note(caller, command);
        if (caller && caller !== asking) waitFor(caller, [command]);
      }
    }
    return reply;
  }

  /** The way in for every command: to the fold at once, or to the mailbox. */
  send(command: Command): void {
    if (command.id === 0) command.id = ++this.#sent;
    if (this.busy || this.#streams || this.phase !== 'open') return this.#admit(command);
    this.busy = true;
    this.work(command);
  }

  /** The same, where there's more to it. */
  #admit(command: Command): void {
    if (this.phase === 'closed' || (this.phase === 'draining' && !command.route.exempt)) {
      return this.#fail(command, new StoreClosedError(command), true);
    }
    const { capacity, overflow } = this.options;
    const idle = !this.busy;
    // It has its place before a watcher of the trace may send another.
    const lost = idle ? undefined : this.mailbox.put(command, capacity, overflow);
    this.busy = true;
    if (this.#traced && !command.route.landed) {
      command.extras.sentAt = this.now();
      this.#traced.next(traceEvent(this, command, { kind: 'received', payload: command.payload }));
    }
    if (lost) this.#fail(lost, new MailboxFullError(lost, capacity), true);
    if (idle) this.work(command);
  }

  /** Nothing is queued for a name that isn't there. */
  #unknown(command: Command): UnknownCommandError {
    const { commands, queries } = this.definition;
    return new UnknownCommandError(command, Object.keys(command.reply === null ? commands : { ...commands, ...queries }));
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
    if (!this.#traced) return;
    command.extras.startedAt ??= this.now();
    this.#traced.next(traceEvent(this, command, { kind: 'started' }));
  }

  protected show(command: Command): void {
    if (this.#streams) this.#traced?.next(traceEvent(this, command, { kind: 'state', view: seen(this) }));
    this.#view?.show();
    if (command.more) this.#announce(command);
  }

  /** What the handler emitted, now that its state is shown. */
  #announce(command: Command): void {
    for (const event of command.more?.events?.splice(0) ?? []) {
      this.#streams?.watched('events')?.next(event);
      this.#traced?.next(traceEvent(this, command, { kind: 'event', event }));
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
    if (command.more) command.more.events = undefined;
    this.end(command);
    if (policy === 'reset') this.#reset(command);
    this.fail(command, error, own);
    if (policy === 'stop') this.close();
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
    if (this.#streams) this.#traced?.next(settledEvent(this, command, 'replied', undefined));
    reply?.settle('resolved', value);
  }

  /** In development: an error if a reply is the very state that is mutated in place (rule S10). */
  leak({ type }: Command, state: unknown, value: unknown): TypeError | undefined {
    if (value !== state || !this.options.freeze || !isMutable(value)) return undefined;
    return new TypeError(`Expected ${this.name}.${type} to reply with a copy, got the state itself, which is mutated in place`);
  }

  /** Fails a command whose handling has ended. */
  fail(command: Command, error: unknown, own: boolean): void {
    if (!(own && error instanceof StoreError)) this.failed++;
    // Too late for the asker, who has got another error by then.
    if (command.settled) this.report(command, error, true);
    else this.#fail(command, error, own);
  }

  /** Fails a command that nobody is to wait for any longer: withdrawn if it still waits, told by its signal if it runs. */
  giveUp(command: Command, error: StoreError, closing = false): void {
    if (!command.started) this.mailbox.withdraw(command);
    this.busily(() => {
      if (!command.settled) this.#fail(command, error, true);
      command.more?.controller?.abort(error);
      try {
        command.more?.cancel?.(closing);
      } catch (thrown) {
        reportUnhandled(thrown);
      }
    });
  }

  /** Fails a command. `own`: by a decision of the store's, which never brings a process down over a tell. */
  #fail(command: Command, error: unknown, own: boolean): void {
    command.settled = true;
    this.#release(command);
    if (own && error instanceof MailboxFullError) {
      this.dropped++;
      this.#traced?.next(traceEvent(this, command, { kind: 'dropped', error }));
    } else {
      this.#traced?.next(settledEvent(this, command, 'failed', error));
    }
    const { reply } = command;
    if (!reply) return this.report(command, error, own);
    reply.settle('rejected', error);
    if (reply.observed) return;
    // It may be observed in a moment, by whoever sent it.
    this.#unobserved ??= [];
    if (this.#unobserved.push([command, error]) > 1) return;
    after(this.scheduler, 1, () => this.#reportUnobserved());
  }

  #reportUnobserved(): void {
    for (const [command, error] of this.#unobserved?.splice(0) ?? []) {
      if (!command.reply?.observed) this.report(command, error, false);
    }
  }

  /** A failed tell, a failed reply that nobody observes, a source's error (rule S6). */
  report(command: Command | undefined, error: unknown, own: boolean): void {
    const { type = '', seq = 0, started = false } = command ?? {};
    const errors = this.#streams?.watched('errors');
    if (errors) errors.next({ store: this.name, seq: seq || this.seq, type, error, started });
    else if (!own) reportUnhandled(error);
  }

  /** A settled command leaves nothing behind. */
  #release(command: Command): void {
    const { deadline, more } = command;
    if (deadline) this.#deadlines?.remove(deadline);
    if (more?.signal) unwatch(more.signal, command);
    if (more?.waiter) more.waiter.more?.asks?.delete(command);
  }

  // ── flights: effects and later replies ────────────────────────────────────────────────────────────────────────────

  /** An error if there's no room for one more. */
  full(command: Command): StoreError | undefined {
    const { capacity } = this.options;
    return this.flights.size < capacity ? undefined : new MailboxFullError(command, capacity);
  }

  /** A command goes on beside the fold. */
  fly(command: Command, kind: 'effects' | 'replies', cancel: (closing: boolean) => void): void {
    if (this.flights === NONE) this.flights = new Set();
    this.flights.add(command);
    this[kind]++;
    command.extras.cancel = cancel;
  }

  /** It's back, or given up: calls `then`. Nothing happens the second time, which gives `false`. */
  land(command: Command, kind: 'effects' | 'replies', then: () => void): boolean {
    const flew = this.flights.delete(command);
    if (flew) {
      this[kind]--;
      command.extras.cancel = undefined;
      this.busily(then);
    }
    return flew;
  }

  // ── the end ───────────────────────────────────────────────────────────────────────────────────────────────────────

  /** The store is made: it ends with its signal, and its ticks begin. */
  open(signal: AbortSignal | undefined): void {
    if (signal) this.lifecycle.endWith(signal);
    for (const [type, period] of Object.entries(this.definition.ticks ?? {})) {
      if (this.phase === 'open') this.timers.tick(type, period);
    }
  }

  protected idle(): void {
    if (this.phase === 'draining' && this.flights.size === 0) this.close();
  }

  /** Drains, for at most `timeout` ms. */
  shutdown(timeout: number): Promise<void> {
    const asking = handling.by?.current;
    if (asking?.owner === this) return Promise.reject(new DeadlockError(asking, [this.name, this.name]));
    this.drain(timeout);
    return this.lifecycle.closed;
  }

  /** Takes nothing more, finishes what it took, for at most `timeout` ms. */
  drain(timeout: number): void {
    if (this.phase === 'open') {
      this.#timers?.stopTicks();
      this.#enter('draining');
      this.busily(() => undefined);
    }
    if (this.phase === 'draining') this.lifecycle.limit(timeout);
  }

  /** Ends at once: all that is still open fails, and everything completes. */
  close(): void {
    if (this.phase === 'closed') return;
    this.#enter('closed');
    this.pause?.unsubscribe();
    this.#timers?.stop();
    this.blocked = null;
    this.busily(() => {
      for (const command of [this.current, ...this.flights]) {
        if (command !== null) this.giveUp(command, new StoreClosedError(command), true);
      }
      for (let command = this.mailbox.take(); command !== undefined; command = this.mailbox.take()) {
        if (!command.settled) this.#fail(command, new StoreClosedError(command), true);
      }
      this.current = null;
      this.#deadlines?.stop();
      // Whoever watches the errors sees also those that nobody has observed so far.
      if (this.#streams?.watched('errors')) this.#reportUnobserved();
      this.#view?.complete();
      this.streams.complete();
    });
    this.#lifecycle?.end();
  }

  #enter(phase: Phase): void {
    this.phase = phase;
    this.#traced?.next(traceEvent(this, undefined, { kind: 'phase', phase }));
  }
}
