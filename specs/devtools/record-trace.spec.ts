/** What a recorder writes down of a store. */
import { createStore, effect, reply, replyLater, type, type Context } from 'ownstate';
import { recordTrace, replay, type TraceCommandRow, type TraceRecorder, type TraceRow } from 'ownstate/devtools';
import { marbles } from 'ownstate/testing';
import { lastValueFrom, map, NEVER, timer, type Observable } from 'rxjs';
import { describe, expect, it } from 'vitest';

const desk = {
  name: 'desk',
  state: 0,
  events: type<string>(),
  commands: {
    add: (n: number, by: number) => reply(n + by, n + by),
    announce: (n: number, what: string, { emit }: Context<string>) => {
      emit(what);
      return n;
    },
    fail: (): number => {
      throw new RangeError('no');
    },
    slow: (n: number, source: Observable<number>) => source.pipe(map((by) => n + by)),
    later: (n: number, source: Observable<string>) => replyLater(n + 1, source),
    work: (n: number, source: Observable<number>) => effect(n + 1, {
      policy: 'switch', run: () => source, done: (now: number, by) => reply(now + by, 'done'), failed: (now: number) => now - 1,
    }),
    ring: (n: number, ms: number, { timers }: Context<string>) => {
      timers.set('bell', ms, 'add', 100);
      return n;
    },
  },
  queries: { get: (n: number) => n },
};

/** The rows of commands. */
const commandsOf = ({ rows }: TraceRecorder) => rows.filter((row): row is TraceCommandRow => row.kind !== 'phase');

/** A row in a line. */
function line(row: TraceRow): string {
  if (row.kind === 'phase') return `${row.time} ${row.store} (${row.phase})`;
  const { kind, id, seq, form, time, commits, outcome, waited, ran } = row;
  return `${time} ${kind} ${id}/${seq} ${form} ${row.type} ${commits.map(({ view }) => String(view)).join(',')} ${outcome} ${waited}+${ran}`;
}

/** A marble test of what is written down of a desk. */
const recorded = (test: (store: ReturnType<typeof createStore<number, typeof desk, string>>, m: Parameters<Parameters<typeof marbles>[0]>[0]) => void, expected: readonly string[]) =>
  marbles((m) => {
    const store = m.store(desk, { mailbox: { capacity: 2 } });
    store.errors$.subscribe();
    const recorder = recordTrace(store);
    test(store, m);
    m.flush();
    expect(recorder.rows.map(line)).toEqual(expected);
  });

describe('a recorder writes down', () => {
  it('an ask: commit and reply', recorded((store) => void store.ask.add(5), ['0 command 1/1 ask add 5 replied 0+0']));

  it('a query, without a commit', recorded((store) => void store.ask.get(), ['0 command 1/0 query get  replied 0+0']));

  it('a failure', recorded((store) => store.tell.fail(), ['0 command 1/1 tell fail  failed 0+0']));

  it('how long a command waited, and how long it ran', recorded((store, m) => {
    store.tell.slow(m.cold('---a--(b|)', { a: 1, b: 2 }));
    m.cold('-x').subscribe(() => store.tell.add(10));
  }, ['0 command 1/1 tell slow 1,2 replied 0+6', '1 command 2/2 tell add 12 replied 5+0']));

  it('a later reply in the row of its command', recorded((store, m) => {
    store.ask.later(m.cold('--(r|)'));
    store.tell.add(1);
  }, ['0 command 1/1 ask later 1 replied 0+2', '0 command 2/2 tell add 2 replied 0+0']));

  it('the result of an effect in a row of its own, under the same id', recorded((store, m) => {
    store.ask.work(m.cold('--(x|)', { x: 10 }));
    m.cold('-x').subscribe(() => store.tell.add(1));
  }, ['0 command 1/1 ask work 1 continued 0+undefined', '1 command 2/2 tell add 2 replied 0+0', '2 result 1/3 ask work 12 replied undefined+2']));

  it('an effect that is superseded, and one that fails', recorded((store, m) => {
    store.tell.work(NEVER);
    m.cold('-x').subscribe(() => store.tell.work(m.cold('--#')));
  }, ['0 command 1/1 tell work 1 failed 0+1', '1 command 2/2 tell work 2 continued 0+undefined', '3 result 2/3 tell work 1 failed undefined+2']));

  it('the result of an effect whose asker gave up', recorded((store, m) => {
    store.with({ timeout: 1 }).ask.work(m.cold('---(x|)', { x: 10 })).subscribe({ error: () => undefined });
  }, ['0 command 1/1 ask work 1 failed 0+1', '3 result 1/2 ask work 11 failed undefined+undefined']));

  it('what is dropped, and what times out before it begins', recorded((store) => {
    store.tell.slow(timer(5));
    store.with({ timeout: 2 }).ask.add(1).subscribe({ error: () => undefined });
    store.tell.add(2);
    store.tell.add(3);
  }, [
    '0 command 1/1 tell slow 0 replied 0+5', '0 command 2/undefined ask add  failed 2+undefined', '0 command 3/2 tell add 2 replied 5+0',
    '0 command 4/undefined tell add  dropped undefined+undefined',
  ]));

  it('a timer, and one that is withdrawn while it waits', recorded((store, m) => {
    store.tell.ring(1);
    m.cold('--x').subscribe(() => {
      store.tell.ring(1);
      store.tell.slow(timer(5));
      store.tell.ring(1);
    });
  }, [
    '0 command 1/1 tell ring 0 replied 0+0', '1 command 2/2 own add 100 replied 0+0', '2 command 3/3 tell ring 100 replied 0+0',
    '2 command 4/4 tell slow 100 replied 0+5', '2 command 5/5 tell ring 100 replied 5+0', '3 command 6/undefined own add  withdrawn 4+undefined',
    '8 command 7/6 own add 200 replied 0+0',
  ]));

  it('events', marbles((m) => {
    const store = m.store(desk);
    const recorder = recordTrace(store);
    store.tell.announce('hear');
    expect(commandsOf(recorder)[0]).toMatchObject({ events: ['hear'] });
  }));

  it('ticks, as what the store sends itself', marbles((m) => {
    const store = m.store({ state: 0, ticks: { tick: 2 }, commands: { tick: (n) => n + 1 } });
    const recorder = recordTrace(store);
    timer(5).subscribe(() => void store.shutdown());
    m.flush();
    expect(recorder.rows.map(line)).toEqual([
      '0 command 1/1 own tick 1 replied 0+0', '2 command 2/2 own tick 2 replied 0+0', '3 store (draining)', '3 store (closed)',
    ]);
  }));

  it('what still waits and runs, as that', marbles((m) => {
    const store = m.store(desk);
    store.errors$.subscribe();
    const recorder = recordTrace(store);
    store.tell.slow(NEVER);
    store.tell.add(1);
    m.cold('--x').subscribe(() => {
      expect(commandsOf(recorder).map(({ outcome }) => outcome)).toEqual(['running', 'waiting']);
      void store.shutdown({ timeout: 1 });
    });
    m.flush();
    expect(commandsOf(recorder).map(({ outcome }) => outcome)).toEqual(['failed', 'failed']);
  }));

  it('the end of what began before it did', marbles((m) => {
    const store = m.store(desk);
    store.tell.slow(timer(2).pipe(map(() => 1)));
    const recorder = recordTrace(store, { since: 0 });
    m.flush();
    expect(recorder.rows.map(line)).toEqual(['2 command 1/undefined undefined slow 1 replied undefined+undefined']);
  }));

  it('how long a command waited only where it has seen it come', marbles((m) => {
    const store = m.store(desk);
    store.tell.slow(timer(2));
    store.tell.add(1);
    const recorder = recordTrace(store);
    m.flush();
    expect(commandsOf(recorder).map(({ type: name, waited, ran }) => [name, waited, ran])).toEqual([['slow', undefined, undefined], ['add', undefined, 0]]);
  }));

  it('a command that another watcher ends before it begins as ended', () => {
    const end = new AbortController();
    const store = createStore(desk, { signal: end.signal });
    store.errors$.subscribe();
    store.trace$.subscribe(({ kind }) => {
      if (kind === 'started') end.abort();
    });
    const recorder = recordTrace(store);
    store.tell.add(1);
    expect(commandsOf(recorder)).toMatchObject([{ type: 'add', outcome: 'failed', commits: [] }]);
  });

  it('each of many stores of a name under a name of its own', () => {
    const stores = [1, 2, 3, 4].map(() => createStore(desk));
    const recorder = recordTrace(stores);
    for (const store of stores) store.tell.add(1);
    expect(commandsOf(recorder).map(({ store }) => store)).toEqual(['desk', 'desk 2', 'desk 3', 'desk 4']);
  });

  it('several stores side by side, in the order of time; two of a name are told apart', marbles((m) => {
    const one = m.store(desk);
    const other = m.store(desk);
    const recorder = recordTrace([one, other]);
    m.cold('-a-b', { a: one, b: other }).subscribe((store) => store.tell.add(1));
    m.cold('--x').subscribe(() => other.tell.add(5));
    m.flush();
    expect(commandsOf(recorder).map(({ time, store, id, commits }) => [time, store, id, commits[0]!.view])).toEqual([
      [0, 'desk', 1, 1], [1, 'desk 2', 1, 5], [2, 'desk 2', 2, 6],
    ]);
  }));
});

describe('a recorder', () => {
  it('keeps copies: what is changed later stays as it was', () => {
    const store = createStore({ state: [] as number[], commands: { take: (state, list: number[]) => [...state, list.length] } });
    const recorder = recordTrace(store);
    const list = [1];
    store.tell.take(list);
    list.push(2);
    expect(commandsOf(recorder)[0]!.payload).toEqual([1]);
  });

  it('writes an event of a page, sent by a listener that is a mere tell, as no payload: so it can be sent again', async () => {
    const resets = { state: 5, commands: { reset: () => 0 } };
    const store = createStore(resets);
    const recorder = recordTrace(store);
    const page = new EventTarget();
    page.addEventListener('click', store.tell.reset);
    page.dispatchEvent(new Event('click'));
    // React's own, which is no Event.
    const onClick: (event: object) => void = store.tell.reset;
    onClick({ nativeEvent: new Event('click'), preventDefault: () => undefined, stopPropagation: () => undefined });
    expect(commandsOf(recorder).map(({ payload }) => payload)).toEqual([undefined, undefined]);
    const replayed = createStore(resets);
    await lastValueFrom(replay(replayed, recorder.recording()));
    expect(replayed.snapshot()).toBe(0);
  });

  it('writes what only looks like one as it is, and what cannot be looked at as that', () => {
    const store = createStore({ state: 0, commands: { take: (n, what: unknown) => what === undefined ? 0 : n } });
    const recorder = recordTrace(store);
    const hostile = { get preventDefault(): never { throw new Error('no'); } };
    for (const payload of [{ preventDefault: true, stopPropagation: 1 }, { preventDefault: 'x' }, hostile]) store.tell.take(payload);
    expect(commandsOf(recorder).map(({ payload }) => payload)).toEqual([{ preventDefault: true, stopPropagation: 1 }, { preventDefault: 'x' }, { preventDefault: '[getter]' }]);
  });

  it('keeps as many rows as its limit says, and counts those that it leaves out', () => {
    const store = createStore(desk);
    const recorder = recordTrace(store, { limit: 3 });
    for (let i = 0; i < 10; i++) store.tell.add(1);
    expect(commandsOf(recorder).map(({ id }) => id)).toEqual([8, 9, 10]);
    expect(recorder.left).toBe(7);
    expect(recorder.draw()).toContain('7 earlier rows are left out');
  });

  it('writes the end of a command whose row was left out in a new one', marbles((m) => {
    const store = m.store(desk);
    const recorder = recordTrace(store, { limit: 1 });
    store.tell.work(timer(2));
    store.tell.add(1);
    m.flush();
    expect(commandsOf(recorder)).toMatchObject([{ id: 1, type: 'work', outcome: 'replied', reply: 'done' }]);
  }));

  it('writes a later reply to a command whose row was left out in a new one', marbles((m) => {
    const store = m.store(desk);
    const recorder = recordTrace(store, { limit: 1 });
    store.tell.later(m.cold('--(r|)'));
    store.tell.add(1);
    m.flush();
    expect(commandsOf(recorder)).toMatchObject([{ id: 1, type: 'later', outcome: 'replied', reply: 'r' }]);
  }));

  it('goes on with the row of a result when that of its command was left out', marbles((m) => {
    const store = m.store({
      state: 0,
      commands: { add: (n, by: number) => n + by, work: (n) => effect(n, { run: () => timer(1), done: (now) => replyLater(now + 1, timer(4)) }) },
    });
    const recorder = recordTrace(store, { limit: 2 });
    store.tell.work();
    m.cold('---x').subscribe(() => {
      expect(commandsOf(recorder).map(({ kind, outcome }) => `${kind} ${outcome}`)).toEqual(['command continued', 'result running']);
      store.tell.add(5);
    });
    m.flush();
    expect(recorder.rows.map(line)).toEqual(['1 result 1/2 tell work 1 replied undefined+5', '3 command 2/3 tell add 6 replied 0+0']);
  }));

  it('forgets what was, and goes on', () => {
    const store = createStore(desk);
    const recorder = recordTrace(store, { limit: 1 });
    store.tell.add(1);
    store.tell.add(1);
    recorder.clear();
    expect(recorder.rows).toEqual([]);
    expect(recorder.left).toBe(0);
    store.tell.add(1);
    expect(commandsOf(recorder)).toMatchObject([{ id: 3 }]);
  });

  it('stops, and keeps its rows', () => {
    const store = createStore(desk);
    const recorder = recordTrace(store);
    store.tell.add(1);
    recorder.stop();
    recorder.stop();
    store.tell.add(1);
    expect(recorder.rows).toHaveLength(1);
  });

  it('leaves errors that nobody handles to those who report them', marbles((m) => {
    const store = m.store(desk);
    const recorder = recordTrace(store);
    const errors: unknown[] = [];
    store.errors$.subscribe(({ error }) => errors.push(error));
    store.tell.fail();
    m.flush();
    expect(errors).toHaveLength(1);
    expect(commandsOf(recorder)[0]!.error).toEqual({ name: 'RangeError', message: 'no' });
  }));

  it('gives the commands that were handled, for a replay', marbles((m) => {
    const store = m.store(desk, { mailbox: { capacity: 1 } });
    store.errors$.subscribe();
    const recorder = recordTrace(store);
    m.cold('-x').subscribe(() => {
      store.tell.slow(timer(2).pipe(map(() => 1)));
      store.tell.add(1);
      store.tell.add(2);
    });
    m.cold('----x').subscribe(() => {
      store.ask.get();
      store.ask.add(3);
      store.ask.work(timer(1));
    });
    m.flush();
    expect(recorder.recording().map(({ time, type: name }) => `${time} ${name}`)).toEqual(['0 slow', '0 add', '3 add', '3 work']);
    expect(recorder.recording('desk')).toHaveLength(4);
    expect(recorder.recording('other')).toEqual([]);
  }));

  it.each([
    ['no store', () => recordTrace(5 as never), 'Expected `stores` to be a store, or an array of stores'],
    ['what has no name', () => recordTrace({ trace$: NEVER } as never), 'Expected `stores` to be a store, or an array of stores'],
    ['what has no trace', () => recordTrace({ name: 'desk' } as never), 'Expected `stores` to be a store, or an array of stores'],
    ['a limit of 0', () => recordTrace(createStore(desk), { limit: 0 }), 'Expected `limit` to be a positive integer or Infinity, got 0'],
    ['a begin that is none', () => recordTrace(createStore(desk), { since: NaN }), 'Expected `since` to be a finite number of milliseconds, got NaN'],
    ['options that are none', () => recordTrace(createStore(desk), 5 as never), 'Expected `options` to be an object, got 5'],
  ])('refuses %s', (_what, call, message) => {
    expect(call).toThrow(TypeError);
    expect(call).toThrow(message);
  });
});
