/** The marble wrapper: virtual time, its traps closed, and the stores it owns. */
import { createStore, effect, reply, replyLater } from 'ownstate';
import { marbles, probe, type Marbles, type MarblesOptions } from 'ownstate/testing';
import { asyncScheduler, interval, map, NEVER, Observable, of, timer } from 'rxjs';
import { describe, expect, expectTypeOf, it } from 'vitest';

/** Runs a marble test within a test, to see how it ends. */
function run(test: (m: Marbles) => unknown, options?: MarblesOptions): void {
  marbles(test, options)();
}

const counting = { name: 'counter', state: 0, commands: { click: (count: number) => reply(count + 1, count + 1) } };

describe('a marble test', () => {
  it('compares a diagram', marbles((m) => {
    const source = m.cold('  a-b-c|');
    const expected = '       A-B-C|';
    m.expect(source.pipe(map((letter) => letter.toUpperCase()))).toBeObservable(expected);
  }));

  it('fails where a diagram differs', () => {
    expect(() => run((m) => m.expect(m.cold('a-b|')).toBeObservable('a--b|'))).toThrow(/to strictly equal/);
  });

  it('fails where the subscriptions of a source differ', () => {
    const test = (expected: string) => (m: Marbles) => {
      const source = m.cold('--|');
      source.subscribe();
      m.expect(source).toHaveSubscriptions(expected);
    };
    run(test('^-!'));
    expect(() => run(test('^--!'))).toThrow(/to strictly equal/);
  });

  it('fails by what the body throws', () => {
    const error = new Error('no');
    expect(() => run(() => { throw error; })).toThrow(error);
  });

  it('fails by an error that nobody handles', () => {
    expect(() => run((m) => m.cold('--#', {}, new RangeError('lost')).subscribe())).toThrow(new RangeError('lost'));
  });

  it('has happened wholly once it has been flushed', marbles((m) => {
    const seen: [number, string][] = [];
    m.hot('-a- 5s b|').subscribe((letter) => seen.push([m.scheduler.now(), letter]));
    expect(seen).toEqual([]);
    m.flush();
    expect(seen).toEqual([[1, 'a'], [5003, 'b']]);
  }));

  it('has its diagrams compared at each flush and at the end', () => {
    const compared: string[] = [];
    const test = (m: Marbles) => {
      m.expect(m.cold('a|')).toBeObservable('a|');
      m.flush();
      compared.push('first');
      m.expect(m.cold('b|')).toBeObservable('b-|');
      m.flush();
      compared.push('second');
    };
    expect(() => run(test)).toThrow(/to strictly equal/);
    expect(compared).toEqual(['first']);
  });

  it('takes the clock of rxjs along', marbles((m) => {
    const times: number[] = [];
    timer(20).subscribe(() => times.push(asyncScheduler.now()));
    m.flush();
    expect(times).toEqual([20]);
  }));

  it('leaves real time as it was, also when it fails', () => {
    expect(() => run((m) => m.expect(of(1)).toBeObservable('-'))).toThrow();
    expect(asyncScheduler.now()).toBeGreaterThan(1e12);
  });

  it('runs anew each time it is called', () => {
    const starts: number[] = [];
    const test = marbles((m) => {
      starts.push(m.scheduler.now());
      timer(5).subscribe();
    });
    test();
    test();
    expect(starts).toEqual([0, 0]);
  });
});

describe('a trap is closed:', () => {
  it('an async body fails, whatever it asserts', () => {
    expect(() => run(async (m) => m.expect(of(1)).toBeObservable('(1|)'))).toThrow(/synchronous/);
  });

  it('an async body fails that has failed by itself, and nothing is left unhandled', () => {
    expect(() => run(async () => { throw new Error('unseen'); })).toThrow(/synchronous/);
  });

  it('a body that gives back a reply fails', () => {
    expect(() => run((m) => m.store(counting).ask.click())).toThrow(/synchronous/);
  });

  it('a body that gives back something else is fine', () => {
    expect(() => run((m) => m.cold('a|').subscribe())).not.toThrow();
  });

  it('an expect without a matcher fails, and says where it stands', () => {
    let error: unknown;
    try {
      run(function bareExpect(m) { m.expect(of(1)); });
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({ message: expect.stringMatching(/^Expected a matcher/) as string });
    expect((error as Error).stack).toContain('bareExpect');
  });

  it('one expect without a matcher among others fails', () => {
    expect(() => run((m) => {
      m.expect(of(1)).toBeObservable('(1|)', { 1: 1 });
      m.expect(of(2));
    })).toThrow(/^Expected a matcher/);
  });

  it('an expect without a matcher fails that is made while time runs', () => {
    expect(() => run((m) => m.cold('--a').subscribe(() => m.expect(of(1))))).toThrow(/^Expected a matcher/);
  });

  it.each([
    ['a source that never ends', () => interval(1), {}, /within 100000 actions/],
    ['a source that never ends, behind a cap on actions', () => interval(1), { maxActions: 50 }, /within 50 actions.* at 50 ms/],
    ['a source that never ends, behind a cap on frames', () => interval(10), { maxFrames: 95 }, /within 95 ms.*`maxFrames`.* at 100 ms/],
    ['one that is rare but never ends', () => interval(3_600_000), {}, /within 86400000 ms/],
    ['one that never ends within one frame', () => repeatAtOnce, { maxActions: 50 }, /within 50 actions.*`maxActions`.* at 0 ms/],
  ])('%s fails', (_title, source, options, message) => {
    expect(() => run(() => source().subscribe(), options)).toThrow(message);
  });

  it('the cap holds in a flush of the body too', () => {
    let beyond = false;
    expect(() => run((m) => {
      interval(1).subscribe();
      m.flush();
      beyond = true;
    })).toThrow(/100000 actions/);
    expect(beyond).toBe(false);
  });

  it('what ends just at the cap passes', () => {
    expect(() => run(() => timer(95).subscribe(), { maxFrames: 95 })).not.toThrow();
    expect(() => run(() => timer(96).subscribe(), { maxFrames: 95 })).toThrow(/within 95 ms/);
  });

  it('a source that never ends may be watched for a while', marbles((m) => {
    const ticks = interval(2);
    const watching = '^-----!';
    const expected = '--a-b--';
    m.expect(ticks, watching).toBeObservable(expected, { a: 0, b: 1 });
  }));

  it('a quiet action that arms itself again is waited for again', marbles((m) => {
    const times: number[] = [];
    const action = m.scheduler.schedule(function () {
      if (times.push(m.scheduler.now()) < 3) this.schedule(undefined, 10);
    }, 10) as unknown as { id: { unref(): void } };
    action.id.unref();
    m.flush();
    expect(times).toEqual([]);
    timer(10).subscribe();
    m.flush();
    expect(times).toEqual([10, 20, 30]);
  }));
});

describe('marbles', () => {
  it.each([
    ['maxFrames', 0], ['maxFrames', NaN], ['maxFrames', -1], ['maxActions', 0], ['maxActions', '5'],
  ])('refuses %s: %s', (name, value) => {
    expect(() => marbles(() => {}, { [name]: value })).toThrow(new TypeError(`Expected \`${name}\` to be a positive number, got ${value}`));
  });

  it('refuses a body that is no function', () => {
    expect(() => marbles(undefined as never)).toThrow(new TypeError('Expected `test` to be a function, got undefined'));
  });
});

describe('a store of a marble test', () => {
  it('lives in virtual time', marbles((m) => {
    const store = m.store({
      state: 0,
      commands: { set: (_: number, to: number) => timer(3).pipe(map(() => to)), at: (_state, _payload: void, { now }) => now() },
    });
    const asks = m.cold('  --a-----b|');
    const expected = '     0----a--b';
    asks.subscribe((letter) => letter === 'a' ? store.tell.set(7) : store.tell.at());
    m.expect(store.select()).toBeObservable(expected, { 0: 0, a: 7, b: 8 });
  }));

  it('is open until the end of the test, and shut down then', () => {
    const stores: ReturnType<typeof createStore<number, typeof counting>>[] = [];
    run((m) => {
      stores.push(m.store(counting), m.store(counting));
      m.flush();
      expect(stores.map((store) => store.status().phase)).toEqual(['open', 'open']);
    });
    expect(stores.map((store) => store.status().phase)).toEqual(['closed', 'closed']);
  });

  it('may be shut down by the test', marbles((m) => {
    const store = m.store(counting);
    m.cold('---x').subscribe(() => void store.shutdown());
    m.expect(store.select()).toBeObservable('0--|', { 0: 0 });
  }));

  it('stays unseen in the diagrams when it is shut down for the test', marbles((m) => {
    m.expect(m.store(counting).select()).toBeObservable('a', { a: 0 });
  }));

  it('ticks while anything else is to come, and ends nothing by that', marbles((m) => {
    const store = m.store({ state: 0, ticks: { beat: 10 }, commands: { beat: (beats) => beats + 1 } });
    const watching = '^ 34ms               !';
    const expected = 'a 9ms b 9ms c 9ms d 4ms ';
    m.expect(store.select(), watching).toBeObservable(expected, { a: 0, b: 1, c: 2, d: 3 });
    m.flush();
    expect(m.scheduler.now()).toBe(35);
  }));

  it('keeps time going for an answer, and not for the deadline of what is answered', marbles((m) => {
    const store = m.store({ state: 0, commands: { set: (_: number, to: number) => timer(3).pipe(map(() => to)) } });
    m.expect(store.ask.set(7)).toBeObservable('---(r|)', { r: undefined });
    m.flush();
    expect(m.scheduler.now()).toBe(3);
  }));

  it('has the types of its definition', marbles((m) => {
    const store = m.store(counting);
    expectTypeOf(store).toEqualTypeOf(createStore(counting));
    expectTypeOf(m.watch(store)).toEqualTypeOf(store);
  }));

  it('has its named timers and deadlines come true', marbles((m) => {
    const store = m.store({
      state: 'idle',
      commands: {
        start: (_state, _payload: void, { timers }) => (timers.set('end', 50_000, 'end'), 'started'),
        end: () => 'ended',
        hang: () => NEVER as Observable<string>,
      },
    }, { timeout: 60_000 });
    const p = probe(store);
    store.tell.start();
    m.cold('- 50s x').subscribe(() => store.ask.hang().subscribe({ error: () => {} }));
    m.flush();
    expect(p.states).toEqual([{ time: 0, state: 'started' }, { time: 50_000, state: 'ended' }]);
    expect(p.replies.at(-1)).toMatchObject({ time: 110_001, type: 'hang', outcome: 'failed', error: { code: 'ASK_TIMEOUT' } });
  }));

  it.each([
    ['a command that runs', () => ({ hang: () => NEVER as Observable<number> })],
    ['a promise that never settles', () => ({ hang: () => new Promise<number>(() => {}) })],
    ['a later reply', () => ({ hang: (n: number) => replyLater(n, NEVER) })],
    ['an effect', () => ({ hang: (n: number) => effect(n, { run: () => NEVER, done: (state: number) => state }) })],
  ])('is aborted if it does not drain: %s', (_title, commands) => {
    let error: unknown;
    run((m) => {
      const store = m.store({ name: 'slow', state: 0, commands: commands() }, { timeout: Infinity });
      store.ask.hang().subscribe({ error: (reason: unknown) => { error = reason; } });
      m.flush();
      expect(error).toBe(undefined);
    });
    expect(error).toMatchObject({ code: 'STORE_CLOSED', store: 'slow', type: 'hang', started: true });
  });

  it('may leave asks behind that nobody observes', () => {
    expect(() => run((m) => {
      m.store({ state: 0, commands: { hang: () => NEVER as Observable<number> } }, { timeout: Infinity }).ask.hang();
    })).not.toThrow();
  });

  it('has the time that it takes to drain, however short the test', () => {
    const hang = () => NEVER as Observable<number>;
    expect(() => run((m) => m.store({ state: 0, commands: { hang } }).tell.hang(), { maxFrames: 100 })).not.toThrow();
  });

  it('fails the test by what fails while it is shut down', () => {
    const error = new RangeError('too late');
    expect(() => run((m) => {
      const store = m.store(counting);
      store.trace$.subscribe(({ kind }) => {
        if (kind === 'phase') store.commands$.error(error);
      });
    })).toThrow(error);
  });

  it('fails the test by the errors of its tells, unless somebody watches them', () => {
    const failing = (m: Marbles) => m.store({ state: 0, commands: { fail: (): number => { throw new RangeError('told'); } } });
    expect(() => run((m) => failing(m).tell.fail())).toThrow(new RangeError('told'));
    expect(() => run((m) => {
      const store = failing(m);
      store.errors$.subscribe();
      store.tell.fail();
    })).not.toThrow();
  });

  it('fails the test if it cannot be closed, by name', () => {
    const stubborn = {
      status: () => ({ ...createStore(counting).status(), name: 'stubborn', replies: 2 }),
      shutdown: async () => {},
    };
    expect(() => run((m) => m.watch(stubborn))).toThrow('Expected nothing to be left open, got stubborn: open, 2 replies pending');
  });

  it('may come from elsewhere, on the scheduler of the test', () => {
    const store = createStore(counting);
    run((m) => {
      const elsewhere = m.watch(createStore(counting, { scheduler: m.scheduler }));
      expect(m.watch(store)).toBe(store);
      m.cold('-x-x').subscribe(() => elsewhere.tell.click());
      m.expect(elsewhere.select()).toBeObservable('ab-c', { a: 0, b: 1, c: 2 });
    });
    expect(store.status().phase).toBe('closed');
  });
});

/** Schedules itself again and again, without any time between. */
const repeatAtOnce = new Observable<never>(() => asyncScheduler.schedule(function () { this.schedule(undefined, 0); }));
