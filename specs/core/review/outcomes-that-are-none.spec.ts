/** What looks like an outcome and is none fails its ask by a clear TypeError, and leaves the state. */
import { createStore, effect, reply, replyLater } from 'ownstate';
import { of, throwError, type Observable } from 'rxjs';
import { describe, expect, it } from 'vitest';

/** Passes for an Observable at first sight. */
const lookalike = { lift: () => undefined, subscribe: () => undefined } as never as Observable<number>;

const late = () => Promise.resolve(1) as never as number;

/** Handlers with outcomes that can't be, whose state would otherwise be another. */
const outcomes: [string, (n: number) => unknown][] = [
  ['something with `lift` and `subscribe` that is no Observable', () => lookalike],
  ['a reply with a promise as its state', () => reply(late(), 2)],
  ['a later reply with a promise as its state', () => replyLater(late(), of(2))],
  ['an effect with a promise as its state', () => effect(late(), { run: () => of(1), done: (n) => n })],
  ['a promise of a reply with a promise as its state', async () => reply(late(), 2)],
  ['an Observable of a reply with a promise as its state', () => of(reply(late(), 2))],
  ['a reply with an Observable as its state', () => reply(of(1) as never as number, 2)],
];

/** The same, where the handler's own state is fine: what comes later is not. */
const later: [string, (n: number) => unknown][] = [
  ['a later reply whose source is no Observable', (n) => replyLater(n + 1, lookalike)],
  ['an effect whose `run` gives no Observable', (n) => effect(n + 1, { run: () => lookalike, done: (now: number) => now + 10 })],
  ['an effect whose `failed` is async', (n) => effect(n + 1, {
    run: () => throwError(() => new Error('no')),
    done: (now) => now,
    failed: (async (now: number) => now + 10) as never,
  })],
  ['an effect whose `failed` gives a reply with a promise as its state', (n) => effect(n + 1, {
    run: () => throwError(() => new Error('no')),
    done: (now) => now,
    failed: () => reply(late(), 2),
  })],
  ['an effect whose `done` gives a reply with a promise as its state', (n) => effect(n + 1, { run: () => of(1), done: () => reply(late(), 2) })],
];

const store = (handle: (n: number) => unknown, view?: (n: number) => unknown) => createStore({
  state: 5,
  ...(view && { view }),
  // A cast: the types refuse most of this.
  commands: { go: handle as (n: number) => number, add: (n: number, by: number) => reply(n + by, n + by) },
});

/** What an ask fails with. */
async function errorOf(asked: PromiseLike<unknown>): Promise<unknown> {
  try {
    return { replied: await asked };
  } catch (error) {
    return error;
  }
}

describe.each([
  ['a store whose state is seen as it is', undefined],
  ['a store with a view', (n: number) => ({ n })],
] as [string, ((n: number) => unknown)?][])('in %s', (_what, view) => {
  it.each(outcomes)('%s fails the ask with a TypeError and leaves the state', async (_outcome, handle) => {
    const tried = store(handle, view);
    const error = await errorOf(tried.ask.go());
    expect(error).toBeInstanceOf(TypeError);
    expect((error as TypeError).message).toMatch(/expected|provided/i);
    expect(await tried.ask.add(1)).toBe(6);
    expect(tried.status()).toMatchObject({ handled: 2, failed: 1, running: 0, effects: 0, replies: 0 });
  });

  it.each(later)('%s fails the ask with a TypeError and leaves the state as it is by then', async (_outcome, handle) => {
    const tried = store(handle, view);
    const error = await errorOf(tried.ask.go());
    expect(error).toBeInstanceOf(TypeError);
    expect((error as TypeError).message).toMatch(/expected|provided/i);
    expect(await tried.ask.add(1)).toBe(7);
    expect(tried.status()).toMatchObject({ failed: 1, running: 0, effects: 0, replies: 0 });
  });
});
