/** An effect or a later reply that arrives as the emission of an Observable: it's refused and cancelled like the bare form. */
import { effect, replyLater, StoreError, type HandlerOutcome } from 'ownstate';
import { marbles, probe, type Marbles } from 'ownstate/testing';
import { catchError, concat, map, NEVER, of, timer, type Observable } from 'rxjs';
import { describe, expect, it } from 'vitest';

/** The code of an error in its place. */
const code = <T>(source: Observable<T>): Observable<unknown> =>
  source.pipe(catchError((error: unknown) => of(error instanceof StoreError ? error.code : error)));

type Form = (outcome: HandlerOutcome<number>) => HandlerOutcome<number>;

/** The ways in which an outcome gets out of its handler. A cast: an Observable's emissions are outcomes, too. */
const forms: [string, Form][] = [
  ['as it is', (outcome) => outcome],
  ['as the only emission', (outcome) => of(outcome) as Observable<number>],
  ['as the last emission', (outcome) => concat(of(0), of(outcome)) as Observable<number>],
];

/** A store whose commands work as long as `source` does. */
function worker(form: Form, source: Observable<string>, aborts: string[] = []) {
  return {
    name: 'worker',
    state: 0,
    commands: {
      later: (n: number) => form(replyLater(n + 1, source)),
      work: (n: number) => form(effect(n + 1, {
        run: ({ signal }) => {
          signal.addEventListener('abort', () => aborts.push((signal.reason as StoreError).code));
          return source;
        },
        done: (now: number) => now + 10,
      })),
      exhaust: (n: number) => form(effect(n + 1, { policy: 'exhaust', run: () => source, done: (now: number) => now })),
      wait: (n: number) => timer(2).pipe(map(() => n)),
    },
  };
}

/** The ways for an ask to be given up at 3 ms. */
const limits = (m: Marbles) => {
  const controller = new AbortController();
  m.cold('---x').subscribe(() => controller.abort());
  return { timeout: { timeout: 3 }, signal: { signal: controller.signal } };
};

describe.each(forms)('an effect or a later reply, given back %s,', (_form, form) => {
  it.each(['timeout', 'signal'] as const)('is unsubscribed when its asker gives up by %s: a later reply', (by) => marbles((m) => {
    const source = m.cold('                     -----(r|)');
    const store = m.store(worker(form, source));
    const limited = store.with(limits(m)[by]);
    m.expect(code(limited.ask.later())).toBeObservable('---(x|)', { x: by === 'timeout' ? 'ASK_TIMEOUT' : 'ASK_ABORTED' });
    m.expect(source).toHaveSubscriptions('      ^--!');
    const replies = m.cold('                    --a-b', {}).pipe(map(() => store.status().replies));
    m.expect(replies).toBeObservable('          --a-b', { a: 1, b: 0 });
  })());

  it.each(['timeout', 'signal'] as const)('sees its signal abort by %s and is folded nonetheless: an effect that runs', (by) => marbles((m) => {
    const aborts: string[] = [];
    const source = m.cold('                     -----(r|)');
    const store = m.store(worker(form, source, aborts));
    store.with(limits(m)[by]).ask.work().subscribe({ error: () => undefined });
    m.expect(source).toHaveSubscriptions('      ^----!');
    const effects = m.cold('                    ----a-b', {}).pipe(map(() => store.status().effects));
    m.expect(effects).toBeObservable('          ----a-b', { a: 1, b: 0 });
    m.flush();
    expect(aborts).toEqual([by === 'timeout' ? 'ASK_TIMEOUT' : 'ASK_ABORTED']);
    expect(store.snapshot()).toBe(11);
  })());

  it.each(['timeout', 'signal'] as const)('leaves its lane when its asker gives up by %s: an effect that waits', (by) => marbles((m) => {
    const source = m.cold('                     -----(r|)');
    const store = m.store(worker(form, source));
    store.tell.work();
    store.with(limits(m)[by]).ask.work().subscribe({ error: () => undefined });
    m.expect(source).toHaveSubscriptions(['     ^----!']);
    const effects = m.cold('                    --a-b-c', {}).pipe(map(() => store.status().effects));
    m.expect(effects).toBeObservable('          --a-b-c', { a: 2, b: 1, c: 0 });
  })());

  it.each(['later', 'work'] as const)('is torn down when the store is aborted: `%s`', (name) => marbles((m) => {
    const end = new AbortController();
    const source = m.cold('                     -----(r|)');
    const store = m.store(worker(form, source), { signal: end.signal });
    m.cold('                                    ---x').subscribe(() => end.abort());
    m.expect(code(store.ask[name]())).toBeObservable('---(c|)', { c: 'STORE_CLOSED' });
    m.expect(source).toHaveSubscriptions('      ^--!');
    m.flush();
    expect(store.status()).toMatchObject({ phase: 'closed', effects: 0, replies: 0, running: 0 });
  })());

  it.each(['later', 'work'] as const)('is torn down when the time to drain is up: `%s`', (name) => marbles((m) => {
    const source = m.cold('                     -----(r|)');
    const store = m.store(worker(form, source));
    m.expect(code(store.ask[name]())).toBeObservable('---(c|)', { c: 'STORE_CLOSED' });
    void store.shutdown({ timeout: 3 });
    m.expect(source).toHaveSubscriptions('      ^--!');
    m.flush();
    expect(store.status()).toMatchObject({ phase: 'closed', effects: 0, replies: 0, running: 0 });
  })());

  it('does not hold up a shutdown once its asker has given up: a later reply', marbles((m) => {
    const store = m.store(worker(form, NEVER));
    store.with({ timeout: 3 }).ask.later().subscribe({ error: () => undefined });
    m.cold('-x').subscribe(() => void store.shutdown());
    m.expect(store.select()).toBeObservable('1--|', { 1: 1 });
  }));

  it('fails with BusyError while its lane is busy, and leaves the state: policy exhaust', marbles((m) => {
    const store = m.store(worker(form, m.cold('-----(r|)')));
    store.tell.exhaust();
    m.cold('                                   ---x').subscribe(() => {
      const { states, replies } = probe(store);
      const before = store.snapshot();
      m.expect(code(store.ask.exhaust())).toBeObservable('---(b|)', { b: 'BUSY' });
      // What is emitted before it is a step of its own.
      expect(states.map(({ state }) => state)).not.toContain(before + 1);
      expect(replies.map(({ type, outcome }) => [type, outcome])).toEqual([['exhaust', 'failed']]);
    });
    const effects = m.cold('                   ----a-b', {}).pipe(map(() => store.status().effects));
    m.expect(effects).toBeObservable('         ----a-b', { a: 1, b: 0 });
  }));

  it.each(['later', 'work'] as const)('fails with MailboxFullError when no more may be in flight, and leaves the state: `%s`', (name) => marbles((m) => {
    const store = m.store(worker(form, m.cold('-----(r|)')), { mailbox: { capacity: 1 } });
    store.tell.later();
    m.cold('                                   ---x').subscribe(() => {
      const { states } = probe(store);
      const before = store.snapshot();
      m.expect(code(store.ask[name]())).toBeObservable('---(f|)', { f: 'MAILBOX_FULL' });
      expect(states.map(({ state }) => state)).not.toContain(before + 1);
      expect(store.status()).toMatchObject({ effects: 0, replies: 1, dropped: 1, handled: 2 });
    });
  })());
});

describe('an Observable whose emission is refused', () => {
  const busy = effect(7, { policy: 'exhaust', run: () => NEVER, done: (now: number) => now });

  it.each([
    ['BusyError', 'BUSY', 9, busy],
    ['MailboxFullError', 'MAILBOX_FULL', 1, replyLater(8, NEVER)],
  ])('is left at once by %s, and what it would emit later is no state', (_name, expected, capacity, refused) => marbles((m) => {
    const source = m.cold('                              -a--b--c|', { a: 5, b: refused as never, c: 9 });
    const store = m.store({ state: 0, commands: { go: (_n, given: Observable<number>) => given } }, { mailbox: { capacity } });
    store.tell.go(of(busy) as Observable<never>);
    m.expect(code(store.ask.go(source))).toBeObservable('----(e|)', { e: expected });
    m.expect(source).toHaveSubscriptions('               ^---!');
    m.expect(store.select(), '                           ^--------!').toBeObservable('75---', { 5: 5, 7: 7 });
  })());
});
