/** How an injected store is run: what every store takes, and what its injector and Angular have to do with it. */
import type { AnyDefinition, StateOf, Store, StoreOptions, ViewOf } from '../index.js';

/** How a state travels from the server to the browser. */
export interface Transfer<D extends AnyDefinition> {
  /** Names it in Angular's `TransferState`: a key for each store that travels. */
  readonly key: string;
  /** On the server, when the page is written: what travels of the view, as JSON can hold it. Default: the view. */
  readonly save?: (view: ViewOf<D>) => unknown;
  /**
   * In the browser: the first state, made of what came as JSON. Default: what came. `'leave'` leaves it to the function that
   * makes the definition, whose argument is what came: for a state that only the definition inside knows, as that of
   * `undoable` and `optimistic`. Without `'leave'` it's the argument, too.
   */
  readonly restore?: ((saved: never) => StateOf<D>) | 'leave';
}

/** A key is enough for a state that is its own view; of a view it has to be said how it's made a state again. */
export type TransferOf<D extends AnyDefinition> = D['view'] extends (state: never) => unknown
  ? Transfer<D> & { readonly restore: unknown }
  : string | Transfer<D>;

/** The options of every store, and those of a store that an injector makes. Each field is optional. */
export interface InjectedStoreOptions<D extends AnyDefinition> extends StoreOptions {
  /**
   * What becomes of the store when its injector is destroyed: `'abort'` (default) closes it at once, so that pending asks
   * fail with `StoreClosedError`; `'drain'` lets it finish what it took, for 30 seconds at most.
   */
  readonly onDestroy?: 'abort' | 'drain';
  /**
   * What becomes of the errors on `errors$`: `'report'` (default) hands them to Angular's `ErrorHandler`, unless they're `quiet`
   * or only say that the store has ended; `'leave'` leaves them to who subscribes to `errors$`, else to rxjs.
   */
  readonly errors?: 'report' | 'leave';
  /**
   * The key under which the state travels from the server to the browser, where the first store of this key begins with it.
   * The state has to be plain JSON; otherwise say how it travels by `{ key, save, restore }`. Default: it doesn't travel.
   */
  readonly transfer?: TransferOf<D>;
  /** Called with the store when it's made, in the injection context: to connect it with something, to ask for first data. Default: nothing. */
  readonly setup?: (store: Store<D>) => void;
}

/** The options of `storeToken`. */
export interface StoreTokenOptions<D extends AnyDefinition> extends InjectedStoreOptions<D> {
  /** Which injector makes the store unless one provides it: `'root'` (default), `'platform'`, or none by `null`. */
  readonly providedIn?: 'root' | 'platform' | null;
}

