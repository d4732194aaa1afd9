/** Checks what comes with a limiter's commands. */
import { TokensExceedLimitError } from '../errors.js';
import { checkInteger, checkKey, checkObject, type Key } from '../structures/check-payload.js';
import type { RateLimiterState } from './state.js';

/** @throws InvalidPayloadError unless it's an object with a key */
export function checkKeyed(payload: { readonly key: Key }): void {
  checkObject(payload);
  checkKey(payload.key);
}

/**
 * The slot of the key of an ask, which is checked.
 *
 * @throws InvalidPayloadError
 * @throws TokensExceedLimitError for more tokens than the bucket ever holds; but one that holds none is closed, which is
 *   no mistake of the asker's
 */
export function slotOf(state: RateLimiterState, key: Key, tokens: number): number {
  checkInteger(tokens, 'tokens');
  const slot = state.slots.find(key);
  const { least } = state.limitsOf(slot);
  if (tokens > least && least > 0) throw new TokensExceedLimitError(key, tokens, least);
  return slot;
}
