/**
 * Keeps a store's state in a storage: reads it, saves what changes, takes over what others save.
 *
 * ```
 *   select ─▶ pick ─▶ changed? ─▶ throttle ─▶ setItem                      one operation of the storage at a time
 *      ▲                                         ╎
 *   replace ◀─ merge ◀─ migrate ◀─ read ◀─ getItem ◀─ at first, and whenever another tab has saved
 * ```
 *
 * What is taken over is never saved again for that, so no two tabs can go on answering each other.
 */
import { Subscription } from 'rxjs';
import { StoreClosedError } from '../../index.js';
import { failing, type PersistError } from './errors.js';
import type { Persistable, ResolvedPersistOptions } from './options.js';
import { linkPage, type PageLink } from './page.js';
import { andThen, isThenable, rescue } from './promised.js';
import { fit, type Found } from './read.js';
import { Saver } from './saver.js';
import type { PersistStorage } from './storage.js';

/** What came of the reading at the beginning. */
export type Hydration =
  /** What was saved is the state. */
  | 'restored'
  /** Nothing was saved, or there's no storage. */
  | 'empty'
  /** What was saved couldn't be taken; `onError` got why. It's left as it is, and nothing is saved until `clear`. */
  | 'failed'
  /** The store had ended, or `stop` came first. */
  | 'stopped';

/** @internal */
export class Keeper<S> extends Saver<S> {
  hydration: Hydration | 'pending' = 'pending';
  readonly hydrated: Promise<Hydration>;
  readonly #store: Persistable<S, unknown>;
  readonly #link: PageLink;
  readonly #watching = new Subscription();
  /** Resolves with nothing when it ends: who waits for an answer then does without. */
  readonly #ending: Promise<undefined>;
  #hydrate: (hydration: Hydration) => void = () => undefined;
  #end: () => void = () => undefined;
  #ended = false;
  /** A `replace` of ours waits for its turn; and another tab has saved while the storage was busy. */
  #sent = false;
  #heard = false;
  /** How many commands the store had handled when ours had its turn. */
  #turn = -1;

  constructor(store: Persistable<S, unknown>, storage: PersistStorage, options: ResolvedPersistOptions<S>) {
    super(storage, options);
    // The storage has its own limit, and the owner waits for it.
    this.#store = store.with({ timeout: Infinity });
    this.hydrated = new Promise((resolve) => { this.#hydrate = resolve; });
    this.#ending = new Promise((resolve) => { this.#end = () => resolve(undefined); });
    const { key, page, crossTab } = options;
    this.#link = linkPage(page, storage, key, { hide: () => this.save(), hear: crossTab ? () => this.#hear() : undefined });
    // What our own `replace` brings about is saved already. It's shown before the store counts it as handled.
    const taken = () => this.#store.status().handled === this.#turn;
    this.#watching.add(store.select().subscribe({ next: (view) => this.see(view, taken), complete: () => void this.stop() }));
    this.#load();
  }

  override async flush(): Promise<boolean> {
    if (this.hydration === 'pending') await this.hydrated;
    return super.flush();
  }

  /** Saves for the last time; resolves when that is through. */
  async stop(): Promise<void> {
    if (!this.#ended) {
      this.#watching.unsubscribe();
      this.#ended = true;
      this.failed = false;
      this.#end();
      this.rest();
    }
    await this.calm();
  }

  protected override announce(): void {
    this.#link.announce();
  }

  protected override rest(): void {
    if (this.#ended) {
      this.cancel();
      if (!this.failed) this.save();
      if (!this.busy) this.#link.leave();
    } else if (this.#heard) {
      this.#heard = false;
      this.#hear();
    } else this.arm();
  }

  /** Another tab has saved, or may have. */
  #hear(): void {
    if (this.#ended || this.#sent) return;
    if (this.busy) this.#heard = true;
    else this.#load();
  }

  #load(): void {
    let came: Hydration = 'empty';
    let older = false;
    let before = 0;
    const take = (present: S): S | PromiseLike<S> => {
      this.#sent = false;
      this.#turn = this.#store.status().handled;
      before = this.saved;
      // What was changed here and isn't saved yet will be, after what the other tab saved: the last one wins.
      if (this.unsaved && !this.off && !this.options.merges) return present;
      return rescue(() => andThen(this.#read(present), (found) => {
        if (found === undefined) return present;
        came = 'restored';
        older = found.older;
        this.text = found.value;
        if (!this.options.merges || this.off) this.saved = this.changes;
        return found.state;
      }), (error) => {
        came = 'failed';
        this.#refuse(error);
        return present;
      });
    };
    const loaded = () => {
      if (this.#ended && came !== 'failed') came = 'stopped';
      if (came === 'restored' || came === 'empty') this.off = false;
      // What was migrated is saved, so that it needn't be migrated again.
      if (came === 'restored' && older) this.changes++;
      if (this.hydration === 'pending') this.#hydrate(this.hydration = came);
      this.rest();
    };
    this.#sent = true;
    this.#store.ask.replace(take).subscribe({
      complete: loaded,
      error: (error: unknown) => {
        this.#sent = false;
        if (error instanceof StoreClosedError) void this.stop();
        else {
          came = 'failed';
          // What was saved isn't what is shown; and what is shown still isn't saved.
          this.saved = before;
          this.text = undefined;
          this.#refuse(this.error('STATE_REFUSED', 'what is saved was refused', error));
        }
        loaded();
      },
    });
  }

  /** What is saved, put into the present state; `undefined` where there's none, or none that is new. Fails with a PersistError. */
  #read(present: S): Found<S> | undefined | PromiseLike<Found<S> | undefined> {
    const { key } = this.options;
    const take = (value: unknown) => {
      if (this.#ended || (typeof value === 'string' && value === this.text)) return undefined;
      this.text = undefined;
      return value === null || value === undefined ? undefined : fit(present, value, this.options);
    };
    return this.turns.run(() => {
      const found = andThen(rescue(() => this.storage.getItem(key), failing('READ_FAILED', key, "what is saved can't be read")), take);
      if (!isThenable(found)) return found;
      return this.turns.within(Promise.race([found, this.#ending]), failing('STORAGE_SILENT', key, this.late));
    });
  }

  /** What can't be taken is reported. What a later version saved isn't to be overwritten any more. */
  #refuse(error: unknown): void {
    // A cast: all that is refused is a PersistError.
    if ((error as PersistError).code === 'VERSION_NEWER') this.off = true;
    this.options.onError(error as PersistError);
  }
}
