/** S5: every reply settles, exactly once: with a value, with the handler's error, or with an error of the store's own. */
import {
  AskAbortedError, AskTimeoutError, BusyError, createStore, DeadlockError, effect, MailboxFullError, reply, replyLater, StoreClosedError,
  StoreError, SupersededError, UnknownCommandError, type EffectPolicy, type HandlerOutcome, type MailboxOptions,
} from 'ownstate';
import { marbles } from 'ownstate/testing';
import { concat, EMPTY, map, mergeMap, NEVER, of, throwError, timer, type Observable } from 'rxjs';
import { describe, expect, it } from 'vitest';

type Go = (n: number) => HandlerOutcome<number>;

const boom = new Error('boom');
const after = <T>(ms: number, value: T) => timer(ms).pipe(map(() => value));
const fails = (ms: number) => timer(ms).pipe(mergeMap(() => throwError(() => boom)));
const throws = (): never => {
  throw boom;
};
/** An effect that leaves the state as it is. */
const works = (run: () => Observable<number> | Promise<number>): Go => (n) => effect(n, { run, done: (now: number) => now });

describe('S5 Every reply settles', () => {
  describe('with the value that the handler gave', () => {
    const forms: { form: string; go: Go; replies: string }[] = [
      { form: 'the next state alone: undefined',            go: (n) => n + 1,                                          replies: '--(u|)   ' },
      { form: 'reply(next, value)',                         go: (n) => reply(n, 'v'),                                  replies: '--(v|)   ' },
      { form: 'an Observable of a state: undefined',        go: (n) => after(3, n + 1),                                replies: '-----(u|)' },
      { form: 'an Observable of replies: the last one',     go: (n) => concat(of(reply(n, 'w')), after(3, reply(n, 'v'))), replies: '-----(v|)' },
      { form: 'an Observable whose last gives no reply',    go: (n) => concat(of(reply(n, 'w')), after(3, n)),         replies: '-----(u|)' },
      { form: 'an empty Observable: undefined',             go: () => EMPTY,                                           replies: '--(u|)   ' },
      { form: 'replyLater: the last value of its source',   go: (n) => replyLater(n, concat(of('w'), after(3, 'v'))),  replies: '-----(v|)' },
      { form: 'replyLater of an empty source: undefined',   go: (n) => replyLater(n, EMPTY),                           replies: '--(u|)   ' },
      { form: 'an effect: the reply of `done`',             go: (n) => effect(n, { run: () => after(3, 'v'), done: reply }), replies: '-----(v|)' },
      { form: 'an effect whose `done` gives a state alone', go: works(() => after(3, 1)), replies: '-----(u|)' },
      {
        form: 'an effect whose `failed` gives a reply',
        go: (n) => effect(n, { run: () => fails(3), done: (now: number) => now, failed: (now) => reply(now, 'v') }),
        replies: '-----(v|)',
      },
    ];
    for (const { form, go, replies } of forms) {
      it(form, marbles((m) => {
        const store = m.store({ state: 0, commands: { go } });
        const asks = m.cold('            --(a|)');
        m.expect(asks.pipe(mergeMap(() => store.ask.go()))).toBeObservable(replies, { u: undefined, v: 'v', w: 'w' });
      }));
    }

    const promises: { form: string; go: Go; value: unknown }[] = [
      { form: 'a promise of a state: undefined',  go: async (n) => n + 1,                       value: undefined },
      { form: 'a promise of a reply',             go: async (n) => reply(n, 'v'),               value: 'v' },
      { form: 'a promise of a later reply',       go: async (n) => replyLater(n, after(0, 'v')), value: 'v' },
      { form: 'replyLater of a promise',          go: (n) => replyLater(n, Promise.resolve('v')), value: 'v' },
      { form: 'an effect that runs a promise',    go: (n) => effect(n, { run: async () => 'v', done: reply<number, string> }), value: 'v' },
    ];
    it.each(promises)('$form', async ({ go, value }) => {
      const store = createStore({ state: 0, commands: { go } });
      expect(await store.ask.go()).toBe(value);
      await store.shutdown();
    });

    it('a query: what it read', async () => {
      const store = createStore({ state: 7, commands: { go: (n) => n }, queries: { get: (n) => n } });
      expect(await store.ask.get()).toBe(7);
      await store.shutdown();
    });
  });

  describe('with that very error of the handler', () => {
    const forms: { form: string; go: Go }[] = [
      { form: 'a throw',                               go: throws },
      { form: 'a rejection',                           go: () => Promise.reject(boom) },
      { form: 'a rejection after an await',            go: async () => { await Promise.resolve(); throw boom; } },
      { form: 'an Observable that fails',              go: () => throwError(() => boom) },
      { form: 'an Observable that emits, then fails',  go: (n) => concat(of(reply(n, 'w')), throwError(() => boom)) },
      { form: 'the source of a later reply: rejects',  go: (n) => replyLater(n, Promise.reject(boom)) },
      { form: 'the source of a later reply: fails',    go: (n) => replyLater(n, throwError(() => boom)) },
      { form: 'an effect: `run` throws',               go: works(throws) },
      { form: 'an effect: `run` rejects',              go: works(() => Promise.reject(boom)) },
      { form: 'an effect: `run` fails',                go: works(() => throwError(() => boom)) },
      { form: 'an effect: `done` throws',              go: (n) => effect(n, { run: () => of(1), done: (): number => throws() }) },
      {
        form: 'an effect: `run` fails, and `failed` gives a state alone',
        go: (n) => effect(n, { run: () => throwError(() => boom), done: (now: number) => now, failed: (now) => now + 1 }),
      },
    ];
    it.each(forms)('$form', async ({ go }) => {
      const store = createStore({ state: 0, commands: { go } });
      await expect(store.ask.go()).rejects.toBe(boom);
      await store.shutdown();
    });

    it('a query that throws', async () => {
      const store = createStore({ state: 0, commands: { go: (n) => n }, queries: { get: throws } });
      await expect(store.ask.get()).rejects.toBe(boom);
      await store.shutdown();
    });

    const values: [string, unknown][] = [['a string', 'no'], ['undefined', undefined], ['null', null]];
    it.each(values)('%s thrown is passed on as it is', async (_what, thrown) => {
      const store = createStore({ state: 0, commands: { go: (): number => { throw thrown as Error; } } });
      const outcome = await store.ask.go().then(() => 'a value', (error: unknown) => ({ error }));
      expect(outcome).toStrictEqual({ error: thrown });
      await store.shutdown();
    });
  });

  describe('with an error of the store', () => {
    const site = { store: 'desk', type: 'add', started: false };
    it.each<[StoreError, string, string, object]>([
      [new AskTimeoutError(site, 5),            'AskTimeoutError',     'ASK_TIMEOUT',     { timeout: 5 }],
      [new AskAbortedError(site, boom),         'AskAbortedError',     'ASK_ABORTED',     { cause: boom, message: 'desk.add: aborted by its signal' }],
      [new MailboxFullError(site, 2),           'MailboxFullError',    'MAILBOX_FULL',    { capacity: 2 }],
      [new StoreClosedError(site),              'StoreClosedError',    'STORE_CLOSED',    {}],
      [new UnknownCommandError(site, ['go']),   'UnknownCommandError', 'UNKNOWN_COMMAND', {}],
      [new SupersededError(site),               'SupersededError',     'SUPERSEDED',      {}],
      [new BusyError(site),                     'BusyError',           'BUSY',            {}],
      [new DeadlockError(site, ['a', 'b', 'a']), 'DeadlockError',      'DEADLOCK',        { ring: ['a', 'b', 'a'] }],
    ])('%o is a StoreError with a code and its site', (error, name, code, data) => {
      expect(error).toBeInstanceOf(StoreError);
      expect(error).toBeInstanceOf(Error);
      expect(error).toMatchObject({ name, code, ...site, ...data });
      expect(error.message).toMatch(/^desk\.add: /);
      expect(new Set([AskTimeoutError, AskAbortedError, MailboxFullError, StoreClosedError, UnknownCommandError, SupersededError, BusyError,
        DeadlockError].filter((kind) => error instanceof kind)).size).toBe(1);
    });

    /** A store with whose commands each of the errors can be had. */
    const desk = {
      name: 'desk',
      state: 0,
      commands: {
        hang: (): Observable<number> => NEVER,
        add: (n: number, by: number) => n + by,
        fetch: (n: number, policy: EffectPolicy) => effect(n, { policy, run: () => NEVER, done: (now: number) => now }),
        confirm: (n: number) => replyLater(n, NEVER),
      },
    };
    const open = (mailbox: MailboxOptions, m: Parameters<Parameters<typeof marbles>[0]>[0]) => {
      const controller = new AbortController();
      const store = m.store(desk, { mailbox, signal: controller.signal });
      return { store, abort: () => controller.abort() };
    };
    type Given = ReturnType<typeof open> & { readonly m: Parameters<typeof open>[1] };

    const add = { store: 'desk', type: 'add', started: false };
    const hang = { store: 'desk', type: 'hang', started: true };
    const fetch = { store: 'desk', type: 'fetch', started: true };
    const confirm = { store: 'desk', type: 'confirm', started: true };
    interface Case {
      readonly when: string;
      readonly mailbox?: MailboxOptions;
      readonly ask: (given: Given) => Observable<unknown>;
      readonly replies: string;
      readonly error: StoreError;
    }
    const cases: Case[] = [
      {
        when: 'an ask that waits until its timeout',
        ask: ({ store }) => (store.tell.hang(), store.with({ timeout: 3 }).ask.add(1)),
        replies: '---#', error: new AskTimeoutError(add, 3),
      }, {
        when: 'an ask that runs until its timeout',
        ask: ({ store }) => store.with({ timeout: 3 }).ask.hang(),
        replies: '---#', error: new AskTimeoutError(hang, 3),
      }, {
        when: 'an effect that runs until the timeout of its ask',
        ask: ({ store }) => store.with({ timeout: 3 }).ask.fetch('merge'),
        replies: '---#', error: new AskTimeoutError(fetch, 3),
      }, {
        when: 'a later reply that does not come before the timeout',
        ask: ({ store }) => store.with({ timeout: 3 }).ask.confirm(),
        replies: '---#', error: new AskTimeoutError(confirm, 3),
      }, {
        when: 'an ask whose signal aborted before',
        ask: ({ store }) => store.with({ signal: AbortSignal.abort('gone') }).ask.add(1),
        replies: '#   ', error: new AskAbortedError(add, 'gone'),
      }, {
        when: 'an ask that waits when its signal aborts',
        ask: ({ store, m }) => {
          const controller = new AbortController();
          m.cold('--a').subscribe(() => controller.abort('gone'));
          store.tell.hang();
          return store.with({ signal: controller.signal }).ask.add(1);
        },
        replies: '--# ', error: new AskAbortedError(add, 'gone'),
      }, {
        when: 'an ask that runs when its signal aborts',
        ask: ({ store, m }) => {
          const controller = new AbortController();
          m.cold('--a').subscribe(() => controller.abort('gone'));
          return store.with({ signal: controller.signal }).ask.hang();
        },
        replies: '--# ', error: new AskAbortedError(hang, 'gone'),
      }, {
        when: 'an ask that comes to a full mailbox',
        mailbox: { capacity: 1 },
        ask: ({ store }) => (store.tell.hang(), store.tell.add(1), store.ask.add(2)),
        replies: '#   ', error: new MailboxFullError(add, 1),
      }, {
        when: 'the ask that waits longest in a full mailbox',
        mailbox: { capacity: 1, overflow: 'drop-oldest' },
        ask: ({ store, m }) => {
          m.cold('--a').subscribe(() => store.tell.add(2));
          store.tell.hang();
          return store.ask.add(1);
        },
        replies: '--# ', error: new MailboxFullError(add, 1),
      }, {
        when: 'an effect for which there is no room',
        mailbox: { capacity: 1 },
        ask: ({ store }) => (store.tell.confirm(), store.ask.fetch('merge')),
        replies: '#   ', error: new MailboxFullError(fetch, 1),
      }, {
        when: 'a later reply for which there is no room',
        mailbox: { capacity: 1 },
        ask: ({ store }) => (store.tell.fetch('merge'), store.ask.confirm()),
        replies: '#   ', error: new MailboxFullError(confirm, 1),
      }, {
        when: 'an ask that comes while the store drains',
        ask: ({ store }) => (store.tell.hang(), void store.shutdown(), store.ask.add(1)),
        replies: '#   ', error: new StoreClosedError(add),
      }, {
        when: 'an ask that comes when the store has closed',
        ask: ({ store, abort }) => (abort(), store.ask.add(1)),
        replies: '#   ', error: new StoreClosedError(add),
      }, {
        when: 'an ask that waits when the store aborts',
        ask: ({ store, abort, m }) => {
          m.cold('--a').subscribe(abort);
          store.tell.hang();
          return store.ask.add(1);
        },
        replies: '--# ', error: new StoreClosedError(add),
      }, {
        when: 'an ask that runs when the store aborts',
        ask: ({ store, abort, m }) => (m.cold('--a').subscribe(abort), store.ask.hang()),
        replies: '--# ', error: new StoreClosedError(hang),
      }, {
        when: 'an effect that runs when the store aborts',
        ask: ({ store, abort, m }) => (m.cold('--a').subscribe(abort), store.ask.fetch('concat')),
        replies: '--# ', error: new StoreClosedError(fetch),
      }, {
        when: 'an effect that waits in its lane when the store aborts',
        ask: ({ store, abort, m }) => (m.cold('--a').subscribe(abort), store.tell.fetch('concat'), store.ask.fetch('concat')),
        replies: '--# ', error: new StoreClosedError(fetch),
      }, {
        when: 'a later reply that is still to come when the store aborts',
        ask: ({ store, abort, m }) => (m.cold('--a').subscribe(abort), store.ask.confirm()),
        replies: '--# ', error: new StoreClosedError(confirm),
      }, {
        when: 'a message of a type that is not there',
        ask: ({ store }) => store.send({ type: 'nope' } as never),
        replies: '#   ', error: new UnknownCommandError({ store: 'desk', type: 'nope', started: false }, ['hang', 'add', 'fetch', 'confirm']),
      }, {
        when: 'an effect that is switched away',
        ask: ({ store, m }) => (m.cold('--a').subscribe(() => store.tell.fetch('switch')), store.ask.fetch('switch')),
        replies: '--# ', error: new SupersededError(fetch),
      }, {
        when: 'an effect that comes while its lane is busy',
        ask: ({ store }) => (store.tell.fetch('exhaust'), store.ask.fetch('exhaust')),
        replies: '#   ', error: new BusyError(fetch),
      },
    ];
    for (const { when, mailbox = {}, ask, replies, error } of cases) {
      it(`${when}: ${error.code}, ${error.started ? 'started' : 'not started'}`, marbles((m) => {
        m.expect(ask({ ...open(mailbox, m), m })).toBeObservable(replies, undefined, error);
      }));
    }

    it('an ask that its own handler waits for: DEADLOCK, not started', marbles((m) => {
      const inner: Observable<unknown>[] = [];
      const store = m.store({
        name: 'desk',
        state: 0,
        commands: {
          add: (n: number, by: number): number => n + by,
          self: (n: number): Observable<number> => {
            const own: Observable<unknown> = store.ask.add(1);
            inner.push(own);
            return own.pipe(map(() => n));
          },
        },
      });
      const outer = store.ask.self();
      const error = new DeadlockError({ store: 'desk', type: 'add', started: false }, ['desk', 'desk']);
      m.expect(inner[0]!).toBeObservable('#', undefined, error);
      m.expect(outer).toBeObservable('    #', undefined, error);
    }));
  });

  describe('`started` tells whether the handler had begun', () => {
    const limits = [
      { limit: 'its timeout passes',   end: () => {}, timeout: 3 },
      { limit: 'its signal aborts',    end: (ask: AbortController) => ask.abort(), timeout: 100 },
      { limit: 'the store aborts',     end: (_ask: AbortController, store: AbortController) => store.abort(), timeout: 100 },
    ];
    for (const { limit, end, timeout } of limits) {
      it(`not started: when ${limit} the handler never runs`, marbles((m) => {
        const ask = new AbortController();
        const owner = new AbortController();
        const ran: string[] = [];
        const store = m.store({
          state: 0,
          commands: {
            slow: (n: number) => after(6, n),
            note: (n: number) => (ran.push('note'), n + 1),
          },
        }, { signal: owner.signal });
        store.tell.slow();
        store.with({ timeout, signal: ask.signal }).ask.note().subscribe({
          error: (error: unknown) => ran.push(`started: ${(error as StoreError).started}`),
        });
        m.cold('---e').subscribe(() => end(ask, owner));
        m.flush();
        expect(ran).toEqual(['started: false']);
        expect(store.snapshot()).toBe(0);
      }));
    }

    for (const { limit, end, timeout } of limits.slice(0, 2)) {
      it(`started: when ${limit} the outcome is still folded`, marbles((m) => {
        const ask = new AbortController();
        const store = m.store({ state: 0, commands: { slow: (n: number) => after(6, n + 1) } });
        const replies = store.with({ timeout, signal: ask.signal }).ask.slow();
        m.cold('                                           ---e').subscribe(() => end(ask, ask));
        m.expect(replies).              toBeObservable('---#  ', undefined, timeout === 3
          ? new AskTimeoutError({ store: 'store', type: 'slow', started: true }, 3)
          : new AskAbortedError({ store: 'store', type: 'slow', started: true }, ask.signal.reason));
        m.expect(store.select()).toBeObservable('           0-----1', { 0: 0, 1: 1 });
      }));
    }
  });

  describe('exactly once', () => {
    it('a reply that failed by its timeout keeps its error when the handler gives a value', marbles((m) => {
      const store = m.store({ state: 0, commands: { slow: (n: number) => after(6, reply(n, 'late')) } });
      const slow = store.with({ timeout: 3 }).ask.slow();
      const error = new AskTimeoutError({ store: 'store', type: 'slow', started: true }, 3);
      m.expect(slow).toBeObservable('                 ---#     ', undefined, error);
      m.expect(slow, '--------^').toBeObservable('    --------#', undefined, error);
    }));

    it('a reply that failed by its timeout keeps its error when the store aborts', marbles((m) => {
      const controller = new AbortController();
      const store = m.store({ state: 0, commands: { hang: (): Observable<number> => NEVER } }, { signal: controller.signal });
      const hang = store.with({ timeout: 3 }).ask.hang();
      m.cold('                                        -----a').subscribe(() => controller.abort());
      const error = new AskTimeoutError({ store: 'store', type: 'hang', started: true }, 3);
      m.expect(hang).toBeObservable('                 ---#     ', undefined, error);
      m.expect(hang, '--------^').toBeObservable('    --------#', undefined, error);
    }));

    it('a reply that has its value keeps it when its timeout passes, its signal aborts and the store closes', marbles((m) => {
      const ask = new AbortController();
      const owner = new AbortController();
      const store = m.store({ state: 0, commands: { slow: (n: number) => after(2, reply(n, 'v')) } }, { signal: owner.signal });
      const slow = store.with({ timeout: 4, signal: ask.signal }).ask.slow();
      m.cold('                                        -----a---- ').subscribe(() => ask.abort());
      m.cold('                                        ------a--- ').subscribe(() => owner.abort());
      m.expect(slow).toBeObservable('                 --(v|)     ');
      m.expect(slow, '--------^').toBeObservable('    --------(v|)');
    }));

    it('an effect that is switched away when its ask has timed out keeps that error', marbles((m) => {
      const store = m.store({
        state: 0,
        commands: { fetch: (n: number) => effect(n, { policy: 'switch', run: () => after(9, 1), done: (now: number) => now }) },
      });
      const fetch = store.with({ timeout: 3 }).ask.fetch();
      m.cold('                                        -----b').subscribe(() => store.tell.fetch());
      const error = new AskTimeoutError({ store: 'store', type: 'fetch', started: true }, 3);
      m.expect(fetch).toBeObservable('                ---#     ', undefined, error);
      m.expect(fetch, '--------^').toBeObservable('   --------#', undefined, error);
    }));

    it('all who subscribe or await get the same, early or late', async () => {
      const release: (() => void)[] = [];
      const store = createStore({
        state: 0,
        commands: { slow: async (n) => (await new Promise<void>((go) => release.push(go)), reply(n, { v: 1 })) },
      });
      const slow = store.ask.slow();
      const seen: unknown[] = [];
      slow.subscribe((value) => seen.push(value));
      const early = slow.then((value) => value);
      release[0]!();
      const late = await slow;
      slow.subscribe((value) => seen.push(value));
      expect(await early).toBe(late);
      expect(seen).toHaveLength(2);
      expect(seen.every((value) => value === late)).toBe(true);
      await store.shutdown();
    });

    it('a subscriber who leaves takes nothing back', marbles((m) => {
      const store = m.store({ state: 0, commands: { slow: (n: number) => after(4, reply(n + 1, 'v')) } });
      const slow = store.ask.slow();
      m.expect(slow, '^-!').toBeObservable('     -----  ');
      m.expect(slow).toBeObservable('            ----(v|)');
      m.expect(store.select()).toBeObservable('  0---1', { 0: 0, 1: 1 });
    }));
  });
});
