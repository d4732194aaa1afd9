/** Effects: work beside the fold, its lanes and policies, and what becomes of its result. */
import {
  AskTimeoutError, BusyError, createStore, effect, MailboxFullError, reply, replyLater, StoreClosedError, StoreError, SupersededError,
  type EffectPolicy, type StoreOptions,
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
      const jobs = m.cold('                                 -ab|       ', { a: { id: 'a', source: a }, b: { id: 'b', source: b } });
      m.expect(asking(store, jobs)).toBeObservable('        ----x--(y|)');
      m.expect(a).toHaveSubscriptions('                     -^--!      ');
      m.expect(b).toHaveSubscriptions('                     ----^--!   ');
      m.expect(store.select()).toBeObservable('             012-3--4   ', { 0: '', 1: 'a', 2: 'ab', 3: 'abA', 4: 'abAB' });
    }));

    it('goes on after one that failed', marbles((m) => {
      const store = lab(m);
      const a = m.cold('                                    ---#    ', {}, no);
      const b = m.cold('                                       --(y|) ');
      const jobs = m.cold('                                 ab|     ', { a: { id: 'a', source: a }, b: { id: 'b', source: b } });
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
        c: { id: 'c', source: m.cold('                        -(z|)      '), policy: 'switch' },
      });
      m.expect(asking(store, jobs)).toBeObservable('        --(st)       '.replace('(st)', '(ss)').replace(/ +$/, ''), { s: 'SUPERSEDED' });
    }));
  });

  describe("policy 'exhaust'", () => {
    it('refuses the newcomer while one runs: it fails with BusyError and changes nothing', marbles((m) => {
      const store = lab(m);
      const b = m.cold('                                    -(y|)        ');
      const jobs = m.cold<Job>('                            -ab-c|       ', {
        a: { id: 'a', source: m.cold('                       ---(x|)     '), policy: 'exhaust' },
        b: { id: 'b', source: b, policy: 'exhaust' },
        c: { id: 'c', source: m.cold('                          ---(z|)  '), policy: 'exhaust' },
      });
      m.expect(asking(store, jobs)).toBeObservable('        --b-x--(z|)  ', { b: 'BUSY', x: 'x', z: 'z' });
      m.expect(b).toHaveSubscriptions([]);
    }));
  });
});
