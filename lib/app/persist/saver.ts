/** From the store to the storage: what changes is saved, soon, and in one write at a time. */
import type { Subscription } from 'rxjs';
import { PersistError, type PersistErrorCode } from './errors.js';
import { same } from './fields.js';
import type { ResolvedPersistOptions } from './options.js';
import { andThen, rescue } from './promised.js';
import type { PersistStorage } from './storage.js';
import { Turns } from './turns.js';

/** Nothing was picked yet. */
const NOTHING = Symbol('nothing');

/** @internal */
export abstract class Saver<S> {
  protected readonly storage: PersistStorage;
  protected readonly options: ResolvedPersistOptions<S>;
  protected readonly turns: Turns;
  /** How many changes there were, and how many of them are saved, or needn't be any more. */
  protected changes = 0;
  protected saved = 0;
  /** Nothing is saved, since what is there isn't known to us: it wasn't read yet, or couldn't be taken. */
  protected off = true;
  /** The last write failed: the next one is for the next change, or for who asks. */
  protected failed = false;
  /** What was last read or written. */
  protected text: unknown;
  #picked: unknown = NOTHING;
  #first = true;
  #alarm: Subscription | undefined;

  constructor(storage: PersistStorage, options: ResolvedPersistOptions<S>) {
    this.storage = storage;
    this.options = options;
    this.turns = new Turns(options, () => this.rest());
  }

  /** Nothing is under way any more: on to what has come meanwhile. */
  protected abstract rest(): void;
  /** Tells other tabs that something was saved. */
  protected abstract announce(): void;

  /** Whether there are changes that aren't saved yet. */
  get unsaved(): boolean {
    return this.saved < this.changes;
  }

  get busy(): boolean {
    return this.turns.busy;
  }

  /** Saves what has changed so far, at once where the storage can. Gives whether that is saved. */
  async flush(): Promise<boolean> {
    const due = this.changes;
    this.save();
    // What is under way may have begun before; the one after it has all.
    for (let round = 0; round < 2 && this.saved < due && this.busy && await this.calm(); round++) {
      if (!this.failed) this.save();
    }
    return this.saved >= due;
  }

  /** Removes what is saved. Gives whether it's removed. */
  async clear(): Promise<boolean> {
    const { key } = this.options;
    const at = this.changes;
    let removed = false;
    this.cancel();
    const remove = () => andThen(this.storage.removeItem(key), () => {
      removed = true;
      this.saved = Math.max(this.saved, at);
      this.off = false;
      this.text = undefined;
    });
    this.#attempt(remove, (cause) => this.error('REMOVE_FAILED', "what is saved can't be removed", cause));
    await this.calm();
    this.arm();
    return removed;
  }

  /** The view is shown; `taken`: since it was taken from the storage. */
  protected see(view: unknown, taken: () => boolean): void {
    const first = this.#first;
    this.#first = false;
    let picked: unknown;
    try {
      picked = this.options.pick(view);
    } catch (error) {
      return this.options.onError(this.error('WRITE_FAILED', '`pick` failed', error));
    }
    if (same(this.#picked, picked)) return;
    this.#picked = picked;
    if (first || taken()) return;
    this.changes++;
    this.failed = false;
    this.arm();
  }

  /** Has what isn't saved yet saved soon, if it may be. */
  protected arm(): void {
    if (!this.unsaved || this.off || this.failed || this.busy || this.#alarm) return;
    const { scheduler, throttle } = this.options;
    this.#alarm = scheduler.schedule(() => this.save(), throttle);
  }

  protected cancel(): void {
    this.#alarm?.unsubscribe();
    this.#alarm = undefined;
  }

  /** Saves what isn't saved yet, if it may be. Where the storage is busy, what comes after that sees to it. */
  protected save(): void {
    this.cancel();
    if (!this.unsaved || this.off || this.busy) return;
    const { format, version, key } = this.options;
    const at = this.changes;
    const state = this.#picked;
    this.failed = false;
    // A cast: the format makes what the storage takes.
    const write = () => andThen(format.write({ version, state }), (value) => andThen(this.storage.setItem(key, value as never), () => {
      this.saved = Math.max(this.saved, at);
      this.text = value;
      this.announce();
    }));
    this.#attempt(write, (cause) => {
      // What has changed meanwhile is worth another try.
      this.failed = this.changes === at;
      return this.error('WRITE_FAILED', "the state can't be saved", cause);
    });
  }

  /** Waits for what is under way. Gives whether it came to its end. */
  protected calm(): Promise<boolean> {
    return this.turns.calm(() => this.options.onError(this.error('STORAGE_SILENT', this.late)));
  }

  protected get late(): string {
    return `no answer within ${this.options.patience} ms`;
  }

  protected error(code: PersistErrorCode, what: string, cause?: unknown): PersistError {
    return new PersistError(code, this.options.key, what, cause);
  }

  #attempt(work: () => unknown, error: (cause: unknown) => PersistError): void {
    void this.turns.run(() => rescue(work, (cause) => this.options.onError(error(cause))));
  }
}
