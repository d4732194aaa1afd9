/**
 * Who subscribes to a settled reply from within the delivery of another is called after it, not inside it. That
 * keeps a chain such as `ask().subscribe(() => ask().subscribe(…))` on a flat stack (rule S3).
 *
 * ```
 *   deliver(reply 1) ─▶ subscriber: ask() … settled … subscribe(…) ─┐ waits here
 *        └──────────── then, on the same level ◀────────────────────┘
 * ```
 */
import { Ring } from './ring.js';
import { attempt } from './unhandled.js';

const waiting = new Ring<() => void>();
let delivering = false;

/** Calls subscribers now, and late ones after the delivery that is going on. @internal */
export function deliver(call: () => void, late = false): void {
  if (delivering) {
    if (late) waiting.push(call);
    else call();
    return;
  }
  delivering = true;
  for (let next: (() => void) | undefined = call; next; next = waiting.shift()) {
    attempt(next);
  }
  delivering = false;
}
