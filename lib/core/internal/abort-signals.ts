/** Asks under AbortSignals: one listener for each signal, however many asks are pending under it. */
import type { Command } from '../command.js';
import { AskAbortedError } from '../errors.js';

/** @internal */
export class AbortSignals {
  readonly #asks = new Map<AbortSignal, { readonly pending: Set<Command>; readonly listener: () => void }>();

  add(signal: AbortSignal, command: Command): void {
    let asks = this.#asks.get(signal);
    if (asks === undefined) {
      const pending = new Set<Command>();
      const listener = () => {
        for (const ask of pending) ask.owner.giveUp(ask, new AskAbortedError(ask, signal.reason));
      };
      this.#asks.set(signal, asks = { pending, listener });
      signal.addEventListener('abort', listener);
    }
    asks.pending.add(command);
    command.signal = signal;
  }

  remove(signal: AbortSignal, command: Command): void {
    const asks = this.#asks.get(signal);
    asks?.pending.delete(command);
    if (asks?.pending.size !== 0) return;
    this.#asks.delete(signal);
    signal.removeEventListener('abort', asks.listener);
  }
}
