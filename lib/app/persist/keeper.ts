/**
 * Keeps a store's state in a storage: reads it, saves what changes, takes over what others save.
 *
 * ```
 *   select ─▶ pick ─▶ changed? ─▶ throttle ─▶ setItem                      one operation of the storage at a time
 *      ▲                                         ╎
 *   replace ◀─ merge ◀─ migrate ◀─ read ◀─ getItem ◀─ at first, and whenever another tab has saved
 * ```
 *
 * The owner waits while it's read. An optimistic one can't while attempts are in flight: it refuses the first `replace`, and
 * gets a second one with what was read.
 *
 * What is taken over is never saved again for that, so no two tabs can go on answering each other. What is the same in it
 * stays the very same object, so that it isn't shown again (sharing.ts).
 */
import { Subscription } from 'rxjs';
import { StoreClosedError } from '../../index.js';
import { isThenable } from '../../internal/thenable.js';
import { failing, type PersistError } from './errors.js';
import type { Persistable, ResolvedPersistOptions } from './options.js';
import { linkPage, type PageLink } from './page.js';
import { andThen, rescue } from './promised.js';
import { fit, type Found } from './read.js';
import { Saver } from './saver.js';
import { sharing } from './sharing.js';
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
  /** The store couldn't wait for the storage: `replace` is sent again with what that gives. */
  #refused = false;
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
    this.#watching.add(store.select().subscribe({
      next: (view) => this.see(view, taken),
      // Whoever selects sees nothing any more, whatever comes.
      error: (error: unknown) => {
        options.onError(this.error('WRITE_FAILED', 'the view failed', error));
        void this.stop();
      },
      complete: () => void this.stop(),
    }));
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
    // Behind a write that was under way comes the last one.
    while (this.busy && await this.calm());
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
    if (this.busy || this.#refused) this.#heard = true;
    else this.#load();
  }

  #load(): void {
    let came: Hydration = 'empty';
    let found: Found | undefined;
    let asked = false;
    let reading = false;
    let due = 0;
    const put = (present: S): S => found ? sharing(present, this.options.merge(present, found.state)) : present;
    /** Gives whether ours is later: what was changed here and isn't saved yet will be, after what the other tab saved. */
    const turn = (): boolean => {
      asked = true;
      this.#sent = false;
      this.#turn = this.#store.status().handled;
      if (!this.options.merges) due = this.changes;
      return this.unsaved && !this.off && !this.options.merges;
    };
    const take = (present: S): S | PromiseLike<S> => {
      // An optimistic store folds it again, on another state: what was found then is what it's about.
      if (asked) return put(present);
      const ours = turn();
      // It's read in any case, since what a later version saved isn't to be overwritten.
      const taken = rescue(() => andThen(this.#read(), (value) => {
        if (ours) return present;
        found = value;
        return this.#refused ? present : rescue(() => put(present), failing('STATE_REFUSED', this.options.key, '`merge` failed'));
      }), (error) => {
        found = undefined;
        came = 'failed';
        this.#refuse(error);
        return present;
      });
      reading = isThenable(taken);
      return andThen(taken, (state) => {
        reading = false;
        if (this.#refused) retake();
        return state;
      });
    };
    // An optimistic store can't wait while attempts are in flight. What has been read by now needn't be waited for.
    const retake = () => {
      this.#refused = false;
      if (!found) return loaded();
      asked = false;
      send((present) => {
        // What was saved here meanwhile is later, too.
        if (!asked && (turn() || this.text !== undefined)) found = undefined;
        return put(present);
      });
    };
    const loaded = () => {
      if (found && came !== 'failed') {
        came = 'restored';
        this.text = found.value;
        this.saved = Math.max(this.saved, due);
      }
      if (this.#ended && came !== 'failed') came = 'stopped';
      if (came === 'restored' || came === 'empty') this.off = false;
      // What was migrated is saved, so that it needn't be migrated again.
      if (came === 'restored' && found?.older) this.changes++;
      if (this.hydration === 'pending') this.#hydrate(this.hydration = came);
      this.rest();
    };
    const send = (next: (present: S) => S | PromiseLike<S>) => {
      this.#sent = true;
      this.#store.ask.replace(next).subscribe({
        complete: loaded,
        error: (error: unknown) => {
          this.#sent = false;
          if (error instanceof StoreClosedError) void this.stop();
          else if (reading) return void (this.#refused = true);
          else {
            came = 'failed';
            this.#refuse(this.error('STATE_REFUSED', 'what is saved was refused', error));
          }
          loaded();
        },
      });
    };
    send(take);
  }

  /** What is saved; `undefined` where there's none, or none that is new. Fails with a PersistError. */
  #read(): Found | undefined | PromiseLike<Found | undefined> {
    const { key } = this.options;
    const take = (value: unknown) => {
      if (this.#ended || value === this.text) return undefined;
      this.text = undefined;
      return value === null || value === undefined ? undefined : fit(value, this.options);
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
