/** What becomes of what was saved: understood, brought to the present version, put into the present state. */
import { failing } from './errors.js';
import { expectSaved } from './format.js';
import type { ResolvedPersistOptions } from './options.js';
import { andThen, rescue } from './promised.js';

/** What was saved, as a state. @internal */
export interface Found<S> {
  readonly state: S;
  /** What the storage gave. */
  readonly value: unknown;
  /** Whether an earlier version saved it. */
  readonly older: boolean;
}

/** Puts what a storage gave into the present state. Fails with a PersistError, at once or as a Promise. @internal */
export function fit<S>(present: S, value: unknown, options: ResolvedPersistOptions<S>): Found<S> | PromiseLike<Found<S>> {
  const { key, version, migrate, merge, format } = options;
  const understood = rescue(() => andThen(format.read(value), expectSaved), failing('STATE_BROKEN', key, "what is saved can't be understood"));
  return andThen(understood, (saved) => {
    const older = saved.version < version;
    const versions = `saved by version ${saved.version}, this is ${version}`;
    if (saved.version > version) return failing('VERSION_NEWER', key, versions)();
    if (older && !migrate) return failing('MIGRATION_FAILED', key, `${versions}, and there's no \`migrate\``)();
    const migrated = rescue(() => older ? migrate?.(saved.state, saved.version) : saved.state, failing('MIGRATION_FAILED', key, '`migrate` failed'));
    return andThen(migrated, (state) => rescue(() => ({ state: merge(present, state), value, older }), failing('STATE_REFUSED', key, '`merge` failed')));
  });
}
