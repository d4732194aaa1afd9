/** The probe: what happens in a store, written down with its times. */
import { createStore, effect, reply, type, type StoreOptions } from 'ownstate';
import { marbles, probe } from 'ownstate/testing';
import { map as mapping, throwError, timer } from 'rxjs';
import { describe, expect, expectTypeOf, it } from 'vitest';

const account = {
  name: 'account',
  state: 100,
  events: type<{ low: number }>(),
  commands: {
    deposit: (balance: number, amount: number) => reply(balance + amount, balance + amount),
    withdraw: (balance: number, amount: number, { emit }: { emit: (event: { low: number }) => void }) => {
      if (amount > balance) throw new RangeError('too much');
      if (balance - amount < 10) emit({ low: balance - amount });
      return balance - amount;
    },
    audit: (balance: number) => timer(5).pipe(mapping(() => balance + 1)),
    touch: (balance: number) => balance,
  },
  queries: { balance: (balance: number) => balance },
};

describe('a probe', () => {
  it('records commands as their handlers begin, and no queries', marbles((m) => {
    const store = m.store(account);
    const p = probe(store);
    const audits = m.cold('  --a|   ');
    const deposits = m.cold('---d|  ');
    const queries = m.cold(' ----q| ');
    audits.subscribe(() => store.tell.audit());
    deposits.subscribe(() => void store.ask.deposit(5));
    queries.subscribe(() => void store.ask.balance());
    m.flush();
    expect(p.commands).toEqual([{ time: 2, type: 'audit', payload: undefined }, { time: 7, type: 'deposit', payload: 5 }]);
  }));

  it('records a command that waited before the probe came', marbles((m) => {
    const store = m.store(account);
    store.tell.audit();
    store.tell.deposit(5);
    const p = probe(store);
    m.flush();
    expect(p.commands).toEqual([{ time: 5, type: 'deposit', payload: 5 }]);
    expect(p.lines).toEqual(['  5 ms  audit → 101', '  5 ms  deposit → 106']);
  }));

  it('records states whenever they have changed, from now on', marbles((m) => {
    const store = m.store(account);
    store.tell.deposit(1);
    const p = probe(store);
    const audits = m.cold('  --a    ');
    const touches = m.cold(' ------------t');
    audits.subscribe(() => store.tell.audit());
    touches.subscribe(() => store.tell.touch());
    m.flush();
    expect(p.states).toEqual([{ time: 7, state: 102 }]);
  }));

  it('records what a view shows of a state', marbles((m) => {
    const store = m.store({ state: { secret: 1, shown: 2 }, view: ({ shown }) => shown, commands: { next: (s) => ({ ...s, shown: s.shown + 1 }) } });
    const p = probe(store);
    store.tell.next();
    expect(p.states).toEqual([{ time: 0, state: 3 }]);
  }));

  it('records states of a store without a view as not visible', marbles((m) => {
    const store = m.store({ state: () => new Map<number, string>(), commands: { set: (map, [key, value]: [number, string]) => map.set(key, value) } });
    const p = probe(store);
    store.tell.set([1, 'one']);
    expect(p.states).toEqual([{ time: 0, state: undefined }]);
    expect(p.lines).toEqual(["  0 ms  set [1, 'one'] → (no view)"]);
  }));

  it('records how each command and query ended, and when', marbles((m) => {
    const store = m.store(account, { mailbox: { capacity: 1 } });
    const p = probe(store);
    store.tell.audit();
    store.ask.balance();
    store.ask.balance().subscribe({ error: () => {} });
    m.cold('------w').subscribe(() => store.ask.withdraw(1000).subscribe({ error: () => {} }));
    m.flush();
    expect(p.replies).toEqual([
      { time: 0, type: 'balance', outcome: 'dropped', error: expect.objectContaining({ code: 'MAILBOX_FULL' }) as unknown },
      { time: 5, type: 'audit', outcome: 'replied', error: undefined },
      { time: 5, type: 'balance', outcome: 'replied', error: undefined },
      { time: 6, type: 'withdraw', outcome: 'failed', error: new RangeError('too much') },
    ]);
  }));

  it('records events', marbles((m) => {
    const store = m.store(account);
    const p = probe(store);
    m.cold('---w').subscribe(() => store.tell.withdraw(95));
    m.flush();
    expect(p.events).toEqual([{ time: 3, event: { low: 5 } }]);
  }));

  it('records errors, which are not unhandled then', marbles((m) => {
    const store = m.store(account);
    const p = probe(store);
    m.cold('---w').subscribe(() => store.tell.withdraw(1000));
    m.cold<never>('-----#', {}, new Error('source')).subscribe(store.commands$);
    m.flush();
    expect(p.errors).toEqual([
      { time: 3, type: 'withdraw', error: new RangeError('too much') },
      { time: 5, type: '', error: new Error('source') },
    ]);
  }));

  it('records phases, and ends with the store', marbles((m) => {
    const store = m.store(account);
    const p = probe(store);
    m.cold('--a').subscribe(() => store.tell.audit());
    m.cold('----s').subscribe(() => void store.shutdown());
    m.flush();
    expect(p.phases).toEqual([{ time: 4, phase: 'draining' }, { time: 7, phase: 'closed' }]);
  }));

  it('has the trace that all of it was taken from', marbles((m) => {
    const store = m.store(account);
    const p = probe(store);
    store.tell.deposit(5);
    expect(p.trace.map(({ kind }) => kind)).toEqual(['received', 'started', 'state', 'settled']);
  }));

  it('stops when it is unsubscribed, and keeps what it has', marbles((m) => {
    const store = m.store(account);
    const p = probe(store);
    store.tell.deposit(5);
    p.unsubscribe();
    store.tell.deposit(5);
    expect(p.commands).toHaveLength(1);
    expect(p.states).toHaveLength(1);
    store.errors$.subscribe();
    store.tell.withdraw(1000);
    expect(p.errors).toEqual([]);
  }));

  it('has the types of the store', marbles((m) => {
    const p = probe(m.store(account));
    expectTypeOf(p.states).toEqualTypeOf<readonly { readonly time: number; readonly state: number }[]>();
    expectTypeOf(p.events).toEqualTypeOf<readonly { readonly time: number; readonly event: { low: number } }[]>();
    expectTypeOf<(typeof p.commands)[number]['type']>().toEqualTypeOf<'deposit' | 'withdraw' | 'audit' | 'touch'>();
  }));

  it('counts time from where it is told', marbles((m) => {
    const store = m.store(account);
    const p = probe(store, { since: 2 });
    m.cold('---d---w').subscribe((letter) => letter === 'd' ? store.tell.deposit(5) : store.tell.withdraw(1000));
    m.flush();
    expect(p.states).toEqual([{ time: 1, state: 105 }]);
    expect(p.errors).toMatchObject([{ time: 5 }]);
    expect(p.lines).toEqual(['  1 ms  deposit 5 → 105', '  5 ms  withdraw 1000, fails: RangeError: too much']);
  }));

  it('takes the time of errors from the scheduler it is given', () => {
    const options: StoreOptions = { scheduler: { now: () => 42, schedule: () => timer(0).subscribe() } };
    const store = createStore(account, options);
    const p = probe(store, options);
    store.tell.withdraw(1000);
    expect(p.errors).toMatchObject([{ time: 42, type: 'withdraw' }]);
  });

  it('works in real time too', async () => {
    const store = createStore(account);
    const since = Date.now();
    const p = probe(store, { since });
    expect(await store.ask.deposit(5)).toBe(105);
    await store.shutdown();
    expect(p.commands).toMatchObject([{ type: 'deposit', payload: 5 }]);
    expect(p.phases.map(({ phase }) => phase)).toEqual(['draining', 'closed']);
    for (const { time } of p.trace) expect(time - since).toBeLessThan(1000);
    for (const { time } of [...p.commands, ...p.states, ...p.replies, ...p.phases]) expect(time).toBeGreaterThanOrEqual(0);
  });

  it('refuses what is no store', () => {
    expect(() => probe({} as never)).toThrow(new TypeError('Expected `store` to be a store, got {}'));
    expect(() => probe(undefined as never)).toThrow(new TypeError('Expected `store` to be a store, got undefined'));
    expect(() => probe(createStore(account).client as never)).toThrow(TypeError);
  });
});

describe('the lines of a probe', () => {
  it('tell one step each: a command, what it led to, and when', marbles((m) => {
    const store = m.store({
      ...account,
      commands: {
        ...account.commands,
        load: (balance: number, from: string) => effect(balance, {
          run: () => from === 'nowhere' ? throwError(() => new Error('no such place')) : timer(10).pipe(mapping(() => 7)),
          done: (state: number, more: number) => state + more,
        }),
      },
    }, { mailbox: { capacity: 1 } });
    const p = probe(store);
    const calls = m.cold('abcdef', {
      a: () => store.tell.deposit(5),
      b: () => store.tell.withdraw(99),
      c: () => store.ask.balance(),
      d: () => store.tell.withdraw(1000),
      e: () => store.tell.load('bank'),
      f: () => {
        store.tell.audit();
        store.tell.deposit(1);
        store.tell.deposit(2);
      },
    });
    calls.subscribe((call) => void call());
    m.cold(' 30ms s').subscribe(() => store.tell.load('nowhere'));
    m.cold(' 31ms s').subscribe(() => void store.shutdown());
    m.flush();
    expect(p.lines).toEqual([
      '  0 ms  deposit 5 → 105',
      '  1 ms  withdraw 99 → 6, emits { low: 6 }',
      '  2 ms  balance',
      '  3 ms  withdraw 1000, fails: RangeError: too much',
      "  4 ms  load 'bank'",
      '  5 ms  audit',
      '  5 ms  deposit 2, dropped',
      ' 10 ms  audit → 7',
      ' 10 ms  deposit 1 → 8',
      " 14 ms  load 'bank' → 15",
      " 30 ms  load 'nowhere', fails: Error: no such place",
      ' 31 ms  draining',
      ' 31 ms  closed',
    ]);
  }));

  it('name a command again when it goes on later', marbles((m) => {
    const store = m.store(account);
    const p = probe(store);
    m.cold('--a').subscribe(() => store.tell.audit());
    m.flush();
    expect(p.lines).toEqual(['  2 ms  audit', '  7 ms  audit → 101']);
  }));

  it('show values shortly', marbles((m) => {
    const ring: Record<string, unknown> = { n: 1 };
    ring['ring'] = ring;
    const store = m.store({ state: 0, commands: { take: (state, value: unknown) => reply(state, typeof value) } });
    const p = probe(store);
    const values = [
      null, true, 'text', [1, [2]], {}, { a: { b: 'c' } }, new Map([['a', 1]]), new Set([1, 'b']), () => 1, Symbol('s'), 5n,
      new TypeError('bad'), ring, 'x'.repeat(100),
    ];
    for (const value of values) store.tell.take(value);
    expect(p.lines.map((line) => line.replace('  0 ms  take ', ''))).toEqual([
      'null', 'true', "'text'", '[1, [2]]', '{}', "{ a: { b: 'c' } }", "Map { 'a': 1 }", "Set { 1, 'b' }", 'a function', 'Symbol(s)', '5',
      'TypeError: bad', '{ n: 1, ring: { n: 1, ring: { n: 1, ring: … } } }', `'${'x'.repeat(78)}…`,
    ]);
  }));
});
