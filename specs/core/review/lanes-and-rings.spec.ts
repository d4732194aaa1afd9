/** Rings that close through the lane of an effect or a deferred source, and asks that are none of a handler's own. */
import { createStore, DeadlockError, effect, reply, replyLater, StoreError, type EffectPolicy, type Outcome, type Reply } from 'ownstate';
import { marbles } from 'ownstate/testing';
import { catchError, defer, map, NEVER, of, Subject, timer, type Observable } from 'rxjs';
import { describe, expect, it } from 'vitest';

/** The code of an error in its place. */
const code = <T>(source: Observable<T>): Observable<unknown> =>
  source.pipe(catchError((error: unknown) => of(error instanceof StoreError ? error.code : error)));

/** The stores on the ring of a deadlock, in its place. One that is on it by several commands in a row is named once. */
const ringOf = <T>(source: Observable<T>): Observable<unknown> => source.pipe(catchError((error: unknown) => {
  if (!(error instanceof DeadlockError)) throw error;
  expect(error.ring.at(-1)).toBe(error.ring[0]);
  const steps = error.ring.slice(1);
  const names = steps.filter((name, at) => name !== steps.at(at - 1));
  return of(names.length === 0 ? steps[0] : names.sort().join());
}));

interface Lane {
  readonly policy?: EffectPolicy;
  readonly concurrency?: number;
  readonly key?: unknown;
}

interface Step extends Lane {
  /** What this one asks and waits for. */
  readonly ask?: () => Observable<unknown>;
}

/** Whatever can be asked for, by way of an effect, of an Observable or of a later reply. */
const laned = (name: string) => ({
  name,
  state: 0,
  commands: {
    work: (n: number, { ask = () => timer(1), ...lane }: Step) => effect(n + 1, { ...lane, run: ask, done: (now: number, got) => reply(now, got) }),
    wait: (n: number, ask: () => Observable<unknown>): Observable<Outcome<number, unknown>> => ask().pipe(map((got) => reply(n, got))),
    later: (n: number, source: Observable<unknown>) => replyLater(n, source),
  },
  queries: { get: (n: number) => n },
});

describe('a ring through a lane', () => {
  const oneByOne: [string, Lane][] = [
    ['policy concat', { policy: 'concat' }],
    ['no policy', {}],
    ['policy merge with concurrency 1', { policy: 'merge', concurrency: 1 }],
    ['a key', { key: 'k' }],
  ];

  it.each(oneByOne)('fails at once where an effect’s run asks for one more in its own lane: %s', (_lane, lane) => marbles((m) => {
    const a = m.store(laned('a'));
    m.cold('                                                                     --x').subscribe(() => {
      m.expect(ringOf(a.ask.work({ ...lane, ask: () => a.ask.work(lane) }))).toBeObservable('--(r|)', { r: 'a' });
    });
    m.flush();
    expect(a.status()).toMatchObject({ effects: 0, running: 0, waiting: 0 });
  })());

  it.each(oneByOne)('fails at once also where it comes back over another store: %s', (_lane, lane) => marbles((m) => {
    const [a, b] = [m.store(laned('a')), m.store(laned('b'))];
    const back = () => a.ask.work(lane);
    m.expect(ringOf(a.ask.work({ ...lane, ask: () => b.ask.work({ ask: back }) }))).toBeObservable('(r|)', { r: 'a,b' });
    m.flush();
    expect([a.status(), b.status()]).toMatchObject([{ effects: 0 }, { effects: 0 }]);
  })());

  it.each(oneByOne)('fails at once also where the other store is blocked meanwhile: %s', (_lane, lane) => marbles((m) => {
    const [a, b] = [m.store(laned('a')), m.store(laned('b'))];
    const back = () => a.ask.work(lane);
    m.expect(code(a.ask.work({ ...lane, ask: () => b.ask.wait(back) }))).toBeObservable('(d|)', { d: 'DEADLOCK' });
    m.expect(b.ask.get()).toBeObservable('                                              (0|)', { 0: 0 });
  })());

  it.each(oneByOne)('fails at the time at which the one begins that closes it: %s', (_lane, lane) => marbles((m) => {
    const [a, b] = [m.store(laned('a')), m.store(laned('b'))];
    m.expect(a.ask.work({ ...lane, ask: () => m.cold('                --(x|)') })).toBeObservable('  --(x|)');
    m.expect(code(a.ask.work({ ...lane, ask: () => b.ask.get() }))).toBeObservable('                --(d|)', { d: 'DEADLOCK' });
    // It keeps b until the lane comes to what it asked for; and that goes on once the one before it has failed.
    m.expect(b.ask.wait(() => a.ask.work({ ...lane, ask: () => m.cold('--(y|)') }))).toBeObservable('----(y|)');
  })());

  it('fails at once where all that run in a lane with room for two ask for one more: the last of them', marbles((m) => {
    const a = m.store(laned('a'));
    const lane: Lane = { policy: 'merge', concurrency: 2 };
    const asks = () => a.ask.work({ ...lane, ask: () => m.cold('           --(y|)') });
    m.expect(a.ask.work({ ...lane, ask: () => m.cold('--(x|)') })).toBeObservable('--(x|)');
    m.expect(a.ask.work({ ...lane, ask: () => m.cold('--(x|)') })).toBeObservable('--(x|)');
    m.expect(a.ask.work({ ...lane, ask: asks })).toBeObservable('                  ----(y|)');
    m.expect(code(a.ask.work({ ...lane, ask: asks }))).toBeObservable('            --(d|)', { d: 'DEADLOCK' });
  }));

  it('leaves the lane to those who come later', marbles((m) => {
    const a = m.store(laned('a'));
    a.ask.work({ ask: () => a.ask.work({}) }).subscribe({ error: () => undefined });
    m.expect(a.ask.work({})).toBeObservable('             -(0|)', { 0: 0 });
    m.expect(a.ask.work({ ask: () => of(7) })).toBeObservable('-(7|)', { 7: 7 });
  }));

  it('has been committed as far as it went: the work of the one that waited never runs', marbles((m) => {
    const a = m.store(laned('a'));
    const runs: string[] = [];
    const inner = () => {
      runs.push('inner');
      return timer(1);
    };
    a.ask.work({ ask: () => a.ask.work({ ask: inner }) }).subscribe({ error: () => runs.push('failed') });
    m.flush();
    expect(runs).toEqual(['failed']);
    // `next` of the one that ran, and of the one that waited.
    expect(a.snapshot()).toBe(2);
  }));
});

describe('an effect that is given up while it waits in its lane', () => {
  it.each(['timeout', 'signal'] as const)('by its %s never runs, also where that frees the lane', (by) => marbles((m) => {
    const a = m.store(laned('a'));
    const controller = new AbortController();
    m.cold('---x').subscribe(() => controller.abort());
    const limited = a.with(by === 'timeout' ? { timeout: 3 } : { signal: controller.signal });
    const gate = new Subject<string>();
    const waiting = m.cold('                           --(w|)');
    a.ask.work({ ask: () => gate }).subscribe();
    limited.ask.work({ ask: () => waiting }).subscribe({ error: () => gate.complete() });
    m.expect(waiting).toHaveSubscriptions([]);
    m.expect(a.ask.work({ ask: () => m.cold('-(y|)') })).toBeObservable('----(y|)');
  })());
});

describe('no ring', () => {
  it.each<[string, Lane, Lane]>([
    ['room for both', { policy: 'merge', concurrency: 2 }, { policy: 'merge', concurrency: 2 }],
    ['another key', { key: 'one' }, { key: 'other' }],
  ])('is an effect that asks for one more of its command where its lane has %s', (_why, outer, inner) => marbles((m) => {
    const a = m.store(laned('a'));
    m.expect(a.ask.work({ ...outer, ask: () => a.ask.work(inner) })).toBeObservable('-(0|)', { 0: 0 });
  })());

  it('is an effect that asks for one more where policy exhaust refuses it', marbles((m) => {
    const a = m.store(laned('a'));
    m.expect(code(a.ask.work({ policy: 'exhaust', ask: () => a.ask.work({ policy: 'exhaust' }) }))).toBeObservable('(b|)', { b: 'BUSY' });
  }));

  it('is a row of effects in one lane, from outside', marbles((m) => {
    const [a, b] = [m.store(laned('a')), m.store(laned('b'))];
    m.expect(a.ask.work({ ask: () => b.ask.work({}) })).toBeObservable('-(0|)', { 0: 0 });
    m.expect(a.ask.work({ ask: () => b.ask.work({}) })).toBeObservable('--(0|)', { 0: 0 });
  }));

  it('is an effect that asks for one more where another one in its lane makes room', marbles((m) => {
    const a = m.store(laned('a'));
    const lane: Lane = { policy: 'merge', concurrency: 2 };
    m.expect(a.ask.work({ ...lane, ask: () => m.cold('                            --(x|)') })).toBeObservable('--(x|)');
    m.expect(a.ask.work({ ...lane, ask: () => a.ask.work({ ...lane, ask: () => m.cold('--(y|)') }) })).toBeObservable('----(y|)');
  }));
});

describe('a ring through a later reply', () => {
  it.each<[string, (ask: () => Reply<number>) => Observable<number>]>([
    ['whose source asked already', (ask) => ask()],
    ['whose source asks when it is subscribed', (ask) => defer(ask)],
  ])('%s fails at once', (_when, source) => marbles((m) => {
    const [a, b] = [m.store(laned('a')), m.store(laned('b'))];
    const go = a.ask.wait(() => b.ask.wait(() => of(0)).pipe(map(() => 0)));
    m.expect(go).toBeObservable('                                               (0|)', { 0: 0 });
    const ring = a.ask.wait(() => defer(() => b.ask.later(source(() => a.ask.get()))));
    m.expect(code(ring)).toBeObservable('                                       (d|)', { d: 'DEADLOCK' });
    m.expect(a.ask.get()).toBeObservable('                                      (0|)', { 0: 0 });
    m.flush();
    expect(b.status()).toMatchObject({ replies: 0 });
  })());

  it('is none where the asker’s store is not blocked', marbles((m) => {
    const [a, b] = [m.store(laned('a')), m.store(laned('b'))];
    m.expect(a.ask.later(defer(() => b.ask.later(defer(() => a.ask.get()))))).toBeObservable('(0|)', { 0: 0 });
    m.expect(a.ask.work({ ask: () => a.ask.later(defer(() => a.ask.get())) })).toBeObservable('(1|)', { 1: 1 });
  }));

  it('of a store that asks nobody is not taken for one: NEVER just times out', marbles((m) => {
    const [a, b] = [m.store(laned('a')), m.store(laned('b'), { timeout: 3 })];
    m.expect(code(a.ask.wait(() => b.ask.later(NEVER)))).toBeObservable('---(t|)', { t: 'ASK_TIMEOUT' });
  }));
});

describe('createStore outside a marble test', () => {
  it('tells a ring through a lane to whoever awaits', async () => {
    const a = createStore(laned('a'));
    const asked = Promise.resolve(a.ask.work({ ask: () => a.ask.work({}) }));
    await expect(asked).rejects.toMatchObject({ code: 'DEADLOCK', store: 'a', type: 'work' });
  });
});
