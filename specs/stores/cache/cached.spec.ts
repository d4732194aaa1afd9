/** `cached`: a cache in a pipeline, in front of a loader. */
import { cached, createCache } from 'ownstate/stores';
import { marbles, type Marbles } from 'ownstate/testing';
import { catchError, EMPTY, firstValueFrom, from, map, mergeMap, NEVER, of, range, Subject, take, throwError, timer, toArray, type ObservableInput } from 'rxjs';
import { describe, expect, it } from 'vitest';

const DOWN = new Error('down');

/** A cache, and a loader of a word's length that takes the word's length in milliseconds; it knows what it loaded. */
function lengths(m: Marbles, options = {}) {
  const cache = m.watch(createCache<string, number>({ scheduler: m.scheduler, ...options }));
  const loads: string[] = [];
  const load = (word: string) => {
    loads.push(word);
    return timer(word.length, m.scheduler).pipe(map(() => word.length));
  };
  return { cache, loads, load, operator: cached(cache, { key: (word: string) => word, load }) };
}

/** The code of an error, since marbles compare errors by name and message only. */
const coded = catchError<number, ObservableInput<number | string>>((error: unknown) => of((error as { readonly code: string }).code));

const WORDS = { a: 'aaaaa', b: 'bb', c: 'c' };
const LENGTHS = { A: 5, B: 2, C: 1 };

describe('cached', () => {
  it('gives each item\'s value, in the order of the items; loads overlap, and each key is loaded once', marbles((m) => {
    const { operator, loads } = lengths(m);
    const source = m.cold(' ab-a--------c-b|', WORDS);
    const result = '        -----(ABA)---CB|';

    m.expect(source.pipe(operator)).toBeObservable(result, LENGTHS);
    m.flush();
    expect(loads).toEqual(['aaaaa', 'bb', 'c']);
  }));

  it('of an empty source is empty, of one that never ends never ends', marbles((m) => {
    const { operator } = lengths(m);
    m.expect(EMPTY.pipe(operator)).toBeObservable('|');
    m.expect(m.cold('--a-', WORDS).pipe(operator), '^-------!').toBeObservable('-------A', LENGTHS);
  }));

  it('completes when all are through', marbles((m) => {
    const { operator } = lengths(m);
    const source = m.cold(' ab|', WORDS);
    const result = '        -----(AB|)';
    m.expect(source.pipe(operator)).toBeObservable(result, LENGTHS);
  }));

  it('fails at once as its source does', marbles((m) => {
    const { operator } = lengths(m);
    const source = m.cold(' a-#', WORDS, DOWN);
    const result = '        --#';
    m.expect(source.pipe(operator)).toBeObservable(result, LENGTHS, DOWN);
  }));

  it('fails as a load does, after the values of those before', marbles((m) => {
    const { cache } = lengths(m);
    const load = (word: string) => word === 'bb' ? throwError(() => DOWN) : timer(word.length, m.scheduler).pipe(map(() => word.length));
    const source = m.cold(' abc-------', WORDS);
    const result = '        -----(A#)';
    m.expect(source.pipe(cached(cache, { key: (word) => word, load }))).toBeObservable(result, LENGTHS, DOWN);
  }));

  it('when it is unsubscribed gives up what nobody else waits for', marbles((m) => {
    const cache = m.watch(createCache<string, number>({ scheduler: m.scheduler }));
    const signals: Record<string, AbortSignal> = {};
    const load = (key: string, { signal }: { signal: AbortSignal }) => {
      signals[key] = signal;
      return key === 'alone' ? NEVER : timer(8, m.scheduler).pipe(map(() => 1));
    };
    const source = of('alone', 'shared').pipe(cached(cache, { key: (key) => key, load }));
    const others: unknown[] = [];
    m.expect(source, '^--!').toBeObservable('-----');
    m.cold('-x|').subscribe(() => cache.ask.getOrLoad({ key: 'shared', load }).subscribe((value) => others.push(value)));
    m.flush();
    expect(signals['alone']?.aborted).toBe(true);
    expect(signals['shared']?.aborted).toBe(false);
    expect(others).toEqual([1]);
    expect(cache.status()).toMatchObject({ effects: 0, replies: 0 });
  }));

  it('gives the load the item, and keeps the value by the key', async () => {
    const cache = createCache<number, string>();
    const users = [{ id: 1, name: 'Ann' }, { id: 2, name: 'Bob' }, { id: 1, name: 'Ann again' }];
    const greet = cached(cache, { key: (user: typeof users[number]) => user.id, load: async ({ name }) => `Hello ${name}` });
    expect(await firstValueFrom(from(users).pipe(greet, toArray()))).toEqual(['Hello Ann', 'Hello Bob', 'Hello Ann']);
    expect(await cache.ask.get(2)).toBe('Hello Bob');
  });

  it('has the semantics of getOrLoad: lifetimes, stale values, remembered errors', marbles((m) => {
    const { cache, loads, load } = lengths(m, { staleWhileRevalidate: 10 });
    const source = m.cold(' c--c-c|', WORDS);
    const result = '        -C-C-C|';
    m.expect(source.pipe(cached(cache, { key: (word) => word, load, ttl: 2 }))).toBeObservable(result, LENGTHS);
    m.flush();
    expect(loads).toEqual(['c', 'c']);
  }));

  it('goes by the limits of the client it was given', marbles((m) => {
    const { cache, load } = lengths(m);
    const source = m.cold(' a----', WORDS);
    const result = '        ---(e|)';
    m.expect(source.pipe(cached(cache.with({ timeout: 3 }), { key: (word) => word, load }), coded)).toBeObservable(result, { e: 'ASK_TIMEOUT' });
  }));

  it('fails when more wait than its capacity', marbles((m) => {
    const { cache, load } = lengths(m);
    const source = m.cold(' abc---', WORDS);
    const result = '        --(e|)';
    m.expect(source.pipe(cached(cache, { key: (word) => word, load, capacity: 2 }), coded)).toBeObservable(result, { e: 'PIPELINE_FULL' });
  }));

  it('begins anew for each subscriber, and ends with take', marbles((m) => {
    const { operator, loads } = lengths(m);
    const result = m.cold('abc', WORDS).pipe(operator, take(2));
    m.expect(result).toBeObservable('-----(AB|)', LENGTHS);
    m.expect(m.cold('-------x|').pipe(mergeMap(() => result))).toBeObservable('-------A(B|)', LENGTHS);
    m.flush();
    expect(loads).toEqual(['aaaaa', 'bb', 'c']);
  }));

  it('stops a source that gives without end, all at once, when it has ended itself', async () => {
    let given = 0;
    const endless = function* () {
      // Or else this runs for ever.
      while (given < 1000) yield given++;
    };
    const operator = cached(createCache<number, number>(), { key: (n: number) => n, load: (n) => n });
    expect(await firstValueFrom(from(endless()).pipe(operator, take(2), toArray()))).toEqual([0, 1]);
    expect(given).toBe(3);
    const full = cached(createCache<number, number>(), { key: (n: number) => n, load: () => NEVER, capacity: 5 });
    await expect(firstValueFrom(from(endless()).pipe(full))).rejects.toMatchObject({ code: 'PIPELINE_FULL' });
    expect(given).toBeLessThan(20);
  });

  it('keeps the order and a flat stack where a value calls for the next one', async () => {
    const cache = createCache<number, number>({ maxEntries: 10 });
    const source = new Subject<number>();
    const seen: number[] = [];
    source.pipe(cached(cache, { key: (n) => n % 10, load: (n) => n % 10 })).subscribe((n) => {
      if (seen.push(n) < 20_000) source.next(seen.length);
    });
    source.next(0);
    expect(seen).toHaveLength(20_000);
    expect(seen.every((n, i) => n === i % 10)).toBe(true);
  });

  it('passes on many, in order', async () => {
    const cache = createCache<number, number>();
    const doubled = range(0, 5000).pipe(cached(cache, { key: (n) => n, load: (n) => (n % 3 === 0 ? Promise.resolve(2 * n) : 2 * n) }), toArray());
    expect(await firstValueFrom(doubled)).toEqual(Array.from({ length: 5000 }, (_, n) => 2 * n));
  });
});
