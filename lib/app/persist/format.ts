/** What a state looks like in a storage: an envelope with its version, as JSON text or as it is. */
import { expect, show } from '../../internal/expect.js';

/** What is saved: a state, and which version of the program it's of. */
export interface SavedState {
  /** The version under which it was saved, an integer from 0 on. */
  readonly version: number;
  /** What was picked of the state. */
  readonly state: unknown;
}

/** How an envelope becomes what the storage is given, and back. Both may give a Promise, to encrypt for example. */
export interface PersistFormat {
  /** What the storage is to keep. What it fails with is reported as `WRITE_FAILED`. */
  readonly write: (saved: SavedState) => unknown;
  /** The envelope again; it's checked to be one. What it fails with is reported as `STATE_BROKEN`. */
  readonly read: (value: unknown) => unknown;
}

/** JSON text, the version first. */
const json: PersistFormat = {
  write: ({ version, state }) => {
    // A cast: for what it can't say, such as undefined or a function, it gives undefined.
    const text = JSON.stringify(state) as string | undefined;
    if (text === undefined) throw new TypeError(`Expected a state that JSON can say, got ${show(state)}`);
    return `{"version":${version},"state":${text}}`;
  },
  read: (value) => {
    if (typeof value !== 'string') throw new TypeError(`Expected JSON text, got ${show(value)}`);
    // A reviver is slow, and needed only for what a stranger wrote: our own text has such a key at most in its strings.
    return JSON.parse(value, /__proto__|\\u/.test(value) ? withoutProto : undefined) as unknown;
  },
};

function withoutProto(key: string, value: unknown): unknown {
  return key === '__proto__' ? undefined : value;
}

/** The envelope as it is, for a storage that keeps values by structured clone. */
const plain: PersistFormat = { write: (saved) => saved, read: (value) => value };

/** The formats that are there. @internal */
export const formats: Readonly<Record<'json' | 'plain', PersistFormat>> = { json, plain };

/** What was read, if it's an envelope. @throws TypeError if it's none @internal */
export function expectSaved(value: unknown): SavedState {
  expect(Object.hasOwn(Object(value) as object, 'state'), 'saved', 'an object with `version` and `state`', value);
  const { version, state } = value as SavedState;
  expect(Number.isSafeInteger(version) && version >= 0, 'saved.version', 'an integer from 0 on', version);
  return { version, state };
}
