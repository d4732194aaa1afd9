/** Every error by which a ready-made store refuses a command, in one place. */
import { show } from '../internal/expect.js';

/**
 * What all refusals of the ready-made stores have in common: the command changed nothing, and the store lives on. Catch
 * this class to tell them from what the core decides (`StoreError`); switch on `code` to tell them apart.
 *
 * @example
 * ```ts
 * import { createCounter, RefusedError } from 'ownstate/stores';
 *
 * const counter = createCounter({ max: 3 });
 * try {
 *   await counter.ask.increment(5);
 * } catch (error) {
 *   console.log(error instanceof RefusedError && error.code); // OUT_OF_BOUNDS
 * }
 * ```
 */
export abstract class RefusedError extends Error {
  /** A literal per class, for a `switch`. */
  abstract readonly code: string;
}

/** A payload, or one of its fields, that the command can't work with. */
export class InvalidPayloadError extends RefusedError {
  override readonly name = 'InvalidPayloadError';
  readonly code = 'INVALID_PAYLOAD';
  /** Name of the field, or `payload` where it's the payload itself. */
  readonly field: string;

  constructor(field: string, expected: string, got: unknown) {
    super(`Expected \`${field}\` to be ${expected}, got ${shown(got)}`);
    this.field = field;
  }
}

/** A value in a few characters: keys and texts may be as long as a stranger likes. */
function shown(value: unknown): string {
  const text = show(value);
  return text.length <= 80 ? text : `${text.slice(0, 79)}…`;
}

/** A count would have passed a bound of its counter. */
export class OutOfBoundsError extends RefusedError {
  override readonly name = 'OutOfBoundsError';
  readonly code = 'OUT_OF_BOUNDS';
  /** What the count would have been. */
  readonly count: number | bigint;

  constructor(count: number | bigint, min: number | bigint = -Infinity, max: number | bigint = Infinity) {
    super(`Expected the count to stay from ${min} to ${max}, got ${count}`);
    this.count = count;
  }
}
