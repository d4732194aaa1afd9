/** What may be seen of a state: `select`, `snapshot`, the view, and the freezing of what they give out. */
import { createStore, reply, type TraceEvent } from 'ownstate';
import { marbles } from 'ownstate/testing';
import { config, Subscription } from 'rxjs';
import { afterEach, describe, expect, it, vi } from 'vitest';

interface Cart {
  readonly items: readonly string[];
  readonly total: number;
}

const cart = {
  state: { items: [], total: 0 } as Cart,
  commands: {
    put: (state: Cart, item: string) => ({ items: [...state.items, item], total: state.total + 1 }),
    charge: (state: Cart, by: number) => ({ ...state, total: state.total + by }),
    touch: (state: Cart) => ({ ...state }),
    set: (_state: Cart, next: Cart) => next,
  },
};

const counter = { state: 0, commands: { add: (n: number, by: number) => n + by, set: (_n: number, next: number) => next } };

describe('select', () => {
  it('gives the present state first, and then each other one', marbles((m) => {
    const store = m.store(counter);
    m.cold('                                    -a-b--c', { a: 1, b: 0, c: 5 }).subscribe((by) => store.tell.add(by));
    m.expect(store.select()).toBeObservable('   wx----y', { w: 0, x: 1, y: 6 });
    m.expect(store.select(), '--^').toBeObservable('--x---y', { x: 1, y: 6 });
  }));

  it('gives distinct projections', marbles((m) => {
    const store = m.store(cart);
    m.cold('                                                        -a-b-c-', { a: 1, b: 1, c: 5 }).subscribe((by) => store.tell.charge(by));
    m.expect(store.select(({ total }) => total > 3)).toBeObservable('n----y-', { n: false, y: true });
    m.expect(store.select(({ items }) => items)).toBeObservable('    i------', { i: [] });
  }));

  it('compares by Object.is: NaN is NaN', () => {
    const store = createStore(counter);
    const seen: number[] = [];
    store.select().subscribe((n) => seen.push(n));
    for (const n of [NaN, NaN, 0, -0]) store.tell.set(n);
    expect(seen).toEqual([0, NaN, 0, -0]);
  });

  it('compares by `equal` where one is given: what was given out last, and what would come', () => {
    const store = createStore(counter);
    const compared: [number, number][] = [];
    const seen: number[] = [];
    store.select((n) => n, (before, after) => {
      compared.push([before, after]);
      return Math.abs(after - before) < 10;
    }).subscribe((n) => seen.push(n));
    for (const by of [4, 4, 4, 4]) store.tell.add(by);
    expect(seen).toEqual([0, 12]);
    expect(compared).toEqual([[0, 4], [0, 8], [0, 12], [12, 16]]);
  });

  it('gives whatever a projector does, undefined too', () => {
    const store = createStore(counter);
    const seen: unknown[] = [];
    store.select((n) => (n === 1 ? 'one' : undefined)).subscribe((what) => seen.push(what));
    for (const by of [1, 1, 1]) store.tell.add(by);
    expect(seen).toEqual([undefined, 'one', undefined]);
  });

  it('of an object of projectors gives one object for each state, never a mix of two', () => {
    const store = createStore(cart);
    const seen: unknown[] = [];
    store.select({ count: ({ items }) => items.length, total: ({ total }) => total }).subscribe((both) => seen.push(both));
    store.tell.put('a');
    store.tell.put('b');
    store.tell.charge(5);
    expect(seen).toEqual([{ count: 0, total: 0 }, { count: 1, total: 1 }, { count: 2, total: 2 }, { count: 2, total: 7 }]);
  });

  it('of an object of projectors gives nothing while none of them changes', () => {
    const store = createStore(cart);
    const seen: unknown[] = [];
    store.select({ items: ({ items }) => items, rich: ({ total }) => total > 9 }).subscribe((both) => seen.push(both));
    store.tell.touch();
    store.tell.charge(5);
    expect(seen).toEqual([{ items: [], rich: false }]);
    store.tell.charge(5);
    expect(seen).toEqual([{ items: [], rich: false }, { items: [], rich: true }]);
  });

  it('projects each state once for each subscription, and not at all without one', () => {
    const store = createStore(counter);
    let projected = 0;
    const selected = store.select((n) => (projected++, n));
    store.tell.add(1);
    expect(projected).toBe(0);
    const two = [selected.subscribe(), selected.subscribe()];
    store.tell.add(1);
    expect(projected).toBe(4);
    for (const each of two) each.unsubscribe();
    store.tell.add(1);
    expect(projected).toBe(4);
  });

  it('after the end gives the last view, and completes', async () => {
    const store = createStore(counter);
    store.tell.add(3);
    await store.shutdown();
    const seen: unknown[] = [];
    store.select().subscribe({ next: (n) => seen.push(n), complete: () => seen.push('complete') });
    store.select((n) => n * 2).subscribe({ next: (n) => seen.push(n), complete: () => seen.push('complete') });
    expect(seen).toEqual([3, 'complete', 6, 'complete']);
    expect(store.snapshot()).toBe(3);
  });

  it('completes once, when the store has closed', marbles((m) => {
    const store = m.store({ state: 0, commands: { slow: () => m.cold('---(x|)', { x: 1 }) } });
    m.cold('                                 -s').subscribe(() => {
      store.tell.slow();
      void store.shutdown();
    });
    m.expect(store.select()).toBeObservable('a---(b|)', { a: 0, b: 1 });
  }));
});

describe('observers', () => {
  const no = new Error('no');

  afterEach(() => {
    config.onUnhandledError = null;
  });

  it('are shown a state in the order in which they subscribed, each once', () => {
    const store = createStore(counter);
    const seen: string[] = [];
    for (const name of ['a', 'b', 'c']) store.select().subscribe((n) => seen.push(`${name}${n}`));
    store.tell.add(1);
    expect(seen).toEqual(['a0', 'b0', 'c0', 'a1', 'b1', 'c1']);
  });

  it('that send on seeing a state have it handled when all have seen it', () => {
    const store = createStore(counter);
    const seen: string[] = [];
    store.select().subscribe((n) => {
      seen.push(`a${n}`);
      if (n < 2) store.tell.add(1);
    });
    store.select().subscribe((n) => seen.push(`b${n}`));
    store.tell.add(1);
    expect(seen).toEqual(['a0', 'a1', 'a2', 'b2', 'a3', 'b3']);
  });

  it('that subscribe another one within a notification have it see that state once', () => {
    const store = createStore(counter);
    const seen: string[] = [];
    store.select().subscribe((n) => {
      seen.push(`a${n}`);
      if (n === 1) store.select().subscribe((m) => seen.push(`b${m}`));
    });
    store.tell.add(1);
    store.tell.add(1);
    expect(seen).toEqual(['a0', 'a1', 'b1', 'a2', 'b2']);
  });

  it.each([
    ['itself', [1], ['a0', 'b0', 'c0', 'd0', 'a1', 'b1', 'c1', 'd1', 'a2', 'c2', 'd2']],
    ['the next one', [2], ['a0', 'b0', 'c0', 'd0', 'a1', 'b1', 'd1', 'a2', 'b2', 'd2']],
    ['the one before', [0], ['a0', 'b0', 'c0', 'd0', 'a1', 'b1', 'c1', 'd1', 'b2', 'c2', 'd2']],
    ['the last one', [3], ['a0', 'b0', 'c0', 'd0', 'a1', 'b1', 'c1', 'a2', 'b2', 'c2']],
    ['itself and the next one', [1, 2], ['a0', 'b0', 'c0', 'd0', 'a1', 'b1', 'd1', 'a2', 'd2']],
    ['all', [0, 1, 2, 3], ['a0', 'b0', 'c0', 'd0', 'a1', 'b1']],
  ])('may unsubscribe %s within a notification', (_who, leaving, expected) => {
    const store = createStore(counter);
    const seen: string[] = [];
    const watching: Subscription[] = [];
    for (const name of ['a', 'b', 'c', 'd']) {
      watching.push(store.select().subscribe((n) => {
        seen.push(`${name}${n}`);
        if (name === 'b' && n === 1) for (const who of leaving) watching[who]!.unsubscribe();
      }));
    }
    store.tell.add(1);
    store.tell.add(1);
    expect(seen).toEqual(expected);
  });

  it('may all leave and one come back within a notification', () => {
    const store = createStore(counter);
    const seen: string[] = [];
    const watching = new Subscription();
    for (const name of ['a', 'b']) {
      watching.add(store.select().subscribe((n) => {
        seen.push(`${name}${n}`);
        if (n !== 1) return;
        watching.unsubscribe();
        store.select().subscribe((m) => seen.push(`c${m}`));
      }));
    }
    store.tell.add(1);
    store.tell.add(1);
    expect(seen).toEqual(['a0', 'b0', 'a1', 'c1', 'c2']);
  });

  it('whose projector throws are told the error; the others and the store go on', async () => {
    const store = createStore(counter);
    const seen: unknown[] = [];
    store.select((n) => {
      if (n === 1) throw no;
      return n;
    }).subscribe({ next: (n) => seen.push(n), error: (error: unknown) => seen.push(error) });
    store.select({ n: (n) => { if (n === 1) throw no; } }).subscribe({ error: (error: unknown) => seen.push(error) });
    store.select((n) => n, () => { throw no; }).subscribe({ error: (error: unknown) => seen.push(error) });
    store.select().subscribe((n) => seen.push(`other ${n}`));
    store.tell.add(1);
    store.tell.add(1);
    expect(seen).toEqual([0, 'other 0', no, no, no, 'other 1', 'other 2']);
    expect(store.status()).toMatchObject({ handled: 2, failed: 0 });
  });

  it('whose projector throws at once are told the error', async () => {
    const store = createStore(counter);
    const seen: unknown[] = [];
    store.select(() => { throw no; }).subscribe({ error: (error: unknown) => seen.push(error) });
    expect(seen).toEqual([no]);
    store.tell.add(1);
    expect(store.snapshot()).toBe(1);
  });

  it('that throw harm no one else: their error is reported as unhandled', async () => {
    const store = createStore({ state: 0, commands: { add: (n, by: number) => reply(n + by, n + by) } });
    const reported = new Promise((report) => (config.onUnhandledError = report));
    const seen: number[] = [];
    store.select().subscribe((n) => {
      if (n === 1) throw no;
    });
    store.select().subscribe((n) => seen.push(n));
    expect(await store.ask.add(1)).toBe(1);
    expect(await store.ask.add(1)).toBe(2);
    expect(seen).toEqual([0, 1, 2]);
    expect(await reported).toBe(no);
  });
});

describe('snapshot', () => {
  it('gives the present view, the very same object until it changes', () => {
    const store = createStore(cart);
    const before = store.snapshot();
    expect(store.snapshot()).toBe(before);
    store.tell.put('a');
    expect(store.snapshot()).toEqual({ items: ['a'], total: 1 });
    expect(before).toEqual({ items: [], total: 0 });
  });

  it('within a notification gives the state that is being shown', () => {
    const store = createStore(counter);
    const pairs: [number, number][] = [];
    store.select().subscribe((n) => pairs.push([n, store.snapshot()]));
    store.tell.add(1);
    expect(pairs).toEqual([[0, 0], [1, 1]]);
  });

  it('within a handler gives the state before', () => {
    const seen: unknown[] = [];
    const store = createStore({ state: 5, commands: { look: (n): number => (seen.push(store.snapshot()), n + 1) } });
    store.tell.look();
    expect(seen).toEqual([5]);
  });
});

describe('a view', () => {
  const vault = {
    name: 'vault',
    state: { pin: '1234', coins: [1] },
    view: ({ coins }: { pin: string; coins: number[] }) => ({ count: coins.length, coins }),
    commands: {
      put: (state: { pin: string; coins: number[] }, coin: number) => ({ ...state, coins: [...state.coins, coin] }),
      turn: (state: { pin: string; coins: number[] }, pin: string) => ({ ...state, pin }),
    },
    queries: { check: ({ pin }: { pin: string; coins: number[] }, guess: string) => guess === pin },
  };

  it('is all that select, snapshot and traces see of a state', async () => {
    const store = createStore(vault);
    const seen: unknown[] = [];
    store.select(({ count }) => count).subscribe((count) => seen.push(count));
    store.trace$.subscribe((event: TraceEvent) => event.kind === 'state' && seen.push(event.view));
    store.tell.put(5);
    expect(seen).toEqual([1, { count: 2, coins: [1, 5] }, 2]);
    expect(store.snapshot()).toEqual({ count: 2, coins: [1, 5] });
    expect(await store.ask.check('1234')).toBe(true);
  });

  it('is taken once for each state, however many select', () => {
    let taken = 0;
    const store = createStore({ ...counter, view: (n) => (taken++, n) });
    for (let i = 0; i < 5; i++) store.select().subscribe();
    taken = 0;
    store.tell.add(1);
    expect(taken).toBe(1);
  });

  it('of a state that is mutated in place is shown anew after each command', () => {
    const store = createStore({
      state: () => new Map<string, number>(),
      view: (map) => map.size,
      commands: { put: (map, key: string) => map.set(key, 1) },
    });
    const seen: number[] = [];
    store.select().subscribe((size) => seen.push(size));
    for (const key of ['a', 'b', 'a', 'c']) store.tell.put(key);
    expect(seen).toEqual([0, 1, 2, 3]);
  });

  it('that throws fails those who look, and nobody else', async () => {
    const no = new Error('no');
    const store = createStore({
      state: 0,
      view: (n) => {
        if (n === 1) throw no;
        return n;
      },
      commands: { add: (n, by: number) => reply(n + by, n + by) },
    });
    const seen: unknown[] = [];
    store.select().subscribe({ next: (n) => seen.push(n), error: (error: unknown) => seen.push(error) });
    expect(await store.ask.add(1)).toBe(1);
    expect(() => store.snapshot()).toThrow(no);
    store.select().subscribe({ error: (error: unknown) => seen.push(error) });
    expect(await store.ask.add(1)).toBe(2);
    expect(seen).toEqual([0, no, no]);
    expect(store.snapshot()).toBe(2);
  });
});

describe('a state that is mutated in place, without a view', () => {
  class Account {
    balance = 0;
  }

  const message = 'Expected `view` to be a function, for a state that is mutated in place, got undefined';

  it.each<[string, () => object]>([
    ['a Map', () => new Map()],
    ['a Set', () => new Set()],
    ['a Date', () => new Date(0)],
    ['an instance of a class', () => new Account()],
  ])('is not shown, and the store works all the same: %s', async (_kind, state) => {
    const store = createStore({ state, commands: { touch: (now) => now }, queries: { kind: (now) => typeof now } });
    const errors: unknown[] = [];
    store.select().subscribe({ error: (error: unknown) => errors.push(error) });
    store.select(() => 1).subscribe({ error: (error: unknown) => errors.push(error) });
    store.select({ one: () => 1 }).subscribe({ error: (error: unknown) => errors.push(error) });
    expect(errors).toEqual([new TypeError(message), new TypeError(message), new TypeError(message)]);
    expect(() => store.snapshot()).toThrow(new TypeError(message));
    expect(await store.ask.kind()).toBe('object');
    store.tell.touch();
    expect(store.status()).toMatchObject({ handled: 2, failed: 0, running: 0, waiting: 0 });
  });

  it('has traces without a view', () => {
    const store = createStore({ state: () => new Map(), commands: { clear: () => new Map() } });
    const views: unknown[] = [];
    store.trace$.subscribe((event) => event.kind === 'state' && views.push(event.view));
    store.tell.clear();
    expect(views).toEqual([undefined]);
  });

  it('fails those who select when it comes later', () => {
    const store = createStore({ state: [] as unknown, commands: { set: (_state, next: { value: unknown }) => next.value } });
    const seen: unknown[] = [];
    store.select().subscribe({ next: (state) => seen.push(state), error: (error: unknown) => seen.push((error as Error).message) });
    store.tell.set({ value: new Set() });
    store.tell.set({ value: 'plain again' });
    expect(seen).toEqual([[], message]);
    expect(store.snapshot()).toBe('plain again');
  });

  it('is told from plain states: objects with and without a prototype, arrays, and what is no object', () => {
    const bare = Object.assign(Object.create(null) as object, { a: 1 });
    for (const state of [{ a: 1 }, [1], bare, 'text', 5, null, undefined, Symbol.iterator]) {
      const store = createStore({ state: { state }, view: ({ state: inner }) => inner, commands: { touch: (now) => now } });
      expect(store.snapshot()).toBe(state);
      expect(createStore({ state: (): unknown => state, commands: { touch: (now) => now } }).snapshot()).toBe(state);
    }
  });
});

describe('freezing', () => {
  interface Deep {
    list: { tags: string[] }[];
    inner: { more: { n: number } };
  }

  const deep = (): Deep => ({ list: [{ tags: ['a'] }], inner: { more: { n: 1 } } });
  const definition = { state: deep, commands: { renew: () => deep(), set: (_state: Deep, next: Deep) => next } };

  /** Writes to each part of a state; gives how many of them took it. */
  function written(state: Deep): number {
    const writes = [
      () => (state.inner = { more: { n: 2 } }),
      () => (state.inner.more = { n: 2 }),
      () => (state.inner.more.n = 2),
      () => state.list.push({ tags: [] }),
      () => (state.list[0]!.tags = []),
      () => state.list[0]!.tags.push('b'),
    ];
    let taken = 0;
    for (const write of writes) {
      try {
        write();
        taken++;
      } catch (error) {
        expect(error).toBeInstanceOf(TypeError);
      }
    }
    return taken;
  }

  it('goes all the way down in development, for the first state and each one after it', () => {
    const store = createStore(definition);
    const shown: Deep[] = [];
    store.select().subscribe((state) => shown.push(state));
    expect(written(store.snapshot())).toBe(0);
    store.tell.renew();
    expect(written(store.snapshot())).toBe(0);
    expect(shown.map(written)).toEqual([0, 0]);
  });

  it('goes down where only the surface was frozen before', () => {
    const store = createStore(definition);
    store.tell.set(Object.freeze(deep()));
    expect(written(store.snapshot())).toBe(0);
  });

  it('is left out by freeze: false', () => {
    const store = createStore(definition, { freeze: false });
    expect(written(store.snapshot())).toBe(6);
    store.tell.renew();
    expect(written(store.snapshot())).toBe(6);
  });

  it('is left out in production', async () => {
    vi.stubEnv('NODE_ENV', 'production');
    vi.resetModules();
    try {
      const inProduction = await import('ownstate');
      expect(written(inProduction.createStore(definition).snapshot())).toBe(6);
      expect(written(inProduction.createStore(definition, { freeze: true }).snapshot())).toBe(0);
    } finally {
      vi.unstubAllEnvs();
      vi.resetModules();
    }
  });

  it('takes what the view gives out, not the state behind it', () => {
    const store = createStore({
      state: () => ({ secret: [1], shown: { list: [1] } }),
      view: ({ shown }) => ({ shown }),
      commands: {
        mutate: (state) => {
          state.secret.push(2);
          return reply(state, state.secret.length);
        },
      },
    });
    const view = store.snapshot();
    expect(() => (view.shown = { list: [] })).toThrow(TypeError);
    expect(() => view.shown.list.push(2)).toThrow(TypeError);
    const lengths: number[] = [];
    store.ask.mutate().subscribe((length) => lengths.push(length));
    expect(lengths).toEqual([2]);
  });

  it('leaves alone what is mutated in place, wherever it stands', () => {
    const map = new Map([['a', 1]]);
    const date = new Date(0);
    const bytes = new Uint8Array([1]);
    const store = createStore({ state: { map, nested: [{ date }], bytes }, commands: { touch: (state) => state } });
    const state = store.snapshot();
    expect(Object.isFrozen(state.nested[0])).toBe(true);
    expect([map, date, bytes].map(Object.isFrozen)).toEqual([false, false, false]);
  });

  it('ends where a state leads back to itself', () => {
    const ring: { next?: unknown; n: number } = { n: 1 };
    ring.next = { back: ring };
    const store = createStore({ state: ring, commands: { touch: (state) => state } });
    expect(() => (store.snapshot().n = 2)).toThrow(TypeError);
  });

  it('takes a state of any depth', () => {
    interface Link { readonly next: Link | undefined }
    let chain: Link = { next: undefined };
    for (let i = 0; i < 50_000; i++) chain = { next: chain };
    const store = createStore({ state: chain, commands: { touch: (state) => state } });
    let last: Link = store.snapshot();
    while (last.next !== undefined) last = last.next;
    expect(Object.isFrozen(last)).toBe(true);
  });
});
