/** Asks under AbortSignals: one listener for each signal, however many asks are pending under it. */
import type { Command } from '../command.js';
import { AskAbortedError } from '../errors.js';

/** The pending asks of each signal, and its listener. */
const watched = new WeakMap<AbortSignal, { readonly asks: Set<Command>; readonly abort: () => void }>();

/** Gives `command` up when the signal aborts. @internal */
export function watch(signal: AbortSignal, command: Command): void {
  let watching = watched.get(signal);
  if (!watching) {
    const asks = new Set<Command>();
    const abort = () => {
      for (const ask of asks) ask.owner.giveUp(ask, new AskAbortedError(ask, signal.reason));
    };
    watched.set(signal, watching = { asks, abort });
  }
  if (watching.asks.size === 0) signal.addEventListener('abort', watching.abort);
  watching.asks.add(command);
  command.extras.signal = signal;
}

/** @internal */
export function unwatch(signal: AbortSignal, command: Command): void {
  const watching = watched.get(signal);
  if (watching?.asks.delete(command) && watching.asks.size === 0) signal.removeEventListener('abort', watching.abort);
}
