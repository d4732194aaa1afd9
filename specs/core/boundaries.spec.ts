/** Boundaries that nothing else crosses: the very millisecond of a deadline, surroundings that throw, what is left on a signal. */
import { getEventListeners } from 'node:events';
import { createStore, effect, reply, replyLater, type, type StoreError, type StoreOptions } from 'ownstate';
import { config, Subject, Subscription, VirtualTimeScheduler, type SchedulerLike } from 'rxjs';
import { afterEach, describe, expect, it, vi } from 'vitest';

/** A store that is held up by `work` until its gate completes. */
function held(options: StoreOptions) {
  const gate = new Subject<number>();
  const results = new Subject<number>();
  const store = createStore({
    state: 0,
    commands: {
      work: () => gate,
      add: (n, by: number) => reply(n + by, n + by),
      fetch: (n) => effect(n, { run: () => results, done: (now: number, by) => reply(now + by, now + by) }),
    },
  }, options);
  return { store, gate, results };
}

describe('a deadline that no alarm has told of', () => {
  it.each([[5, 'still begins', [1]], [6, 'does not begin any more', ['ASK_TIMEOUT']]] as const)(
    'lets a command that comes to its turn at %i of 5 ms: it %s', (at, _what, expected) => {
      const clock = new VirtualTimeScheduler();
      const { store, gate } = held({ scheduler: clock });
      store.tell.work();
      const seen: unknown[] = [];
      store.with({ timeout: 5 }).ask.add(1).subscribe({ next: (n) => seen.push(n), error: (error: unknown) => seen.push((error as StoreError).code) });
      // The thread has been held since.
      clock.frame = at;
      gate.complete();
      expect(seen).toEqual(expected);
    },
  );

  it('takes no result away: what an effect brings is folded', () => {
    const clock = new VirtualTimeScheduler();
    const { store, gate, results } = held({ scheduler: clock });
    store.with({ timeout: 5 }).ask.fetch().subscribe({ error: () => undefined });
    store.tell.work();
    results.next(7);
    results.complete();
    clock.frame = 9;
    gate.complete();
    expect(store.snapshot()).toBe(7);
    expect(store.status()).toMatchObject({ effects: 0, waiting: 0, running: 0 });
  });
});

describe('a slice', () => {
  /** A backlog of 600, each of which takes so long; gives how many are handled in a row. */
  function inARow(ms: number, scheduler: (clock: { time: number }) => SchedulerLike, slice: number): number {
    const clock = { time: 0 };
    const gate = new Subject<number>();
    const store = createStore({
      state: 0,
      commands: { hold: () => gate, take: (n) => (clock.time += ms, n + 1) },
    }, { scheduler: scheduler(clock), slice, timeout: Infinity });
    store.tell.hold();
    for (let i = 0; i < 600; i++) store.tell.take();
    gate.complete();
    return store.snapshot();
  }
  const real = (clock: { time: number }): SchedulerLike => {
    const virtual = new VirtualTimeScheduler();
    return { now: () => clock.time, schedule: virtual.schedule.bind(virtual) };
  };

  it('is over when its time has passed, to the millisecond', () => {
    // The clock is read at the 256th and at the 512th.
    expect(inARow(1, real, 256)).toBe(511);
    expect(inARow(1, real, 257)).toBe(600);
  });

  it('never ends where time is virtual, also if a handler moves it on', () => {
    const virtual = (clock: { time: number }): SchedulerLike => {
      const scheduler = Object.assign(new VirtualTimeScheduler(), { now: () => clock.time });
      return Object.defineProperty(scheduler, 'frame', { get: () => clock.time });
    };
    expect(inARow(1, virtual, 1)).toBe(600);
  });
});

describe('a reply that settles within the delivery of another', () => {
  it('reaches those who were there before at once', () => {
    const { store: a } = held({});
    const { store: b, gate } = held({});
    const log: string[] = [];
    b.ask.work().subscribe({ complete: () => log.push('b') });
    a.ask.add(1).subscribe(() => {
      gate.complete();
      log.push('a');
    });
    expect(log).toEqual(['b', 'a']);
  });
});

describe('surroundings that throw', () => {
  const former = config.onUnhandledError;
  afterEach(() => {
    config.onUnhandledError = former;
    vi.useRealTimers();
  });

  it('fail the command that is at work, and the store goes on: a clock', async () => {
    const clock = new VirtualTimeScheduler();
    const broken = new Error('no time');
    let breaks = false;
    const scheduler: SchedulerLike = {
      now: () => {
        const breaking = breaks;
        breaks = false;
        if (breaking) throw broken;
        return clock.now();
      },
      schedule: clock.schedule.bind(clock),
    };
    const { store } = held({ scheduler });
    // The trace of it asks for the time before the handler begins.
    store.trace$.subscribe(({ kind }) => {
      if (kind === 'received') breaks = true;
    });
    await expect(Promise.resolve(store.ask.add(1))).rejects.toBe(broken);
    expect(store.status()).toMatchObject({ handled: 1, failed: 1, running: 0 });
    breaks = false;
    expect(store.snapshot()).toBe(0);
  });

  it('are reported where no command is at work, and the store goes on: a timer', () => {
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    const reported: unknown[] = [];
    config.onUnhandledError = (error: unknown) => reported.push(error);
    const broken = new Error('no timer');
    const clock = new VirtualTimeScheduler();
    const schedule = vi.spyOn(clock, 'schedule').mockImplementationOnce(() => {
      throw broken;
    });
    const scheduler: SchedulerLike = { now: () => clock.now(), schedule: (...how: Parameters<SchedulerLike['schedule']>) => schedule.call(clock, ...how) };
    const store = createStore({ state: 0, commands: { fail: (): number => { throw new Error('of the handler'); }, add: (n) => n + 1 } }, { scheduler });
    // Nobody observes it, which is looked at a millisecond later.
    store.ask.fail();
    vi.runAllTimers();
    expect(reported).toEqual([broken]);
    store.tell.add();
    expect(store.snapshot()).toBe(1);
    expect(store.status()).toMatchObject({ handled: 2, running: 0 });
  });

  it('fail a reply that hands out a state which can no longer be looked at', async () => {
    const broken = new Error('not to be looked at');
    let breaks = false;
    const state = new Proxy({}, {
      getPrototypeOf: () => {
        if (breaks) throw broken;
        return Object.prototype;
      },
    });
    const later = new Subject<unknown>();
    const store = createStore({
      state, view: () => 0, commands: { wait: (now: object) => replyLater(now, later) }, queries: { get: (now: object) => now },
    }, { scheduler: new VirtualTimeScheduler() });
    const waited = Promise.resolve(store.ask.wait());
    breaks = true;
    await expect(Promise.resolve(store.ask.get())).rejects.toBe(broken);
    later.next(state);
    later.complete();
    await expect(waited).rejects.toBe(broken);
    expect(store.status()).toMatchObject({ replies: 0, failed: 2, running: 0 });
  });

  it('without a `process` leave freezing on, as on a page that no bundler has made', async () => {
    vi.resetModules();
    vi.stubEnv('NODE_ENV', 'production');
    const { process } = globalThis;
    const env = new Proxy(process.env, {
      get: (of, name) => {
        if (name === 'NODE_ENV' && new Error().stack?.includes('check-options')) throw new ReferenceError('process is not defined');
        return Reflect.get(of, name) as unknown;
      },
    });
    // What runs the specs needs all else of it.
    vi.stubGlobal('process', new Proxy(process, { get: (of, name) => name === 'env' ? env : Reflect.get(of, name) as unknown }));
    try {
      // Its own copy of the core, made under these circumstances.
      const { createStore: create } = await import('../../lib/core/store.js');
      const state = { n: 0 };
      create({ state, commands: { go: (now: typeof state) => now } });
      expect(Object.isFrozen(state)).toBe(true);
    } finally {
      vi.unstubAllGlobals();
      vi.unstubAllEnvs();
    }
  });
});

describe('a scheduler whose actions have no timer of the platform', () => {
  it('is as good as any other', () => {
    const { store, gate } = held({ scheduler: { now: () => 0, schedule: () => new Subscription() } });
    const seen: unknown[] = [];
    store.ask.work().subscribe({ complete: () => seen.push('end') });
    gate.complete();
    expect(seen).toEqual(['end']);
  });
});

describe('an event that nobody has ever watched for', () => {
  it('harms nothing', () => {
    const store = createStore({
      state: 0, events: type<string>(), commands: { add: (n, by: number, { emit }) => (emit('added'), reply(n + by, n + by)) },
    });
    const seen: unknown[] = [];
    store.ask.add(1).subscribe((n) => seen.push(n));
    store.ask.add(1).subscribe((n) => seen.push(n));
    expect(seen).toEqual([1, 2]);
    expect(store.status()).toMatchObject({ handled: 2, failed: 0 });
  });
});

describe('what is left behind', () => {
  it('is no listener on the signal of a store that has been shut down', async () => {
    const { signal } = new AbortController();
    const { store } = held({ signal });
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    await store.shutdown();
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  it('are all members of a face, to be listed before and after they were used', () => {
    const { store } = held({});
    const listed = () => {
      const names: string[] = [];
      for (const name in store.tell) names.push(name);
      return names.sort();
    };
    expect(listed()).toEqual(['add', 'fetch', 'work']);
    store.tell.add(1);
    expect(listed()).toEqual(['add', 'fetch', 'work']);
  });
});
