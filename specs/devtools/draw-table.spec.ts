/** How a recorder draws its rows. */
import { createStore, effect, reply, type, type Context } from 'ownstate';
import { recordTrace } from 'ownstate/devtools';
import { marbles } from 'ownstate/testing';
import { map, NEVER, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';

const text = (...lines: string[]) => lines.join('\n');

/** A command that takes whatever comes, and changes nothing. */
const take: (n: number, payload: unknown) => number = (n) => n;

describe('a table', () => {
  it('has a line for each command, in aligned columns', marbles((m) => {
    const store = m.store({
      name: 'search',
      state: { loading: false, hits: 0 },
      events: type<string>(),
      commands: {
        search: (state, query: string) => effect({ ...state, loading: query !== '' }, {
          policy: 'switch', run: () => timer(12).pipe(map(() => 3)), done: (_now, hits) => reply({ loading: false, hits }, hits),
        }),
        login: (state, { user }: { user: string; password: string }, { emit }: Context<string>) => {
          emit(`${user} is in`);
          return state;
        },
        fail: (): never => {
          throw new RangeError('no');
        },
        slow: (state) => timer(2).pipe(map(() => state)),
        never: () => NEVER,
      },
      queries: { hits: ({ hits }) => hits },
    }, { mailbox: { capacity: 2 } });
    store.errors$.subscribe();
    const recorder = recordTrace(store, { redact: ['password'] });
    store.tell.search('cats');
    m.cold('-x').subscribe(() => {
      store.ask.search('dogs');
      store.ask.fail().subscribe({ error: () => undefined });
      store.tell.slow();
      store.tell.login({ user: 'ann', password: 'x' });
      store.ask.hits();
      store.ask.hits().subscribe({ error: () => undefined });
    });
    timer(15).subscribe(() => {
      store.ask.hits();
      store.tell.never();
      store.tell.login({ user: 'bob', password: 'y' });
    });
    timer(20).subscribe(() => {
      expect(recorder.draw()).toBe(text(
        'ms  seq  command                                          waited  ran  commit                       answer',
        '──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────',
        ' 0    1  #1 search \'cats\'                                      0    1  { loading: true, hits: 0 }   ✗ SupersededError: search.search: superse…',
        ' 1    2  #2 search \'dogs\'                                      0       { loading: true, hits: 0 }   ┐',
        ' 1    3  #3 fail                                               0    0                               ✗ RangeError: no',
        ' 1    4  #4 slow                                               0    2  { loading: true, hits: 0 }   ✓',
        ' 1    5  #5 login { user: \'ann\', password: [redacted] }        2    0  { loading: true, hits: 0 }   ✓ ! \'ann is in\'',
        ' 1    5  #6 ? hits                                             2    0                               ✓ 0',
        ' 1       #7 ? hits                                                                                  ✗ dropped',
        '13    6  #2 └ search                                               12  { loading: false, hits: 3 }  ✓ 3',
        '15    6  #8 ? hits                                             0    0                               ✓ 3',
        '15    7  #9 never                                              0                                    runs',
        '15       #10 login { user: \'bob\', password: [redacted] }                                            waits',
      ));
      void store.shutdown({ timeout: 1 });
    });
  }));

  it('has a column for the store where there are several, and none that stays empty', marbles((m) => {
    const define = (name: string) => ({ name, state: 0, commands: { add: (n: number, by: number) => n + by } });
    const stores = [m.store(define('cart')), m.store(define('money'))] as const;
    const recorder = recordTrace(stores);
    stores[0].tell.add(1);
    m.cold('--x').subscribe(() => stores[1].tell.add(20));
    m.cold('----x').subscribe(() => void stores[1].shutdown());
    m.flush();
    expect(recorder.draw()).toBe(text(
      'ms  store  seq  command     waited  ran  commit  answer',
      '───────────────────────────────────────────────────────',
      ' 0  cart     1  #1 add 1         0    0  1       ✓',
      ' 2  money    1  #1 add 20        0    0  20      ✓',
      ' 4  money       (draining)',
      ' 4  money       (closed)',
    ));
  }));

  it('marks what the store sends itself, and queries', marbles((m) => {
    const store = m.store({
      state: 0, ticks: { tick: 2 }, queries: { get: (n) => n },
      commands: {
        tick: (n) => n + 10,
        add: (n, by: number) => n + by,
        twice: (n, by: number, { tell, timers }: Context<never>) => {
          tell('add', by);
          timers.set('later', 1, 'add', 7);
          return n + by;
        },
      },
    });
    const recorder = recordTrace(store);
    store.ask.twice(1);
    store.ask.get();
    timer(3).subscribe(() => void store.shutdown());
    m.flush();
    expect(recorder.draw().split('\n').slice(2)).toEqual([
      ' 0    1  #1 twice 1       0    0  1       ✓',
      ' 0    2  #2 ~ add 1       0    0  2       ✓',
      ' 0    2  #3 ? get         0    0          ✓ 2',
      ' 1    3  #4 ~ add 7       0    0  9       ✓',
      ' 2    4  #5 ~ tick        0    0  19      ✓',
      ' 3       (draining)',
      ' 3       (closed)',
    ]);
  }));

  it('has no column for commits where there were none', marbles((m) => {
    const store = m.store({ state: 5, commands: { add: (n) => n }, queries: { get: (n) => n } });
    const recorder = recordTrace(store);
    store.ask.get();
    expect(recorder.draw()).toBe(text(
      'ms  seq  command   waited  ran  answer',
      '──────────────────────────────────────',
      ' 0    0  #1 ? get       0    0  ✓ 5',
    ));
  }));

  it('has each state that a command committed', marbles((m) => {
    const store = m.store({ state: 0, commands: { load: () => m.cold('a-(b|)', { a: 1, b: 2 }) } });
    const recorder = recordTrace(store);
    store.tell.load();
    m.flush();
    expect(recorder.draw().split('\n')[2]).toBe(' 0    1  #1 load       0    2  1 › 2   ✓');
  }));

  it('says where a state has no view, and what was withdrawn', marbles((m) => {
    const store = m.store({
      state: () => new Map<string, number>(),
      commands: {
        ring: (seats, _payload: void, { timers }: Context<never>) => {
          timers.set('bell', 1, 'ring');
          timers.set('bell', 5, 'ring');
          return seats;
        },
        slow: (seats) => timer(3).pipe(map(() => seats)),
        hush: (seats, _payload: void, { timers }: Context<never>) => {
          timers.clear('bell');
          return seats;
        },
      },
    });
    const recorder = recordTrace(store);
    store.tell.ring();
    m.cold('---x').subscribe(() => {
      store.tell.slow();
      store.tell.hush();
    });
    m.flush();
    expect(recorder.draw().split('\n').slice(2)).toEqual([
      ' 0    1  #1 ring         0    0  [no view]  ✓',
      ' 3    2  #2 slow         0    3  [no view]  ✓',
      ' 3    3  #3 hush         3    0  [no view]  ✓',
      ' 5       #4 ~ ring       1                  ✗ withdrawn',
    ]);
  }));

  it('shows what was thrown, whatever it is', () => {
    const store = createStore({ state: 0, commands: { fail: (_n, what: unknown): number => { throw what as Error; } } });
    const recorder = recordTrace(store);
    for (const what of ['late', { name: 'x' }, { message: 'y' }, null, new RangeError('no')]) store.ask.fail(what).subscribe({ error: () => undefined });
    expect(recorder.draw().split('\n').slice(2).map((line) => line.slice(line.indexOf('✗')))).toEqual([
      "✗ 'late'", "✗ { name: 'x' }", "✗ { message: 'y' }", '✗ null', '✗ RangeError: no',
    ]);
  });

  it('draws any number of rows', () => {
    const store = createStore({ state: 0, commands: { add: (n) => n + 1 } });
    const recorder = recordTrace(store, { limit: Infinity });
    for (let i = 0; i < 150_000; i++) store.tell.add();
    expect(recorder.draw({ most: Infinity }).split('\n')).toHaveLength(150_002);
  });

  it('says how many rows are left out', marbles((m) => {
    const store = m.store({ state: 0, commands: { add: (n) => n + 1 } });
    const recorder = recordTrace(store);
    for (let i = 0; i < 3; i++) store.tell.add();
    expect(recorder.draw({ most: 1 }).split('\n').slice(2)).toEqual([' 0    3  #3 add        0    0  3       ✓', '2 earlier rows are left out']);
    expect(recorder.draw({ most: 2 })).toContain('1 earlier row is left out');
  }));

  it('of nothing is its head', () => {
    expect(recordTrace(createStore({ state: 0, commands: { add: (n) => n } })).draw()).toBe('ms  command\n───────────');
  });

  it('cuts what is long, shows what has no shape, and stays aligned beside wide letters', marbles((m) => {
    const store = m.store({ state: '', commands: { say: (_state, what: unknown) => String(what) } });
    const recorder = recordTrace(store);
    store.tell.say('日本\n🙂');
    store.tell.say('x'.repeat(100));
    store.tell.say('e\u0301');
    expect(recorder.draw({ longest: 12 }).split('\n')).toEqual([
      'ms  seq  command              waited  ran  commit        answer',
      '───────────────────────────────────────────────────────────────',
      " 0    1  #1 say '日本\\n🙂'         0    0  '日本\\n🙂'    ✓",
      " 0    2  #2 say 'xxxxxxxxxx…       0    0  'xxxxxxxxxx…  ✓",
      " 0    3  #3 say 'e\u0301'                0    0  'e\u0301'           ✓",
    ]);
  }));

  it('shows what would change how the rest is seen, and cuts no letter in two', () => {
    const store = createStore({ state: 0, commands: { take } });
    const recorder = recordTrace(store);
    for (const payload of ['\u001b[31m\b\u202e\0', 'abcdefghijkl', 'abcdefghijk🙂', 'abcdefghi🙂jk']) store.tell.take(payload);
    const payloads = (longest: number) => recorder.draw({ longest }).split('\n').slice(2).map((line) => /take (.*?) {4,}/.exec(line)?.[1]);
    expect(payloads(40)[0]).toBe("'\\u001b[31m\\b\\u202e\\u0000'");
    expect(payloads(14).slice(1)).toEqual(["'abcdefghijkl'", "'abcdefghijk…", "'abcdefghi🙂j…"]);
    expect(payloads(13)[2]).toBe("'abcdefghijk…");
    expect(payloads(12)[3]).toBe("'abcdefghi…");
    store.tell.take("it's \\n");
    expect(payloads(40).at(-1)).toBe("'it\\'s \\\\n'");
  });

  it('shows a few levels of what is deep, and a few items of what is long', marbles((m) => {
    const store = m.store({ state: 0, commands: { take } });
    const recorder = recordTrace(store);
    store.tell.take({ a: { b: { c: { d: 1 } } }, list: [], none: {}, is: null });
    store.tell.take(Array.from({ length: 10_000 }, (_, i) => i));
    const [, , deep, long] = recorder.draw({ longest: 60 }).split('\n');
    expect(deep).toContain('{ a: { b: { c: … } }, list: [], none: {}, is: null }');
    expect(long).toContain('[0, 1, 2, 3,');
    expect(long!.length).toBeLessThan(120);
  }));

  it('is the same text for the same rows', marbles((m) => {
    const store = m.store({ state: 0, commands: { add: (n) => n + 1 } });
    const recorder = recordTrace(store);
    store.tell.add();
    expect(recorder.draw()).toBe(recorder.draw());
  }));

  it.each([
    [{ longest: 3 }, 'Expected `longest` to be an integer from 4 on, got 3'],
    [{ most: 0 }, 'Expected `most` to be a positive integer or Infinity, got 0'],
    [{ most: 1.5 }, 'Expected `most` to be a positive integer or Infinity, got 1.5'],
    [5 as never, 'Expected `options` to be an object, got 5'],
  ])('refuses %o', (options, message) => {
    const recorder = recordTrace(createStore({ state: 0, commands: { add: (n) => n } }));
    expect(() => recorder.draw(options)).toThrow(message);
  });
});
