/** S9: shutdown is a command in the same mailbox: it drains, or aborts by its deadline or a signal; nothing is left behind. */
import {
  AskTimeoutError, createStore, DeadlockError, effect, reply, replyLater, StoreClosedError,
  type Context, type Store, type StoreError, type TraceEvent,
} from 'ownstate';
import { marbles, type Marbles } from 'ownstate/testing';
import { concat, from, map, mergeMap, NEVER, Observable, of, throwError, timer, VirtualTimeScheduler } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';

const after = <T>(ms: number, value: T) => timer(ms).pipe(map(() => value));
const closed = (type: string, started: boolean) => new StoreClosedError({ store: 'store', type, started });

/** Works off virtual time up to `time`. */
function runTo(clock: VirtualTimeScheduler, time: number): void {
  clock.maxFrames = time;
  clock.flush();
}

/** Lets promises that are settled be seen. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
}

/** Adds letters to a word; `slow` takes 6 ms, `hang` for ever; an effect takes 5 ms, and so does a later reply. */
const word = {
  state: '',
  commands: {
    slow: (log: string) => after(6, reply(`${log}s`, 's')),
    hang: (): Observable<string> => NEVER,
    add: (log: string, what: string) => reply(log + what, what),
    fetch: (log: string, what: string) => effect(log, { run: () => after(5, what), done: (now: string, value) => reply(now + value, value) }),
    confirm: (log: string, what: string) => replyLater(log, after(5, what)),
  },
};

/** Calls `shutdown` at the first mark of a diagram. */
function shutdownAt(m: Marbles, diagram: string, store: Pick<Store<typeof word>, 'shutdown'>, timeout?: number): void {
  m.cold(diagram).subscribe(() => void store.shutdown(timeout === undefined ? {} : { timeout }));
}

describe('S9 Shutdown', () => {
  describe('drains', () => {
    it('what came before is handled and answered, what comes after fails, then select completes', marbles((m) => {
      const store = m.store(word);
      const add = (at: string, what: string) => m.cold(at).pipe(mergeMap(() => store.ask.add(what)));
      const slow = store.ask.slow();
      shutdownAt(m, '                 --d', store);
      m.expect(slow).toBeObservable('              ------(s|) ');
      m.expect(add('-(a|)     ', 'a')).toBeObservable('  ------(a|) ');
      m.expect(add('---(b|)   ', 'b')).toBeObservable('  ---#       ', undefined, closed('add', false));
      m.expect(add('-------(c|)', 'c')).toBeObservable(' -------#   ', undefined, closed('add', false));
      m.expect(store.select()).toBeObservable('    0-----(sa|)', { 0: '', s: 's', a: 'sa' });
    }));

    it('a tell that comes after fails on errors$', marbles((m) => {
      const store = m.store(word);
      store.tell.slow();
      shutdownAt(m, '                         --d---', store);
      m.cold('                                ---b--').subscribe((b) => store.tell.add(b));
      const event = { store: 'store', seq: 1, type: 'add', error: closed('add', false), started: false, quiet: true };
      m.expect(store.errors$).toBeObservable('---e--|', { e: event });
    }));

    it('a message and a query that come after fail too', marbles((m) => {
      const store = m.store({ ...word, queries: { read: (log: string) => log } });
      store.tell.slow();
      void store.shutdown();
      m.expect(store.send({ type: 'add', payload: 'a' })).toBeObservable('#', undefined, closed('add', false));
      m.expect(store.ask.read()).toBeObservable('                         #', undefined, closed('read', false));
    }));

    it('a query that came before is answered', marbles((m) => {
      const store = m.store({ ...word, queries: { read: (log: string) => log } });
      store.tell.slow();
      const read = store.ask.read();
      void store.shutdown();
      m.expect(read).toBeObservable('------(s|)');
    }));

    it('an idle store is closed at once', marbles((m) => {
      const store = m.store(word);
      shutdownAt(m, '                         --d', store);
      m.expect(store.select()).toBeObservable('0-|', { 0: '' });
      m.flush();
      expect(store.status().phase).toBe('closed');
    }));

    it('what a handler tells its own store meanwhile fails', marbles((m) => {
      const store = m.store({
        state: '',
        commands: {
          slow: (log, _payload: void, { tell }) => after(6, `${log}s`).pipe(map((next) => (tell('add', 'a'), next))),
          add: (log: string, what: string) => log + what,
        },
      });
      store.tell.slow();
      shutdownAt(m, '                          --d', store);
      m.expect(store.select()).toBeObservable(' 0-----(s|)', { 0: '', s: 's' });
      const event = { store: 'store', seq: 1, type: 'add', error: closed('add', false), started: false, quiet: true };
      m.expect(store.errors$).toBeObservable('  ------(e|)', { e: event });
    }));

    it('an ask that fails meanwhile gets the error of its handler', marbles((m) => {
      const boom = new Error('boom');
      const store = m.store({ state: 0, commands: { go: (): Observable<number> => concat(after(6, 1), throwError(() => boom)) } });
      const go = store.ask.go();
      shutdownAt(m, '          --d', store);
      m.expect(go).toBeObservable('------#', undefined, boom);
    }));

    it('an ask that waits meanwhile still has its timeout', marbles((m) => {
      const store = m.store(word);
      store.tell.slow();
      const add = store.with({ timeout: 4 }).ask.add('a');
      shutdownAt(m, '           --d', store);
      m.expect(add).toBeObservable('----#', undefined, new AskTimeoutError({ store: 'store', type: 'add', started: false }, 4));
    }));

    it('effects that run or wait in their lane come to their end', marbles((m) => {
      const store = m.store(word);
      const [first, second] = [store.ask.fetch('a'), store.ask.fetch('b')];
      shutdownAt(m, '                         --d', store);
      m.expect(first).toBeObservable('        -----(a|)      ');
      m.expect(second).toBeObservable('       ----------(b|) ');
      m.expect(store.select()).toBeObservable('0----a----(b|)', { 0: '', a: 'a', b: 'ab' });
    }));

    it('an effect that begins when its command is handled meanwhile comes to its end', marbles((m) => {
      const store = m.store(word);
      store.tell.slow();
      const fetch = store.ask.fetch('a');
      shutdownAt(m, '                         --d', store);
      m.expect(fetch).toBeObservable('        -----------(a|)');
      m.expect(store.select()).toBeObservable('0-----s----(a|)', { 0: '', s: 's', a: 'sa' });
    }));

    it('an effect that an effect\'s result begins comes to its end', marbles((m) => {
      const store = m.store({
        state: '',
        commands: {
          fetch: (log: string) => effect(log, {
            run: () => after(3, 'a'),
            done: (now: string, a) => effect(now + a, { run: () => after(3, 'b'), done: (then: string, b) => reply(then + b, 'v') }),
          }),
        },
      });
      const fetch = store.ask.fetch();
      shutdownAt(m, '                         --d', store);
      m.expect(fetch).toBeObservable('        ------(v|)');
      m.expect(store.select()).toBeObservable('0--a--(b|)', { 0: '', a: 'a', b: 'ab' });
    }));

    it('a later reply comes', marbles((m) => {
      const store = m.store(word);
      const confirm = store.ask.confirm('a');
      shutdownAt(m, '                         --d', store);
      m.expect(confirm).toBeObservable('      -----(a|)');
      m.expect(store.select()).toBeObservable('0----|', { 0: '' });
    }));

    it('effects and later replies of tells are waited for too', marbles((m) => {
      const store = m.store(word);
      store.tell.fetch('a');
      m.cold('                                --c      ').subscribe((c) => store.tell.confirm(c));
      shutdownAt(m, '                         ---d', store);
      m.expect(store.select()).toBeObservable('0----a-|', { 0: '', a: 'a' });
    }));

    it('its phase goes from open over draining to closed, each once', marbles((m) => {
      const store = m.store(word);
      store.tell.slow();
      shutdownAt(m, '               --d-d-', store);
      const kind = (event: TraceEvent) => event.kind === 'phase' ? event.phase : 'other';
      m.expect(store.trace$.pipe(map(kind))).toBeObservable('--d---(ooc|)', { d: 'draining', o: 'other', c: 'closed' });
      const phases = m.cold('        -a-b---c').pipe(map(() => store.status().phase));
      m.expect(phases).toBeObservable('-a-b---c', { a: 'open', b: 'draining', c: 'closed' });
    }));

    it('ticks stop with the call', marbles((m) => {
      const store = m.store({ state: '', ticks: { tick: 2 }, commands: { ...word.commands, tick: (log: string) => `${log}t` } });
      m.cold('                                ---a    ').subscribe(() => store.tell.slow());
      shutdownAt(m, '                         -----d', store);
      // The tick of the 4th millisecond came before; those of the 6th and the 8th don't come.
      m.expect(store.select()).toBeObservable('0-t------(uv|)', { 0: '', t: 't', u: 'ts', v: 'tst' });
    }));

    it('a named timer that falls due meanwhile still counts, one that does not never does', marbles((m) => {
      const store = m.store({
        state: '',
        commands: {
          ...word.commands,
          begin: (log, _payload: void, { timers }) => {
            timers.set('soon', 4, 'add', 'a');
            timers.set('late', 8, 'add', 'b');
            return log;
          },
        },
      });
      store.tell.begin();
      store.tell.slow();
      shutdownAt(m, '                         --d', store);
      m.expect(store.select()).toBeObservable('0-----(sa|)', { 0: '', s: 's', a: 'sa' });
      m.flush();
      expect(m.scheduler.now()).toBeLessThan(8);
    }));

    it('a handler that takes a promise is waited for', async () => {
      let release: () => void = () => {};
      const held = new Promise<void>((go) => { release = go; });
      const store = createStore({ state: 0, commands: { hold: async (n) => (await held, reply(n + 1, 'v')) } });
      const log: unknown[] = [];
      store.ask.hold().subscribe((value) => log.push(value));
      const shut = store.shutdown().then(() => log.push('shut'));
      await turns();
      expect(log).toEqual([]);
      expect(store.status().phase).toBe('draining');
      release();
      await shut;
      expect(log).toEqual(['v', 'shut']);
      expect(store.snapshot()).toBe(1);
    });
  });

  describe('completes', () => {
    type Word = Store<typeof word>;
    const outputs: [string, (store: Word) => Observable<unknown>][] = [
      ['select()',           (store) => store.select()],
      ['select(projector)',  (store) => store.select((log) => log.length)],
      ['select(projectors)', (store) => store.select({ length: (log) => log.length })],
      ['events$',            (store) => store.events$],
      ['trace$',             (store) => store.trace$],
      ['errors$',            (store) => store.errors$],
      ['commands$',          (store) => store.commands$],
    ];
    const ends: [string, (m: Marbles) => { store: Word; at: number }][] = [
      ['when it has drained',         (m) => {
        const store = m.store(word);
        store.tell.slow();
        shutdownAt(m, '--d', store);
        return { store, at: 6 };
      }],
      ['when its deadline passes',    (m) => {
        const store = m.store(word);
        store.tell.hang();
        shutdownAt(m, '--d', store, 3);
        return { store, at: 5 };
      }],
      ['when its signal aborts',      (m) => {
        const controller = new AbortController();
        const store = m.store(word, { signal: controller.signal });
        store.tell.hang();
        m.cold('--a').subscribe(() => controller.abort());
        return { store, at: 2 };
      }],
    ];
    for (const [when, open] of ends) {
      for (const [output, watch] of outputs) {
        it(`${output} ${when}`, marbles((m) => {
          const { store, at } = open(m);
          const times: number[] = [];
          watch(store).subscribe({ complete: () => times.push(m.scheduler.now()) });
          m.flush();
          expect(times).toEqual([at]);
        }));
      }
    }

    it.each(outputs.slice(3))('%s at once for who comes later', async (_output, watch) => {
      const store = createStore(word);
      await store.shutdown();
      const seen: unknown[] = [];
      watch(store).subscribe({ next: (value) => seen.push(value), complete: () => seen.push('complete') });
      expect(seen).toEqual(['complete']);
    });

    it('a subscriber that shuts down again when select completes does no harm', async () => {
      const store = createStore(word);
      let completions = 0;
      let again: Promise<void> | undefined;
      store.select().subscribe({ complete: () => {
        completions++;
        again = store.shutdown();
      } });
      store.events$.subscribe({ complete: () => completions++ });
      await store.shutdown();
      await again;
      expect(completions).toBe(2);
    });
  });

  describe('its timeout', () => {
    const lengths: { which: string; timeouts: [at: string, timeout: number | undefined][]; closes: string }[] = [
      { which: 'is 30,000 ms unless said otherwise',          timeouts: [['--d', undefined]],              closes: '0 30001ms |' },
      { which: 'runs from the call',                          timeouts: [['--d', 5]],                      closes: '0------|' },
      { which: 'of a later call counts if it ends earlier',   timeouts: [['d', 10], ['--d', 4]],           closes: '0-----|' },
      { which: 'of a later call does not count if it ends later', timeouts: [['d', 4], ['--d', 10]],       closes: '0---|' },
      { which: 'of a later call counts against the default',  timeouts: [['d', undefined], ['--d', 4]],    closes: '0-----|' },
      { which: 'of a later call counts against none',         timeouts: [['d', Infinity], ['--d', 4]],     closes: '0-----|' },
      { which: 'stays when a later call wants none',          timeouts: [['d', 4], ['--d', Infinity]],     closes: '0---|' },
    ];
    for (const { which, timeouts, closes } of lengths) {
      it(which, marbles((m) => {
        const store = m.store(word);
        store.tell.hang();
        for (const [at, timeout] of timeouts) shutdownAt(m, at, store, timeout);
        m.expect(store.select()).toBeObservable(closes, { 0: '' });
      }));
    }

    it('of Infinity never passes', marbles((m) => {
      const store = m.store({ state: 0, commands: { slow: (n: number) => after(100_000, n + 1) } });
      store.tell.slow();
      shutdownAt(m, '                         d', store, Infinity);
      m.expect(store.select()).toBeObservable('0 99999ms (1|)', { 0: 0, 1: 1 });
    }));

    it.each([0, -1, NaN, '5' as never])('of %s is refused, and the store stays open', async (timeout) => {
      const store = createStore(word);
      await expect(store.shutdown({ timeout })).rejects.toThrow(/^Expected `timeout` to be a positive number, got/);
      expect(store.status().phase).toBe('open');
      expect(await store.ask.add('a')).toBe('a');
      await store.shutdown();
    });

    it('costs no timer any more once the store has drained', () => {
      const clock = new VirtualTimeScheduler();
      const store = createStore({ state: 0, commands: { slow: (n: number) => timer(6, clock).pipe(map(() => n)) } }, { scheduler: clock });
      store.ask.slow().subscribe();
      void store.shutdown();
      void store.shutdown({ timeout: 1000 });
      runTo(clock, 6);
      expect(store.status().phase).toBe('closed');
      expect(clock.actions).toHaveLength(0);
    });
  });

  interface Abort {
    /** An option of the store. */
    readonly signal?: AbortSignal;
    /** Called when the store has its commands. */
    readonly after: (store: Pick<Store<typeof word>, 'shutdown'>) => void;
  }
  const aborts: { how: string; abort: (m: Marbles, at: string) => Abort }[] = [
    {
      how: 'by its signal',
      abort: (m, at) => {
        const controller = new AbortController();
        m.cold(at).subscribe(() => controller.abort());
        return { signal: controller.signal, after: () => {} };
      },
    }, {
      how: 'by its signal while it drains',
      abort: (m, at) => {
        const controller = new AbortController();
        m.cold(at).subscribe(() => controller.abort());
        return { signal: controller.signal, after: (store) => shutdownAt(m, '-d', store) };
      },
    }, {
      how: 'when the deadline of a shutdown passes',
      abort: (m, at) => ({ after: (store) => shutdownAt(m, 'd', store, at.trim().indexOf('a')) }),
    },
  ];
  for (const { how, abort } of aborts) {
    describe(`aborts ${how}`, () => {
      const open = (m: Marbles, at: string) => {
        const { signal, after: then } = abort(m, at);
        const store = m.store(word, signal === undefined ? {} : { signal });
        return { store, begin: () => then(store) };
      };

      it('what runs fails as started, what waits as not started', marbles((m) => {
        const { store, begin } = open(m, '      --a');
        const [hang, add] = [store.ask.hang(), store.ask.add('a')];
        begin();
        m.expect(hang).toBeObservable('         --#', undefined, closed('hang', true));
        m.expect(add).toBeObservable('          --#', undefined, closed('add', false));
        m.expect(store.select()).toBeObservable('0-|', { 0: '' });
      }));

      it('what is in flight fails as started: effects that run or wait in a lane, later replies', marbles((m) => {
        const { store, begin } = open(m, '    --a');
        const asks = [store.ask.fetch('a'), store.ask.fetch('b'), store.ask.confirm('c')] as const;
        begin();
        m.expect(asks[0]).toBeObservable('    --#', undefined, closed('fetch', true));
        m.expect(asks[1]).toBeObservable('    --#', undefined, closed('fetch', true));
        m.expect(asks[2]).toBeObservable('    --#', undefined, closed('confirm', true));
        m.flush();
        expect(store.status()).toMatchObject({ phase: 'closed', waiting: 0, effects: 0, replies: 0 });
      }));

      it('what runs sees its context.signal abort', marbles((m) => {
        const seen: [number, unknown][] = [];
        const { signal, after: then } = abort(m, '--a');
        const store = m.store({
          state: '',
          commands: {
            hang: (_log, _payload: void, context): Observable<string> => {
              context.signal.addEventListener('abort', () => seen.push([context.now(), context.signal.reason]));
              return NEVER;
            },
          },
        }, signal === undefined ? {} : { signal });
        const hang = store.ask.hang();
        then(store);
        m.expect(hang).toBeObservable('--#', undefined, closed('hang', true));
        m.flush();
        expect(seen).toStrictEqual([[2, closed('hang', true)]]);
      }));

      it('what runs for a tell sees its context.signal abort too', marbles((m) => {
        const seen: number[] = [];
        const { signal, after: then } = abort(m, '--a');
        const store = m.store({
          state: '',
          commands: {
            hang: (_log, _payload: void, context): Observable<string> => {
              context.signal.addEventListener('abort', () => seen.push(context.now()));
              return NEVER;
            },
          },
        }, signal === undefined ? {} : { signal });
        store.tell.hang();
        then(store);
        m.flush();
        expect(seen).toEqual([2]);
      }));

      it('an effect that runs sees its signal abort, one that waits in its lane never runs', marbles((m) => {
        const log: string[] = [];
        const { signal, after: then } = abort(m, '--a');
        const store = m.store({
          state: '',
          commands: {
            fetch: (state: string, what: string) => effect(state, {
              run: ({ signal: given }) => {
                log.push(`${what} runs`);
                given.addEventListener('abort', () => log.push(`${what} aborts`));
                return NEVER;
              },
              done: (now: string) => now,
            }),
          },
        }, signal === undefined ? {} : { signal });
        for (const what of ['a', 'b', 'c']) store.tell.fetch(what);
        then(store);
        m.flush();
        expect(log).toEqual(['a runs', 'a aborts']);
      }));

      it('Observables of handlers, effects and later replies are unsubscribed', marbles((m) => {
        const { signal, after: then } = abort(m, '                    --a   ');
        const [work, later, hold] = [m.cold('     --------|'), m.cold('--------|'), m.cold('--------|')];
        const store = m.store({
          state: '',
          commands: {
            fetch: (log: string) => effect(log, { run: () => work, done: (now: string) => now }),
            confirm: (log: string) => replyLater(log, later),
            hold: (): Observable<string> => hold,
          },
        }, signal === undefined ? {} : { signal });
        store.tell.fetch();
        store.tell.confirm();
        store.tell.hold();
        then(store);
        for (const source of [work, later, hold]) m.expect(source).toHaveSubscriptions('^-!');
      }));

      it('the state stays the last one that was shown, whatever comes back later', marbles((m) => {
        const { store, begin } = open(m, '      ---a');
        store.tell.add('a');
        store.tell.fetch('b');
        store.tell.slow();
        begin();
        m.expect(store.select()).toBeObservable('a--|', { a: 'a' });
        m.flush();
        expect(store.snapshot()).toBe('a');
      }));
    });
  }

  describe('an abort', () => {
    it('resolves shutdown() and closed, and what a promise gives afterwards changes nothing', async () => {
      const controller = new AbortController();
      let release: (n: number) => void = () => {};
      const late = new Promise<number>((give) => { release = give; });
      const store = createStore({ state: 0, commands: { hold: () => late } }, { signal: controller.signal });
      const outcome = store.ask.hold().then(() => 'a value', (error: unknown) => error);
      const ends = [store.shutdown(), store.closed];
      controller.abort();
      await Promise.all(ends);
      expect(await outcome).toStrictEqual(closed('hold', true));
      release(7);
      await turns();
      expect(store.snapshot()).toBe(0);
      expect(store.status()).toMatchObject({ phase: 'closed', running: 0 });
    });

    it('leaves no command running', () => {
      const controller = new AbortController();
      const store = createStore(word, { signal: controller.signal });
      store.tell.hang();
      store.tell.add('a');
      expect(store.status()).toMatchObject({ running: 1, waiting: 1 });
      controller.abort();
      expect(store.status()).toMatchObject({ phase: 'closed', running: 0, waiting: 0, effects: 0, replies: 0 });
    });

    it('before the store is made leaves it closed, with its first state and no tick', async () => {
      const clock = new VirtualTimeScheduler();
      const store = createStore({
        state: 'first',
        ticks: { tick: 1 },
        commands: { tick: (state: string) => `${state}!` },
      }, { signal: AbortSignal.abort(), scheduler: clock });
      expect(store.status().phase).toBe('closed');
      expect(clock.actions).toHaveLength(0);
      expect(store.snapshot()).toBe('first');
      await store.closed;
      await expect(store.ask.tick()).rejects.toMatchObject({ code: 'STORE_CLOSED', started: false });
    });

    it('within a handler: what it returns is not folded, its ask fails as started', marbles((m) => {
      const controller = new AbortController();
      const store = m.store({ state: 0, commands: { go: (n: number) => (controller.abort(), reply(n + 1, 'v')) } }, { signal: controller.signal });
      m.expect(store.select()).toBeObservable('                                             0-|', { 0: 0 });
      m.expect(m.cold('--(a|)').pipe(mergeMap(() => store.ask.go()))).toBeObservable('--#', undefined, closed('go', true));
      m.flush();
      expect(store.snapshot()).toBe(0);
    }));

    it('within a handler: no effect and no later reply of its begins', marbles((m) => {
      const sources = { effect: m.cold('-a|'), later: m.cold('-a|') };
      for (const what of ['effect', 'later'] as const) {
        const controller = new AbortController();
        const store = m.store({
          state: 0,
          commands: {
            go: (n: number) => {
              controller.abort();
              return what === 'effect' ? effect(n, { run: () => sources.effect, done: (now: number) => now }) : replyLater(n, sources.later);
            },
          },
        }, { signal: controller.signal });
        m.expect(store.ask.go()).toBeObservable('#', undefined, closed('go', true));
        m.expect(sources[what]).toHaveSubscriptions([]);
        expect(store.status()).toMatchObject({ phase: 'closed', effects: 0, replies: 0 });
      }
    }));

    it('within an observer of select: the state stays, its ask fails as started', marbles((m) => {
      const controller = new AbortController();
      const store = m.store(word, { signal: controller.signal });
      m.cold('                                -o    ').subscribe(() => store.select().subscribe((log) => log === 'a' && controller.abort()));
      m.expect(store.select()).toBeObservable('0-(a|)', { 0: '', a: 'a' });
      m.expect(m.cold('--(a|)').pipe(mergeMap(() => store.ask.add('a')))).toBeObservable('--#', undefined, closed('add', true));
      m.flush();
      expect(store.snapshot()).toBe('a');
    }));

    it('within the subscriber of a reply that it fails: every other reply settles all the same', () => {
      const controller = new AbortController();
      const store = createStore(word, { signal: controller.signal });
      const codes: string[] = [];
      const note = { error: (error: unknown) => codes.push((error as StoreError).code) };
      store.ask.hang().subscribe({ error: () => (void store.shutdown(), controller.abort(), store.ask.add('x').subscribe(note)) });
      store.ask.add('a').subscribe(note);
      store.ask.add('b').subscribe(note);
      controller.abort();
      expect(codes).toEqual(['STORE_CLOSED', 'STORE_CLOSED', 'STORE_CLOSED']);
      expect(store.status()).toMatchObject({ phase: 'closed', waiting: 0 });
    });

    it('by a handler\'s error, under onHandlerError `stop`: that ask gets the error, the others StoreClosedError', marbles((m) => {
      const boom = new Error('boom');
      const store = m.store({
        ...word,
        commands: { ...word.commands, go: (): Observable<string> => concat(after(2, 'x'), throwError(() => boom)) },
      }, { onHandlerError: 'stop' });
      const [fetch, go, add] = [store.ask.fetch('a'), store.ask.go(), store.ask.add('a')];
      m.expect(fetch).toBeObservable('         --#', undefined, closed('fetch', true));
      m.expect(go).toBeObservable('            --#', undefined, boom);
      m.expect(add).toBeObservable('           --#', undefined, closed('add', false));
      m.expect(store.select()).toBeObservable('0-(x|)', { 0: '', x: 'x' });
    }));

    it('takes its listener from the signal when the store has closed otherwise', async () => {
      const { signal } = new AbortController();
      const on = new Set<unknown>();
      const add = signal.addEventListener.bind(signal);
      const remove = signal.removeEventListener.bind(signal);
      signal.addEventListener = (...given: Parameters<typeof add>) => (on.add(given[1]), add(...given));
      signal.removeEventListener = (...given: Parameters<typeof remove>) => (on.delete(given[1]), remove(...given));
      const store = createStore(word, { signal });
      expect(on.size).toBe(1);
      await store.shutdown();
      expect(on.size).toBe(0);
    });

    it('has one listener on the signal, however many stores and asks go by it', async () => {
      const controller = new AbortController();
      const add = vi.spyOn(controller.signal, 'addEventListener');
      const stores = Array.from({ length: 100 }, () => createStore({ ...word, queries: {} }, { signal: controller.signal }));
      const pending = createStore({ state: 0, commands: { wait: (n: number) => replyLater(n, NEVER) } }).with({ signal: controller.signal }).ask.wait();
      const failed = expect(pending).rejects.toMatchObject({ code: 'ASK_ABORTED' });
      expect(add).toHaveBeenCalledTimes(1);
      controller.abort();
      expect(stores.map((store) => store.status().phase)).toEqual(stores.map(() => 'closed'));
      await failed;
    });
  });

  describe('afterwards', () => {
    const ended = async () => {
      const store = createStore({ ...word, queries: { read: (log: string) => log } });
      store.tell.add('a');
      await store.shutdown();
      return store;
    };

    it('snapshot gives the last view', async () => {
      expect((await ended()).snapshot()).toBe('a');
    });

    it.each<[string, (store: Awaited<ReturnType<typeof ended>>) => Observable<unknown>, unknown]>([
      ['select()',           (store) => store.select(), 'a'],
      ['select(projector)',  (store) => store.select((log) => log.length), 1],
      ['select(projectors)', (store) => store.select({ length: (log) => log.length }), { length: 1 }],
    ])('%s gives the last view and completes', async (_what, select, value) => {
      const seen: unknown[] = [];
      select(await ended()).subscribe({ next: (view) => seen.push(view), complete: () => seen.push('complete') });
      expect(seen).toEqual([value, 'complete']);
    });

    type Ended = Awaited<ReturnType<typeof ended>>;
    it.each<[string, (store: Ended['client']) => PromiseLike<unknown>, string]>([
      ['an ask',           (store) => store.ask.add('b'), 'add'],
      ['a query',          (store) => store.ask.read(), 'read'],
      ['a message',        (store) => store.send({ type: 'add', payload: 'b' }), 'add'],
      ['an ask with other limits', (store) => store.with({ timeout: 5 }).ask.add('b'), 'add'],
    ])('%s fails with StoreClosedError, not started', async (_what, ask, type) => {
      const store = await ended();
      await expect(ask(store)).rejects.toMatchObject({ code: 'STORE_CLOSED', store: 'store', type, started: false });
      await expect(ask(store.client)).rejects.toBeInstanceOf(StoreClosedError);
    });

    it('a tell and a source of commands change nothing and throw nothing', async () => {
      const store = await ended();
      store.tell.add('b');
      store.commands$.next({ type: 'add', payload: 'b' });
      from([{ type: 'add' as const, payload: 'b' }]).subscribe(store.commands$);
      expect(store.snapshot()).toBe('a');
      expect(store.status()).toMatchObject({ waiting: 0, handled: 1 });
    });

    it('shutdown() resolves again, also with a deadline, and closed is resolved', async () => {
      const store = await ended();
      expect(await Promise.all([store.shutdown(), store.shutdown({ timeout: 1 }), store.closed])).toEqual([undefined, undefined, undefined]);
      expect(store.status().phase).toBe('closed');
    });

    it('no timer is left, whatever was armed', async () => {
      const clock = new VirtualTimeScheduler();
      const store = createStore({
        state: 0,
        ticks: { tick: 10 },
        commands: {
          tick: (n: number) => n,
          begin: (n, _payload: void, { timers }) => (timers.set('t', 100, 'tick'), n),
          hang: (): Observable<number> => NEVER,
        },
      }, { scheduler: clock });
      store.tell.begin();
      store.ask.hang().subscribe({ error: () => {} });
      store.with({ timeout: 50 }).ask.tick().subscribe({ error: () => {} });
      const shut = store.shutdown({ timeout: 20 });
      runTo(clock, 20);
      await shut;
      expect(clock.actions).toHaveLength(0);
    });

    it('a handler that goes on after its store was aborted arms no timer', async () => {
      const clock = new VirtualTimeScheduler();
      let release: () => void = () => {};
      const held = new Promise<void>((go) => { release = go; });
      const store = createStore({
        state: 0,
        commands: {
          tick: (n: number) => n,
          hold: async (n: number, _payload: void, { timers, tell }: Context<never>) => {
            await held;
            timers.set('t', 100, 'tick');
            tell('tick');
            return n;
          },
        },
      }, { scheduler: clock });
      store.tell.hold();
      const shut = store.shutdown({ timeout: 20 });
      runTo(clock, 20);
      await shut;
      release();
      await turns();
      expect(clock.actions).toHaveLength(0);
      expect(store.status()).toMatchObject({ phase: 'closed', waiting: 0 });
    });
  });

  describe('shutdown() and closed', () => {
    it('resolve together, for each who waits', async () => {
      const clock = new VirtualTimeScheduler();
      const store = createStore({ state: 0, commands: { slow: (n: number) => timer(6, clock).pipe(map(() => n)) } }, { scheduler: clock });
      const log: string[] = [];
      const early = store.closed.then(() => log.push('closed'));
      store.tell.slow();
      const first = store.shutdown().then(() => log.push('first'));
      const second = store.shutdown({ timeout: 1000 }).then(() => log.push('second'));
      runTo(clock, 5);
      await turns();
      expect(log).toEqual([]);
      runTo(clock, 6);
      await Promise.all([early, first, second]);
      expect(log.sort()).toEqual(['closed', 'first', 'second']);
    });

    it('resolve when all replies have settled', async () => {
      const store = createStore(word);
      const log: string[] = [];
      store.ask.confirm('a').subscribe(() => log.push('reply'));
      await store.shutdown();
      log.push('shut');
      expect(log).toEqual(['reply', 'shut']);
    });

    it('closed is there on a client, which cannot shut the store down', async () => {
      const store = createStore(word);
      const { client } = store;
      expect('shutdown' in client).toBe(false);
      expect(Symbol.asyncDispose in client).toBe(false);
      void store.shutdown();
      expect(await client.closed).toBe(undefined);
    });

    it('Symbol.asyncDispose shuts down, so that `await using` does', async () => {
      let outside: Store<typeof word>;
      const log: string[] = [];
      {
        await using store = createStore(word);
        outside = store;
        store.ask.confirm('a').subscribe((value) => log.push(value));
        expect(store.status().phase).toBe('open');
      }
      expect(outside.status().phase).toBe('closed');
      expect(log).toEqual(['a']);
    });
  });

  describe('within a handler', () => {
    const ring = { code: 'DEADLOCK', store: 'desk', started: true, ring: ['desk', 'desk'] };
    type Desk = { shutdown(): Promise<void> };
    const own: [string, (store: () => Desk) => (n: number) => unknown][] = [
      ['a handler that awaits',                    (store) => async (n) => (await store().shutdown(), n)],
      ['a handler that gives it back as a stream', (store) => (n) => from(store().shutdown()).pipe(map(() => n))],
      ['a later reply',                            (store) => (n) => replyLater(n, store().shutdown())],
      ['an effect that runs',                      (store) => (n) => effect(n, { run: () => store().shutdown(), done: (now: number) => now })],
    ];
    it.each(own)('%s its own store\'s shutdown() gets DeadlockError, and the store goes on', async (_what, handler) => {
      const store = createStore({
        name: 'desk',
        state: 0,
        commands: { quit: handler((): Desk => store) as (n: number) => number, add: (n: number, by: number) => reply(n + by, n + by) },
      });
      const quit = store.ask.quit();
      await expect(quit).rejects.toBeInstanceOf(DeadlockError);
      await expect(quit).rejects.toMatchObject({ ...ring, type: 'quit' });
      expect(store.status().phase).toBe('open');
      expect(await store.ask.add(1)).toBe(1);
      await store.shutdown();
    });

    it('one that begins to wait only after an await is ended by the deadline', async () => {
      const clock = new VirtualTimeScheduler();
      const store = createStore({
        state: 0,
        commands: { quit: async (n: number): Promise<number> => (await Promise.resolve(), await store.shutdown({ timeout: 50 }), n + 1) },
      }, { scheduler: clock });
      const code = store.ask.quit().then(() => 'a value', (error: unknown) => (error as StoreError).code);
      await turns();
      expect(store.status().phase).toBe('draining');
      runTo(clock, 50);
      expect(await code).toBe('STORE_CLOSED');
      await store.closed;
    });

    it('of another store it may be waited for', async () => {
      const inner = createStore(word);
      const outer = createStore({ state: 0, commands: { quit: async (n) => (await inner.shutdown(), reply(n, inner.status().phase)) } });
      inner.tell.confirm('a');
      expect(await outer.ask.quit()).toBe('closed');
      await outer.shutdown();
    });

    it('an observer and the subscriber of a reply are no handlers, and may shut down', async () => {
      for (const who of ['observer', 'subscriber']) {
        const store = createStore(word);
        let shut: Promise<void> | undefined;
        if (who === 'observer') store.select().subscribe((log) => {
          if (log === 'a') shut = store.shutdown();
        });
        store.ask.add('a').subscribe(() => {
          if (who === 'subscriber') shut = store.shutdown();
        });
        expect(await shut).toBe(undefined);
        expect(store.status().phase).toBe('closed');
        expect(store.snapshot()).toBe('a');
      }
    });

    describe('context.stop()', () => {
      const stopping = {
        state: '',
        commands: {
          ...word.commands,
          quit: (log: string, _payload: void, { stop }: Context<never>) => (stop(), reply(`${log}q`, 'v')),
          slowly: (log: string, _payload: void, { stop }: Context<never>) => after(6, log).pipe(map((now) => (stop(), `${now}q`))),
        },
      };

      it('drains: its own outcome and what came before count, what comes after fails', marbles((m) => {
        const store = m.store(stopping);
        store.tell.slow();
        const quit = store.ask.quit();
        const add = store.ask.add('a');
        m.expect(quit).toBeObservable('         ------(v|)');
        // It came before the stop was called, though it waits behind it.
        m.expect(add).toBeObservable('          ------(a|)');
        m.expect(store.select()).toBeObservable('0-----(sqa|)', { 0: '', s: 's', q: 'sq', a: 'sqa' });
        m.expect(m.cold('-------(b|)').pipe(mergeMap((b) => store.ask.add(b)))).toBeObservable('-------#', undefined, closed('add', false));
      }));

      it('waits for what is in flight', marbles((m) => {
        const store = m.store(stopping);
        const fetch = store.ask.fetch('a');
        store.tell.quit();
        m.expect(fetch).toBeObservable('        -----(a|)');
        m.expect(store.select()).toBeObservable('q----(a|)', { q: 'q', a: 'qa' });
      }));

      it('may be called late, in the asynchronous part of a handler', marbles((m) => {
        const store = m.store(stopping);
        store.tell.slowly();
        m.expect(store.select()).toBeObservable('0-----(q|)', { 0: '', q: 'q' });
      }));

      it('aborts after 30,000 ms if something hangs', marbles((m) => {
        const store = m.store(stopping);
        store.tell.quit();
        const hang = { ...stopping, commands: { ...stopping.commands, wait: (log: string) => replyLater(log, NEVER) } };
        const other = m.store(hang);
        other.tell.wait();
        other.tell.quit();
        m.expect(other.select()).toBeObservable('q 29999ms |', { q: 'q' });
      }));

      it('stops ticks at once', marbles((m) => {
        const store = m.store({ ...stopping, ticks: { tick: 2 }, commands: { ...stopping.commands, tick: (log: string) => `${log}t` } });
        store.tell.fetch('a');
        m.cold('                                ---q').subscribe(() => store.tell.quit());
        m.expect(store.select()).toBeObservable('0-tq-(a|)', { 0: '', t: 't', q: 'tq', a: 'tqa' });
      }));

      it('twice, and with shutdown() after it, ends as one', async () => {
        const store = createStore({ state: 0, commands: { quit: (n: number, _payload: void, { stop }: Context<never>) => (stop(), stop(), n + 1) } });
        await store.ask.quit();
        await store.shutdown();
        expect(store.snapshot()).toBe(1);
      });
    });
  });

  describe('onto a mailbox that is full', () => {
    it.each(['reject', 'drop-oldest'] as const)('passes beside the bound (%s)', async (overflow) => {
      const store = createStore({
        state: 0,
        commands: { hold: (n: number): Observable<number> => concat(of(n), after(0, n)), add: (n: number, by: number) => reply(n + by, n + by) },
      }, { mailbox: { capacity: 1, overflow } });
      store.tell.hold();
      const add = store.ask.add(1);
      await store.shutdown();
      expect(await add).toBe(1);
      expect(store.status()).toMatchObject({ phase: 'closed', dropped: 0 });
    });
  });
});
