/** `context.signal`, first read when the command has come to its end: it tells whether that was a normal one. */
import { AskAbortedError, AskTimeoutError, StoreClosedError, type Context } from 'ownstate';
import { marbles } from 'ownstate/testing';
import { map, tap, throwError, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';

/** A store whose handlers keep their context. */
function keeper() {
  const contexts: Context<never>[] = [];
  const definition = {
    name: 'keeper',
    state: 0,
    commands: {
      now: (n: number, _payload: void, context: Context<never>) => {
        contexts.push(context);
        return n + 1;
      },
      fail: (_n: number, _payload: void, context: Context<never>) => {
        contexts.push(context);
        return throwError(() => new Error('no'));
      },
      /** Reads its signal for the first time at 5 ms. */
      slow: (n: number, seen: (signal: AbortSignal) => void, context: Context<never>) => {
        contexts.push(context);
        return timer(5).pipe(tap(() => seen(context.signal)), map(() => n + 1));
      },
    },
  };
  return { definition, last: () => contexts.at(-1)! };
}

describe('context.signal, first read', () => {
  it.each(['now', 'fail'] as const)('after a normal end is not aborted: `%s`', (name) => marbles((m) => {
    const { definition, last } = keeper();
    const store = m.store(definition);
    store.ask[name]().subscribe({ error: () => undefined });
    expect(last().signal.aborted).toBe(false);
  })());

  it('after a normal end that took time is not aborted', marbles((m) => {
    const { definition, last } = keeper();
    const store = m.store(definition);
    store.ask.slow(() => undefined).subscribe();
    m.flush();
    expect(store.snapshot()).toBe(1);
    expect(last().signal.aborted).toBe(false);
  }));

  it('while it is at work, and nobody gave it up, is not aborted', marbles((m) => {
    const { definition } = keeper();
    const store = m.store(definition);
    const seen: boolean[] = [];
    store.ask.slow(({ aborted }) => seen.push(aborted)).subscribe();
    m.flush();
    expect(seen).toEqual([false]);
  }));

  it.each([
    ['its timeout', AskTimeoutError],
    ['its signal', AskAbortedError],
  ] as const)('after the asker gave up by %s is aborted, with the error that the asker got', (by, type) => marbles((m) => {
    const { definition } = keeper();
    const store = m.store(definition);
    const controller = new AbortController();
    m.cold('---x').subscribe(() => controller.abort());
    const limits = by === 'its timeout' ? { timeout: 3 } : { signal: controller.signal };
    const errors: unknown[] = [];
    const seen: AbortSignal[] = [];
    store.with(limits).ask.slow((signal) => seen.push(signal)).subscribe({ error: (error: unknown) => errors.push(error) });
    m.expect(store.select()).toBeObservable('0----1', { 0: 0, 1: 1 });
    m.flush();
    expect(errors).toEqual([expect.any(type)]);
    expect(seen).toMatchObject([{ aborted: true }]);
    expect(seen[0]!.reason).toBe(errors[0]);
  })());

  it('after the store was aborted is aborted, with StoreClosedError', marbles((m) => {
    const { definition, last } = keeper();
    const end = new AbortController();
    const store = m.store(definition, { signal: end.signal });
    const errors: unknown[] = [];
    store.ask.slow(() => undefined).subscribe({ error: (error: unknown) => errors.push(error) });
    m.cold('---x').subscribe(() => end.abort());
    m.flush();
    expect(errors).toEqual([expect.any(StoreClosedError)]);
    expect(last().signal.aborted).toBe(true);
    expect(last().signal.reason).toBe(errors[0]);
  }));
});
