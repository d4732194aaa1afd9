/** What a clause has at hand: stores of a carrier, time that passes when it says so, and how a reply has ended. */
import type { AnyDefinition, createStore, Store, StoreOptions } from 'ownstate';
import { config, firstValueFrom, timer, type SchedulerLike } from 'rxjs';
import { expect } from 'vitest';
import type { Carrier } from './carrier.js';
import { virtualTime, type Time } from './time.js';

/** How something ended that can be awaited. */
export type Ending = { readonly value: unknown } | { readonly error: unknown } | 'pending';

/** How long an ending is waited for unless said otherwise, in milliseconds of the clause's time. */
const PATIENCE = 200;

/** The surroundings of one clause. */
export class World {
  readonly scheduler: SchedulerLike;
  readonly #time: Time;
  readonly #stores: Store<AnyDefinition>[] = [];
  readonly #create: Carrier['create'];
  #former: { readonly report: typeof config.onUnhandledError } | undefined;

  constructor({ create, time = virtualTime }: Carrier) {
    this.#time = time();
    this.#create = create;
    this.scheduler = this.#time.scheduler;
  }

  /** Makes a store of the carrier, on the clause's time unless told otherwise. */
  // A cast: what a definition may be is said once, by `createStore` itself, and passed on here as it is.
  readonly create = ((definition: never, options?: StoreOptions) => {
    const make = this.#create as (definition: never, options: StoreOptions) => Store<AnyDefinition>;
    const store = make(definition, { scheduler: this.scheduler, ...options });
    this.#stores.push(store);
    return store;
  }) as unknown as typeof createStore;

  /** Lets time pass; with 0, what is due now is done. */
  async pass(ms: number): Promise<void> {
    await this.#time.pass(ms);
  }

  /** How it ends, within so many milliseconds. */
  async ending(awaited: PromiseLike<unknown>, within = PATIENCE): Promise<Ending> {
    let ending: Ending = 'pending';
    const seen = (): Ending => ending;
    awaited.then((value) => { ending = { value }; }, (error: unknown) => { ending = { error }; });
    await this.pass(0);
    for (let ms = 0; seen() === 'pending' && ms < within; ms++) await this.pass(1);
    return seen();
  }

  /** What it replies, or resolves with. Fails if it fails, or comes to no end. */
  async value<T>(awaited: PromiseLike<T>, within?: number): Promise<T> {
    const ending = await this.ending(awaited, within);
    expect(ending).toHaveProperty('value');
    // A cast: it's what the promise gave.
    return (ending as { value: T }).value;
  }

  /** What all of them reply, in their order. */
  async values<T>(awaited: readonly PromiseLike<T>[]): Promise<T[]> {
    return this.value(Promise.all(awaited));
  }

  /** What it fails with. Fails if it replies, or comes to no end. */
  async error(awaited: PromiseLike<unknown>, within?: number): Promise<unknown> {
    const ending = await this.ending(awaited, within);
    expect(ending).toHaveProperty('error');
    return (ending as { error: unknown }).error;
  }

  /** From now on collects what nobody handles. What it gives reads what was collected, once the platform has reported. */
  reports(): () => Promise<unknown[]> {
    const reported: unknown[] = [];
    this.#former ??= { report: config.onUnhandledError };
    config.onUnhandledError = (error: unknown) => reported.push(error);
    return async () => {
      // A failure that nobody observes is looked at a millisecond later.
      await this.pass(2);
      await reportsMade();
      return reported;
    };
  }

  /** Ends what the clause has left open. */
  async end(): Promise<void> {
    try {
      for (const store of this.#stores) await this.ending(Promise.resolve(store.shutdown({ timeout: 1 })), 10);
    } finally {
      if (this.#former) {
        await reportsMade();
        config.onUnhandledError = this.#former.report;
      }
    }
  }
}

/** rxjs reports by a timer of the platform without a delay; one that is armed later goes off later. */
async function reportsMade(): Promise<void> {
  await firstValueFrom(timer(0));
}
