/**
 * How a store ends.
 *
 * ```
 *   open ── shutdown() ──▶ draining ── all that came before is handled and answered ──▶ closed
 *     │                        │                                                           ▲
 *     └─── signal aborts ──────┴── timeout passes, signal aborts, a handler's error stops ─┘
 * ```
 */
import type { Subscription } from 'rxjs';
import { unwatch, watch } from './internal/abort-signals.js';
import { after } from './timers.js';
import type { Owner } from './owner.js';

/** `open`: takes commands. `draining`: finishes what it took. `closed`: everything has settled and completed. */
export type Phase = 'open' | 'draining' | 'closed';

/** How long draining may take unless said otherwise, in milliseconds. @internal */
export const DRAIN = 30_000;

/** Options of `shutdown`. */
export interface ShutdownOptions {
  /** How long draining may take before it aborts, in milliseconds. Default 30,000; `Infinity` for no limit. */
  readonly timeout?: number;
}

/** @internal */
export class Lifecycle {
  readonly #owner: Owner;
  #deadline: Subscription | undefined = undefined;
  #due = Infinity;
  #closed: Promise<void> | undefined = undefined;
  #resolve: (() => void) | undefined = undefined;
  #unlisten: (() => void) | undefined = undefined;

  constructor(owner: Owner) {
    this.#owner = owner;
  }

  /** A promise for those who wait: made when first wanted. */
  get closed(): Promise<void> {
    return this.#closed ??= this.#owner.phase === 'closed'
      ? Promise.resolve()
      : new Promise((resolve) => { this.#resolve = resolve; });
  }

  /** Aborts the draining when `timeout` ms have passed; of several limits the earliest counts. */
  limit(timeout: number): void {
    const due = this.#owner.now() + timeout;
    if (due >= this.#due) return;
    this.#due = due;
    this.#deadline?.unsubscribe();
    this.#deadline = after(this.#owner.scheduler, timeout, () => this.#owner.close());
  }

  /** Ends the store at once when the signal aborts. */
  endWith(signal: AbortSignal): void {
    if (signal.aborted) return this.#owner.close();
    const close = () => this.#owner.close();
    watch(signal, close);
    this.#unlisten = () => unwatch(signal, close);
  }

  /** The store is closed: nothing is left behind. */
  end(): void {
    this.#deadline?.unsubscribe();
    this.#unlisten?.();
    this.#resolve?.();
  }
}
