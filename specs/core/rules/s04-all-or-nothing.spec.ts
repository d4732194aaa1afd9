/** Rule S4: what fails changes nothing, fails its own reply, and the store goes on. */
import { inspect } from 'node:util';
import { createStore, effect, reply, replyLater, type } from 'ownstate';
import { marbles } from 'ownstate/testing';
import { concat, config, defer, EMPTY, filter, finalize, map, mergeMap, NEVER, of, throwError, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';

describe('S4 All or nothing', () => {
  describe('a handler that succeeds', () => {
    it('by a bare state changes it, and replies undefined', async () => {
      const store = createStore({ state: 0, commands: { set: (_state, to: number) => to } });
      expect(await store.ask.set(7)).toBeUndefined();
      expect(store.snapshot()).toBe(7);
    });

    it('by a reply changes the state and replies, both', async () => {
      const store = createStore({ state: 0, commands: { set: (state, to: number) => reply(to, `was ${state}`) } });
      expect(await store.ask.set(7)).toBe('was 0');
      expect(store.snapshot()).toBe(7);
    });

    it('by a promise changes the state when the promise has resolved, not before', async () => {
      const store = createStore({ state: 0, commands: { set: async (state, to: number) => reply(to, `was ${state}`) } });
      const asked = store.ask.set(7);
      expect(store.snapshot()).toBe(0);
      expect(await asked).toBe('was 0');
      expect(store.snapshot()).toBe(7);
    });

    it('by anything that has a then changes the state as by a promise', async () => {
      const thenable: PromiseLike<number> = { then: (onValue) => Promise.resolve(7).then(onValue) };
      const store = createStore({ state: 0, commands: { set: () => thenable } });
      expect(await store.ask.set()).toBeUndefined();
      expect(store.snapshot()).toBe(7);
    });

    it('by an Observable changes the state with each emission, and replies as the last one does', marbles((m) => {
      const states = '            01-2--3----';
      const answers = '           -------(r|)';
      const source = m.cold('     -a-b--c|   ', { a: reply(1, 'a'), b: reply(2, 'b'), c: reply(3, 'r') });
      const store = m.store({ state: 0, commands: { count: () => source } });
      m.expect(store.select()).toBeObservable(states, { 0: 0, 1: 1, 2: 2, 3: 3 });
      m.expect(defer(() => store.ask.count())).toBeObservable(answers);
    }));

    it('by an Observable whose last emission is a bare state replies undefined', marbles((m) => {
      const answers = '           ---(u|)';
      const source = m.cold('     -ab|   ', { a: reply(1, 'a'), b: 2 });
      const store = m.store({ state: 0, commands: { count: () => source } });
      m.expect(defer(() => store.ask.count())).toBeObservable(answers, { u: undefined });
      m.flush();
      expect(store.snapshot()).toBe(2);
    }));

    it('by an empty Observable leaves the state, and replies undefined', marbles((m) => {
      const states = '            0------';
      const answers = '           ---(u|)';
      const store = m.store({ state: 0, commands: { nothing: () => m.cold<number>('---|') } });
      m.expect(store.select()).toBeObservable(states, { 0: 0 });
      m.expect(defer(() => store.ask.nothing())).toBeObservable(answers, { u: undefined });
    }));

    it('by an empty Observable announces what it emitted nonetheless', () => {
      const store = createStore({
        state: 0,
        events: type<string>(),
        commands: { nothing: (_state, _payload: void, { emit }) => (emit('event'), EMPTY) },
      });
      const seen: string[] = [];
      store.events$.subscribe((event) => seen.push(event));
      store.ask.nothing().subscribe(() => seen.push('reply'));
      expect(seen).toEqual(['event', 'reply']);
    });

    it('by an Observable announces also what it emitted after its last state, before the reply', () => {
      const store = createStore({
        state: 0,
        events: type<string>(),
        commands: {
          work: (_state, _payload: void, { emit }) => concat(of(1), defer(() => {
            emit('late');
            return EMPTY;
          })),
        },
      });
      const seen: unknown[] = [];
      store.select().subscribe((count) => seen.push(count));
      store.events$.subscribe((event) => seen.push(event));
      store.ask.work().subscribe(() => seen.push('reply'));
      expect(seen).toEqual([0, 1, 'late', 'reply']);
    });

    it('by the state as it was is shown to nobody anew', () => {
      const state = { n: 0 };
      const store = createStore({ state, commands: { keep: (now) => now } });
      const seen: unknown[] = [];
      store.select().subscribe((now) => seen.push(now));
      store.tell.keep();
      expect(seen).toEqual([state]);
    });
  });

  describe('a handler that throws', () => {
    it('changes nothing: the state is the very object it was, and nothing is shown', () => {
      const first = { n: 1 };
      const store = createStore({ state: first, commands: { fail: (state) => { throw new Error(`no ${({ ...state, n: 2 }).n}`); } } });
      const shown: unknown[] = [];
      store.select().subscribe((state) => shown.push(state));
      store.ask.fail().subscribe({ error: () => undefined });
      expect(store.snapshot()).toBe(first);
      expect(shown).toEqual([first]);
    });

    for (const error of [new Error('an Error'), new RangeError('another'), 'a text', 0, null, undefined, { code: 7 }]) {
      it(`fails its reply with that very error: ${inspect(error).split('\n')[0]}`, async () => {
        // eslint-disable-next-line @typescript-eslint/only-throw-error -- a handler may throw anything
        const store = createStore({ state: 0, commands: { fail: (): number => { throw error; } } });
        const seen: unknown[] = [];
        store.ask.fail().subscribe({ next: () => seen.push('a value'), error: (failure: unknown) => seen.push(failure) });
        expect(seen).toHaveLength(1);
        expect(seen[0]).toBe(error);
        const [outcome] = await Promise.allSettled([store.ask.fail()]);
        expect(outcome).toEqual({ status: 'rejected', reason: error });
      });
    }

    it('fails its own reply only', marbles((m) => {
      const store = m.store({
        state: 0,
        commands: {
          work: (count) => timer(2).pipe(map(() => count)),
          add: (count, by: number) => {
            if (by < 0) throw new RangeError(`got ${by}`);
            return reply(count + by, count + by);
          },
        },
      });
      const seen: unknown[] = [];
      store.tell.work();
      for (const by of [1, -1, 2]) {
        store.ask.add(by).subscribe({ next: (count) => seen.push(count), error: (error: unknown) => seen.push((error as Error).message) });
      }
      m.flush();
      expect(seen).toEqual([1, 'got -1', 3]);
    }));

    it('is counted as handled and as failed, and the store goes on', () => {
      const store = createStore({ state: 0, commands: { add: (count) => count + 1, fail: (): number => { throw new Error('no'); } } });
      store.errors$.subscribe();
      store.tell.fail();
      store.tell.add();
      store.tell.fail();
      store.tell.add();
      expect(store.snapshot()).toBe(2);
      expect(store.status()).toMatchObject({ handled: 4, failed: 2, running: 0, waiting: 0, phase: 'open' });
    });

    it('announces nothing of what it emitted before', () => {
      const store = createStore({
        state: 0,
        events: type<string>(),
        commands: {
          work: (count, fails: boolean, { emit }) => {
            emit(`from ${fails ? 'a failed' : 'a good'} one`);
            if (fails) throw new Error('no');
            return count + 1;
          },
        },
      });
      const seen: string[] = [];
      store.errors$.subscribe();
      store.events$.subscribe((event) => seen.push(event));
      store.tell.work(true);
      store.tell.work(false);
      expect(seen).toEqual(['from a good one']);
    });

    it('leaves what it has done to a state mutated in place: check first, change then', () => {
      const store = createStore({
        state: () => new Map<string, number>(),
        view: (map) => [...map.keys()],
        commands: {
          hasty: (map, key: string) => {
            map.set(key, 1);
            throw new Error('too late');
          },
          careful: (map, key: string) => {
            if (map.has('taken')) throw new Error('in time');
            return map.set(key, 1);
          },
        },
      });
      store.errors$.subscribe();
      store.tell.hasty('taken');
      store.tell.careful('free');
      expect(store.snapshot()).toEqual(['taken']);
    });

    it('does so also if nobody waits for its reply any more', () => {
      const store = createStore({ state: 0, commands: { add: (count) => count + 1, fail: (): number => { throw new Error('no'); } } });
      store.ask.fail().subscribe({ error: () => undefined }).unsubscribe();
      store.tell.add();
      expect(store.snapshot()).toBe(1);
    });
  });

  describe('a promise that rejects', () => {
    it('changes nothing, fails its reply with that very error, and the store goes on', async () => {
      const first = { n: 1 };
      const error = new Error('no');
      const store = createStore({
        state: first,
        commands: {
          fail: async () => {
            await Promise.resolve();
            throw error;
          },
          add: (state) => ({ n: state.n + 1 }),
        },
      });
      const shown: unknown[] = [];
      store.select().subscribe((state) => shown.push(state));
      const [failed, added] = await Promise.allSettled([store.ask.fail(), store.ask.add()]);
      expect(failed).toEqual({ status: 'rejected', reason: error });
      expect(added).toEqual({ status: 'fulfilled', value: undefined });
      expect(shown).toEqual([first, { n: 2 }]);
      expect(shown[0]).toBe(first);
    });

    it('announces nothing of what was emitted before it did', async () => {
      const store = createStore({
        state: 0,
        events: type<string>(),
        commands: {
          work: async (count, fails: boolean, { emit }) => {
            emit('before the await');
            await Promise.resolve();
            emit('after the await');
            if (fails) throw new Error('no');
            return count + 1;
          },
        },
      });
      const seen: string[] = [];
      store.events$.subscribe((event) => seen.push(event));
      await Promise.allSettled([store.ask.work(true)]);
      expect(seen).toEqual([]);
      await store.ask.work(false);
      expect(seen).toEqual(['before the await', 'after the await']);
    });

    it('may be a foreign one whose then throws', async () => {
      const error = new Error('then');
      const store = createStore({
        state: 0,
        commands: { fail: (): PromiseLike<number> => ({ then: () => { throw error; } }), add: (count) => count + 1 },
      });
      const [failed] = await Promise.allSettled([store.ask.fail(), store.ask.add()]);
      expect(failed).toEqual({ status: 'rejected', reason: error });
      expect(store.snapshot()).toBe(1);
    });

    it('after the store was aborted changes nothing', async () => {
      const abort = new AbortController();
      let resolve: (count: number) => void = () => undefined;
      const store = createStore({ state: 0, commands: { work: () => new Promise<number>((done) => { resolve = done; }) } }, { signal: abort.signal });
      const asked = store.ask.work();
      abort.abort();
      await expect(asked).rejects.toMatchObject({ code: 'STORE_CLOSED', started: true });
      resolve(7);
      await Promise.resolve();
      await Promise.resolve();
      expect(store.snapshot()).toBe(0);
    });
  });

  describe('an outcome that cannot be taken fails like a throw, and the store goes on:', () => {
    interface List { readonly next?: List }

    it('a state that throws when it is frozen', () => {
      const error = new Error('listed');
      const first = { n: 0 };
      const store = createStore({
        state: first,
        commands: { fail: () => new Proxy({ n: 1 }, { ownKeys: () => { throw error; } }), add: (state) => ({ n: state.n + 1 }) },
      });
      const seen: unknown[] = [];
      store.ask.fail().subscribe({ error: (failure: unknown) => seen.push(failure) });
      expect(seen).toEqual([error]);
      expect(store.snapshot()).toBe(first);
      store.tell.add();
      expect(store.snapshot()).toEqual({ n: 1 });
    });

    it('an object whose then throws when it is read', () => {
      const error = new Error('then');
      const store = createStore({
        state: 0,
        commands: { fail: () => ({ get then(): PromiseLike<number>['then'] { throw error; } }), add: (count) => count + 1 },
      });
      const seen: unknown[] = [];
      store.ask.fail().subscribe({ error: (failure: unknown) => seen.push(failure) });
      store.tell.add();
      expect(seen).toEqual([error]);
      expect(store.snapshot()).toBe(1);
    });

    it('a first state that cannot be made again, after a handler has thrown: the state stays', marbles((m) => {
      const before = config.onUnhandledError;
      const seen: unknown[] = [];
      const reported: unknown[] = [];
      config.onUnhandledError = (error) => reported.push(error);
      try {
        const [error, makers] = [new Error('handler'), new Error('maker')];
        let made = 0;
        const store = m.store({
          state: () => {
            if (made++ > 0) throw makers;
            return 0;
          },
          commands: { fail: (): number => { throw error; }, add: (count) => count + 1 },
        }, { onHandlerError: 'reset' });
        store.errors$.subscribe((event) => reported.push(event.error));
        store.tell.add();
        store.ask.fail().subscribe({ error: (failure: unknown) => seen.push(failure) });
        store.tell.add();
        m.flush();
        expect(seen).toEqual([error]);
        expect(reported).toEqual([makers]);
        expect(store.snapshot()).toBe(2);
      } finally {
        config.onUnhandledError = before;
      }
    }));

    it('though not a state that is merely deep', () => {
      const long = (length: number): List => {
        let list: List = {};
        for (let item = 0; item < length; item++) list = { next: list };
        return list;
      };
      const store = createStore({
        state: (): List => ({}),
        commands: { build: (_list, length: number) => reply(long(length), 'built'), drop: ({ next = {} }) => next },
      });
      const seen: unknown[] = [];
      store.ask.build(50_000).subscribe({ next: (answer) => seen.push(answer), error: (failure: unknown) => seen.push(failure) });
      store.tell.drop();
      expect(seen).toEqual(['built']);
      expect(store.status()).toMatchObject({ handled: 2, failed: 0, running: 0 });
    });
  });

  describe('a store that is aborted', () => {
    it('by its own handler takes no state from it any more', () => {
      const abort = new AbortController();
      const store = createStore({
        state: 0,
        commands: {
          end: (count) => {
            abort.abort();
            return reply(count + 1, 'too late');
          },
        },
      }, { signal: abort.signal });
      const seen: unknown[] = [];
      store.select().subscribe({ next: (count) => seen.push(count), complete: () => seen.push('complete') });
      store.ask.end().subscribe({ next: (answer) => seen.push(answer), error: (error: unknown) => seen.push((error as { code: string }).code) });
      expect(seen).toEqual([0, 'complete', 'STORE_CLOSED']);
      expect(store.snapshot()).toBe(0);
    });

    it('by an observer of what an Observable has just emitted ends that Observable', () => {
      const abort = new AbortController();
      const steps: unknown[] = [];
      const store = createStore({
        state: 0,
        commands: { work: () => concat(of(1), NEVER).pipe(finalize(() => steps.push('unsubscribed'))) },
      }, { signal: abort.signal });
      store.select().subscribe((count) => {
        steps.push(count);
        if (count === 1) abort.abort();
      });
      store.ask.work().subscribe({ error: (error: unknown) => steps.push((error as { code: string }).code) });
      expect(steps).toEqual([0, 1, 'unsubscribed', 'STORE_CLOSED']);
      expect(store.status()).toMatchObject({ running: 0, phase: 'closed' });
    });
  });

  describe('an Observable that fails', () => {
    it('at once changes nothing', marbles((m) => {
      const states = '            0---';
      const answers = '           #---';
      const error = new Error('no');
      const store = m.store({ state: 0, commands: { fail: () => throwError(() => error) } });
      m.expect(store.select()).toBeObservable(states, { 0: 0 });
      m.expect(defer(() => store.ask.fail())).toBeObservable(answers, {}, error);
    }));

    it('while it is subscribed changes nothing, and the store goes on', () => {
      const error = new Error('no');
      const store = createStore({ state: 0, commands: { fail: () => defer((): never => { throw error; }), add: (count) => count + 1 } });
      const seen: unknown[] = [];
      store.ask.fail().subscribe({ error: (failure: unknown) => seen.push(failure) });
      store.tell.add();
      expect(seen).toEqual([error]);
      expect(store.snapshot()).toBe(1);
    });

    it('leaves what it has shown before, fails its reply with that very error, and the store goes on', marbles((m) => {
      const sent = m.hot('        -wa---- ');
      const states = '            01-2--3-';
      const answers = '           ------# ';
      const source = m.cold('      1-2--# ', { 1: reply(1, 'one'), 2: reply(2, 'two') }, 'no');
      const store = m.store({ state: 0, commands: { work: () => source, add: (count) => count + 1 } });
      const work = sent.pipe(filter((letter) => letter === 'w'), mergeMap(() => store.ask.work()));
      sent.pipe(filter((letter) => letter === 'a')).subscribe(() => store.tell.add());
      m.expect(store.select()).toBeObservable(states, { 0: 0, 1: 1, 2: 2, 3: 3 });
      m.expect(work).toBeObservable(answers, {}, 'no');
    }));

    it('has announced what belonged to the states it has shown, and discards the rest', () => {
      const store = createStore({
        state: 0,
        events: type<string>(),
        commands: {
          work: (_state, _payload: void, { emit }) => concat(
            defer(() => (emit('with one'), of(1))),
            defer(() => {
              emit('with none');
              return throwError(() => new Error('no'));
            }),
          ),
        },
      });
      const seen: unknown[] = [];
      store.errors$.subscribe(() => seen.push('error'));
      store.events$.subscribe((event) => seen.push(event));
      store.select().subscribe((count) => seen.push(count));
      store.tell.work();
      expect(seen).toEqual([0, 1, 'with one', 'error']);
    });

    it('is unsubscribed no later than the next command begins', marbles((m) => {
      const source = m.cold('      1--#     ');
      const subscribed = '         ^--!     ';
      const store = m.store({ state: '0', commands: { work: () => source } });
      store.errors$.subscribe();
      store.tell.work();
      m.expect(source).toHaveSubscriptions(subscribed);
    }));
  });

  describe('a query that throws', () => {
    for (const onHandlerError of ['keep', 'reset', 'stop'] as const) {
      it(`fails its own reply and nothing else (onHandlerError: '${onHandlerError}')`, () => {
        const error = new Error('no');
        const store = createStore({
          state: () => 0,
          commands: { add: (count) => count + 1 },
          queries: { fail: () => { throw error; } },
        }, { onHandlerError });
        const seen: unknown[] = [];
        store.tell.add();
        store.ask.fail().subscribe({ error: (failure: unknown) => seen.push(failure) });
        store.tell.add();
        expect(seen).toEqual([error]);
        expect(store.snapshot()).toBe(2);
        expect(store.status()).toMatchObject({ phase: 'open', handled: 3, failed: 1 });
      });
    }
  });

  describe('after a command has failed', () => {
    const fails = {
      'a throw': (): number => { throw new Error('no'); },
      'an Observable\'s error': () => throwError(() => new Error('no')),
      'a late error': () => timer(1).pipe(map((): number => { throw new Error('no'); })),
    };
    for (const [what, fail] of Object.entries(fails)) {
      it(`'reset' begins again with a new first state, shown before the reply fails: ${what}`, marbles((m) => {
        let made = 0;
        const store = m.store({
          state: () => ({ made: ++made, n: 0 }),
          commands: { add: (state) => ({ ...state, n: state.n + 1 }), fail: () => fail() as never },
        }, { onHandlerError: 'reset' });
        const seen: unknown[] = [];
        store.select().subscribe((state) => seen.push(state));
        store.tell.add();
        store.ask.fail().subscribe({ error: () => seen.push('error') });
        store.tell.add();
        m.flush();
        expect(seen).toEqual([{ made: 1, n: 0 }, { made: 1, n: 1 }, { made: 2, n: 0 }, 'error', { made: 2, n: 1 }]);
      }));

      it(`'stop' aborts the store: its reply has the handler's error, what waits fails: ${what}`, marbles((m) => {
        const store = m.store({
          state: 0,
          commands: { work: (count) => timer(1).pipe(map(() => count + 1)), fail: () => fail() as never },
        }, { onHandlerError: 'stop' });
        const seen: unknown[] = [];
        store.select().subscribe({ next: (count) => seen.push(count), complete: () => seen.push('complete') });
        store.tell.work();
        store.ask.fail().subscribe({ error: (error: unknown) => seen.push((error as Error).message) });
        store.ask.work().subscribe({ error: (error: unknown) => seen.push((error as { code: string }).code) });
        m.flush();
        expect(seen).toEqual([0, 1, 'no', 'STORE_CLOSED', 'complete']);
        expect(store.status().phase).toBe('closed');
      }));
    }
  });

  describe('what comes back later is all or nothing, too:', () => {
    it('a done that throws leaves the state as it was when the work ended', marbles((m) => {
      const store = m.store({
        state: 0,
        commands: {
          load: (count) => effect(count + 1, { run: () => timer(2), done: (now: number): number => { throw new Error(`no, at ${now}`); } }),
          add: (count) => count + 10,
        },
      });
      const seen: unknown[] = [];
      store.select().subscribe((count) => seen.push(count));
      store.ask.load().subscribe({ error: (error: unknown) => seen.push((error as Error).message) });
      store.tell.add();
      m.flush();
      expect(seen).toEqual([0, 1, 11, 'no, at 11']);
    }));

    it('work that fails leaves the state, if there is no failed to fold it', marbles((m) => {
      const states = '            01---';
      const answers = '           --#  ';
      const store = m.store({ state: 0, commands: { load: (count) => effect(count + 1, { run: () => m.cold('-#', {}, 'no'), done: () => 99 }) } });
      m.expect(store.select()).toBeObservable(states, { 0: 0, 1: 1 });
      m.expect(defer(() => store.ask.load()), '-^').toBeObservable(answers, {}, 'no');
    }));

    it('a later reply that fails leaves the state that was committed', marbles((m) => {
      const states = '            01---';
      const answers = '           --#  ';
      const store = m.store({ state: 0, commands: { ring: (count) => replyLater(count + 1, m.cold('-#', {}, 'no')) } });
      m.expect(store.select()).toBeObservable(states, { 0: 0, 1: 1 });
      m.expect(defer(() => store.ask.ring()), '-^').toBeObservable(answers, {}, 'no');
    }));
  });
});
