/** What an optimistic definition shows, and when: guesses, results, failures, and what is folded again. */
import { createStore, effect, focus, hold, reply, replyLater, ticket, type, type Outcome, type Ticket } from 'ownstate';
import { attempt, CommandDroppedError, LogFullError, optimistic } from 'ownstate/app';
import { marbles } from 'ownstate/testing';
import { asyncScheduler, concat, EMPTY, map, of, Subject, throwError, timer, type Observable, type SchedulerLike } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';

/** A server that answers when it's told to. */
function server() {
  const open = new Map<string, Subject<number>>();
  const asked: string[] = [];
  return {
    asked,
    ask: (what: string) => {
      const answer = new Subject<number>();
      open.set(what, answer);
      asked.push(what);
      return answer;
    },
    answer: (what: string, value = 1) => {
      const answer = open.get(what)!;
      answer.next(value);
      answer.complete();
    },
    fail: (what: string, error: unknown = new Error(`${what} failed`)) => open.get(what)!.error(error),
  };
}

type List = readonly string[];

/** The scheduler of all, by another clock. */
const clocked = (now: () => number): SchedulerLike => Object.assign(Object.create(asyncScheduler) as SchedulerLike, { now });

function lists(options: Parameters<typeof createStore>[1] & { limit?: number } = {}) {
  const api = server();
  const { limit, ...others } = options;
  const store = createStore(optimistic({
    name: 'list',
    state: () => [] as List,
    commands: {
      add: (list, what: string) => attempt([...list, what], { run: () => api.ask(what) }),
      create: (list, what: string) => attempt([...list, `${what}?`], {
        run: () => api.ask(what),
        done: (before, id) => reply([...before, `${what}#${id}`], id),
        failed: (now, error) => [...now, (error as Error).message],
      }),
      note: (list, what: string) => reply([...list, what], list.length),
      remove: (list, what: string) => {
        if (!list.includes(what)) throw new RangeError(`there is no ${what}`);
        return list.filter((other) => other !== what);
      },
      spoil: (): List => { throw new RangeError('spoilt'); },
    },
    queries: { size: (list) => list.length },
    view: (list) => list.join(' '),
  }, limit === undefined ? {} : { limit }), others);
  const errors: unknown[] = [];
  store.errors$.subscribe(({ error }) => errors.push(error));
  return { store, api, errors };
}

describe('an attempt', () => {
  it('is shown at once, and stays when its work is done; its result is the reply', async () => {
    const { store, api } = lists();
    const views: string[] = [];
    store.select().subscribe((view) => views.push(view));
    const added = store.ask.add('a');
    expect(store.snapshot()).toBe('a');
    api.answer('a', 7);
    expect(await added).toBe(7);
    expect(views).toEqual(['', 'a']);
  });

  it('is taken back when its work fails; the asker gets the error', async () => {
    const { store, api } = lists();
    const added = store.ask.add('a');
    api.fail('a');
    await expect(added).rejects.toThrow('a failed');
    expect(store.snapshot()).toBe('');
  });

  it('is in place of its guess what done gives of the state before it', async () => {
    const { store, api } = lists();
    store.tell.note('a');
    const created = store.ask.create('b');
    store.tell.note('c');
    expect(store.snapshot()).toBe('a b? c');
    api.answer('b', 5);
    expect(await created).toBe(5);
    expect(store.snapshot()).toBe('a b#5 c');
  });

  it('tells by failed of its error, into the state as it is by then', async () => {
    const { store, api } = lists();
    const created = store.ask.create('b');
    store.tell.note('c');
    api.fail('b');
    await expect(created).rejects.toThrow('b failed');
    expect(store.snapshot()).toBe('c b failed');
  });

  it('may reply by failed', async () => {
    const store = createStore(optimistic({
      state: 0,
      commands: { add: (n) => attempt(n + 1, { run: () => throwError(() => new Error('no')), failed: (now, error) => reply(now, (error as Error).message) }) },
    }));
    expect(await store.ask.add()).toBe('no');
    expect(store.snapshot()).toBe(0);
  });

  it('takes the last value of an Observable, undefined of an empty one, and what run throws as its error', async () => {
    const store = createStore(optimistic({
      state: 0,
      commands: {
        last: (n) => attempt(n, { run: () => of(1, 2, 3) }),
        none: (n) => attempt(n, { run: () => EMPTY as Observable<number> }),
        thenable: (n) => attempt(n, { run: (): PromiseLike<string> => ({ then: (...how) => Promise.resolve('then').then(...how) }) }),
        throws: (n) => attempt(n + 1, { run: (): Promise<number> => { throw new RangeError('no'); } }),
        nothing: (n) => attempt(n + 1, { run: () => 5 as never }),
      },
    }));
    expect([await store.ask.last(), await store.ask.none(), await store.ask.thenable()]).toEqual([3, undefined, 'then']);
    await expect(store.ask.throws()).rejects.toThrow('no');
    await expect(store.ask.nothing().then(() => store.snapshot())).resolves.toBe(1);
    expect(store.snapshot()).toBe(1);
  });

  it('whose done throws is taken back; the asker gets that error', async () => {
    const api = server();
    const store = createStore(optimistic({
      state: [] as List,
      commands: {
        add: (list, what: string) => attempt([...list, what], { run: () => api.ask(what), done: (): List => { throw new RangeError('odd'); } }),
        late: (list, what: string) => attempt([...list, what], { run: () => api.ask(what), done: (() => timer(5)) as never }),
        note: (list, what: string) => [...list, what],
      },
    }));
    for (const [type, message] of [['add', 'odd'], ['late', 'Expected `late` to be a handler that answers at once, since attempts are in flight, got [object Object]']] as const) {
      const added = store.ask[type]('a');
      store.tell.note('b');
      api.answer('a');
      await expect(added).rejects.toThrow(message);
    }
    expect(store.snapshot()).toEqual(['b', 'b']);
  });

  it('whose failed throws, waits or attempts once more is taken back all the same; what it throws is reported', async () => {
    const api = server();
    const failing = (failed: () => unknown) => (n: number) => attempt(n + 1, { run: () => api.ask('x'), failed: failed as (now: number) => number });
    const store = createStore(optimistic({
      name: 'n',
      state: 0,
      commands: {
        throws: failing(() => { throw new RangeError('odd'); }),
        waits: failing(async () => 5),
        tries: failing(() => attempt(5, { run: () => api.ask('y') })),
      },
    }));
    const errors: string[] = [];
    store.errors$.subscribe(({ error }) => errors.push((error as Error).message));
    for (const type of ['throws', 'waits', 'tries'] as const) {
      const tried = store.ask[type]();
      api.fail('x');
      await expect(tried).rejects.toThrow('x failed');
      expect(store.snapshot()).toBe(0);
    }
    expect(errors).toEqual(['odd', ...[1, 2].map(() => expect.stringContaining('to be a handler that answers at once') as string)]);
    expect(api.asked).toEqual(['x', 'x', 'x']);
  });

  it('may lead to another one by done: the guess goes on in its place', async () => {
    const api = server();
    const store = createStore(optimistic({
      state: [] as List,
      commands: {
        add: (list, what: string) => attempt([...list, what], {
          run: () => api.ask('first'),
          done: (before: List) => attempt([...before, `${what}!`], { run: () => api.ask('second') }),
        }),
        note: (list, what: string) => [...list, what],
      },
    }));
    const added = store.ask.add('a');
    store.tell.note('b');
    api.answer('first');
    expect(store.snapshot()).toEqual(['a!', 'b']);
    api.fail('second');
    await expect(added).rejects.toThrow('second failed');
    expect(store.snapshot()).toEqual(['b']);
  });

  it('that is told fails on errors$', () => {
    const { store, api, errors } = lists();
    store.tell.add('a');
    api.fail('a');
    expect(errors).toMatchObject([{ message: 'a failed' }]);
    expect(store.snapshot()).toBe('');
  });

  it('goes on by virtual time', marbles((m) => {
    const store = m.store(optimistic({
      state: 'a',
      commands: {
        set: (_state, to: string) => attempt(to, { run: () => m.cold('---x|') }),
        fail: (_state, to: string) => attempt(to, { run: () => m.cold('--#') }),
      },
    }));
    const sets = m.cold('  -s-------|');
    const fails = m.cold(' --f------|');
    const views = '        abc-b----';
    sets.subscribe(() => store.tell.set('b'));
    fails.subscribe(() => store.ask.fail('c').subscribe({ error: () => undefined }));
    m.expect(store.select(), '^--------!').toBeObservable(views, { a: 'a', b: 'b', c: 'c' });
  }));
});

describe('what is in the place of a guess', () => {
  /** Whoever sees `go` begins another attempt, and then ends the work: as the result comes, there's no room. */
  function crowded(done: (before: List) => Outcome<List, unknown>) {
    const api = server();
    const store = createStore(optimistic({
      name: 'list',
      state: [] as List,
      commands: {
        add: (list) => attempt([...list, 'guess'], { run: () => api.ask('x'), done }),
        other: (list) => attempt([...list, 'other'], { run: () => api.ask('y') }),
        note: (list, what: string) => [...list, what],
      },
    }, { limit: 3 }), { mailbox: { capacity: 1 } });
    const errors: unknown[] = [];
    store.errors$.subscribe(({ error, quiet }) => errors.push([(error as { code?: string }).code, quiet]));
    let gone = false;
    store.select((list) => list.includes('go')).subscribe((go) => {
      if (!go || gone) return;
      gone = true;
      store.tell.other();
      api.answer('x');
    });
    return { store, api, errors };
  }

  const refusable: [string, (before: List) => Outcome<List, unknown>][] = [
    ['an attempt', (before) => attempt([...before, 'second'], { run: async () => 2 })],
    ['an effect', (before) => effect([...before, 'second'], { run: async () => 2, done: (now: List) => now })],
    ['a later reply', (before) => replyLater([...before, 'second'], Promise.resolve(2))],
  ];

  it.each(refusable)('by %s that there is no room for is taken back: no guess stays for ever', async (_what, done) => {
    const { store, api } = crowded(done);
    const added = store.ask.add();
    store.tell.note('go');
    await expect(added).rejects.toMatchObject({ code: 'MAILBOX_FULL', type: 'add' });
    expect(store.snapshot()).toEqual(['go', 'other']);
    api.answer('y');
    for (let n = 0; n < 4; n++) store.tell.note('n');
    expect(store.snapshot()).toEqual(['go', 'other', 'n', 'n', 'n', 'n']);
  });

  it('by an attempt that there is no room for is the decision of the store, also for a tell', () => {
    const { store, errors } = crowded((before) => attempt([...before, 'second'], { run: async () => 2 }));
    store.tell.add();
    store.tell.note('go');
    expect([store.snapshot(), errors]).toEqual([['go', 'other'], [['MAILBOX_FULL', true]]]);
  });

  it('goes on where there is room, by a later reply as well', async () => {
    const store = createStore(optimistic({
      state: [] as List,
      commands: { add: (list) => attempt([...list, 'guess'], { run: async () => 1, done: (before) => replyLater([...before, 'sure'], Promise.resolve('late')) }) },
    }));
    expect(await store.ask.add()).toBe('late');
    expect(store.snapshot()).toEqual(['sure']);
  });
});

describe('what comes behind an attempt', () => {
  it('is kept when the attempt fails: commands, attempts and results of effects', async () => {
    const api = server();
    const store = createStore(optimistic({
      state: [] as List,
      commands: {
        add: (list, what: string) => attempt([...list, what], { run: () => api.ask(what) }),
        note: (list, what: string) => [...list, what],
        load: (list, what: string) => effect([...list, '…'], { run: () => api.ask(what), done: (now: List, n) => reply([...now, `${what}${n}`], n) }),
      },
    }));
    const a = store.ask.add('a');
    store.tell.note('b');
    const loaded = store.ask.load('c');
    store.tell.add('d');
    api.answer('c', 9);
    expect(await loaded).toBe(9);
    expect(store.snapshot()).toEqual(['a', 'b', '…', 'd', 'c9']);
    api.fail('a');
    await expect(a).rejects.toThrow('a failed');
    expect(store.snapshot()).toEqual(['b', '…', 'd', 'c9']);
    api.answer('d');
    expect(store.snapshot()).toEqual(['b', '…', 'd', 'c9']);
  });

  it('is answered on the state as it was shown', async () => {
    const { store } = lists();
    store.tell.add('a');
    expect(await store.ask.note('b')).toBe(1);
    expect(await store.ask.size()).toBe(2);
  });

  it('fails as ever, and is not tried again', async () => {
    const { store, api } = lists();
    store.tell.add('a');
    await expect(store.ask.remove('b')).rejects.toThrow('there is no b');
    await expect(store.ask.spoil()).rejects.toThrow('spoilt');
    api.answer('a');
    expect(store.snapshot()).toBe('a');
  });

  it('is dropped where it can not be folded again, and CommandDroppedError says so', () => {
    const { store, api, errors } = lists();
    store.ask.add('a').subscribe({ error: () => undefined });
    store.tell.note('b');
    store.tell.remove('a');
    expect(store.snapshot()).toBe('b');
    api.fail('a');
    expect(store.snapshot()).toBe('b');
    expect(errors).toHaveLength(1);
    expect(errors[0]).toBeInstanceOf(CommandDroppedError);
    expect(errors[0]).toMatchObject({
      name: 'CommandDroppedError', code: 'COMMAND_DROPPED', store: 'list', type: 'remove', started: true,
      message: 'list.remove: its change is dropped, since it can\'t be folded again without a command that failed',
      cause: { message: 'there is no a' },
    });
  });

  it('is told of once, however often it can not be folded', () => {
    const { store, api, errors } = lists();
    for (const what of ['a', 'b', 'c']) store.ask.add(what).subscribe({ error: () => undefined });
    store.tell.remove('c');
    for (const what of ['c', 'b']) api.fail(what);
    expect(errors).toHaveLength(1);
    api.answer('a');
    expect([store.snapshot(), errors.length]).toEqual(['a', 1]);
  });

  it('and is in flight itself is not dropped: its reply tells', async () => {
    const api = server();
    const errors: unknown[] = [];
    const store = createStore(optimistic({
      state: [] as List,
      commands: {
        add: (list, what: string) => attempt([...list, what], { run: () => api.ask(what) }),
        double: (list, what: string) => {
          if (!list.includes(what)) throw new RangeError(`there is no ${what}`);
          return attempt([...list, what], { run: () => api.ask(`2 ${what}`) });
        },
      },
    }));
    store.errors$.subscribe(({ error }) => errors.push(error));
    const a = store.ask.add('a');
    const twice = store.ask.double('a');
    api.fail('a');
    await expect(a).rejects.toThrow();
    expect(store.snapshot()).toEqual([]);
    api.answer('2 a');
    await expect(twice).rejects.toThrow('there is no a');
    expect(errors).toEqual([]);
  });

  it('and is in flight itself is as ever where it fits again in the end, and by done in any case', async () => {
    const api = server();
    const store = createStore(optimistic({
      state: [] as List,
      commands: {
        add: (list, what: string) => attempt([...list, what], { run: () => api.ask(what) }),
        even: (list, what: string) => {
          if (list.length % 2 === 1) throw new RangeError('odd');
          return attempt([...list, what], { run: () => api.ask(what) });
        },
        odd: (list, what: string) => {
          if (list.length % 2 === 0) throw new RangeError('even');
          return attempt([...list, what], { run: () => api.ask(what), done: (before, id) => reply([...before, `${what}${id}`], before.join()) });
        },
      },
    }));
    for (const what of ['a', 'b']) store.ask.add(what).subscribe({ error: () => undefined });
    const even = store.ask.even('c');
    const odd = store.ask.odd('d');
    api.fail('a');
    expect(store.snapshot()).toEqual(['b', 'd']);
    api.fail('b');
    expect(store.snapshot()).toEqual(['c', 'd']);
    api.answer('c', 3);
    expect(await even).toBe(3);

    store.ask.add('e').subscribe({ error: () => undefined });
    const last = store.ask.odd('f');
    api.fail('e');
    expect(store.snapshot()).toEqual(['c', 'd']);
    api.answer('f', 6);
    expect(await last).toBe('c,d');
    expect(store.snapshot()).toEqual(['c', 'd', 'f6']);
    api.answer('d', 4);
    expect(await odd).toBe('c');
    expect(store.snapshot()).toEqual(['c', 'd4', 'f6']);
  });

  it('and is dropped after its result came is told of, also where its guess did not fit by then', () => {
    const api = server();
    const errors: unknown[] = [];
    const needing = (list: List, what: string) => {
      if (!list.includes(what)) throw new RangeError(`there is no ${what}`);
      return list;
    };
    const store = createStore(optimistic({
      state: [] as List,
      commands: {
        add: (list, what: string) => attempt([...list, what], { run: () => api.ask(what) }),
        both: (list) => attempt([...needing(list, 'b'), 'c'], { run: () => api.ask('c'), done: (before) => [...needing(before, 'a'), 'c!'] }),
      },
    }));
    store.errors$.subscribe(({ error }) => errors.push(error));
    for (const what of ['a', 'b']) store.ask.add(what).subscribe({ error: () => undefined });
    store.tell.both();
    api.fail('b');
    api.answer('c');
    expect([store.snapshot(), errors]).toEqual([['a', 'c!'], []]);
    api.fail('a');
    expect(store.snapshot()).toEqual([]);
    expect(errors).toMatchObject([{ code: 'COMMAND_DROPPED', type: 'both', cause: { message: 'there is no a' } }]);
  });

  it('is final when those before it are: what fails then takes back itself only', () => {
    const { store, api, errors } = lists({ limit: 3 });
    store.ask.add('a').subscribe({ error: () => undefined });
    store.tell.note('b');
    store.ask.add('c').subscribe({ error: () => undefined });
    api.answer('a');
    store.tell.note('d');
    store.tell.note('e');
    api.fail('c');
    store.tell.note('f');
    expect(store.snapshot()).toBe('a b d e f');
    expect(errors).toEqual([]);
  });
});

describe('a handler that is folded again', () => {
  it('announces, tells, sets and does nothing a second time, and runs no work', () => {
    const api = server();
    const done: string[] = [];
    const store = createStore(optimistic({
      state: 0,
      events: type<string>(),
      commands: {
        try: (n, what: string) => attempt(n + 1, { run: () => api.ask(what) }),
        add: (n, _payload: void, { emit, tell, after, timers, signal, stop }) => {
          emit('added');
          tell('note');
          after(() => done.push('after'));
          timers.set('later', 1e6, 'note');
          timers.clear('later');
          if (n === 0) stop();
          return effect(signal.aborted ? -1 : n * 2, { run: () => api.ask('effect'), done: (now: number) => now });
        },
        note: (n) => n,
      },
    }));
    store.commands$.subscribe(({ type }) => done.push(type));
    const events: string[] = [];
    store.events$.subscribe((event) => events.push(event));
    store.ask.try('x').subscribe({ error: () => undefined });
    store.tell.add();
    expect(store.snapshot()).toBe(2);
    api.fail('x');
    expect(store.snapshot()).toBe(0);
    expect([events, done, api.asked, store.status().phase]).toEqual([['added'], ['try', 'add', 'after', 'note'], ['x', 'effect'], 'open']);
    api.answer('effect');
  });

  it('reads the same time', () => {
    let time = 1000;
    const scheduler = clocked(() => time++);
    const api = server();
    const store = createStore(optimistic({
      state: [] as readonly (readonly number[])[],
      commands: {
        try: (list) => attempt([...list, []], { run: () => api.ask('x') }),
        stamp: (list, _payload: void, { now }) => [...list, [now(), now()]],
        plain: (list) => [...list, []],
      },
    }), { scheduler });
    store.ask.try().subscribe({ error: () => undefined });
    store.tell.stamp();
    const [, [first, second] = []] = store.snapshot();
    expect(first).toBe(second);
    store.tell.plain();
    api.fail('x');
    expect(store.snapshot()).toEqual([[first, first], []]);
  });

  it('reads the time of the first time, also where it reads it only now', () => {
    let time = 5;
    const api = server();
    const store = createStore(optimistic({
      state: [] as readonly number[],
      commands: {
        try: (list) => attempt([...list, 0], { run: () => api.ask('x') }),
        stamp: (list, _payload: void, { now }) => list.length === 0 ? [now()] : [...list, 1],
      },
    }), { scheduler: clocked(() => time) });
    store.ask.try().subscribe({ error: () => undefined });
    store.tell.stamp();
    time = 9;
    api.fail('x');
    expect(store.snapshot()).toEqual([5]);
  });

  it('reads the time as it goes on in its work', () => {
    let read: () => number = () => 0;
    let time = 5;
    const store = createStore(optimistic({
      state: 0,
      commands: { keep: (n, _payload: void, { now }) => (now(), read = now, n) },
    }), { scheduler: clocked(() => time) });
    store.tell.keep();
    time = 9;
    expect(read()).toBe(9);
  });

  it('can not reach other stores: via is for run', () => {
    const other = createStore({ state: 0, commands: { add: (n) => reply(n + 1, n + 1) } });
    const api = server();
    const errors: unknown[] = [];
    const store = createStore(optimistic({
      state: 0,
      commands: {
        try: (n) => attempt(n + 1, { run: () => api.ask('x') }),
        early: (n, _payload: void, { via }) => (via(other), n + 10),
        late: (n, _payload: void, { via }) => attempt(n + 100, { run: () => via(other).ask.add() }),
      },
    }));
    store.errors$.subscribe(({ error }) => errors.push(error));
    store.ask.try().subscribe({ error: () => undefined });
    store.tell.early();
    store.tell.late();
    api.fail('x');
    expect([store.snapshot(), other.snapshot()]).toEqual([100, 1]);
    expect(errors).toMatchObject([{ code: 'COMMAND_DROPPED', type: 'early', cause: { message: 'Expected `via` to be called in `run`, got a call in a handler that is folded again' } }]);
  });

  it('and throws resets nothing, even if handlers that throw do', () => {
    const api = server();
    const store = createStore(optimistic({
      name: 'list',
      state: () => [] as List,
      commands: {
        add: (list, what: string) => attempt([...list, what], { run: () => api.ask(what) }),
        double: (list, what: string) => {
          if (!list.includes(what)) throw new RangeError(`there is no ${what}`);
          return attempt([...list, what], { run: () => api.ask(`2 ${what}`) });
        },
        note: (list, what: string) => [...list, what],
      },
    }), { onHandlerError: 'reset' });
    const errors: unknown[] = [];
    store.errors$.subscribe(({ error, quiet }) => errors.push([(error as Error).message, quiet]));
    store.tell.note('kept');
    store.ask.add('a').subscribe({ error: () => undefined });
    store.tell.double('a');
    api.fail('a');
    api.answer('2 a');
    expect([store.snapshot(), errors]).toEqual([['kept'], [['there is no a', false]]]);
  });

  it('is not called where the state before it is the same', () => {
    const api = server();
    const handled = vi.fn((n: number) => n + 1);
    const store = createStore(optimistic({ state: 0, commands: { try: (n) => attempt(n, { run: () => api.ask('x') }), add: handled } }));
    store.ask.try().subscribe({ error: () => undefined });
    store.tell.add();
    api.fail('x');
    expect(handled).toHaveBeenCalledTimes(1);
  });
});

interface Wait { readonly n: number; readonly places: readonly Ticket<number>[] }

const idle: Wait = { n: 0, places: [] };

describe('what can not be folded again', () => {
  function waiting() {
    const api = server();
    const gone: string[] = [];
    const store = createStore(optimistic({
      name: 'wait',
      state: idle,
      commands: {
        try: (now) => attempt({ ...now, n: now.n + 1 }, { run: () => api.ask('x') }),
        promise: async (now, by: number) => reply({ ...now, n: now.n + by }, by),
        reject: (): Promise<Wait> => Promise.reject(new Error('nobody waits')),
        observe: (now) => concat(of({ ...now, n: 10 }), of(reply({ ...now, n: 20 }, 'observed'))),
        hold: (now) => {
          const place = ticket<number>();
          return hold({ ...now, places: [...now.places, place] }, place, { gone: (then) => (gone.push('gone'), { ...then, places: [] }) });
        },
        give: ({ n, places: [first, ...places] }, value: number, { after }) => {
          after(() => first?.answer(value));
          return { n, places };
        },
        later: (now) => replyLater({ ...now, n: now.n + 5 }, timer(1).pipe(map(() => 'later'))),
        async: async (now) => attempt(now, { run: () => api.ask('y') }),
        load: async (now) => effect({ ...now, n: now.n + 1 }, { run: () => api.ask('z'), done: (then: Wait, n) => ({ ...then, n: then.n * n }) }),
      },
      view: ({ n }) => n,
    }));
    return { store, api, gone };
  }

  it.each([['promise', '[object Promise]'], ['reject', '[object Promise]'], ['observe', '[object Object]'], ['hold', '[object Object]']] as const)(
    '%s fails with a TypeError while an attempt is in flight, and changes nothing', async (type, shown) => {
      const { store, api } = waiting();
      store.tell.try();
      const tried: Promise<unknown> = Promise.resolve(store.send({ type, payload: 5 } as never));
      await expect(tried).rejects.toThrow(TypeError);
      await expect(tried).rejects.toThrow(`Expected \`${type}\` to be a handler that answers at once, since attempts are in flight, got ${shown}`);
      expect(store.snapshot()).toBe(1);
      api.answer('x');
      await store.shutdown();
      expect(store.snapshot()).toBe(1);
    });

  it('leaves the failure of what it gave, the reply of another store, to that one', async () => {
    const other = createStore({ name: 'other', state: 0, commands: { fail: async (): Promise<number> => { throw new Error('down'); } } });
    const told = new Promise((resolve) => other.errors$.subscribe(({ error }) => resolve(error)));
    const store = createStore(optimistic({
      state: 0,
      commands: { try: (n) => attempt(n, { run: () => new Subject() }), pass: (): Outcome<number, unknown> => other.ask.fail() as never },
    }));
    store.tell.try();
    await expect(store.ask.pass()).rejects.toThrow('to be a handler that answers at once');
    expect(await told).toEqual(new Error('down'));
  });

  it('is welcome while none is', async () => {
    const { store, gone } = waiting();
    expect(await store.ask.promise(5)).toBe(5);
    expect(await store.ask.observe()).toBe('observed');
    expect(store.snapshot()).toBe(20);
    const held = store.ask.hold();
    store.tell.give(7);
    expect(await held).toBe(7);
    const late = store.with({ timeout: 1 }).ask.hold();
    await expect(late).rejects.toMatchObject({ code: 'ASK_TIMEOUT' });
    expect(gone).toEqual(['gone']);
  });

  it('is not a later reply', async () => {
    const { store, api } = waiting();
    store.ask.try().subscribe({ error: () => undefined });
    const later = store.ask.later();
    expect(store.snapshot()).toBe(6);
    api.fail('x');
    expect(store.snapshot()).toBe(5);
    expect(await later).toBe('later');
  });

  it('is an attempt that a Promise gives: it fails with a TypeError', async () => {
    const { store, api } = waiting();
    await expect(store.ask.async()).rejects.toThrow('Expected an attempt to be given at once by a command of an optimistic definition, got one elsewhere');
    expect(api.asked).toEqual([]);
  });

  it('may lead to an effect, whose result is folded like a command', async () => {
    const { store, api } = waiting();
    const loaded = store.ask.load();
    await vi.waitFor(() => expect(api.asked).toEqual(['z']));
    store.ask.try().subscribe({ error: () => undefined });
    api.answer('z', 10);
    await loaded;
    expect(store.snapshot()).toBe(20);
    api.fail('x');
    expect(store.snapshot()).toBe(10);
  });

  it('is dropped if it turns out so when it is folded again', () => {
    const api = server();
    const errors: unknown[] = [];
    const store = createStore(optimistic({
      state: 0,
      commands: {
        try: (n) => attempt(n + 1, { run: () => api.ask('x') }),
        odd: (n): number | Promise<number> => n === 0 ? Promise.reject(new Error('nobody waits')) : n + 10,
      },
    }));
    store.errors$.subscribe(({ error }) => errors.push(error));
    store.ask.try().subscribe({ error: () => undefined });
    store.tell.odd();
    api.fail('x');
    expect(store.snapshot()).toBe(0);
    expect(errors).toMatchObject([{ code: 'COMMAND_DROPPED', type: 'odd', cause: { message: expect.stringContaining('Expected `odd` to be a handler that answers at once') as string } }]);
  });
});

describe('an attempt elsewhere', () => {
  it('fails its command with a TypeError, and changes nothing', async () => {
    const run = vi.fn(async () => 1);
    const store = createStore({ state: 0, commands: { add: (n) => attempt(n + 1, { run }) } });
    await expect(store.ask.add()).rejects.toThrow(TypeError);
    expect([store.snapshot(), run.mock.calls.length]).toEqual([0, 0]);
  });

  it('is a mistake that a tell does not keep to itself', () => {
    const store = createStore({ state: 0, commands: { add: (n) => attempt(n + 1, { run: async () => 1 }) } });
    const errors: unknown[] = [];
    store.errors$.subscribe(({ error, quiet }) => errors.push([error, quiet]));
    store.tell.add();
    expect(errors).toEqual([[expect.any(TypeError), false]]);
  });

  it('as by done or failed of an effect fails the command: its work would never end', async () => {
    const api = server();
    const run = vi.fn(async () => 1);
    const store = createStore(optimistic({
      state: 0,
      commands: {
        load: (n, what: string) => effect(n, {
          policy: 'merge', run: () => api.ask(what), done: (now: number) => attempt(now + 1, { run }), failed: (now) => attempt(now + 1, { run }),
        }),
        add: (n) => n + 10,
      },
    }, { limit: 1 }));
    const loads = ['a', 'b'].map((what) => store.ask.load(what));
    api.answer('a');
    api.fail('b');
    for (const load of loads) await expect(load).rejects.toThrow('Expected an attempt to be given at once by a command of an optimistic definition');
    for (let times = 0; times < 3; times++) await store.ask.add();
    expect([store.snapshot(), run.mock.calls.length]).toEqual([30, 0]);
  });

  it('is welcome behind focus', async () => {
    const api = server();
    const list = { get: ({ list }: { readonly list: List }) => list, set: (whole: { readonly list: List }, part: List) => ({ ...whole, list: part }) };
    const store = createStore(optimistic({
      state: { list: [] as List },
      commands: {
        add: focus((part: List, what: string) => attempt([...part, what], {
          run: () => api.ask(what), done: (before: List, id) => reply([...before, `${what}${id}`], id), failed: (now) => [...now, 'failed'],
        }), list),
      },
    }));
    const added = store.ask.add('a');
    store.ask.add('b').subscribe({ error: () => undefined });
    api.answer('a', 1);
    expect(await added).toBe(1);
    api.fail('b');
    expect(store.snapshot()).toEqual({ list: ['a1', 'failed'] });
  });
});

describe('the log', () => {
  it('is full after `limit` commands: others fail with LogFullError until the oldest attempt has ended', async () => {
    const { store, api } = lists({ limit: 3 });
    const added = store.ask.add('a');
    store.tell.note('b');
    store.tell.create('c');
    const full = store.ask.note('d');
    await expect(full).rejects.toThrow(LogFullError);
    await expect(full).rejects.toMatchObject({
      name: 'LogFullError', code: 'LOG_FULL', limit: 3, store: 'list', type: 'note', started: true,
      message: 'list.note: the oldest attempt is still in flight after 3 commands',
    });
    await expect(store.ask.add('e')).rejects.toThrow(LogFullError);
    expect(await store.ask.size()).toBe(3);
    api.answer('a');
    await added;
    expect(await store.ask.note('d')).toBe(3);
    expect(store.snapshot()).toBe('a b c? d');
  });

  it('is full by the decision of the store: nothing is reset, and a tell brings nothing down', () => {
    const { store } = lists({ limit: 1, onHandlerError: 'reset' });
    const errors: unknown[] = [];
    store.errors$.subscribe(({ error, quiet }) => errors.push([error, quiet]));
    store.tell.add('a');
    store.tell.note('b');
    expect([store.snapshot(), errors]).toEqual(['a', [[expect.any(LogFullError), true]]]);
  });

  it('takes results beyond it', async () => {
    const { store, api } = lists({ limit: 2 });
    store.tell.add('a');
    const created = store.ask.create('b');
    api.fail('b');
    await expect(created).rejects.toThrow('b failed');
    expect(store.snapshot()).toBe('a b failed');
    await expect(store.ask.note('c')).rejects.toThrow(LogFullError);
    api.answer('a');
    expect(await store.ask.note('c')).toBe(2);
  });

  it('holds 1,000 unless said otherwise', async () => {
    const { store } = lists();
    store.tell.add('a');
    for (let n = 1; n < 1000; n++) store.tell.note('b');
    await expect(store.ask.note('b')).rejects.toMatchObject({ limit: 1000 });
  });

  it('holds any number by a limit of Infinity', async () => {
    const { store } = lists({ limit: Infinity });
    store.tell.add('a');
    for (let n = 1; n < 1500; n++) store.tell.note('b');
    expect(await store.ask.size()).toBe(1500);
  });

  it('is empty while nothing is in flight, however many come', async () => {
    const { store } = lists({ limit: 1 });
    for (let n = 0; n < 100; n++) store.tell.note('b');
    expect(await store.ask.size()).toBe(100);
  });
});

describe('the end', () => {
  it('of a store waits for attempts, and shows what they have come to', async () => {
    const { store, api } = lists();
    store.ask.add('a').subscribe({ error: () => undefined });
    const created = store.ask.create('b');
    const closed = store.shutdown();
    api.fail('a');
    expect(store.status().phase).toBe('draining');
    api.answer('b', 2);
    await closed;
    expect(await created).toBe(2);
    expect(store.snapshot()).toBe('b#2');
  });

  it('by an abort leaves what was shown, guesses too, and fails the asks', async () => {
    const controller = new AbortController();
    const { store, api } = lists({ signal: controller.signal });
    const added = store.ask.add('a');
    const views: string[] = [];
    store.select().subscribe({ next: (view) => views.push(view), complete: () => views.push('end') });
    controller.abort();
    await expect(added).rejects.toMatchObject({ code: 'STORE_CLOSED' });
    api.fail('a');
    expect(views).toEqual(['a', 'end']);
    expect(store.snapshot()).toBe('a');
  });

  it('of an asker\'s patience does not end the attempt: what comes is folded', async () => {
    const { store, api } = lists();
    const added = store.with({ timeout: 1 }).ask.create('a');
    await expect(added).rejects.toMatchObject({ code: 'ASK_TIMEOUT', started: true });
    expect(store.snapshot()).toBe('a?');
    api.answer('a', 3);
    expect(store.snapshot()).toBe('a#3');
  });

  it('of the state by onHandlerError: what is in flight then comes to the state as it is', async () => {
    const { store, api } = lists({ onHandlerError: 'reset' });
    const [added, created] = [store.ask.add('a'), store.ask.create('b')];
    const late = store.ask.create('c');
    await expect(store.ask.spoil()).rejects.toThrow('spoilt');
    expect(store.snapshot()).toBe('');
    api.answer('a', 1);
    api.answer('b', 2);
    api.fail('c');
    expect([await added, await created, store.snapshot()]).toEqual([1, 2, 'b#2 c failed']);
    await expect(late).rejects.toThrow('c failed');
  });

  it('of the room for effects refuses an attempt, which is not shown then', async () => {
    const { store, api } = lists({ mailbox: { capacity: 1 } });
    store.tell.add('a');
    await expect(store.ask.add('b')).rejects.toMatchObject({ code: 'MAILBOX_FULL' });
    expect([store.snapshot(), api.asked]).toEqual(['a', ['a']]);
  });
});
