/** What is inferred of a cache, and what doesn't compile. */
import type { Reply } from 'ownstate';
import { cached, createCache, type Cache, type CacheDump, type CacheEvent, type CacheStats } from 'ownstate/stores';
import { of, type Observable } from 'rxjs';
import { describe, expectTypeOf, it } from 'vitest';

interface User { readonly name: string }

const users = createCache<number, User>();

describe('a cache', () => {
  it('has keys and values of its types', () => {
    expectTypeOf(users).toEqualTypeOf<Cache<number, User>>();
    expectTypeOf(users.ask.get(1)).toEqualTypeOf<Reply<User | undefined>>();
    expectTypeOf(users.ask.take(1)).toEqualTypeOf<Reply<User | undefined>>();
    expectTypeOf(users.ask.peek(1)).toEqualTypeOf<Reply<User | undefined>>();
    expectTypeOf(users.ask.set({ key: 1, value: { name: 'Ann' }, ttl: 5 })).toEqualTypeOf<Reply<true>>();
    expectTypeOf(users.ask.delete(1)).toEqualTypeOf<Reply<boolean>>();
    expectTypeOf(users.ask.touch({ key: 1 })).toEqualTypeOf<Reply<boolean>>();
    expectTypeOf(users.ask.remainingTtl(1)).toEqualTypeOf<Reply<number | undefined>>();
    expectTypeOf(users.ask.clear()).toEqualTypeOf<Reply<number>>();
    expectTypeOf(users.ask.stats()).toEqualTypeOf<Reply<CacheStats>>();
    expectTypeOf(users.ask.dump()).toEqualTypeOf<Reply<CacheDump<number, User>>>();
    expectTypeOf(users.events$).toEqualTypeOf<Observable<CacheEvent<number, User>>>();
    // @ts-expect-error -- a key of another type
    users.ask.get('1');
    // @ts-expect-error -- a value of another type
    users.tell.set({ key: 1, value: 'Ann' });
    // @ts-expect-error -- a value is needed
    users.tell.set({ key: 1 });
    // @ts-expect-error -- a field that isn't there
    users.tell.set({ key: 1, value: { name: 'Ann' }, lifetime: 5 });
    expectTypeOf(users.tell).not.toHaveProperty('peek');
  });

  it('gives what is loaded, by whatever means', () => {
    expectTypeOf(users.ask.getOrLoad({ key: 1, load: async (id) => ({ name: `user ${id}` }) })).toEqualTypeOf<Reply<User>>();
    expectTypeOf(users.ask.getOrLoad({ key: 1, load: () => of({ name: 'Ann' }) })).toEqualTypeOf<Reply<User>>();
    users.ask.getOrLoad({ key: 1, load: (id, { signal }) => {
      expectTypeOf(id).toEqualTypeOf<number>();
      expectTypeOf(signal).toEqualTypeOf<AbortSignal>();
      return { name: 'Ann' };
    } });
    // @ts-expect-error -- loads something else
    users.ask.getOrLoad({ key: 1, load: async () => 5 });
  });

  it('has strings as keys and unknown values unless its options say otherwise', () => {
    expectTypeOf(createCache()).toEqualTypeOf<Cache>();
    expectTypeOf(createCache({ weigh: (value: Uint8Array) => value.length })).toEqualTypeOf<Cache<string, Uint8Array>>();
    // @ts-expect-error -- no key can be an object
    createCache<object, number>();
    // @ts-expect-error -- no such option
    createCache({ max: 5 });
  });

  it('tells its events apart by their type', () => {
    users.events$.subscribe((event) => {
      if (event.type === 'evicted') expectTypeOf(event).toEqualTypeOf<{ readonly type: 'evicted'; readonly key: number; readonly value: User; readonly reason: 'entries' | 'weight' }>();
      if (event.type === 'cleared') expectTypeOf(event.size).toEqualTypeOf<number>();
    });
  });
});

it('cached makes values of items', () => {
  expectTypeOf(of('a').pipe(cached(users, { key: (id) => id.length, load: async (id) => ({ name: id }) }))).toEqualTypeOf<Observable<User>>();
  // @ts-expect-error -- a key of another type
  of('a').pipe(cached(users, { key: (id) => id, load: async (id) => ({ name: id }) }));
  // @ts-expect-error -- loads something else
  of('a').pipe(cached(users, { key: (id) => id.length, load: async () => 5 }));
  // A client is enough.
  of('a').pipe(cached(users.client, { key: (id) => id.length, load: () => ({ name: 'Ann' }) }));
});
