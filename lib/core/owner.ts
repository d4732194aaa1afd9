/** The owner of a state: takes commands in, has them folded one at a time, gives the answers out. */
import type { SchedulerLike } from 'rxjs';
import { note, refuseRing, running } from './chain.js';
import { Command, type AnyHandler, type Definition, type Message } from './command.js';
import { AskAbortedError, DeadlockError, MailboxFullError, StoreClosedError, UnknownCommandError, type StoreError } from './errors.js';
import { Fold } from './fold.js';
import { AbortSignals } from './internal/abort-signals.js';
import { siteOf } from './internal/site.js';
import { Streams } from './internal/streams.js';
import { reportUnhandled } from './internal/unhandled.js';
import { Lifecycle, type Phase } from './lifecycle.js';
import { Loop } from './loop.js';
import type { ResolvedOptions } from './options.js';
import { PendingReply } from './reply.js';
import { after, Deadlines, Timers } from './timers.js';
import { traceEvent, type Detail } from './trace.js';
import { View, viewOf } from './view.js';

/** What an ask goes by: the options of its client, and the command that waits for it. @internal */
export interface Limits {
  readonly timeout: number;
  readonly signal: AbortSignal | undefined;
  readonly caller: Command | undefined;
}

/** @internal */
export class Owner extends Loop {
  readonly definition: Definition<unknown, unknown>;
  readonly name: string;
  readonly options: ResolvedOptions;
  readonly fold: Fold;
  phase: Phase = 'open';
  /** The command whose handler is at work, or waited for. */
  current: Command | null = null;
  /** Commands whose effect or later reply is in flight, and how many there are of each. */
  flights: Set<Command> | undefined = undefined;
  effects = 0;
  replies = 0;
  handled = 0;
  failed = 0;
  dropped = 0;
  timedOut = 0;
  #sent = 0;
  #view: View | undefined = undefined;
  #streams: Streams | undefined = undefined;
  #deadlines: Deadlines | undefined = undefined;
  #timers: Timers | undefined = undefined;
  #signals: AbortSignals | undefined = undefined;
  #lifecycle: Lifecycle | undefined = undefined;
  /** Failed replies that nobody has observed so far. */
  #unobserved: [Command, unknown][] = [];

  constructor(definition: Definition<unknown, unknown>, options: ResolvedOptions) {
    super();
    this.definition = definition;
    this.name = definition.name ?? 'store';
    this.options = options;
    this.fold = new Fold(this);
  }

  // What most stores never use is made when it's first used.
  get view(): View {
    return this.#view ??= new View(this);
  }

  get streams(): Streams {
    return this.#streams ??= new Streams(this.phase === 'closed');
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

  get slice(): number {
    return this.options.slice;
  }

  get freeze(): boolean {
    return this.options.freeze;
  }

  now(): number {
    return this.scheduler.now();
  }

  // ── in ────────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** The handler of a command, or of a query too. By own property only. @throws UnknownCommandError */
  handlerOf(type: string, queries: boolean): { readonly handle: AnyHandler; readonly query: boolean } {
    const { commands, queries: asked = {} } = this.definition;
    const query = queries && Object.hasOwn(asked, type);
    // A cast: the definition's types have seen to it that each handler gets its own payload.
    if (query || Object.hasOwn(commands, type)) return { handle: (query ? asked : commands)[type] as AnyHandler, query };
    const known = Object.keys(queries ? { ...commands, ...asked } : commands);
    throw new UnknownCommandError({ store: this.name, type: String(type), started: false }, known);
  }

  /** A tell, not sent yet. @throws UnknownCommandError */
  command(type: string, payload: unknown, exempt: boolean): Command {
    return new Command(this, type, payload, this.handlerOf(type, false).handle, false, exempt, null);
  }

  tell(type: string, handle: AnyHandler, payload: unknown): void {
    this.send(new Command(this, type, payload, handle, false, false, null));
  }

  ask(type: string, handle: AnyHandler, query: boolean, payload: unknown, limits: Limits): PendingReply<unknown> {
    const reply = new PendingReply<unknown>();
    const command = new Command(this, type, payload, handle, query, false, reply);
    const { timeout, signal, caller = running.command } = limits;
    if (signal?.aborted === true) {
      this.#fail(command, new AskAbortedError(siteOf(command), signal.reason), true);
      return reply;
    }
    this.send(command);
    if (!command.settled) {
      if (timeout < Infinity) (this.#deadlines ??= new Deadlines(this)).add(command, timeout);
      if (signal !== undefined) (this.#signals ??= new AbortSignals((ask, reason) => this.giveUp(ask, new AskAbortedError(siteOf(ask), reason)))).add(signal, command);
      if (caller !== null) {
        note(caller, command);
        // Within the handler's synchronous part nobody knows yet whether it will wait.
        if (caller !== running.command) refuseRing(caller, command);
      }
    }
    return reply;
  }

  /** An ask as a message, of whatever type. */
  request(type: string, payload: unknown, limits: Limits): PendingReply<unknown> {
    try {
      const { handle, query } = this.handlerOf(type, true);
      return this.ask(type, handle, query, payload, limits);
    } catch (error) {
      return this.#unknown(type, error, new PendingReply<unknown>());
    }
  }

  /** A tell as a message, of whatever type. */
  feed({ type, payload }: Message): void {
    try {
      this.send(this.command(type, payload, false));
    } catch (error) {
      this.#unknown(type, error, null);
    }
  }

  /** Fails a message that no handler is for. Nothing is queued. */
  #unknown<R extends PendingReply<unknown> | null>(type: string, error: unknown, reply: R): R {
    this.#fail(new Command(this, String(type), undefined, () => undefined, false, false, reply), error, false);
    return reply;
  }

  /** Reports the error of a source of commands. */
  sourceFailed(error: unknown): void {
    this.#report(undefined, error, false);
  }

  /** The way in for every command: to the fold at once, or to the mailbox. */
  send(command: Command): void {
    if (command.id === 0) command.id = ++this.#sent;
    if (this.phase !== 'open' && (this.phase === 'closed' || !command.exempt)) {
      return this.#fail(command, new StoreClosedError(siteOf(command)), true);
    }
    if (!this.busy) return this.start(command);
    this.arrive(command);
    const lost = this.mailbox.put(command, this.options.capacity, this.options.overflow);
    if (lost !== undefined) this.#fail(lost, new MailboxFullError(siteOf(lost), this.options.capacity), true);
  }

  /** Takes back a command that still waits, without a word. */
  takeBack(command: Command): void {
    if (command.started || command.settled) return;
    command.settled = true;
    this.mailbox.withdraw(command);
  }

  // ── through ───────────────────────────────────────────────────────────────────────────────────────────────────────

  protected take(command: Command): void {
    this.current = command;
    this.fold.take(command);
  }

  protected arrive(command: Command): void {
    if (this.#streams?.watched('trace') === undefined) return;
    command.sentAt = this.now();
    this.#trace(command, { kind: 'received', payload: command.payload });
  }

  /** A handler begins. */
  begin(command: Command): void {
    if (this.#streams === undefined) return;
    // The result of an effect isn't a message that anybody sent.
    if (!command.query && !command.landed) this.#streams.watched('commands')?.next({ type: command.type, payload: command.payload });
    if (this.#streams.watched('trace') === undefined) return;
    command.startedAt ??= this.now();
    this.#trace(command, { kind: 'started' });
  }

  /** A state was committed. */
  show(command: Command | undefined): void {
    if (this.#streams?.watched('trace') !== undefined) this.#trace(command, { kind: 'state', view: this.#seen() });
    this.#view?.show();
  }

  /** The view for a trace event, `undefined` where there is none. */
  #seen(): unknown {
    try {
      return viewOf(this);
    } catch {
      return undefined;
    }
  }

  /** What the handler emitted, now that its state is shown. */
  announce(command: Command): void {
    const events = command.events ?? [];
    command.events = null;
    for (const event of events) {
      this.#streams?.watched('events')?.next(event);
      this.#trace(command, { kind: 'event', event });
    }
  }

  // ── out ───────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** The handling of a command has ended, whatever became of it. */
  end(): void {
    this.handled++;
    this.current = null;
  }

  /** The handling has ended, with a value for whoever asked. */
  answer(command: Command, value: unknown): void {
    this.end();
    this.settle(command, value);
  }

  /** The handling has ended by an error of its own; what then becomes of the store is an option. */
  refuse(command: Command, error: unknown): void {
    this.end();
    const { onHandlerError } = this.options;
    if (onHandlerError === 'reset' && !command.query) this.fold.reset(command);
    this.fail(command, error);
    if (onHandlerError === 'stop' && !command.query) this.close();
  }

  /** The handling has ended by a decision of the store's. */
  decline(command: Command, error: StoreError): void {
    this.end();
    this.#fail(command, error, true);
  }

  /** Answers an ask; the answer to a tell, and one that comes too late, goes nowhere. */
  settle(command: Command, value: unknown): void {
    if (command.settled) return;
    this.#release(command);
    this.#traceSettled(command, 'replied', undefined);
    command.reply?.resolve(value);
  }

  /** Fails a command by an error of its handler's or of its effect's. */
  fail(command: Command, error: unknown): void {
    this.failed++;
    // Too late for the asker, who has got another error by then.
    if (command.settled) this.#report(command, error, true);
    else this.#fail(command, error, false);
  }

  /** Fails a command that nobody is to wait for any longer: withdrawn if it still waits, told by its signal if it runs. */
  giveUp(command: Command, error: StoreError): void {
    if (command.settled) return;
    if (!command.started) this.mailbox.withdraw(command);
    this.busily(() => {
      this.#fail(command, error, true);
      command.controller?.abort(error);
      command.cancel?.(false);
    });
  }

  /** Fails a command. `own`: by a decision of the store's, which never brings a process down over a tell. */
  #fail(command: Command, error: unknown, own: boolean): void {
    this.#release(command);
    if (error instanceof MailboxFullError && own) {
      this.dropped++;
      this.#trace(command, { kind: 'dropped', error });
    } else {
      this.#traceSettled(command, 'failed', error);
    }
    const { reply } = command;
    if (reply === null) this.#report(command, error, own);
    else {
      reply.reject(error);
      // It may be observed in a moment, by whoever sent it.
      if (!reply.observed && this.#unobserved.push([command, error]) === 1) after(this.scheduler, 1, () => this.#reportUnobserved());
    }
  }

  #reportUnobserved(): void {
    for (const [command, error] of this.#unobserved.splice(0)) {
      if (command.reply?.observed === false) this.#report(command, error, false);
    }
  }

  /** A failed tell, a failed reply that nobody observes (rule S6). */
  #report(command: Command | undefined, error: unknown, own: boolean): void {
    const { type = '', seq = 0, started = false } = command ?? {};
    const errors = this.#streams?.watched('errors');
    if (errors !== undefined) errors.next({ store: this.name, seq: seq || this.fold.seq, type, error, started });
    else if (!own) reportUnhandled(error);
  }

  /** A settled command leaves nothing behind. */
  #release(command: Command): void {
    command.settled = true;
    const { pending } = command;
    if (pending === null) return;
    const { deadline, signal, waiter } = pending;
    command.pending = null;
    if (deadline !== undefined) this.#deadlines?.remove(deadline);
    if (signal !== undefined) this.#signals?.remove(signal, command);
    waiter?.asks?.delete(command);
  }

  #trace(command: Command | undefined, detail: Detail): void {
    const trace = this.#streams?.watched('trace');
    trace?.next(traceEvent(this.name, this.fold.seq, this.now(), command, detail));
  }

  #traceSettled(command: Command, outcome: 'replied' | 'failed', error: unknown): void {
    if (this.#streams?.watched('trace') === undefined) return;
    const { sentAt, startedAt = this.now() } = command;
    const waited = sentAt === undefined ? undefined : startedAt - sentAt;
    const ran = command.startedAt === undefined ? undefined : this.now() - startedAt;
    this.#trace(command, { kind: 'settled', outcome, error, waited, ran });
  }

  // ── flights: effects and later replies ────────────────────────────────────────────────────────────────────────────

  /** An error if there's no room for one more. */
  full(command: Command): StoreError | undefined {
    const { capacity } = this.options;
    return (this.flights?.size ?? 0) < capacity ? undefined : new MailboxFullError(siteOf(command), capacity);
  }

  /** A command goes on beside the fold. */
  fly(command: Command, kind: 'effects' | 'replies', cancel: (closing: boolean) => void): void {
    (this.flights ??= new Set()).add(command);
    this[kind]++;
    command.cancel = cancel;
  }

  /** It's back, or given up. Nothing happens the second time. */
  land(command: Command, kind: 'effects' | 'replies', then: () => void): void {
    if (this.flights?.delete(command) !== true) return;
    this[kind]--;
    command.cancel = null;
    this.busily(then);
  }

  // ── the end ───────────────────────────────────────────────────────────────────────────────────────────────────────

  /** The store is made: it ends with its signal, and its ticks begin. */
  open(signal: AbortSignal | undefined): void {
    if (signal !== undefined) this.lifecycle.endWith(signal);
    for (const [type, period] of Object.entries(this.definition.ticks ?? {})) {
      if (this.phase === 'open') this.timers.tick(type, period);
    }
  }

  protected idle(): void {
    if (this.phase === 'draining' && this.effects + this.replies === 0) this.close();
  }

  /** Drains, for at most `timeout` ms. @throws (rejects) DeadlockError within a handler of this store */
  shutdown(timeout: number): Promise<void> {
    if (running.command?.owner === this) {
      const { type } = running.command;
      return Promise.reject(new DeadlockError({ store: this.name, type, started: true }, [this.name, this.name]));
    }
    this.drain();
    if (this.phase !== 'closed') this.lifecycle.limit(timeout);
    return this.lifecycle.closed;
  }

  /** Takes nothing more, finishes what it took. */
  drain(): void {
    if (this.phase !== 'open') return;
    this.#timers?.stopTicks();
    this.#enter('draining');
    this.busily(() => {});
  }

  /** Ends at once: all that is still open fails, and everything completes. */
  close(): void {
    if (this.phase === 'closed') return;
    this.#enter('closed');
    this.halt();
    this.#timers?.stop();
    const begun = new Set([...(this.current === null ? [] : [this.current]), ...(this.flights ?? [])]);
    this.blocked = null;
    this.busily(() => {
      for (const command of begun) {
        this.giveUp(command, new StoreClosedError(siteOf(command)));
        command.cancel?.(true);
      }
      for (let command = this.mailbox.take(); command !== undefined; command = this.mailbox.take()) {
        if (!command.settled) this.#fail(command, new StoreClosedError(siteOf(command)), true);
      }
      this.#deadlines?.stop();
      this.#view?.complete();
      this.#streams?.complete();
    });
    this.lifecycle.end();
  }

  #enter(phase: Phase): void {
    this.phase = phase;
    this.#trace(undefined, { kind: 'phase', phase });
  }
}
