/** What a handler may give back, form by form: the next state, replies now and later, promises and Observables of these. */
import { createStore, effect, reply, replyLater, type ErrorEvent, type HandlerOutcome, type Reply } from 'ownstate';
import { marbles, type Marbles } from 'ownstate/testing';
import { catchError, concat, EMPTY, from, map, of, throwError, timer, type Observable } from 'rxjs';
import { describe, expect, it } from 'vitest';

/** A store that begins with 1 and does whatever it's asked to. */
function performer() {
  return createStore({
    name: 'performer',
    state: 1,
    commands: { perform: (state, work: (state: number) => HandlerOutcome<number>) => work(state) },
    queries: { get: (state) => state },
  });
}

/** The same in virtual time. */
function virtualPerformer(m: Marbles) {
  return m.store({
    name: 'performer',
    state: 1,
    commands: { perform: (state, work: (state: number) => HandlerOutcome<number>) => work(state) },
    queries: { get: (state) => state },
  });
}

/** What becomes of an ask, and the state and the states shown by then. */
async function after(work: (state: number) => HandlerOutcome<number>): Promise<{ replied?: unknown; failed?: unknown; states: number[] }> {
  const store = performer();
  const states: number[] = [];
  store.select().subscribe((state) => states.push(state));
  try {
    return { replied: await store.ask.perform(work), states };
  } catch (failed) {
    return { failed, states };
  }
}

const no = new Error('no');

describe('outcomes', () => {
  describe('at hand', () => {
    it.each<[string, (state: number) => HandlerOutcome<number>, unknown, number[]]>([
      ['the next state: the reply is undefined', (state) => state + 1, undefined, [1, 2]],
      ['the same state: nothing is shown again', (state) => state, undefined, [1]],
      ['reply(next, value): the next state and the reply', (state) => reply(state + 1, 'two'), 'two', [1, 2]],
      ['reply(next, undefined): a reply of undefined', (state) => reply(state + 1, undefined), undefined, [1, 2]],
      ['reply(state, value): the reply alone', (state) => reply(state, 'one'), 'one', [1]],
    ])('%s', async (_form, work, replied, states) => {
      expect(await after(work)).toEqual({ replied, states });
    });

    it('a throw: the ask fails with that very error, and the state stays', async () => {
      const { failed, states } = await after(() => { throw no; });
      expect(failed).toBe(no);
      expect(states).toEqual([1]);
    });

    it.each([undefined, null, false, '', 0, NaN])('any value may be a next state: %s', async (next) => {
      const store = createStore({ state: (): unknown => 'first', commands: { set: (_state, value: { value: unknown }) => value.value } });
      await store.ask.set({ value: next });
      expect(store.snapshot()).toBe(next);
    });

    it('is folded, shown and answered before ask returns', () => {
      const store = performer();
      const log: unknown[] = [];
      store.select().subscribe((state) => log.push(state));
      const asked = store.ask.perform(() => reply(2, 'two'));
      expect(log).toEqual([1, 2]);
      asked.subscribe((value) => log.push(value));
      expect(log).toEqual([1, 2, 'two']);
    });
  });

  describe('a promise', () => {
    it.each<[string, (state: number) => HandlerOutcome<number>, unknown, number[]]>([
      ['of the next state', async (state) => state + 1, undefined, [1, 2]],
      ['of reply(next, value)', async (state) => reply(state + 1, 'two'), 'two', [1, 2]],
      ['of replyLater(next, promise)', async (state) => replyLater(state + 1, Promise.resolve('later')), 'later', [1, 2]],
      ['of effect(next, plan)', async (state) => effect(state + 1, { run: () => of(3), done: (now: number, by) => reply(now + by, 'done') }), 'done', [1, 2, 5]],
      ['that is a thenable of its own kind', (state) => ({
        then: (give?: ((value: number) => never) | null) => give?.(state + 1) as never,
      }), undefined, [1, 2]],
      ['that is the reply of another store', () => performer().ask.perform(() => reply(0, 7)) as Reply<number>, undefined, [1, 7]],
    ])('%s', async (_form, work, replied, states) => {
      expect(await after(work)).toEqual({ replied, states });
    });

    it.each<[string, () => HandlerOutcome<number>]>([
      ['that rejects', () => Promise.reject(no)],
      ['of an async function that throws', async () => { throw no; }],
      ['that is a thenable which throws', () => ({ then: () => { throw no; } })],
      ['that is a thenable which rejects', () => ({ then: (_give: unknown, fail?: ((error: Error) => never) | null) => fail?.(no) as never })],
    ])('%s fails the ask with that very error, and the state stays', async (_form, work) => {
      const { failed, states } = await after(work);
      expect(failed).toBe(no);
      expect(states).toEqual([1]);
    });

    it('holds up the mailbox: a read, an await and a write are one step', async () => {
      const store = performer();
      const order: string[] = [];
      const slow = store.ask.perform(async (state) => {
        await Promise.resolve();
        await Promise.resolve();
        order.push('written');
        return reply(state + 10, 'slow');
      });
      const next = store.ask.perform((state) => {
        order.push('next');
        return reply(state + 1, state);
      });
      expect(store.status()).toMatchObject({ running: 1, waiting: 1 });
      expect(await Promise.all([slow, next])).toEqual(['slow', 11]);
      expect(order).toEqual(['written', 'next']);
    });
  });

  describe('an Observable', () => {
    it.each<[string, (state: number) => HandlerOutcome<number>, unknown, number[]]>([
      ['of the next state', (state) => of(state + 1), undefined, [1, 2]],
      ['of reply(next, value)', (state) => of(reply(state + 1, 'two')), 'two', [1, 2]],
      ['of several states: each is shown', () => of(2, 3, 4), undefined, [1, 2, 3, 4]],
      ['of several replies: the last one counts', () => of(reply(2, 'two'), reply(3, 'three')), 'three', [1, 2, 3]],
      ['whose last emission is a bare state: the reply is undefined', () => of(reply(2, 'two'), 3), undefined, [1, 2, 3]],
      ['that is empty: the state stays, the reply is undefined', () => EMPTY, undefined, [1]],
      ['of replyLater(next, promise)', () => of(replyLater(2, Promise.resolve('later'))), 'later', [1, 2]],
      ['of replyLater before the last: its state is shown, its reply goes nowhere', () => of(replyLater(2, Promise.resolve('later')), reply(3, 'last')), 'last', [1, 2, 3]],
      ['of effect(next, plan)', () => of(effect(2, { run: () => of(3), done: (now: number, by) => reply(now + by, 'done') })), 'done', [1, 2, 5]],
      ['that emits in a later task', () => from(Promise.resolve(2)), undefined, [1, 2]],
    ])('%s', async (_form, work, replied, states) => {
      expect(await after(work)).toEqual({ replied, states });
    });

    it('that fails fails the ask with that very error, and what was shown before stays', async () => {
      const { failed, states } = await after(() => concat(of(2, reply(3, 'three')), throwError(() => no)));
      expect(failed).toBe(no);
      expect(states).toEqual([1, 2, 3]);
    });

    it('that fails at once leaves the state', async () => {
      const { failed, states } = await after(() => throwError(() => no));
      expect(failed).toBe(no);
      expect(states).toEqual([1]);
    });

    it.each<[string, unknown, string]>([
      ['a promise', Promise.resolve(2), '[object Promise]'],
      ['an Observable', of(2), '[object Object]'],
      ['reply(promise, value)', reply(Promise.resolve(2), 'two'), '[object Promise]'],
    ])('that emits %s fails the ask, since a step is a state', async (_what, emission, shown) => {
      const { failed, states } = await after(() => of(2, emission, 9) as Observable<number>);
      expect(failed).toEqual(new TypeError(`Expected \`state\` to be at hand, got ${shown}`));
      expect(states).toEqual([1, 2]);
    });

    it('makes each emission a state in between, and answers when it completes', marbles((m) => {
      const store = virtualPerformer(m);
      const work = () => m.cold('                            --b--c--|', { b: reply(2, 'two'), c: reply(3, 'three') });
      m.expect(store.ask.perform(work)).toBeObservable('     --------(r|)', { r: 'three' });
      m.expect(store.select()).toBeObservable('              a-b--c', { a: 1, b: 2, c: 3 });
    }));

    it('holds up the mailbox until it completes', marbles((m) => {
      const store = virtualPerformer(m);
      const first = () => m.cold('                           --b--|', { b: 2 });
      const second = (state: number) => m.cold('                  --(c|)', { c: state + 10 });
      store.tell.perform(first);
      store.tell.perform(second);
      m.expect(store.ask.get()).toBeObservable('             -------(g|)', { g: 12 });
      m.expect(store.select()).toBeObservable('              a-b----c', { a: 1, b: 2, c: 12 });
    }));

    it('that fails later keeps the states it has shown', marbles((m) => {
      const store = virtualPerformer(m);
      const work = () => m.cold('                            --b--#', { b: 2 }, no);
      m.expect(store.ask.perform(work)).toBeObservable('     -----#', {}, no);
      m.expect(store.ask.get()).toBeObservable('             -----(g|)', { g: 2 });
    }));

    it('is subscribed once, and unsubscribed when a step is no state', marbles((m) => {
      const store = virtualPerformer(m);
      const source = m.cold('                                --b--x--|', { b: 2, x: of(3) as unknown as number });
      const expected = '                                     -----(f|)';
      const failed = store.ask.perform(() => source).pipe(map(String), catchError(() => of('failed')));
      m.expect(failed).toBeObservable(expected, { f: 'failed' });
      m.expect(source).toHaveSubscriptions('                 ^----!');
    }));
  });

  describe('replyLater', () => {
    it.each<[string, (state: number) => HandlerOutcome<number>, unknown]>([
      ['a promise: its value', (state) => replyLater(state + 1, Promise.resolve('later')), 'later'],
      ['a thenable: its value', (state) => replyLater(state + 1, { then: (give?: ((value: string) => never) | null) => give?.('later') as never }), 'later'],
      ['an Observable: its last value', (state) => replyLater(state + 1, of('sooner', 'later')), 'later'],
      ['an empty Observable: undefined', (state) => replyLater(state + 1, EMPTY), undefined],
      ['the reply of another store', (state) => replyLater(state + 1, performer().ask.get()), 1],
    ])('settles with %s', async (_source, work, replied) => {
      expect(await after(work)).toEqual({ replied, states: [1, 2] });
    });

    it.each<[string, (state: number) => HandlerOutcome<number>]>([
      ['a promise that rejects', (state) => replyLater(state + 1, Promise.reject(no))],
      ['an Observable that fails', (state) => replyLater(state + 1, concat(of('value'), throwError(() => no)))],
    ])('fails by %s, and the state it was given stays', async (_source, work) => {
      const { failed, states } = await after(work);
      expect(failed).toBe(no);
      expect(states).toEqual([1, 2]);
    });

    it('fails clearly for what cannot be observed', async () => {
      const { failed, states } = await after(() => replyLater(2, 5 as never));
      expect(failed).toBeInstanceOf(TypeError);
      expect(states).toEqual([1, 2]);
    });

    it('changes the state at once, and lets the mailbox go on', marbles((m) => {
      const store = virtualPerformer(m);
      const later = store.ask.perform((state) => replyLater(state + 1, m.cold('-a-b-|')));
      m.expect(later).toBeObservable('                                         -----(b|)');
      m.expect(store.ask.get()).toBeObservable('                               (g|)', { g: 2 });
      m.expect(store.select()).toBeObservable('                                s', { s: 2 });
      m.flush();
      expect(store.status()).toMatchObject({ handled: 2, replies: 0 });
    }));

    it('is counted while it is in flight', marbles((m) => {
      const store = virtualPerformer(m);
      for (let i = 0; i < 3; i++) store.tell.perform((state) => replyLater(state, m.cold('--a|')));
      expect(store.status()).toMatchObject({ replies: 3, running: 0 });
      m.flush();
      expect(store.status()).toMatchObject({ replies: 0 });
    }));

    it('beyond the capacity is refused, and changes nothing', marbles((m) => {
      const store = m.store({
        state: 0, commands: { wait: (n, source: Observable<string>) => replyLater(n + 1, source) },
      }, { mailbox: { capacity: 2 } });
      for (let i = 0; i < 2; i++) store.tell.wait(m.cold('---|'));
      const refused = store.ask.wait(m.cold('---|')).pipe(catchError((error: unknown) => of((error as Error).name)));
      m.expect(refused).toBeObservable('(f|)', { f: 'MailboxFullError' });
      m.expect(store.select()).toBeObservable('s---t', { s: 2, t: 3 });
      m.cold('----x').subscribe(() => store.tell.wait(EMPTY));
      m.flush();
      expect(store.status()).toMatchObject({ dropped: 1, replies: 0 });
    }));

    it('settles in whatever order the sources do', marbles((m) => {
      const store = virtualPerformer(m);
      m.expect(store.ask.perform((state) => replyLater(state, m.cold('---(a|)')))).toBeObservable('---(a|)');
      m.expect(store.ask.perform((state) => replyLater(state, m.cold('-(b|)  ')))).toBeObservable('-(b|)  ');
    }));

    it('unsubscribes its source when the asker gives up', marbles((m) => {
      const store = virtualPerformer(m);
      const source = m.cold('                                        -----a|');
      const asked = store.with({ timeout: 3 }).ask.perform((state) => replyLater(state, source));
      m.expect(asked.pipe(catchError((error: unknown) => of((error as Error).name)))).toBeObservable('---(t|)', { t: 'AskTimeoutError' });
      m.expect(source).toHaveSubscriptions('                         ^--!');
    }));

    it('of a tell that fails appears on errors$', marbles((m) => {
      const store = virtualPerformer(m);
      m.expect(store.errors$.pipe(map(({ store: name, seq, type, error, started }: ErrorEvent) => [name, seq, type, error, started])))
        .toBeObservable('                                                --e', { e: ['performer', 1, 'perform', no, true] });
      timer(0).subscribe(() => store.tell.perform((state) => replyLater(state, m.cold('--#', {}, no))));
    }));
  });
});
