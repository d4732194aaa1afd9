/** What becomes of what was saved: understood, and brought to the present version. */
import { failing } from './errors.js';
import { expectSaved } from './format.js';
import type { ResolvedPersistOptions } from './options.js';
import { andThen, rescue } from './promised.js';

/** What was saved. @internal */
export interface Found {
  /** What was picked of a state, in its present shape. */
  readonly state: unknown;
  /** What the storage gave. */
  readonly value: unknown;
  /** Whether an earlier version saved it. */
  readonly older: boolean;
}

/** Makes what a storage gave what is put into the state. Fails with a PersistError, at once or as a Promise. @internal */
export function fit<S>(value: unknown, options: ResolvedPersistOptions<S>): Found | PromiseLike<Found> {
  const { key, version, migrate, format } = options;
  const understood = rescue(() => andThen(format.read(value), expectSaved), failing('STATE_BROKEN', key, "what is saved can't be understood"));
  return andThen(understood, (saved) => {
    const older = saved.version < version;
    const versions = `saved by version ${saved.version}, this is ${version}`;
    if (saved.version > version) return failing('VERSION_NEWER', key, versions)();
    if (older && !migrate) return failing('MIGRATION_FAILED', key, `${versions}, and there's no \`migrate\``)();
    const migrated = rescue(() => older ? migrate?.(saved.state, saved.version) : saved.state, failing('MIGRATION_FAILED', key, '`migrate` failed'));
    return andThen(migrated, (state) => ({ state, value, older }));
  });
}
