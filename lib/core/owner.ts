/** The owner of a state: takes commands in, has them folded one at a time, gives the answers out. */
import type { SchedulerLike } from 'rxjs';
import { Answers } from './answers.js';
import { handling, note, waitFor } from './chain.js';
import { Command, type AnyHandler, type Definition, type Route } from './command.js';
import { AskAbortedError, DeadlockError, MailboxFullError, StoreClosedError, UnknownCommandError, type StoreError } from './errors.js';
import { watch } from './internal/abort-signals.js';
import { Lifecycle, type Phase } from './lifecycle.js';
import type { ResolvedOptions } from './options.js';
import { PendingReply } from './reply.js';
import { Timers } from './timers.js';
import { traceEvent } from './trace.js';

/** What an ask goes by: the options of its client, and the command that waits for it. @internal */
export interface Limits {
  readonly timeout: number;
  readonly signal?: AbortSignal | undefined;
  readonly caller?: Command;
}

/** @internal */
export class Owner extends Answers {
  readonly name: string;
  #sent = 0;
  #timers: Timers | undefined;
  #lifecycle: Lifecycle | undefined;

  constructor(definition: Definition<unknown, unknown>, options: ResolvedOptions) {
    super(definition, options);
    this.name = definition.name ?? 'store';
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

  // ── in ────────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** What a name leads to, or whatever was sent as one. By own property only. */
  route(type: PropertyKey, queries: boolean, exempt = false): Route {
    const { commands, queries: asked = {} } = this.definition;
    const named = typeof type !== 'symbol';
    const query = named && queries && Object.hasOwn(asked, type);
    // A cast: the definition's types have seen to it that each handler gets its own payload.
    const handle = query || (named && Object.hasOwn(commands, type)) ? (query ? asked : commands)[type as string] as AnyHandler : undefined;
    return { type: String(type), handle, query, exempt, landed: false };
  }

  /** A command for the store itself, not sent yet. @throws UnknownCommandError */
  known(type: string, payload: unknown, exempt: boolean): Command {
    const command = new Command(this, this.route(type, false, exempt), payload, null);
    if (!command.route.handle) throw this.#unknown(command);
    // Ticks and timers are told by their routes.
    if (!exempt && this.traced) command.extras.own = true;
    return command;
  }

  tell(route: Route, payload: unknown): void {
    const command = new Command(this, route, payload, null);
    if (!route.handle) this.#refuse(command, this.#unknown(command), false);
    else this.send(command);
  }

  ask(route: Route, payload: unknown, limits: Limits): PendingReply<unknown> {
    const reply = new PendingReply<unknown>();
    const command = new Command(this, route, payload, reply);
    const { timeout, signal } = limits;
    if (!route.handle) this.#refuse(command, this.#unknown(command), false);
    else if (signal?.aborted) this.#refuse(command, new AskAbortedError(command, signal.reason), true);
    else {
      this.send(command);
      if (!command.settled) {
        if (timeout < Infinity) this.deadlines.add(command, timeout);
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
    if (this.busy || this.streaming || this.phase !== 'open') return this.#admit(command);
    this.busy = true;
    this.work(command);
  }

  /** The same, where there's more to it. */
  #admit(command: Command): void {
    if (this.phase === 'closed' || (this.phase === 'draining' && !command.route.exempt)) {
      return this.#refuse(command, new StoreClosedError(command), true);
    }
    const { capacity, overflow } = this.options;
    const idle = !this.busy && !this.postpones();
    // What watchers ask isn't what the handler asks that may be on the stack.
    const outer = handling.by;
    handling.by = null;
    // It has its place, or its turn, before a watcher of the trace may send another or end the store.
    const lost = idle ? undefined : this.mailbox.put(command, capacity, overflow);
    if (idle) this.current = command;
    this.busy = true;
    if (this.traced && !command.route.landed) {
      command.extras.sentAt = this.now();
      const form = command.route.query ? 'query' : command.reply ? 'ask' : command.route.exempt || command.more?.own === true ? 'own' : 'tell';
      this.traced.next(traceEvent(this, command, { kind: 'received', form, payload: command.payload }));
    }
    if (lost) this.reject(lost, new MailboxFullError(lost, capacity), true);
    handling.by = outer;
    if (!idle) return;
    // It may have been taken back meanwhile, or the store may have ended.
    if (command.settled) this.current = null;
    this.work(command.settled ? undefined : command);
  }

  /** Fails what isn't sent at all. */
  #refuse(command: Command, error: StoreError, own: boolean): void {
    if (command.id === 0) command.id = ++this.#sent;
    this.busily(() => this.reject(command, error, own));
  }

  /** Nothing is queued for a name that isn't there. */
  #unknown(command: Command): UnknownCommandError {
    const { commands, queries } = this.definition;
    return new UnknownCommandError(command, Object.keys(command.reply === null ? commands : { ...commands, ...queries }));
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
    if (this.phase === 'draining' && this.flying === this.loose) this.close();
  }

  /** Drains, for at most `timeout` ms. @throws DeadlockError within a handler of its own, which would wait for itself */
  shutdown(timeout: number): Promise<void> {
    const asking = handling.by?.current;
    if (asking?.owner === this) throw new DeadlockError(asking, [this.name, this.name]);
    this.drain(timeout);
    return this.lifecycle.closed;
  }

  /** Takes nothing more, finishes what it took, for at most `timeout` ms. */
  drain(timeout: number): void {
    if (this.phase === 'open') {
      this.#timers?.stopTicks();
      // Where nothing is to be waited for, this ends it.
      this.#enter('draining');
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
        if (!command.settled) this.reject(command, new StoreClosedError(command), true);
      }
      this.current = null;
      this.complete();
    });
    this.#lifecycle?.end();
  }

  #enter(phase: Phase): void {
    this.phase = phase;
    this.busily(() => this.traced?.next(traceEvent(this, undefined, { kind: 'phase', phase })));
  }
}
