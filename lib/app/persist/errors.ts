/** What can go wrong between a store and its storage. Nothing of it is thrown: it's reported to `onError`. */

/**
 * What went wrong, for a `switch`:
 *
 * | | |
 * |---|---|
 * | `STORAGE_UNAVAILABLE` | the function that gives the storage threw: it's blocked, or there's none |
 * | `STORAGE_SILENT` | the storage gave no answer within `patience` |
 * | `READ_FAILED` | `getItem` failed |
 * | `STATE_BROKEN` | what is saved can't be understood: text that is no JSON, no `{ version, state }` |
 * | `VERSION_NEWER` | it was saved by a later version of the program |
 * | `MIGRATION_FAILED` | `migrate` failed, or there is none for an older version |
 * | `STATE_REFUSED` | `merge`, the `check` of `replaceable` or the store itself refused it |
 * | `WRITE_FAILED` | `pick`, the format, `setItem` or the store's view failed: the quota is exceeded, or JSON can't say it |
 * | `REMOVE_FAILED` | `removeItem` failed |
 */
export type PersistErrorCode =
  | 'STORAGE_UNAVAILABLE' | 'STORAGE_SILENT' | 'READ_FAILED' | 'STATE_BROKEN' | 'VERSION_NEWER' | 'MIGRATION_FAILED'
  | 'STATE_REFUSED' | 'WRITE_FAILED' | 'REMOVE_FAILED';

/** What `persist` reports to `onError`. What the storage, or a function of yours, failed with is its `cause`. */
export class PersistError extends Error {
  override readonly name = 'PersistError';
  /** What went wrong. */
  readonly code: PersistErrorCode;
  /** The key under which the state is saved. */
  readonly key: string;

  constructor(code: PersistErrorCode, key: string, what: string, cause?: unknown) {
    super(`${key}: ${what}${cause instanceof Error ? `: ${cause.message}` : ''}`, { cause });
    this.code = code;
    this.key = key;
  }
}

/** Throws a PersistError, of the cause that it's called with. @internal */
export function failing(code: PersistErrorCode, key: string, what: string): (cause?: unknown) => never {
  return (cause) => {
    throw new PersistError(code, key, what, cause);
  };
}
