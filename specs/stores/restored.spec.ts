/** What all stores that expire things have in common when they are made of a dump. */
import { createCache, createKeyValue, createRateLimiter, createSessions, createTaskQueue } from 'ownstate/stores';
import { marbles } from 'ownstate/testing';
import { map, timer, VirtualTimeScheduler } from 'rxjs';
import { describe, it } from 'vitest';

describe('a restored store', () => {
  it.each([
    ['cache', (scheduler: VirtualTimeScheduler) => {
      const cache = createCache<string, number>({ ttl: 1000, scheduler });
      cache.tell.set({ key: 'a', value: 1 });
      return cache;
    }, createCache],
    ['key-value', (scheduler: VirtualTimeScheduler) => {
      const store = createKeyValue<number>({ scheduler });
      store.tell.set({ key: 'a', value: 1, ttl: 1000 });
      return store;
    }, createKeyValue],
    ['sessions', (scheduler: VirtualTimeScheduler) => {
      const sessions = createSessions({ idle: 1000, scheduler });
      sessions.tell.create({ data: 1 });
      return sessions;
    }, createSessions],
  ] as const)('%s announces what expires, also if nobody sends it a command', async (_name, filled, create) => {
    const restore = await (filled(new VirtualTimeScheduler()) as ReturnType<typeof createCache>).ask.dump();
    marbles((m) => {
      // A cast: three makers of which each takes its own dump.
      const make = create as unknown as (options: object) => ReturnType<typeof createCache>;
      const store = m.watch(make({ restore, scheduler: m.scheduler, sweep: 1 }));
      const expired = store.events$.pipe(map((event) => event.type));
      m.expect(timer(1100)).toBeObservable('1100ms (t|)', { t: 0 as const });
      m.expect(expired, '1100ms !').toBeObservable('1001ms e', { e: 'expired' });
    })();
  });

  it('of tasks begins those whose delay is over, also if nobody sends it a command', async () => {
    const queue = createTaskQueue<string>({ scheduler: new VirtualTimeScheduler() });
    queue.tell.enqueue({ task: 'later', delay: 1000 });
    const restore = await queue.ask.dump();
    marbles((m) => {
      const again = m.watch(createTaskQueue<string>({ restore, scheduler: m.scheduler }));
      m.expect(timer(1100)).toBeObservable('1100ms (t|)', { t: 0 as const });
      const handled = again.commands$.pipe(map(({ type }) => type));
      m.expect(handled, '1100ms !').toBeObservable('1000ms s', { s: 'sweep' });
    })();
  });

  it('of rate limits drops buckets that are full again, also if nobody sends it a command', async () => {
    const limiter = createRateLimiter({ scheduler: new VirtualTimeScheduler() });
    limiter.tell.allow({ key: 'a' });
    const restore = await limiter.ask.dump();
    marbles((m) => {
      const again = m.watch(createRateLimiter({ restore, scheduler: m.scheduler, sweep: 1 }));
      m.expect(timer(2000)).toBeObservable('2000ms (t|)', { t: 0 as const });
      // The one token that was drawn is back after a second, and the bucket is no more a millisecond later.
      const handled = again.commands$.pipe(map(({ type }) => type));
      m.expect(handled, '2000ms !').toBeObservable('1001ms s', { s: 'sweep' });
    })();
  });
});
