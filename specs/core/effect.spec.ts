/** Effects: work beside the fold, its lanes and policies, and what becomes of its result. */
import {
  AskTimeoutError, BusyError, createStore, effect, reply, replyLater, StoreClosedError, StoreError, SupersededError,
  type EffectPolicy, type Outcome, type StoreOptions,
} from 'ownstate';
import { marbles, type Marbles } from 'ownstate/testing';
import { catchError, EMPTY, map, mergeMap, NEVER, of, Subject, throwError, timer, type Observable } from 'rxjs';
import { describe, expect, it } from 'vitest';

interface Job {
  readonly id: string;
  readonly source: Observable<unknown>;
  readonly policy?: EffectPolicy;
  readonly key?: unknown;
  readonly concurrency?: number;
}

/** A store whose state is the story of its jobs: `a` when job a was handled, `A` when its result was folded. */
function lab(m: Marbles, options: StoreOptions = {}) {
  return m.store({
    name: 'lab',
    state: '',
    commands: {
      work: (state, { id, source, ...plan }: Job) =>
        effect(state + id, { ...plan, run: () => source, done: (now, value) => reply(now + id.toUpperCase(), value) }),
      other: (state, { id, source, ...plan }: Job) =>
        effect(state + id, { ...plan, run: () => source, done: (now, value) => reply(now + id.toUpperCase(), value) }),
      note: (state, id: string) => state + id,
      slow: (state, source: Observable<string>) => source.pipe(map((id) => state + id)),
    },
    queries: { story: (state) => state },
  }, options);
}

/** The code of an error in its place. */
const code = <T>(source: Observable<T>): Observable<unknown> => source.pipe(catchError((error: unknown) => of(error instanceof StoreError ? error.code : error)));

/** Asks for each job as it comes, and gives the replies as they come. */
const asking = (store: ReturnType<typeof lab>, jobs: Observable<Job>): Observable<unknown> => jobs.pipe(mergeMap((job) => code(store.ask.work(job))));

const no = new Error('no');

describe('effect', () => {
  describe("policy 'concat', the default", () => {
    it('runs one after the other, in the order in which they came', marbles((m) => {
      const store = lab(m);
      const a = m.cold('                                    ---(x|)    ');
      const b = m.cold('                                       ---(y|) ');
      const jobs = m.cold<Job>('                            -ab|       ', { a: { id: 'a', source: a }, b: { id: 'b', source: b } });
      m.expect(asking(store, jobs)).toBeObservable('        ----x--(y|)');
      m.expect(a).toHaveSubscriptions('                     -^--!      ');
      m.expect(b).toHaveSubscriptions('                     ----^--!   ');
      m.expect(store.select()).toBeObservable('             012-3--4   ', { 0: '', 1: 'a', 2: 'ab', 3: 'abA', 4: 'abAB' });
    }));

    it('goes on after one that failed', marbles((m) => {
      const store = lab(m);
      const a = m.cold('                                    ---#    ', {}, no);
      const b = m.cold('                                       --(y|) ');
      const jobs = m.cold<Job>('                            ab|     ', { a: { id: 'a', source: a }, b: { id: 'b', source: b } });
      m.expect(asking(store, jobs)).toBeObservable('        ---e-(y|)', { e: no, y: 'y' });
      m.expect(b).toHaveSubscriptions('                     ---^-!  ');
    }));
  });

  describe("policy 'merge'", () => {
    it('runs side by side', marbles((m) => {
      const store = lab(m);
      const a = m.cold('                                    -----(x|)   ');
      const b = m.cold('                                     --(y|)     ');
      const jobs = m.cold<Job>('                            -ab|        ', {
        a: { id: 'a', source: a, policy: 'merge' },
        b: { id: 'b', source: b, policy: 'merge' },
      });
      m.expect(asking(store, jobs)).toBeObservable('        ----y-(x|)  ');
      m.expect(a).toHaveSubscriptions('                     -^----!     ');
      m.expect(b).toHaveSubscriptions('                     --^-!       ');
      m.expect(store.select()).toBeObservable('             012-3-4     ', { 0: '', 1: 'a', 2: 'ab', 3: 'abB', 4: 'abBA' });
    }));

    it('runs at most `concurrency` side by side, the rest in the order in which they came', marbles((m) => {
      const store = lab(m);
      const sources = {
        a: m.cold('                                         -----(a|)    '),
        b: m.cold('                                          --(b|)      '),
        c: m.cold('                                            ---(c|)   '),
        d: m.cold('                                              --(d|)  '),
      };
      const job = (id: keyof typeof sources): Job => ({ id, source: sources[id], policy: 'merge', concurrency: 2 });
      const jobs = m.cold<Job>('                            abcd|        ', { a: job('a'), b: job('b'), c: job('c'), d: job('d') });
      m.expect(asking(store, jobs)).toBeObservable('        ---b-ac(d|)  ', { a: 'a', b: 'b', c: 'c', d: 'd' });
      m.expect(sources.c).toHaveSubscriptions('             ---^--!      ');
      m.expect(sources.d).toHaveSubscriptions('             -----^-!     ');
    }));
  });

  describe("policy 'switch'", () => {
    it('gives up the former: it is unsubscribed and fails with SupersededError', marbles((m) => {
      const store = lab(m);
      const a = m.cold('                                    ---(x|)      ');
      const b = m.cold('                                      ---(y|)    ');
      const jobs = m.cold<Job>('                            -a-b|        ', {
        a: { id: 'a', source: a, policy: 'switch' },
        b: { id: 'b', source: b, policy: 'switch' },
      });
      m.expect(asking(store, jobs)).toBeObservable('        ---s--(y|)   ', { s: 'SUPERSEDED', y: 'y' });
      m.expect(a).toHaveSubscriptions('                     -^-!         ');
      m.expect(b).toHaveSubscriptions('                     ---^--!      ');
      m.expect(store.select()).toBeObservable('             01-2--3      ', { 0: '', 1: 'a', 2: 'ab', 3: 'abB' });
    }));

    it('leaves one alone that has ended', marbles((m) => {
      const store = lab(m);
      const jobs = m.cold<Job>('                            a---b|       ', {
        a: { id: 'a', source: m.cold('                      ---(x|)      '), policy: 'switch' },
        b: { id: 'b', source: m.cold('                          ---(y|)  '), policy: 'switch' },
      });
      m.expect(asking(store, jobs)).toBeObservable('        ---x---(y|)  ');
    }));

    it('gives up what only waits in the lane too, which then never runs', marbles((m) => {
      const store = lab(m);
      const b = m.cold('                                    -(y|)        ');
      const jobs = m.cold<Job>('                            abc|         ', {
        a: { id: 'a', source: m.cold('                      -----(x|)    ') },
        b: { id: 'b', source: b },
        c: { id: 'c', source: m.cold('                        ----(z|)   '), policy: 'switch' },
      });
      m.expect(asking(store, jobs)).toBeObservable('        --(ss)(z|)   ', { s: 'SUPERSEDED', z: 'z' });
      m.expect(b).toHaveSubscriptions([]);
    }));

    it('says what it decided: the error names store and command, and that the handler had begun', marbles((m) => {
      const store = lab(m);
      const errors: unknown[] = [];
      store.ask.work({ id: 'a', source: NEVER, policy: 'switch' }).subscribe({ error: (error: unknown) => errors.push(error) });
      store.tell.work({ id: 'b', source: of('y'), policy: 'switch' });
      expect(errors[0]).toBeInstanceOf(SupersededError);
      expect(errors[0]).toMatchObject({
        name: 'SupersededError', code: 'SUPERSEDED', store: 'lab', type: 'work', started: true, message: 'lab.work: superseded by a newer one',
      });
    }));

    it('aborts the signal of the former, and folds nothing of what it still brings', async () => {
      const first = new Subject<string>();
      const signals: AbortSignal[] = [];
      const store = createStore({
        state: '',
        commands: {
          search: (state, word: string) => effect(state, {
            policy: 'switch',
            run: async ({ signal }) => {
              signals.push(signal);
              return word === 'old' ? new Promise<string>((give) => first.subscribe(give)) : word;
            },
            done: (_now, hit) => hit,
          }),
        },
      });
      const old = store.ask.search('old');
      const aborted: unknown[] = [];
      signals[0]!.addEventListener('abort', () => aborted.push(signals[0]!.reason));
      await store.ask.search('new');
      expect(aborted).toEqual([expect.any(SupersededError)]);
      expect(signals[1]!.aborted).toBe(false);
      first.next('too late');
      await expect(old).rejects.toThrow(SupersededError);
      await Promise.resolve();
      expect(store.snapshot()).toBe('new');
    });

    it('brings a superseded tell to errors$, and nothing down', marbles((m) => {
      const store = lab(m);
      m.expect(store.errors$.pipe(map(({ type, error, started }) => [type, (error as Error).name, started]))).toBeObservable('-e', {
        e: ['work', 'SupersededError', true],
      });
      const jobs = m.cold<Job>('ab', { a: { id: 'a', source: NEVER, policy: 'switch' }, b: { id: 'b', source: of('y'), policy: 'switch' } });
      jobs.subscribe((job) => store.tell.work(job));
    }));
  });

  describe("policy 'exhaust'", () => {
    it('refuses the newcomer while one runs: it fails with BusyError and changes nothing', marbles((m) => {
      const store = lab(m);
      const b = m.cold('                                    -(y|)        ');
      const jobs = m.cold<Job>('                            -ab--c|      ', {
        a: { id: 'a', source: m.cold('                       ---(x|)     '), policy: 'exhaust' },
        b: { id: 'b', source: b, policy: 'exhaust' },
        c: { id: 'c', source: m.cold('                           ---(z|) '), policy: 'exhaust' },
      });
      m.expect(asking(store, jobs)).toBeObservable('        --b-x---(z|) ', { b: 'BUSY', x: 'x', z: 'z' });
      m.expect(store.select()).toBeObservable('             01--23--4    ', { 0: '', 1: 'a', 2: 'aA', 3: 'aAc', 4: 'aAcC' });
      m.expect(b).toHaveSubscriptions([]);
    }));

    it('says so: the error names store and command', marbles((m) => {
      const store = lab(m);
      const errors: unknown[] = [];
      store.tell.work({ id: 'a', source: NEVER, policy: 'exhaust' });
      store.ask.work({ id: 'b', source: NEVER, policy: 'exhaust' }).subscribe({ error: (error: unknown) => errors.push(error) });
      expect(errors[0]).toBeInstanceOf(BusyError);
      expect(errors[0]).toMatchObject({ code: 'BUSY', store: 'lab', type: 'work', message: 'lab.work: its lane is busy' });
      expect(store.status()).toMatchObject({ effects: 1, handled: 2 });
    }));
  });

  describe('lanes', () => {
    it('are apart for each key', marbles((m) => {
      const store = lab(m);
      const c = m.cold('                                       --(z|)    ');
      const jobs = m.cold<Job>('                            abc|         ', {
        a: { id: 'a', key: 1, source: m.cold('              ---(x|)      ') },
        b: { id: 'b', key: 2, source: m.cold('               -(y|)       ') },
        c: { id: 'c', key: 1, source: c },
      });
      m.expect(asking(store, jobs)).toBeObservable('        --yx-(z|)    ');
      m.expect(c).toHaveSubscriptions('                     ---^-!       ');
    }));

    it('of another key are neither superseded nor busy', marbles((m) => {
      const store = lab(m);
      const jobs = m.cold<Job>('                            abcd|        ', {
        a: { id: 'a', key: 1, policy: 'switch', source: m.cold(' ------(w|)') },
        b: { id: 'b', key: 2, policy: 'switch', source: m.cold('  ------(x|)') },
        c: { id: 'c', key: 3, policy: 'exhaust', source: m.cold('  ------(y|)') },
        d: { id: 'd', key: 4, policy: 'exhaust', source: m.cold('   ------(z|)') },
      });
      m.expect(asking(store, jobs)).toBeObservable('        ------wxy(z|)');
    }));

    it('are apart for each command', marbles((m) => {
      const store = lab(m);
      store.tell.other({ id: 'a', source: m.cold('          -----(x|)    ') });
      const b = m.cold('                                    --(y|)       ');
      m.expect(store.ask.work({ id: 'b', source: b })).toBeObservable('--(y|)');
      m.expect(b).toHaveSubscriptions('                     ^-!          ');
    }));

    it('are apart for each store', marbles((m) => {
      const other = lab(m);
      other.tell.work({ id: 'a', source: NEVER, policy: 'exhaust' });
      m.expect(code(lab(m).ask.work({ id: 'b', source: m.cold('--(y|)'), policy: 'exhaust' }))).toBeObservable('--(y|)');
      m.flush();
      void other.shutdown({ timeout: 1 });
    }));

    it('of an object as key are found by its identity', marbles((m) => {
      const store = lab(m);
      const jobs = m.cold<Job>('                            ab|          ', {
        a: { id: 'a', key: { tab: 1 }, source: m.cold('     ---(x|)      ') },
        b: { id: 'b', key: { tab: 1 }, source: m.cold('      -(y|)       ') },
      });
      m.expect(asking(store, jobs)).toBeObservable('        --y(x|)      ');
    }));
  });

  describe('in time', () => {
    it('the next state is committed and shown before the work begins', () => {
      const log: unknown[] = [];
      const store = createStore({
        state: 0,
        commands: {
          load: (n) => effect(n + 1, {
            run: () => (log.push('run'), of('value')),
            done: (now, value) => (log.push(`done ${value}`), reply(now + 1, value)),
          }),
        },
      });
      store.select().subscribe((n) => log.push(n));
      store.ask.load().subscribe((value) => log.push(value));
      expect(log).toEqual([0, 1, 'run', 'done value', 2, 'value']);
    });

    it('the mailbox goes on while the work runs', marbles((m) => {
      const store = lab(m);
      store.tell.work({ id: 'a', source: m.cold('         ----(x|)') });
      const notes = m.cold('                              -n-n    ');
      notes.subscribe((id) => store.tell.note(id));
      m.expect(store.select()).toBeObservable('           01-2(3) ', { 0: 'a', 1: 'an', 2: 'ann', 3: 'annA' });
    }));

    it('`done` folds into the state as it is by then, and gets the last value of an Observable', marbles((m) => {
      const store = m.store({
        state: 1,
        commands: {
          multiply: (n, factors: Observable<number>) => effect(n, { run: () => factors, done: (now, factor) => reply(now * factor, factor) }),
          add: (n, by: number) => n + by,
        },
      });
      const factors = m.cold('                            -2-5-|', { 2: 2, 5: 5 });
      m.expect(store.ask.multiply(factors)).toBeObservable('-----(r|)', { r: 5 });
      m.cold('                                            --x').subscribe(() => store.tell.add(2));
      m.expect(store.select()).toBeObservable('           a-b--c', { a: 1, b: 3, c: 15 });
    }));

    it('the result joins the end of the queue like any other command', marbles((m) => {
      const store = lab(m);
      store.tell.work({ id: 'a', source: m.cold('         --(x|)  ') });
      store.tell.slow(m.cold('                            ----(s|)'));
      m.cold('                                            -n-m    ').subscribe((id) => store.tell.note(id));
      m.flush();
      //                                                    sent: n at 1, the result at 2, m at 3
      expect(store.snapshot()).toBe('asnAm');
    }));

    it('the result passes beside a full mailbox', marbles((m) => {
      const store = lab(m, { mailbox: { capacity: 1 } });
      m.expect(code(store.ask.work({ id: 'a', source: m.cold('--(x|)') }))).toBeObservable('----(x|)');
      store.tell.slow(m.cold('                            ----(s|)'));
      store.tell.note('n');
      m.cold('                                            ---c').subscribe(() => expect(store.status()).toMatchObject({ waiting: 1, dropped: 0 }));
      m.flush();
      expect(store.snapshot()).toBe('asnA');
    }));

    it('as many as the capacity may be in flight; one more is refused and changes nothing', marbles((m) => {
      const store = lab(m, { mailbox: { capacity: 2 } });
      const jobs = m.cold<Job>('                          abc---d|     ', {
        a: { id: 'a', source: m.cold('                    ---(w|)      ') },
        b: { id: 'b', source: m.cold('                       ------(x|)'), key: 2 },
        c: { id: 'c', source: NEVER },
        d: { id: 'd', source: m.cold('                          ----(z|)') },
      });
      m.expect(asking(store, jobs)).toBeObservable('      --fw---x--(z|)', { f: 'MAILBOX_FULL', w: 'w', x: 'x', z: 'z' });
      m.flush();
      expect(store.snapshot()).toBe('abAdBD');
      expect(store.status()).toMatchObject({ dropped: 1, effects: 0 });
    }));

    it('status counts effects that run and those that wait in a lane', marbles((m) => {
      const store = lab(m);
      for (const id of ['a', 'b', 'c']) store.tell.work({ id, source: m.cold('--(x|)') });
      const counts: number[] = [];
      m.cold('                                            -x-x-x-x').subscribe(() => counts.push(store.status().effects));
      m.flush();
      expect(counts).toEqual([3, 2, 1, 0]);
    }));

    it('a long lane of results at hand is worked off on a flat stack', () => {
      const gate = new Subject<number>();
      const store = createStore({
        state: 0,
        commands: {
          work: (n, source: Observable<number>) => effect(n, { run: () => source, done: (now, by) => reply(now + by, now + by) }),
        },
      }, { slice: Infinity });
      store.tell.work(gate);
      let last = 0;
      for (let i = 0; i < 20_000; i++) store.ask.work(of(1)).subscribe((sum) => (last = sum));
      expect(last).toBe(0);
      gate.next(1);
      gate.complete();
      expect(last).toBe(20_001);
      expect(store.status().effects).toBe(0);
    });
  });

  describe('done', () => {
    const run = (done: (now: number, value: string) => never) => createStore({
      state: 1,
      commands: { work: (n) => effect(n + 1, { run: async () => 'value', done }) },
      queries: { get: (n) => n },
    });

    it.each<[string, (now: number, value: string) => unknown, unknown, number]>([
      ['a bare state: the reply is undefined', (now) => now * 10, undefined, 20],
      ['reply(next, value)', (now, value) => reply(now * 10, value), 'value', 20],
      ['replyLater(next, source)', (now, value) => replyLater(now * 10, of(`${value} later`)), 'value later', 20],
      ['effect(next, plan): one after the other', (now: number, value) => effect(now * 10, {
        run: () => of(value.length), done: (then: number, length: number) => reply(then + length, 'both'),
      }), 'both', 25],
    ])('may give %s', async (_form, done, replied, state) => {
      const store = run(done as never);
      expect(await store.ask.work()).toBe(replied);
      expect(await store.ask.get()).toBe(state);
    });

    it('that throws fails the ask with that very error, and the state stays', async () => {
      const store = run(() => { throw no; });
      await expect(store.ask.work()).rejects.toBe(no);
      expect(await store.ask.get()).toBe(2);
    });

    it.each<[string, () => PromiseLike<unknown> | Observable<unknown>, unknown]>([
      ['of a promise', () => Promise.resolve('p'), 'p'],
      ['of an async function', async () => 'a', 'a'],
      ['of an Observable: the last one', () => of(1, 2, 3), 3],
      ['of an empty Observable: undefined', () => EMPTY, undefined],
      ['of a reply', () => createStore({ state: 5, commands: { get: (n) => reply(n, n) } }).ask.get(), 5],
    ])('gets the value %s', async (_what, work, value) => {
      const store = createStore({
        state: 0, commands: { work: (n) => effect(n, { run: work, done: (now, given) => reply(now, { given }) }) },
      });
      expect(await store.ask.work()).toEqual({ given: value });
    });
  });

  describe('failed', () => {
    const failing = [
      ['a promise that rejects', () => Promise.reject(no)],
      ['an Observable that fails', () => throwError(() => no)],
      ['a `run` that throws', () => { throw no; }],
    ] as [string, () => Promise<never>][];

    it.each(failing)('folds the error of %s; the asker gets the error all the same', async (_what, run) => {
      const store = createStore({
        state: { error: undefined as unknown },
        commands: { work: (state) => effect(state, { run, done: (now) => now, failed: (_now, error) => ({ error }) }) },
      }, { freeze: false });
      await expect(store.ask.work()).rejects.toBe(no);
      expect(store.snapshot()).toEqual({ error: no });
    });

    it.each(failing)('that gives a reply answers in the place of the error of %s', async (_what, run) => {
      const store = createStore({
        state: 0,
        commands: { work: (n) => effect(n + 1, { run, done: (now) => reply(now, 'done'), failed: (now, error) => reply(now + 10, (error as Error).message) }) },
      });
      expect(await store.ask.work()).toBe('no');
      expect(store.snapshot()).toBe(11);
    });

    it.each(failing)('where there is none, the state stays as it is by then, and the asker gets the error of %s', async (_what, run) => {
      const store = createStore({ state: 0, commands: { work: (n) => effect(n + 1, { run, done: (now) => now + 100 }) } });
      await expect(store.ask.work()).rejects.toBe(no);
      expect(store.snapshot()).toBe(1);
    });

    it('of a tell appears on errors$', marbles((m) => {
      const store = lab(m);
      m.cold('                                           x').subscribe(() => store.tell.work({ id: 'a', source: m.cold('--#', {}, no) }));
      m.expect(store.errors$.pipe(map(({ type, error, started }) => [type, error, started]))).toBeObservable('--e', { e: ['work', no, true] });
    }));

    it('of a tell is reported though `failed` has folded it, unless that gives a `reply`', marbles((m) => {
      const store = m.store({
        state: '',
        commands: {
          work: (state, dealt: boolean) => effect(state, {
            run: () => m.cold('--#', {}, no), done: (now) => now, failed: (now) => dealt ? reply(`${now}.`, undefined) : `${now}!`,
          }),
        },
      });
      m.cold('                                           x    ').subscribe(() => store.tell.work(false));
      m.cold('                                           ----x').subscribe(() => store.tell.work(true));
      m.expect(store.errors$.pipe(map(({ error, quiet }) => [error, quiet]))).toBeObservable('--a', { a: [no, false] });
      m.expect(store.select()).toBeObservable('          0-1---2', { 0: '', 1: '!', 2: '!.' });
    }));

    it('is called once with what `run` gave back that is no stream', async () => {
      const errors: unknown[] = [];
      const store = createStore({
        state: 0,
        commands: { work: (n) => effect(n, { run: () => 5 as never, done: (now) => now, failed: (now, error) => (errors.push(error), now) }) },
      });
      await expect(store.ask.work()).rejects.toThrow(TypeError);
      expect(errors).toEqual([expect.any(TypeError)]);
    });
  });

  describe('an asker that gives up', () => {
    it('while the effect waits in its lane: it never runs, and the lane goes on', marbles((m) => {
      const store = lab(m);
      const b = m.cold('                                    -(y|)        ');
      const c = m.cold('                                         -(z|)   ');
      store.tell.work({ id: 'a', source: m.cold('           -----(x|)    ') });
      m.expect(code(store.with({ timeout: 2 }).ask.work({ id: 'b', source: b }))).toBeObservable('--(t|)', { t: 'ASK_TIMEOUT' });
      m.expect(code(store.ask.work({ id: 'c', source: c }))).toBeObservable('------(z|)');
      m.expect(b).toHaveSubscriptions([]);
      m.expect(c).toHaveSubscriptions('                     -----^!      ');
      m.expect(store.select()).toBeObservable('             0----12      ', { 0: 'abc', 1: 'abcA', 2: 'abcAC' });
    }));

    it('by its signal while the effect waits: it never runs either', marbles((m) => {
      const store = lab(m);
      const asker = new AbortController();
      const b = m.cold('                                    -(y|)        ');
      store.tell.work({ id: 'a', source: m.cold('           -----(x|)    ') });
      m.expect(code(store.with({ signal: asker.signal }).ask.work({ id: 'b', source: b }))).toBeObservable('--(a|)', { a: 'ASK_ABORTED' });
      m.cold('                                              --x').subscribe(() => asker.abort());
      m.expect(b).toHaveSubscriptions([]);
      m.flush();
      expect(store.status().effects).toBe(0);
    }));

    describe('while the effect waits, and there is a `failed`', () => {
      interface Saving { readonly saving: number; readonly failures: readonly string[] }

      /** A store that counts what is being saved, and by what it failed. */
      const saver = (m: Marbles, failed: (state: Saving, error: unknown) => Saving | Outcome<Saving, string>, options: StoreOptions = {}) => m.store({
        state: (): Saving => ({ saving: 0, failures: [] }),
        commands: {
          save: (state, { source, policy = 'concat' }: Pick<Job, 'source' | 'policy'>) => effect({ ...state, saving: state.saving + 1 }, {
            policy,
            run: () => source,
            done: (now) => reply({ ...now, saving: now.saving - 1 }, 'saved'),
            failed,
          }),
        },
        view: ({ saving, failures }) => [saving, ...failures].join(' '),
      }, options);
      const undone = (now: Saving, error: unknown): Saving => ({ saving: now.saving - 1, failures: [...now.failures, (error as StoreError).code] });

      it('it ends as one that failed, with what its asker got, and the lane goes on', marbles((m) => {
        const store = saver(m, undone);
        const b = m.cold('                                  -(y|)       ');
        store.tell.save({ source: m.cold('                  -----(x|)   ') });
        m.expect(code(store.with({ timeout: 2 }).ask.save({ source: b }))).toBeObservable('--(t|)', { t: 'ASK_TIMEOUT' });
        m.expect(code(store.ask.save({ source: m.cold('          -(z|)') }))).toBeObservable('------(s|)', { s: 'saved' });
        m.expect(b).toHaveSubscriptions([]);
        m.expect(store.select()).toBeObservable('           3-2--10     ', { 3: '3', 2: '2 ASK_TIMEOUT', 1: '1 ASK_TIMEOUT', 0: '0 ASK_TIMEOUT' });
        m.expect(store.errors$).toBeObservable('            ------------');
      }));

      it('the same by its signal; its reply is nobody\'s', marbles((m) => {
        const store = saver(m, (now, error) => reply(undone(now, error), 'so be it'));
        const asker = new AbortController();
        store.tell.save({ source: m.cold('                  -----(x|)   ') });
        m.expect(code(store.with({ signal: asker.signal }).ask.save({ source: of('y') }))).toBeObservable('--(a|)', { a: 'ASK_ABORTED' });
        m.cold('                                            --x         ').subscribe(() => asker.abort());
        m.expect(store.select()).toBeObservable('           2-1--0      ', { 2: '2', 1: '1 ASK_ABORTED', 0: '0 ASK_ABORTED' });
      }));

      it('what `failed` throws goes to errors$ only, and the state stays', marbles((m) => {
        const store = saver(m, () => { throw no; });
        store.tell.save({ source: m.cold('                  -----(x|)   ') });
        m.expect(code(store.with({ timeout: 2 }).ask.save({ source: of('y') }))).toBeObservable('--(t|)', { t: 'ASK_TIMEOUT' });
        m.expect(store.select()).toBeObservable('           2----1      ');
        m.expect(store.errors$.pipe(map(({ error, quiet }) => [error, quiet]))).toBeObservable('--e', { e: [no, true] });
      }));

      it('a shutdown waits for it, also behind a handler that takes time', marbles((m) => {
        const store = m.store({
          state: '',
          commands: {
            save: (state, source: Observable<string>) => effect(`${state}s`, { run: () => source, done: (now) => `${now}d`, failed: (now) => `${now}f` }),
            slow: (state, source: Observable<string>) => source.pipe(map((id) => state + id)),
          },
        });
        store.tell.save(m.cold('                            ---(x|)     '));
        m.expect(code(store.with({ timeout: 2 }).ask.save(of('y')))).toBeObservable('--(t|)', { t: 'ASK_TIMEOUT' });
        store.tell.slow(m.cold('                            -----(w|)   '));
        void store.shutdown();
        m.expect(store.select()).toBeObservable('           2----(345|) ', { 2: 'ss', 3: 'ssw', 4: 'sswf', 5: 'sswfd' });
      }));

      it('one that is superseded, and one that the store closes over, folds none', marbles((m) => {
        const superseded = saver(m, undone);
        superseded.tell.save({ source: m.cold('             -----(x|)   ') });
        m.expect(code(superseded.ask.save({ source: of('y') }))).toBeObservable('(s|)', { s: 'SUPERSEDED' });
        m.expect(code(superseded.ask.save({ source: m.cold('-(z|)'), policy: 'switch' }))).toBeObservable('-(s|)', { s: 'saved' });
        m.expect(superseded.select()).toBeObservable('      32          ');

        const end = new AbortController();
        const closed = saver(m, undone, { signal: end.signal });
        closed.tell.save({ source: m.cold('                 -----(x|)   ') });
        m.expect(code(closed.ask.save({ source: of('y') }))).toBeObservable('--(c|)', { c: 'STORE_CLOSED' });
        m.expect(closed.select()).toBeObservable('          2-|         ');
        m.cold('                                            --x         ').subscribe(() => end.abort());
      }));
    });

    it('while the effect runs: its result is folded all the same, and its lane is taken until then', marbles((m) => {
      const store = lab(m);
      const a = m.cold('                                    ----(x|)     ');
      const b = m.cold('                                        --(y|)   ');
      m.expect(code(store.with({ timeout: 2 }).ask.work({ id: 'a', source: a }))).toBeObservable('--(t|)', { t: 'ASK_TIMEOUT' });
      m.expect(code(store.ask.work({ id: 'b', source: b }))).toBeObservable('------(y|)');
      m.expect(a).toHaveSubscriptions('                     ^---!        ');
      m.expect(store.select()).toBeObservable('             0---1-2      ', { 0: 'ab', 1: 'abA', 2: 'abAB' });
    }));

    it('while the effect runs: its signal aborts at once, with the reason', marbles((m) => {
      const reasons: unknown[] = [];
      const store = m.store({
        state: 0,
        commands: {
          work: (n) => effect(n, {
            run: ({ signal }) => {
              signal.addEventListener('abort', () => reasons.push([m.scheduler.now(), signal.reason]));
              return timer(9);
            },
            done: (now) => now,
          }),
        },
      });
      m.expect(code(store.with({ timeout: 3 }).ask.work())).toBeObservable('---(t|)', { t: 'ASK_TIMEOUT' });
      m.flush();
      expect(reasons).toEqual([[3, expect.any(AskTimeoutError)]]);
    }));

    it('while the effect runs: its late error goes to errors$ only', marbles((m) => {
      const store = lab(m);
      const asked = store.with({ timeout: 2 }).ask.work({ id: 'a', source: m.cold('----#', {}, no) });
      m.expect(code(asked)).toBeObservable('                --(t|)', { t: 'ASK_TIMEOUT' });
      m.expect(store.errors$.pipe(map(({ error }) => error))).toBeObservable('----e', { e: no });
    }));

    it('while its result waits in the mailbox: that is folded too', marbles((m) => {
      const store = lab(m);
      m.expect(code(store.with({ timeout: 3 }).ask.work({ id: 'a', source: m.cold('--(x|)') }))).toBeObservable('---(t|)', { t: 'ASK_TIMEOUT' });
      store.tell.slow(m.cold('                              -----(s|)'));
      m.expect(store.select()).toBeObservable('             0----(12)', { 0: 'a', 1: 'as', 2: 'asA' });
    }));
  });

  describe('the signal', () => {
    it('does not abort for an effect that ends', async () => {
      const signals: AbortSignal[] = [];
      const store = createStore({
        state: 0,
        commands: { work: (n) => effect(n, { run: async ({ signal }) => void signals.push(signal), done: (now) => now }) },
      });
      await store.ask.work();
      await store.shutdown();
      expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
    });

    it('aborts when the store does', () => {
      const end = new AbortController();
      const signals: AbortSignal[] = [];
      const store = createStore({
        state: 0,
        commands: {
          work: (n) => effect(n, {
            run: ({ signal }) => {
              signals.push(signal);
              return NEVER;
            },
            done: (now) => now,
          }),
        },
      }, { signal: end.signal });
      store.ask.work().subscribe({ error: () => undefined });
      expect(signals[0]!.aborted).toBe(false);
      end.abort();
      expect(signals[0]!.aborted).toBe(true);
      expect(signals[0]!.reason).toBeInstanceOf(StoreClosedError);
    });

    it('is the one that the handler sees in its context', () => {
      const signals: AbortSignal[] = [];
      const store = createStore({
        state: 0,
        commands: {
          work: (n, _payload: void, context) => effect(n, {
            run: ({ signal }) => {
              signals.push(signal, context.signal);
              return of(1);
            },
            done: (now) => now,
          }),
        },
      });
      store.tell.work();
      expect(signals[0]).toBe(signals[1]);
    });
  });

  describe('at shutdown', () => {
    it('what runs and what waits in a lane is finished first, and answered', marbles((m) => {
      const store = lab(m);
      const jobs = m.cold<Job>('                            -ab--c|       ', {
        a: { id: 'a', source: m.cold('                       ---(x|)      ') },
        b: { id: 'b', source: m.cold('                          ---(y|)   ') },
        c: { id: 'c', source: of('z') },
      });
      m.cold('                                              ---s').subscribe(() => void store.shutdown());
      m.expect(asking(store, jobs)).toBeObservable('        ----xc-(y|)   ', { x: 'x', c: 'STORE_CLOSED', y: 'y' });
      m.expect(store.select()).toBeObservable('             012-3--(4|)   ', { 0: '', 1: 'a', 2: 'ab', 3: 'abA', 4: 'abAB' });
    }));

    it('an abort ends what runs and what waits, which then never runs', marbles((m) => {
      const end = new AbortController();
      const store = lab(m, { signal: end.signal });
      const a = m.cold('                                    -----(x|)    ');
      const b = m.cold('                                    -(y|)        ');
      const errors: unknown[] = [];
      for (const job of [{ id: 'a', source: a }, { id: 'b', source: b }]) store.ask.work(job).subscribe({ error: (error: unknown) => errors.push(error) });
      m.cold('                                              --x').subscribe(() => end.abort());
      m.expect(a).toHaveSubscriptions('                     ^-!          ');
      m.expect(b).toHaveSubscriptions([]);
      m.flush();
      expect(errors).toEqual([expect.any(StoreClosedError), expect.any(StoreClosedError)]);
      expect(errors).toMatchObject([{ started: true }, { started: true }]);
      expect(store.snapshot()).toBe('ab');
      expect(store.status()).toMatchObject({ phase: 'closed', effects: 0 });
    }));
  });

  describe('a plan that cannot be carried out fails the ask, and changes nothing', () => {
    const run = () => of(1);
    const done = (now: number) => now;

    it.each([
      [{ run, done, policy: 'parallel' }, "Expected `policy` to be one of concat, merge, switch, exhaust, got 'parallel'"],
      [{ run, done, policy: 'toString' }, "Expected `policy` to be one of concat, merge, switch, exhaust, got 'toString'"],
      [{ run, done, concurrency: 0 }, 'Expected `concurrency` to be a positive integer or Infinity, got 0'],
      [{ run, done, concurrency: 1.5 }, 'Expected `concurrency` to be a positive integer or Infinity, got 1.5'],
      [{ run, done, concurrency: NaN }, 'Expected `concurrency` to be a positive integer or Infinity, got NaN'],
      [{ done }, 'Expected `run` to be a function, got undefined'],
      [{ run: Promise.resolve(1), done }, 'Expected `run` to be a function, got [object Promise]'],
      [{ run }, 'Expected `done` to be a function, got undefined'],
      [{ run, done, failed: 'log' }, "Expected `failed` to be a function, got 'log'"],
    ])('%o', async (plan, message) => {
      const store = createStore({ state: 0, commands: { work: (n) => effect(n + 1, plan as never) } });
      await expect(store.ask.work()).rejects.toThrow(new TypeError(message));
      expect(store.snapshot()).toBe(0);
    });

    it('at the latest when it is made, before any work begins', () => {
      expect(() => effect(0, { run, done, concurrency: -1 })).toThrow(TypeError);
    });
  });
});
