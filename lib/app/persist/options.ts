/** How a state is kept: all options in one place, with their defaults. */
import { asyncScheduler, throwError, type SchedulerLike } from 'rxjs';
import { expect, expectFunction, expectObject, expectOneOf } from '../../internal/expect.js';
import type { AskOptions, Reply, Status, Viewable } from '../../index.js';
import type { Replacement } from '../replaceable.js';
import type { PersistError } from './errors.js';
import { mergeFields } from './fields.js';
import { formats, type PersistFormat } from './format.js';
import type { PersistPage } from './page.js';

/** A store that can be kept: one with the command `replace`, made by `replaceable`; or a client of it. */
export interface Persistable<S, V = S> extends Viewable<V> {
  /** Name of the store: the key, unless one is given. */
  readonly name: string;
  /** Puts another state in the place of the present one. */
  readonly ask: { readonly replace: (next: Replacement<S>) => Reply<unknown> };
  /**
   * A client with other limits.
   *
   * @throws TypeError for limits that can't be used
   */
  with(limits: AskOptions): Persistable<S, V>;
  /** What the store tells of itself. */
  status(): Status;
}

/** The third argument of `persist`. `S` is the state, `V` its view, `P` what is saved of it. */
export interface PersistOptions<S, V = S, P = V> {
  /** Under which the state is saved. Default: the name of the store, if it has one of its own. */
  readonly key?: string;
  /** Version of what is saved, an integer from 0 on. Raise it when that changes its shape. Default 0. */
  readonly version?: number;
  /**
   * Makes the present shape of what an earlier version saved; what it makes is saved in its place. What it fails with is
   * reported, and what is saved stays. Default: what is of another version isn't taken.
   */
  readonly migrate?: (saved: unknown, from: number) => P | PromiseLike<P>;
  /** What is saved of the view. Called for each change, so it's to be quick; nothing is saved while it gives equal parts. Default: all. */
  readonly pick?: (view: V) => P;
  /**
   * Puts what was saved into the present state. Default: where `pick` is given and both are plain objects, the saved fields
   * take the place of the present ones; else the saved state takes the place of the present one.
   */
  readonly merge?: (present: S, saved: NoInfer<P>) => S;
  /** A change is saved after so many milliseconds, together with those that come meanwhile. 0 to 2,147,483,647, default 100. */
  readonly throttle?: number;
  /** How long the storage may take for an answer, in milliseconds: at most 2,147,483,647, default 5,000; `Infinity` for ever. */
  readonly patience?: number;
  /** All time of it. Default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike;
  /** What the storage is given: `'json'` text (default), `'plain'` values for IndexedDB, or what functions of yours make. */
  readonly format?: 'json' | 'plain' | PersistFormat;
  /** Takes over what other tabs of the same origin save. Default `true`: where the host can tell. */
  readonly crossTab?: boolean;
  /** The page it's kept for. Default `globalThis`. */
  readonly page?: PersistPage;
  /** Called with all that goes wrong. Default: `console.error`. */
  readonly onError?: (error: PersistError) => void;
}

/**
 * What `P`, picked of a view, needs to be so that no `merge` is needed to put it into a state `S`: a state, or some of its
 * fields and no others. `never` for what is neither.
 */
export type PersistNeeds<S, P> = [P] extends [S] ? unknown : [P, keyof P] extends [Partial<S> & object, keyof S] ? unknown : never;

/** Options with their defaults filled in. @internal */
export interface ResolvedPersistOptions<S> {
  readonly key: string;
  readonly version: number;
  readonly migrate: ((saved: unknown, from: number) => unknown) | undefined;
  readonly pick: (view: unknown) => unknown;
  readonly merge: (present: S, saved: unknown) => S;
  /** Whether `merge` is the user's: only that can bring together what two tabs changed at once. */
  readonly merges: boolean;
  readonly throttle: number;
  readonly patience: number;
  readonly scheduler: SchedulerLike;
  readonly format: PersistFormat;
  readonly crossTab: boolean;
  readonly page: PersistPage;
  readonly onError: (error: PersistError) => void;
}

/** The longest delay that a platform timer takes. */
const LONGEST = 2 ** 31 - 1;

/** @throws TypeError for what can't be used @internal */
export function resolvePersistOptions<S, V, P>(name: string, options: PersistOptions<S, V, P>): ResolvedPersistOptions<S> {
  expectObject(options, 'options');
  const {
    key = name, version = 0, migrate, pick, merge, throttle = 100, patience = 5000, scheduler = asyncScheduler, format = 'json', crossTab = true,
    page = globalThis as PersistPage, onError = (error) => console.error(error),
  } = options;
  // Two stores without a name of their own would overwrite each other.
  expect(typeof key === 'string' && key !== '' && (key !== 'store' || 'key' in options), 'key', 'a text, for a store without a name of its own', key);
  expect(Number.isSafeInteger(version) && version >= 0, 'version', 'an integer from 0 on', version);
  expect(typeof throttle === 'number' && throttle >= 0 && throttle <= LONGEST, 'throttle', `a number of milliseconds from 0 to ${LONGEST}`, throttle);
  const bearable = typeof patience === 'number' && patience > 0 && (patience <= LONGEST || patience === Infinity);
  expect(bearable, 'patience', `a positive number of milliseconds to ${LONGEST}, or Infinity`, patience);
  for (const [field, value] of Object.entries({ migrate, pick, merge, onError })) {
    if (value !== undefined) expectFunction(value, field);
  }
  expect(typeof crossTab === 'boolean', 'crossTab', 'true or false', crossTab);
  expectObject(scheduler, 'scheduler');
  expectObject(page, 'page');
  return {
    key, version, migrate, throttle, patience, scheduler, format: formatOf(format), crossTab, page, onError: guarded(onError),
    // Casts here and below: the types above say what each takes and gives; what stands in between knows none of them.
    pick: (pick ?? ((view: V) => view)) as (view: unknown) => unknown,
    merge: (merge ?? (pick ? mergeFields : (_present: S, saved: P) => saved)) as (present: S, saved: unknown) => S,
    merges: merge !== undefined,
  };
}

function formatOf(format: NonNullable<PersistOptions<never>['format']>): PersistFormat {
  if (typeof format === 'string') {
    expectOneOf(format, 'format', ...Object.keys(formats));
    return formats[format];
  }
  expectObject(format, 'format');
  expectFunction(format.write, 'format.write');
  expectFunction(format.read, 'format.read');
  return format;
}

/** Whatever it throws is reported as rxjs does it with what nobody handles: in a task of its own. */
function guarded(onError: (error: PersistError) => void): (error: PersistError) => void {
  return (error) => {
    try {
      onError(error);
    } catch (thrown) {
      throwError(() => thrown).subscribe();
    }
  };
}
