/** A turn of the platform's event loop: afterwards all promises have done what they could. */

/** Who waits for the next turns, where there's no `setImmediate`. */
const waiting: (() => void)[] = [];
let channel: MessageChannel | undefined;

/**
 * Resolves in a new task. How many microtasks a promise takes is nobody's to know, but the platform begins no task
 * before the last of them: so a task is the one sure sign that they're done. (It's a task and no timer: no time passes.)
 * @internal
 */
export function platformTurn(): Promise<void> {
  // A cast: Node, Deno and Bun have it, browsers don't.
  const { setImmediate } = globalThis as { setImmediate?: (call: () => void) => unknown };
  return new Promise((resolve) => {
    if (setImmediate !== undefined) {
      setImmediate(resolve);
      return;
    }
    if (channel === undefined) {
      channel = new MessageChannel();
      channel.port1.onmessage = () => waiting.shift()?.();
    }
    waiting.push(resolve);
    channel.port2.postMessage(undefined);
  });
}
