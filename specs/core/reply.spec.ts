/** A reply: an Observable of one value that is hot and remembers it, and a promise for whoever awaits. */
import { createStore, replyLater, reply, type ErrorEvent, type Reply } from 'ownstate';
import { marbles } from 'ownstate/testing';
import {
  AsyncSubject, catchError, combineLatest, concat, config, firstValueFrom, forkJoin, from, isObservable, lastValueFrom, map, merge, NEVER, of,
  Subject, switchMap, toArray, VirtualTimeScheduler, type Observable, type Observer,
} from 'rxjs';
import { afterEach, describe, expect, it } from 'vitest';

const no = new Error('no');

const desk = {
  state: 0,
  commands: {
    add: (n: number, by: number) => reply(n + by, n + by),
    touch: (n: number) => n + 1,
    fail: (): number => {
      throw no;
    },
    later: (n: number, source: Observable<string>) => replyLater(n, source),
    wait: (_n: number, source: Observable<number>) => source,
  },
};

/** A reply that is still open, and what settles it. */
function open(): { readonly asked: Reply<string>; readonly settle: (value: string) => void; readonly fail: (error: unknown) => void } {
  const source = new Subject<string>();
  const asked = createStore(desk).ask.later(source);
  return {
    asked,
    settle: (value) => {
      source.next(value);
      source.complete();
    },
    fail: (error) => source.error(error),
  };
}

/** An observer that writes down what it's told. */
function noting(seen: unknown[]): Observer<unknown> {
  return {
    next: (value) => seen.push(value),
    error: (error: unknown) => seen.push(error),
    complete: () => seen.push('complete'),
  };
}

describe('a reply', () => {
  afterEach(() => {
    config.onUnhandledError = null;
  });

  describe('as an Observable', () => {
    it('is one to rxjs', () => {
      expect(isObservable(open().asked)).toBe(true);
    });

    it('emits its value and completes', marbles((m) => {
      const store = m.store(desk);
      m.expect(store.ask.later(m.cold('---(x|)'))).toBeObservable('---(x|)');
      m.expect(store.ask.later(m.cold('-x-y--|'))).toBeObservable('------(y|)');
      m.expect(store.ask.touch()).toBeObservable('                 (u|)', { u: undefined });
    }));

    it('fails with the error', marbles((m) => {
      const store = m.store(desk);
      m.expect(store.ask.later(m.cold('-x-#', { x: 'x' }, no))).toBeObservable('---#', {}, no);
    }));

    it('is hot: the command runs whether or not anybody subscribes, and once however many do', () => {
      const store = createStore(desk);
      const asked = store.ask.add(5);
      expect(store.snapshot()).toBe(5);
      const seen: unknown[] = [];
      for (let i = 0; i < 3; i++) asked.subscribe(noting(seen));
      expect(seen).toEqual([5, 'complete', 5, 'complete', 5, 'complete']);
      expect(store.status()).toMatchObject({ handled: 1 });
    });

    it('gives its value to late subscribers too, at once', marbles((m) => {
      const asked = m.store(desk).ask.later(m.cold('--(x|)'));
      m.expect(asked).toBeObservable('              --(x|)     ');
      m.expect(asked, '-^').toBeObservable('        --(x|)     ');
      m.expect(asked, '-----^').toBeObservable('    -----(x|)  ');
    }));

    it('gives its error to late subscribers too', marbles((m) => {
      const asked = m.store(desk).ask.later(m.cold('--#', {}, no));
      m.expect(asked).toBeObservable('              --#        ', {}, no);
      m.expect(asked, '-----^').toBeObservable('    -----#     ', {}, no);
    }));

    it.each<[string, (asked: Reply<string>, seen: unknown[]) => void, unknown[]]>([
      ['a function', (asked, seen) => asked.subscribe((value) => seen.push(value)), ['x']],
      ['an observer', (asked, seen) => asked.subscribe(noting(seen)), ['x', 'complete']],
      ['a part of an observer', (asked, seen) => asked.subscribe({ complete: () => seen.push('complete') }), ['complete']],
      // The old form of `subscribe` is still rxjs's own.
      // eslint-disable-next-line rxjs-x/prefer-observer, @typescript-eslint/no-deprecated
      ['three functions', (asked, seen) => asked.subscribe((value) => seen.push(value), undefined, () => seen.push('complete')), ['x', 'complete']],
      ['a Subject', (asked, seen) => {
        const subject = new Subject<string>();
        subject.subscribe(noting(seen));
        asked.subscribe(subject);
      }, ['x', 'complete']],
      ['nothing', (asked) => asked.subscribe(), []],
    ])('takes %s, before and after it has settled', (_what, subscribe, expected) => {
      const { asked, settle } = open();
      const before: unknown[] = [];
      const after: unknown[] = [];
      subscribe(asked, before);
      expect(before).toEqual([]);
      settle('x');
      subscribe(asked, after);
      expect([before, after]).toEqual([expected, expected]);
    });

    it('has no writing half that anybody could reach', () => {
      const { asked } = open();
      for (const writing of ['next', 'error', 'complete']) expect(writing in asked).toBe(false);
      expect(asked).not.toBeInstanceOf(Subject);
    });

    it.each<[string, (asked: Reply<number>) => Observable<unknown>, unknown]>([
      ['map', (asked) => asked.pipe(map((n) => n * 2)), 14],
      ['switchMap into', (asked) => of(1).pipe(switchMap(() => asked)), 7],
      ['switchMap out of', (asked) => asked.pipe(switchMap((n) => of(n, n + 1))), 8],
      ['merge', (asked) => merge(asked, of(1)).pipe(toArray()), [7, 1]],
      ['concat', (asked) => concat(of(1), asked).pipe(toArray()), [1, 7]],
      ['forkJoin', (asked) => forkJoin([asked, asked]), [7, 7]],
      ['combineLatest', (asked) => combineLatest({ a: asked, b: of(1) }), { a: 7, b: 1 }],
      ['from', (asked) => from(asked), 7],
    ])('passes through %s', async (_operator, piped, expected) => {
      expect(await lastValueFrom(piped(createStore(desk).ask.add(7)))).toEqual(expected);
    });

    it('is taken by firstValueFrom and lastValueFrom, open or settled', async () => {
      const { asked, settle } = open();
      const both = Promise.all([firstValueFrom(asked), lastValueFrom(asked)]);
      settle('x');
      expect(await both).toEqual(['x', 'x']);
      expect(await firstValueFrom(asked)).toBe('x');
      await expect(firstValueFrom(createStore(desk).ask.fail())).rejects.toBe(no);
    });

    it('has its error caught by catchError', async () => {
      expect(await firstValueFrom(createStore(desk).ask.fail().pipe(catchError((error: unknown) => of(['caught', error]))))).toEqual(['caught', no]);
    });

    it('behaves as an AsyncSubject does, open and settled', () => {
      const { asked, settle } = open();
      const subject = new AsyncSubject<string>();
      const told: unknown[][] = [asked, subject].map((source) => {
        const seen: unknown[] = [];
        const leaving = source.subscribe((value) => seen.push(`leaving ${value}`));
        source.subscribe(noting(seen));
        leaving.unsubscribe();
        return seen;
      });
      settle('x');
      subject.next('x');
      subject.complete();
      for (const [i, source] of [asked, subject].entries()) source.subscribe(noting(told[i]!));
      expect(told[0]).toEqual(['x', 'complete', 'x', 'complete']);
      expect(told[0]).toEqual(told[1]);
    });
  });

  describe('unsubscribed', () => {
    it('tells that observer nothing more, and the others all', () => {
      const { asked, settle } = open();
      const seen: string[] = [];
      const leaving = asked.subscribe((value) => seen.push(`leaving ${value}`));
      asked.subscribe((value) => seen.push(`staying ${value}`));
      leaving.unsubscribe();
      settle('x');
      expect(seen).toEqual(['staying x']);
    });

    it('does not take the command back', marbles((m) => {
      const store = m.store(desk);
      store.tell.wait(m.cold('                           --(1|)', { 1: 1 }));
      const asked = store.ask.add(5);
      m.expect(asked, '^!').toBeObservable('             ---');
      m.expect(store.select()).toBeObservable('          a-(bc)', { a: 0, b: 1, c: 6 });
    }));

    it('by an observer within the delivery leaves the rest alone', () => {
      const { asked, settle } = open();
      const seen: string[] = [];
      const first = asked.subscribe(() => {
        seen.push('first');
        second.unsubscribe();
      });
      const second = asked.subscribe(() => seen.push('second'));
      asked.subscribe(() => seen.push('third'));
      settle('x');
      expect(seen).toEqual(['first', 'third']);
      expect(first.closed).toBe(true);
    });

    it('is over of itself when the reply has settled', () => {
      const { asked, settle } = open();
      const early = asked.subscribe();
      expect(early.closed).toBe(false);
      settle('x');
      expect(early.closed).toBe(true);
      expect(asked.subscribe(() => undefined).closed).toBe(true);
      expect(asked.subscribe({ next: () => undefined }).closed).toBe(true);
    });
  });

  describe('delivered', () => {
    it('to those who subscribe within its delivery after it, not inside it', () => {
      const store = createStore(desk);
      const order: string[] = [];
      store.ask.add(1).subscribe(() => {
        order.push('outer begins');
        store.ask.add(1).subscribe(() => order.push('inner function'));
        store.ask.add(1).subscribe({ next: () => order.push('inner observer'), complete: () => order.push('inner complete') });
        order.push('outer ends');
      });
      expect(order).toEqual(['outer begins', 'outer ends', 'inner function', 'inner observer', 'inner complete']);
    });

    it('not at all to one who has left before its turn within a delivery', () => {
      const store = createStore(desk);
      const order: string[] = [];
      store.ask.add(1).subscribe(() => {
        store.ask.add(1).subscribe(() => order.push('function')).unsubscribe();
        store.ask.add(1).subscribe({ next: () => order.push('observer') }).unsubscribe();
        store.ask.add(1).subscribe(() => order.push('stays'));
      });
      expect(order).toEqual(['stays']);
    });

    it('when its state has been shown', () => {
      const store = createStore(desk);
      const seen: unknown[] = [];
      const gate = new Subject<number>();
      store.select().subscribe((n) => seen.push(n));
      store.tell.wait(gate);
      store.ask.add(5).subscribe((sum) => seen.push(`reply ${sum}, state ${store.snapshot()}`));
      gate.next(1);
      gate.complete();
      expect(seen).toEqual([0, 1, 6, 'reply 6, state 6']);
    });
  });

  describe('with an observer that throws', () => {
    it.each<[string, (asked: Reply<string>) => void]>([
      ['a function', (asked) => asked.subscribe(() => { throw no; })],
      ['an observer', (asked) => asked.subscribe({ next: () => { throw no; } })],
      ['a complete', (asked) => asked.subscribe({ complete: () => { throw no; } })],
    ])('harms no one else, open or settled: %s', async (_who, subscribe) => {
      for (const late of [false, true]) {
        const reported = new Promise((report) => (config.onUnhandledError = report));
        const { asked, settle } = open();
        const seen: unknown[] = [];
        if (late) settle('x');
        expect(() => subscribe(asked)).not.toThrow();
        asked.subscribe(noting(seen));
        if (!late) settle('x');
        expect(seen).toEqual(['x', 'complete']);
        expect(await asked).toBe('x');
        expect(await reported).toBe(no);
      }
    });

    it('leaves the store at work', async () => {
      const reported = new Promise((report) => (config.onUnhandledError = report));
      const store = createStore(desk);
      store.ask.add(1).subscribe(() => { throw no; });
      expect(await store.ask.add(1)).toBe(2);
      expect(await reported).toBe(no);
    });
  });

  describe('as a promise', () => {
    it('is awaited, open or settled, as often as one likes', async () => {
      const { asked, settle } = open();
      const early = [asked.then((value) => `${value} 1`), asked.then((value) => `${value} 2`)];
      settle('x');
      expect(await Promise.all(early)).toEqual(['x 1', 'x 2']);
      expect(await asked).toBe('x');
      expect(await asked).toBe('x');
    });

    it('rejects with the very error, open or settled', async () => {
      const { asked, fail } = open();
      const early = asked.then(() => 'answered', (error: unknown) => error);
      fail(no);
      expect(await early).toBe(no);
      await expect(asked).rejects.toBe(no);
    });

    it('chains as promises do', async () => {
      const store = createStore(desk);
      expect(await store.ask.add(1).then((n) => store.ask.add(n)).then((n) => n * 10)).toBe(20);
      expect(await store.ask.fail().then(() => 'answered', () => 'caught')).toBe('caught');
      expect(await store.ask.add(0).then(undefined, () => 'caught')).toBe(2);
      expect(await store.ask.add(0).then(null)).toBe(2);
      await expect(store.ask.fail().then(() => 'answered')).rejects.toBe(no);
      await expect(store.ask.add(0).then(() => { throw no; })).rejects.toBe(no);
    });

    it('is taken by Promise.all, race and allSettled', async () => {
      const store = createStore(desk);
      expect(await Promise.all([store.ask.add(1), store.ask.add(1)])).toEqual([1, 2]);
      expect(await Promise.race([store.ask.wait(NEVER), createStore(desk).ask.add(5)])).toBe(5);
      expect(await Promise.allSettled([createStore(desk).ask.fail()])).toEqual([{ status: 'rejected', reason: no }]);
    });

    it('calls back in a later microtask, never inside `then`', async () => {
      const order: string[] = [];
      const asked = createStore(desk).ask.add(1);
      const called = asked.then(() => order.push('called back'));
      order.push('then returned');
      await called;
      expect(order).toEqual(['then returned', 'called back']);
    });

    it('is both at once: subscribers and awaiters get the same', async () => {
      const { asked, settle } = open();
      const seen: unknown[] = [];
      asked.subscribe(noting(seen));
      const awaited = asked.then((value) => value);
      settle('x');
      expect(await awaited).toBe('x');
      expect(seen).toEqual(['x', 'complete']);
    });
  });

  describe('that failed', () => {
    /** What errors$ tells of a reply that failed, once time enough has passed. */
    const errorsOf = (look: (asked: Reply<unknown>) => unknown): ErrorEvent[] => {
      const scheduler = new VirtualTimeScheduler();
      const store = createStore(desk, { scheduler });
      const errors: ErrorEvent[] = [];
      store.errors$.subscribe((event) => errors.push(event));
      look(store.ask.fail());
      expect(errors).toEqual([]);
      scheduler.flush();
      return errors;
    };

    it('appears on errors$ where nobody observed it', () => {
      expect(errorsOf(() => undefined)).toEqual([{ store: 'store', seq: 1, type: 'fail', error: no, started: true, quiet: false }]);
    });

    it.each<[string, (asked: Reply<unknown>) => unknown]>([
      ['subscribed', (asked) => asked.subscribe({ error: () => undefined })],
      ['awaited', (asked) => asked.then(undefined, () => undefined)],
      ['piped and subscribed', (asked) => asked.pipe(catchError(() => of(0))).subscribe()],
    ])('does not where somebody has %s', (_how, look) => {
      expect(errorsOf(look)).toEqual([]);
    });

    it('is not observed by a pipe alone', () => {
      expect(errorsOf((asked) => asked.pipe(map((n) => n)))).toHaveLength(1);
    });
  });
});
