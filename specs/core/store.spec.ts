/** `createStore`: what it refuses, what it fills in; ticks, timers, and names that aren't there. */
import { createStore, reply, type, UnknownCommandError, type Context, type StoreOptions } from 'ownstate';
import { marbles } from 'ownstate/testing';
import { EMPTY, map, of, type Observable } from 'rxjs';
import { describe, expect, it } from 'vitest';

const touch = (n: number) => n;
const commands = { touch };

describe('createStore', () => {
  describe('refuses a definition that no store can work with', () => {
    it.each<[string, unknown, string]>([
      ['a promised state', { state: Promise.resolve(0), commands }, 'Expected `state` to be at hand, got [object Promise]'],
      ['a state that is a thenable', { state: { then: () => undefined }, commands }, 'Expected `state` to be at hand, got [object Object]'],
      ['an observed state', { state: of(0), commands }, 'Expected `state` to be at hand, got [object Object]'],
      ['a maker of a promise', { state: async () => 0, commands }, 'Expected `state` to be at hand, got [object Promise]'],
      ['a maker of an Observable', { state: () => of(0), commands }, 'Expected `state` to be at hand, got [object Object]'],
      ['no commands', { state: 0 }, 'Expected `commands` to be at least one handler, got undefined'],
      ['a table without a single command', { state: 0, commands: {} }, 'Expected `commands` to be at least one handler, got [object Object]'],
      ['a command that is no function', { state: 0, commands: { touch, reset: 0 } }, 'Expected `reset` to be a function, got 0'],
      ['a query that is no function', { state: 0, commands, queries: { get: {} } }, 'Expected `get` to be a function, got [object Object]'],
      ['a command and a query of one name', { state: 0, commands, queries: { touch } }, "Expected `touch` to be a command or a query, got 'both'"],
      ['a tick for a command that is not there', { state: 0, commands, ticks: { sweep: 10 } }, "Expected `ticks` to be for one of touch, got 'sweep'"],
      ['a tick for a query', { state: 0, commands, queries: { get: touch }, ticks: { get: 10 } }, "Expected `ticks` to be for one of touch, got 'get'"],
      ['a tick for an inherited name', { state: 0, commands, ticks: { toString: 10 } }, "Expected `ticks` to be for one of touch, got 'toString'"],
      ['a tick of 0 ms', { state: 0, commands, ticks: { touch: 0 } }, 'Expected `touch` to be a positive number, got 0'],
      ['a tick below 0', { state: 0, commands, ticks: { touch: -5 } }, 'Expected `touch` to be a positive number, got -5'],
      ['a tick of NaN', { state: 0, commands, ticks: { touch: NaN } }, 'Expected `touch` to be a positive number, got NaN'],
      ['a tick that is no number', { state: 0, commands, ticks: { touch: '10' } }, "Expected `touch` to be a positive number, got '10'"],
      ['a view that is no function', { state: 0, commands, view: 'name' }, "Expected `view` to be a function, got 'name'"],
    ])('%s', (_what, definition, message) => {
      expect(() => createStore(definition as never)).toThrow(new TypeError(message));
    });

    it.each([undefined, null])('none at all: %s', (definition) => {
      expect(() => createStore(definition as never)).toThrow(TypeError);
    });
  });

  describe('refuses options that no store can be run by', () => {
    it.each<[string, unknown, string]>([
      ['a capacity of 0', { mailbox: { capacity: 0 } }, 'Expected `capacity` to be a positive integer, got 0'],
      ['a capacity below 0', { mailbox: { capacity: -1 } }, 'Expected `capacity` to be a positive integer, got -1'],
      ['a capacity of NaN', { mailbox: { capacity: NaN } }, 'Expected `capacity` to be a positive integer, got NaN'],
      ['half a capacity', { mailbox: { capacity: 1.5 } }, 'Expected `capacity` to be a positive integer, got 1.5'],
      ['no bound at all', { mailbox: { capacity: Infinity } }, 'Expected `capacity` to be a positive integer, got Infinity'],
      ['a capacity that is no number', { mailbox: { capacity: '10' } }, "Expected `capacity` to be a positive integer, got '10'"],
      ['an unknown overflow', { mailbox: { overflow: 'drop-newest' } }, "Expected `overflow` to be one of reject, drop-oldest, got 'drop-newest'"],
      ['a timeout of 0', { timeout: 0 }, 'Expected `timeout` to be a positive number, got 0'],
      ['a timeout below 0', { timeout: -1 }, 'Expected `timeout` to be a positive number, got -1'],
      ['a timeout of NaN', { timeout: NaN }, 'Expected `timeout` to be a positive number, got NaN'],
      ['a timeout that is no number', { timeout: '1 s' }, "Expected `timeout` to be a positive number, got '1 s'"],
      ['a slice of 0', { slice: 0 }, 'Expected `slice` to be a positive number, got 0'],
      ['a slice below 0', { slice: -8 }, 'Expected `slice` to be a positive number, got -8'],
      ['a slice of NaN', { slice: NaN }, 'Expected `slice` to be a positive number, got NaN'],
      ['an unknown onHandlerError', { onHandlerError: 'ignore' }, "Expected `onHandlerError` to be one of keep, reset, stop, got 'ignore'"],
      ["onHandlerError: 'reset' without a maker", { onHandlerError: 'reset' }, "Expected `state` to be a function that makes it, for onHandlerError: 'reset', got 0"],
      ['a controller in the place of its signal', { signal: new AbortController() }, 'Expected `signal` to be an AbortSignal, got [object AbortController]'],
    ])('%s', (_what, options, message) => {
      expect(() => createStore({ state: 0, commands }, options as never)).toThrow(new TypeError(message));
    });

    it('before the maker of the state is called and before any tick', () => {
      let made = 0;
      const definition = { state: () => ++made, commands: { touch: (n: number) => n }, ticks: { touch: 1 } };
      expect(() => createStore(definition, { timeout: 0 })).toThrow(TypeError);
      expect(made).toBe(0);
    });
  });

  describe('takes', () => {
    it.each<[string, StoreOptions]>([
      ['no options', {}],
      ['the largest limits', { timeout: Infinity, slice: Infinity, mailbox: { capacity: Number.MAX_SAFE_INTEGER } }],
      ['the smallest limits', { timeout: 1, slice: 0.1, mailbox: { capacity: 1, overflow: 'drop-oldest' } }],
    ])('%s', async (_what, options) => {
      const store = createStore({ state: 0, commands: { add: (n, by: number) => reply(n + by, n + by) } }, options);
      expect(await store.ask.add(2)).toBe(2);
      await store.shutdown();
    });

    it('a state that is undefined or null', () => {
      expect(createStore({ state: undefined, commands: { touch: () => undefined } }).snapshot()).toBe(undefined);
      expect(createStore({ state: null, commands: { touch: () => null } }).snapshot()).toBe(null);
    });

    it('a signal that has aborted already: the store is closed from the beginning', async () => {
      const store = createStore({ state: 5, commands: { touch: (n: number) => n }, ticks: { touch: 1 } }, { signal: AbortSignal.abort() });
      expect(store.status().phase).toBe('closed');
      expect(store.snapshot()).toBe(5);
      await store.closed;
    });
  });

  describe('the name', () => {
    it("is 'store' unless it is given", async () => {
      const store = createStore({ state: 0, commands });
      expect(store.name).toBe('store');
      expect(store.status().name).toBe('store');
      await expect(store.send({ type: 'nope' } as never)).rejects.toThrow('store.nope: expected one of touch, got nope');
    });

    it('stands in status, errors and traces', async () => {
      const store = createStore({ name: 'counter', state: 0, commands });
      const traced: string[] = [];
      store.trace$.subscribe(({ store: name }) => traced.push(name));
      store.tell.touch();
      expect(store.name).toBe('counter');
      expect(store.client.name).toBe('counter');
      expect(store.status().name).toBe('counter');
      expect(new Set(traced)).toEqual(new Set(['counter']));
      await expect(store.send({ type: 'nope' } as never)).rejects.toMatchObject({ store: 'counter' });
    });
  });

  describe('the first state', () => {
    it('is the value itself, or what its maker makes: once, and before createStore returns', () => {
      const order: string[] = [];
      const store = createStore({ state: () => (order.push('made'), 3), commands: { touch: (n) => n } });
      order.push('returned');
      expect(store.snapshot()).toBe(3);
      expect(order).toEqual(['made', 'returned']);
    });

    it('whose maker throws makes createStore throw that very error', () => {
      const no = new Error('no');
      expect(() => createStore({ state: (): number => { throw no; }, commands: { touch: (n) => n } })).toThrow(no);
    });
  });

  describe('ticks', () => {
    it('send their command again and again while the store is open', marbles((m) => {
      const store = m.store({ state: 0, ticks: { sweep: 3 }, commands: { sweep: (n) => n + 1 } });
      m.expect(store.select(), '^---------!').toBeObservable('a--b--c--d-', { a: 0, b: 1, c: 2, d: 3 });
    }));

    it('of different commands go at their own pace', marbles((m) => {
      const store = m.store({ state: '', ticks: { a: 2, b: 3 }, commands: { a: (s) => s + 'a', b: (s) => s + 'b' } });
      m.expect(store.select(), '^----!').toBeObservable('z-abc', { z: '', a: 'a', b: 'ab', c: 'aba' });
    }));

    it('come without a payload', marbles((m) => {
      const payloads: unknown[] = [];
      const store = m.store({ state: 0, ticks: { sweep: 2 }, commands: { sweep: (n, payload?: string) => (payloads.push(payload), n) } });
      m.expect(store.errors$, '^----!').toBeObservable('-----');
      m.flush();
      expect(payloads).toEqual([undefined, undefined]);
    }));

    it('are not sent twice while one waits', marbles((m) => {
      const store = m.store({
        state: 0, ticks: { sweep: 2 }, commands: { sweep: (n) => n + 1, slow: (_n, source: Observable<number>) => source },
      });
      store.tell.slow(m.cold('                                 -------(x|)', { x: 100 }));
      // Ticks come at 2, 4 and 6, of which one waits until 7.
      const shown: unknown[] = [];
      store.select().subscribe((n) => shown.push([m.scheduler.now(), n]));
      m.cold('                                                 ---------|').subscribe();
      m.flush();
      expect(shown).toEqual([[0, 0], [7, 100], [7, 101], [8, 102]]);
    }));

    it('are sent again once the one before has begun', marbles((m) => {
      const store = m.store({ state: 0, ticks: { sweep: 2 }, commands: { sweep: (n) => n < 2 ? m.cold('---(x|)', { x: n + 1 }) : n } });
      //                                                        begins at 2, ends at 5; the next came at 4
      m.expect(store.select(), '                               ^--------!').toBeObservable('a----b--c', { a: 0, b: 1, c: 2 });
    }));

    it('pass beside a full mailbox', marbles((m) => {
      const store = m.store({
        state: '', ticks: { sweep: 2 }, commands: { sweep: (s) => s + 't', note: (s) => s + 'n', slow: (_s, source: Observable<string>) => source },
      }, { mailbox: { capacity: 1 } });
      store.tell.slow(m.cold('                                 ---(x|)', { x: '' }));
      store.tell.note();
      m.cold('                                                 --x').subscribe(() => expect(store.status()).toMatchObject({ waiting: 1, dropped: 0 }));
      m.flush();
      expect(store.snapshot()).toBe('nt');
    }));

    it('stop when the store shuts down', marbles((m) => {
      const store = m.store({ state: 0, ticks: { sweep: 2 }, commands: { sweep: (n) => n + 1, slow: (_n, source: Observable<number>) => source } });
      m.cold('                                                 ---x').subscribe(() => {
        store.tell.slow(m.cold('                                  ------(y|)', { y: 50 }));
        void store.shutdown();
      });
      m.expect(store.select()).toBeObservable('                a-b------(y|)', { a: 0, b: 1, y: 50 });
    }));
  });

  describe('a named timer', () => {
    type Timers = Context<never>['timers'];
    /** A store whose state is the list of what rang, and which does whatever it's asked to with its timers. */
    const ringing = {
      state: '',
      commands: {
        with: (state: string, use: (timers: Timers) => void, { timers }: Context<never>) => {
          use(timers);
          return state;
        },
        ring: (state: string, what = 'r') => state + what,
        slow: (state: string, source: Observable<string>) => source.pipe(map((part) => state + part)),
      },
    };

    it('sends its command with its payload after its time, once', marbles((m) => {
      const store = m.store(ringing);
      store.tell.with((timers) => timers.set('t', 3, 'ring', 'x'));
      m.expect(store.select()).toBeObservable('                a--b', { a: '', b: 'x' });
    }));

    it('of 0 ms rings in a task of its own, after the handler', marbles((m) => {
      const store = m.store(ringing);
      store.tell.with((timers) => timers.set('t', 0, 'ring'));
      expect(store.snapshot()).toBe('');
      m.flush();
      expect(store.snapshot()).toBe('r');
      expect(m.scheduler.now()).toBe(0);
    }));

    it('set again under its name is replaced', marbles((m) => {
      const store = m.store(ringing);
      store.tell.with((timers) => timers.set('t', 3, 'ring', 'x'));
      m.cold('                                                 --x').subscribe(() => store.tell.with((timers) => timers.set('t', 3, 'ring', 'y')));
      m.expect(store.select()).toBeObservable('                a----b', { a: '', b: 'y' });
    }));

    it('of another name goes its own way', marbles((m) => {
      const store = m.store(ringing);
      store.tell.with((timers) => {
        timers.set('t', 3, 'ring', 'x');
        timers.set('__proto__', 1, 'ring', 'p');
        timers.set('u', 2, 'ring', 'y');
      });
      m.expect(store.select()).toBeObservable('                apyx', { a: '', p: 'p', y: 'py', x: 'pyx' });
    }));

    it('that is cleared does not ring', marbles((m) => {
      const store = m.store(ringing);
      store.tell.with((timers) => timers.set('t', 3, 'ring'));
      m.cold('                                                 --x').subscribe(() => store.tell.with((timers) => timers.clear('t')));
      m.expect(store.select()).toBeObservable('                a---', { a: '' });
    }));

    it('that is not there is cleared without a word', () => {
      const store = createStore(ringing);
      store.ask.with((timers) => timers.clear('t')).subscribe();
      expect(store.status()).toMatchObject({ handled: 1, failed: 0 });
    });

    it.each([
      ['cleared', (timers: Timers) => timers.clear('t'), 'ss'],
      ['set again', (timers: Timers) => timers.set('t', 4, 'ring', 'y'), 'ssy'],
    ])('whose command waits already takes it back when it is %s', (_what, change, story) => marbles((m) => {
      const store = m.store(ringing);
      store.tell.with((timers) => timers.set('t', 2, 'ring', 'x'));
      store.tell.slow(m.cold('                                 -(s|)', { s: 's' }));
      // Rings at 2, while this one runs from 1 to 4, and `change` is queued before it.
      m.cold('                                                 -x').subscribe(() => {
        store.tell.slow(m.cold('                                ---(s|)', { s: 's' }));
        store.tell.with(change);
      });
      m.flush();
      expect(store.snapshot()).toBe(story);
    })());

    it('whose command has begun cannot take it back any more', marbles((m) => {
      const store = m.store(ringing);
      store.tell.with((timers) => timers.set('t', 2, 'slow', m.cold('--(x|)', { x: 'x' })));
      m.cold('                                                 ---x').subscribe(() => store.tell.with((timers) => timers.clear('t')));
      m.expect(store.select()).toBeObservable('                a---b', { a: '', b: 'x' });
    }));

    it('may set itself again from its own command', marbles((m) => {
      const store = m.store({
        state: 0,
        commands: {
          beat: (n, _payload: void, { timers }) => {
            if (n < 2) timers.set('t', 2, 'beat');
            return n + 1;
          },
        },
      });
      store.tell.beat();
      m.expect(store.select()).toBeObservable('                a-b-c-', { a: 1, b: 2, c: 3 });
    }));

    it('passes beside a full mailbox', marbles((m) => {
      const store = m.store(ringing, { mailbox: { capacity: 1 } });
      store.tell.with((timers) => timers.set('t', 1, 'ring', 't'));
      store.tell.slow(m.cold('                                 --(s|)', { s: 's' }));
      store.tell.ring('r');
      m.flush();
      expect(store.snapshot()).toBe('srt');
      expect(store.status().dropped).toBe(0);
    }));

    it('does not ring in a closed store', marbles((m) => {
      const store = m.store(ringing);
      store.tell.with((timers) => timers.set('t', 2, 'ring'));
      void store.shutdown();
      m.expect(store.select()).toBeObservable('                (a|)', { a: '' });
      m.flush();
      expect(store.snapshot()).toBe('');
    }));

    it.each([[-1], [NaN], ['5' as never], [undefined as never]])('refuses %s for a time', async (ms) => {
      const store = createStore(ringing);
      await expect(store.ask.with((timers) => timers.set('t', ms, 'ring'))).rejects.toThrow(TypeError);
      await expect(store.ask.with((timers) => timers.set('t', ms, 'ring'))).rejects.toThrow(/^Expected `ms` to be .*, got /);
      void store.shutdown();
    });

    it('that is refused leaves the one of its name as it was', marbles((m) => {
      const store = m.store(ringing);
      store.tell.with((timers) => timers.set('t', 2, 'ring', 'x'));
      store.tell.with((timers) => expect(() => timers.set('t', 9, 'nope')).toThrow(UnknownCommandError));
      m.expect(store.select()).toBeObservable('                a-b', { a: '', b: 'x' });
    }));
  });

  describe('a command that is not there', () => {
    const names = ['nope', '__proto__', 'constructor', 'toString', 'hasOwnProperty', ''];
    const definition = {
      name: 'desk',
      state: 0,
      commands: {
        add: (n: number, by: number) => n + by,
        perform: (n: number, work: (context: Context<never>) => void, context: Context<never>) => {
          work(context);
          return n + 1;
        },
      },
      queries: { get: (n: number) => n },
    };

    it.each(names)('fails the reply of send: %j', async (type) => {
      const store = createStore(definition);
      const error: unknown = await store.send({ type } as never).then(() => undefined, (reason: unknown) => reason);
      expect(error).toBeInstanceOf(UnknownCommandError);
      expect(error).toMatchObject({ name: 'UnknownCommandError', code: 'UNKNOWN_COMMAND', store: 'desk', type, started: false });
      expect((error as Error).message).toContain(`expected one of add, perform, get, got ${type}`);
      expect(store.status()).toMatchObject({ handled: 0, waiting: 0, running: 0 });
      expect(await store.ask.get()).toBe(0);
    });

    it.each([5, 'add', {}, { type: 5 }, { type: null }])('is whatever else is sent: %o', async (message) => {
      const store = createStore(definition);
      await expect(store.send(message as never)).rejects.toThrow(UnknownCommandError);
      expect(await store.ask.get()).toBe(0);
    });

    it.each([null, undefined, { type: Symbol('add') }])('harms nothing where it is no message at all: %o', async (message) => {
      const store = createStore(definition);
      const errors: unknown[] = [];
      store.errors$.subscribe(({ error }) => errors.push(error));
      await expect(store.send(message as never)).rejects.toThrow(UnknownCommandError);
      store.commands$.next(message as never);
      expect(errors).toEqual([expect.any(UnknownCommandError)]);
      expect(await store.ask.perform(() => undefined)).toBe(undefined);
      expect(await store.ask.get()).toBe(1);
    });

    it.each(names)('appears on errors$ where it came by commands$: %j', (type) => {
      const store = createStore(definition);
      const errors: unknown[] = [];
      store.errors$.subscribe((event) => errors.push(event));
      store.commands$.next({ type } as never);
      store.commands$.next({ type: 'add', payload: 2 });
      expect(errors).toEqual([{ store: 'desk', seq: 0, type, error: expect.any(UnknownCommandError) as unknown, started: false, quiet: false }]);
      expect(store.snapshot()).toBe(2);
    });

    it('is a query too, where a command is told', () => {
      const store = createStore(definition);
      const errors: unknown[] = [];
      store.errors$.subscribe(({ error }) => errors.push(error));
      store.commands$.next({ type: 'get' } as never);
      expect(errors).toEqual([expect.any(UnknownCommandError)]);
      expect('get' in store.tell).toBe(false);
    });

    it.each(names)('makes context.tell throw in the handler: %j', async (type) => {
      const store = createStore(definition);
      await expect(store.ask.perform(({ tell }) => tell(type))).rejects.toThrow(UnknownCommandError);
      await expect(store.ask.perform(({ tell }) => tell(type))).rejects.toThrow('expected one of add, perform, got ');
      expect(await store.ask.get()).toBe(0);
    });

    it.each(names)('makes timers.set throw in the handler: %j', async (type) => {
      const store = createStore(definition);
      await expect(store.ask.perform(({ timers }) => timers.set('t', 1, type))).rejects.toThrow(UnknownCommandError);
      expect(await store.ask.get()).toBe(0);
    });

    it('that a handler catches harms nothing', async () => {
      const store = createStore(definition);
      await store.ask.perform(({ tell }) => expect(() => tell('nope')).toThrow(UnknownCommandError));
      expect(await store.ask.get()).toBe(1);
    });
  });

  describe('context', () => {
    it('now() is the time of the scheduler', marbles((m) => {
      const store = m.store({ state: 0, commands: { stamp: (_n, _payload: void, { now }) => now() } });
      m.cold('                                                 --x--y').subscribe(() => store.tell.stamp());
      m.expect(store.select()).toBeObservable('                a-b--c', { a: 0, b: 2, c: 5 });
    }));

    it('tell queues a command to the store itself, after what waits', () => {
      const store = createStore({
        state: '',
        commands: {
          begin: (state, _payload: void, { tell }) => {
            tell('note', 'first');
            tell('note', 'second');
            return `${state} begun`;
          },
          note: (state, what: string) => `${state} ${what}`,
        },
      });
      store.select().subscribe((state) => state.endsWith('begun') && store.tell.note('observer'));
      store.tell.begin();
      expect(store.snapshot()).toBe(' begun first second observer');
    });

    it('emit announces on events$ once the state is shown, and before the reply', () => {
      const store = createStore({
        state: 0,
        events: type<string>(),
        commands: {
          add: (n, by: number, { emit }) => {
            emit(`adding ${by}`);
            emit('added');
            return reply(n + by, n + by);
          },
        },
      });
      const log: unknown[] = [];
      store.events$.subscribe((event) => log.push(event));
      store.select().subscribe((n) => log.push(n));
      // Subscribed while the store is busy, so that the reply is seen when it settles.
      store.commands$.subscribe(() => log.push('begins'));
      store.ask.add(2).subscribe((sum) => log.push(`reply ${sum}`));
      expect(log).toEqual([0, 'begins', 2, 'adding 2', 'added', 'reply 2']);
    });

    it('emit announces also where no state comes of it: at the end, before the reply', async () => {
      const store = createStore({
        state: 0,
        events: type<string>(),
        commands: {
          nothing: (_n, _payload: void, { emit }): Observable<number> => {
            emit('nothing new');
            return EMPTY;
          },
        },
      });
      const log: unknown[] = [];
      store.events$.subscribe((event) => log.push(event));
      await store.ask.nothing().then(() => log.push('reply'));
      expect(log).toEqual(['nothing new', 'reply']);
    });

    it('emit is discarded where the handler fails', async () => {
      const store = createStore({
        state: 0,
        events: type<string>(),
        commands: {
          fail: (_n, _payload: void, { emit }): number => {
            emit('never');
            throw new Error('no');
          },
          failLater: async (_n, _payload: void, { emit }): Promise<number> => {
            emit('never');
            throw new Error('no');
          },
        },
      });
      const events: unknown[] = [];
      store.events$.subscribe((event) => events.push(event));
      await expect(store.ask.fail()).rejects.toThrow('no');
      await expect(store.ask.failLater()).rejects.toThrow('no');
      expect(events).toEqual([]);
    });

    it('stop() shuts the store down after what came before', marbles((m) => {
      const store = m.store({
        state: '',
        commands: {
          slow: (_state, source: Observable<string>) => source,
          note: (state, what: string) => state + what,
          end: (state, _payload: void, { stop }) => {
            stop();
            return `${state}.`;
          },
        },
      });
      store.tell.slow(m.cold('                                 --(a|)'));
      store.tell.end();
      store.tell.note('b');
      m.expect(store.select()).toBeObservable('                x-(abc|)', { x: '', a: 'a', b: 'a.', c: 'a.b' });
    }));
  });
});
