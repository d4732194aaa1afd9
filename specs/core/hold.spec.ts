/** Held replies: given by a later command, or by none. */
import {
  AskAbortedError, AskTimeoutError, createStore, hold, MailboxFullError, reply, StoreClosedError, ticket, type HoldOptions, type StoreOptions, type Ticket,
} from 'ownstate';
import { marbles, type Marbles } from 'ownstate/testing';
import { from, map, mergeMap, of, timer, VirtualTimeScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';

interface Shelf {
  readonly items: readonly string[];
  readonly waiting: readonly Ticket<string>[];
}

const empty: Shelf = { items: [], waiting: [] };

/** Books that are put on a shelf and taken from it; who comes to an empty one waits. */
const shelfOf = (options: StoreOptions, plan: Pick<HoldOptions<Shelf>, 'atShutdown'> = {}) => createStore({
  name: 'shelf',
  state: empty,
  commands: {
    put: ({ items, waiting: [first, ...rest] }, item: string, { after }) => {
      if (first === undefined) return { items: [...items, item], waiting: [] };
      after(() => first.answer(item));
      return { items, waiting: rest };
    },
    take: ({ items: [item, ...items], waiting }) => {
      if (item !== undefined) return reply({ items, waiting }, item);
      const place = ticket<string>();
      const gone = (state: Shelf) => ({ ...state, waiting: state.waiting.filter((other) => other !== place) });
      return hold({ items, waiting: [...waiting, place] }, place, { gone, ...plan });
    },
    refuse: ({ items, waiting: [first, ...rest] }, why: unknown, { after }) => {
      after(() => first?.refuse(why));
      return { items, waiting: rest };
    },
  },
  view: ({ items, waiting }) => `${items.join('')}/${waiting.length}`,
}, options);

const shelf = (m: Marbles, options: StoreOptions = {}, plan: Pick<HoldOptions<Shelf>, 'atShutdown'> = {}) =>
  m.watch(shelfOf({ scheduler: m.scheduler, ...options }, plan));

const site = { store: 'shelf', type: 'take', started: true };

describe('hold', () => {
  it('lets the reply wait for a later command, and the mailbox go on', marbles((m) => {
    const store = shelf(m);
    m.cold('                                            ---a ').subscribe((item) => store.tell.put(item));
    m.expect(store.ask.take()).toBeObservable('         ---(a|)');
    m.expect(store.select()).toBeObservable('           1--0 ', { 0: '/0', 1: '/1' });
  }));

  it('answers those who wait in the order in which the store says', marbles((m) => {
    const store = shelf(m);
    m.cold('                                            --a-b').subscribe((item) => store.tell.put(item));
    const takers = m.cold('                             xy|  ');
    m.expect(takers.pipe(mergeMap((who) => store.ask.take().pipe(map((item) => who + item))))).toBeObservable('--r-(s|)', { r: 'xa', s: 'yb' });
  }));

  it('shows the state before the reply settles', marbles((m) => {
    const store = shelf(m);
    m.cold('                                            --a').subscribe((item) => store.tell.put(item));
    m.expect(store.ask.take().pipe(map(() => store.snapshot()))).toBeObservable('--(s|)', { s: '/0' });
  }));

  it('answers a held ask before the ask of the command that answers it', () => {
    const store = shelfOf({});
    const seen: string[] = [];
    store.ask.take().subscribe((item) => seen.push(item));
    store.ask.put('a').subscribe(() => seen.push('put'));
    expect(seen).toEqual(['a', 'put']);
  });

  it('fails as the ticket is refused, and counts that', marbles((m) => {
    const store = shelf(m);
    m.cold('                                            --e').subscribe((why) => store.tell.refuse(why));
    m.expect(store.ask.take()).toBeObservable('         --#', {}, 'e');
    m.flush();
    expect(store.status()).toMatchObject({ failed: 1, replies: 0 });
  }));

  it('can be answered by its own handler', async () => {
    const store = createStore({
      state: 0,
      commands: {
        at: (n, _payload: void, { after }) => {
          const place = ticket<string>();
          after(() => place.answer('at once'));
          return hold(n + 1, place);
        },
      },
    });
    expect(await store.ask.at()).toBe('at once');
    expect(store.status().replies).toBe(0);
  });

  it('counts as a later reply while it waits', () => {
    const store = shelfOf({});
    store.tell.take();
    expect(store.status().replies).toBe(1);
    store.tell.put('a');
    expect(store.status().replies).toBe(0);
  });

  it('takes the first answer only', async () => {
    let place: Ticket<number> | undefined;
    const store = createStore({ state: 0, commands: { wait: (n) => hold(n, place = ticket<number>()) } });
    const answer = store.ask.wait();
    place!.answer(1);
    place!.answer(2);
    place!.refuse(new Error('late'));
    expect(await answer).toBe(1);
  });

  it('answers an ask of a handler that takes time', marbles((m) => {
    const store = m.store({
      state: [] as readonly Ticket<string>[],
      commands: {
        wait: (places) => timer(2).pipe(map(() => {
          const place = ticket<string>();
          return hold([...places, place], place);
        })),
        call: (places, _payload: void, { after }) => {
          after(() => places.forEach((place) => place.answer('now')));
          return [];
        },
      },
    });
    m.cold('                                    ----c').subscribe(() => store.tell.call());
    m.expect(store.ask.wait()).toBeObservable(' ----(n|)', { n: 'now' });
  }));
});

describe('an asker who gives up', () => {
  it('by its timeout leaves the state by `gone`', marbles((m) => {
    const store = shelf(m);
    m.expect(store.with({ timeout: 3 }).ask.take()).toBeObservable('---#', {}, new AskTimeoutError(site, 3));
    m.expect(store.select()).toBeObservable('                       1--0', { 0: '/0', 1: '/1' });
  }));

  it('by its signal leaves the state by `gone`', marbles((m) => {
    const store = shelf(m);
    const controller = new AbortController();
    m.cold('                                                        --a').subscribe(() => controller.abort('why'));
    m.expect(store.with({ signal: controller.signal }).ask.take()).toBeObservable('--#', {}, new AskAbortedError(site, 'why'));
    m.expect(store.select()).toBeObservable('                       1-0', { 0: '/0', 1: '/1' });
  }));

  it('isn\'t given what comes later', marbles((m) => {
    const store = shelf(m);
    store.with({ timeout: 2 }).ask.take().subscribe({ error: () => undefined });
    m.cold('                                    ---a').subscribe((item) => store.tell.put(item));
    m.expect(store.select()).toBeObservable('   1-0a', { 0: '/0', 1: '/1', a: 'a/0' });
  }));

  it('between the command that answers and its turn still leaves by `gone`, so that what was given can be taken back', () => {
    const clock = new VirtualTimeScheduler();
    const given: string[] = [];
    const store = createStore({
      state: undefined as Ticket<string> | undefined,
      commands: {
        wait: () => {
          const place = ticket<string>();
          return hold(place, place, { gone: (state) => (given.push(state === place ? 'still waits' : 'was answered'), state) });
        },
        work: (place) => timer(5, clock).pipe(map(() => place)),
        give: (place, _payload: void, { after }) => {
          after(() => place?.answer('it'));
          return undefined;
        },
      },
    }, { scheduler: clock });
    const errors: unknown[] = [];
    store.with({ timeout: 3 }).ask.wait().subscribe({ error: (error: unknown) => errors.push(error) });
    store.tell.work();
    store.tell.give();
    clock.flush();
    expect(errors).toEqual([new AskTimeoutError({ store: 'store', type: 'wait', started: true }, 3)]);
    expect(given).toEqual(['was answered']);
  });

  it('while its handler still worked is gone when it has done', marbles((m) => {
    const seen: string[] = [];
    const store = m.store({
      state: 0,
      commands: { wait: (n) => timer(4).pipe(map(() => hold(n + 1, ticket(), { gone: (now) => (seen.push('gone'), now + 10) }))) },
    });
    store.with({ timeout: 2 }).ask.wait().subscribe({ error: () => seen.push('timeout') });
    m.expect(store.select()).toBeObservable('0---(1b)', { 0: 0, 1: 1, b: 11 });
    m.flush();
    expect(seen).toEqual(['timeout', 'gone']);
  }));

  it('gets `gone` as one more numbered command, with a context', marbles((m) => {
    const store = m.store({
      state: 0,
      commands: {
        wait: (n) => hold(n, ticket(), { gone: (now, { tell }) => (tell('add'), now) }),
        add: (n) => n + 1,
      },
    });
    const handled = store.trace$.pipe(mergeMap((event) => event.kind === 'started' ? of(`${event.seq} ${event.type}`) : []));
    m.expect(handled).toBeObservable('--(ga)', { g: '2 wait', a: '3 add' });
    store.with({ timeout: 2 }).ask.wait().subscribe({ error: () => undefined });
  }));
});

describe('a store with held asks', () => {
  it('refuses more than its capacity of them, which `gone` is told', async () => {
    const store = shelfOf({ mailbox: { capacity: 1 } });
    void store.ask.take();
    await expect(store.ask.take()).rejects.toEqual(new MailboxFullError(site, 1));
    expect(store.snapshot()).toBe('/1');
  });

  it('waits for the answer when it shuts down', marbles((m) => {
    const store = m.store({
      state: undefined as Ticket<string> | undefined,
      commands: {
        wait: (_state, _payload: void, { timers }) => {
          const place = ticket<string>();
          timers.set('soon', 4, 'give');
          return hold(place, place);
        },
        give: (place, _payload: void, { after }) => (after(() => place?.answer('it')), undefined),
      },
      view: () => 0,
    });
    const reply$ = store.ask.wait();
    void store.shutdown();
    m.expect(reply$).toBeObservable('               ----(i|)', { i: 'it' });
    m.expect(store.select()).toBeObservable('       0---|   ', { 0: 0 });
  }));

  it('fails them with StoreClosedError when its shutdown takes too long, without `gone`', marbles((m) => {
    const store = shelf(m);
    const reply$ = store.ask.take();
    void store.shutdown({ timeout: 3 });
    m.expect(reply$).toBeObservable('               ---#', {}, new StoreClosedError(site));
    m.flush();
    expect(store.snapshot()).toBe('/1');
  }));

  it("doesn't wait for those that only fail at a shutdown", marbles((m) => {
    const store = shelf(m, {}, { atShutdown: 'fail' });
    const reply$ = store.ask.take();
    void store.shutdown();
    m.expect(reply$).toBeObservable('               #', {}, new StoreClosedError(site));
    m.expect(from(store.closed)).toBeObservable('   ');
    expect(store.status()).toMatchObject({ phase: 'closed', replies: 0 });
  }));

  it('waits for what else is in flight, and answers meanwhile also those that would fail', marbles((m) => {
    const store = m.store({
      state: [] as readonly Ticket<string>[],
      commands: {
        loose: (places) => {
          const place = ticket<string>();
          return hold([...places, place], place, { atShutdown: 'fail' });
        },
        work: (places, _payload: void, { after }) => timer(2).pipe(map(() => {
          after(() => places[0]?.answer('served'));
          return places.slice(1);
        })),
      },
      view: () => 0,
    });
    const [first, second] = [store.ask.loose(), store.ask.loose()];
    store.tell.work();
    void store.shutdown();
    m.expect(first).toBeObservable('                --(s|)', { s: 'served' });
    m.expect(second).toBeObservable('               --#', {}, new StoreClosedError({ store: 'store', type: 'loose', started: true }));
  }));
});

describe('a ticket', () => {
  it('answers nothing within a handler, since the state is to be shown before', async () => {
    const store = createStore({
      state: 0,
      commands: {
        early: (n) => {
          const place = ticket<number>();
          place.answer(1);
          return hold(n, place);
        },
      },
    });
    await expect(store.ask.early()).rejects.toThrow('Expected a ticket to be answered in `context.after`, got an answer within a handler');
  });

  it('is for one ask', async () => {
    const place = ticket<number>();
    const store = createStore({ state: 0, commands: { wait: (n) => hold(n, place) } });
    const first = store.ask.wait();
    await expect(store.ask.wait()).rejects.toThrow('Expected `place` to be a ticket that is not taken, got [object Object]');
    place.answer(1);
    expect(await first).toBe(1);
  });

  it.each([
    ['no ticket', () => hold(0, {} as never), 'Expected `place` to be a ticket that is not taken, got [object Object]'],
    ['options that are none', () => hold(0, ticket(), null as never), 'Expected `options` to be an object, got null'],
    ['a `gone` that is no function', () => hold(0, ticket(), { gone: 1 as never }), 'Expected `gone` to be a function, got 1'],
    ['an unknown policy', () => hold(0, ticket(), { atShutdown: 'x' as never }), "Expected `atShutdown` to be one of wait, fail, got 'x'"],
  ])('is refused with %s', (_what, make, message) => {
    expect(make).toThrow(new TypeError(message));
  });

  it('that was never held answers nothing', () => {
    expect(() => ticket<number>().answer(1)).not.toThrow();
  });
});
