/** One counter: what it counts, and where it stops. */
import { createStore } from 'ownstate';
import { createCounter, defineCounter, OutOfBoundsError, type CounterDump } from 'ownstate/stores';
import { describe, expect, it } from 'vitest';

const MOST = Number.MAX_SAFE_INTEGER;

describe('a counter', () => {
  it('answers each command with the new count', async () => {
    const counter = createCounter();
    expect(await counter.ask.increment()).toBe(1);
    expect(await counter.ask.increment(5)).toBe(6);
    expect(await counter.ask.decrement()).toBe(5);
    expect(await counter.ask.decrement(10)).toBe(-5);
    expect(await counter.ask.get()).toBe(-5);
    expect(await counter.ask.set(7)).toBe(7);
    expect(await counter.ask.getAndSet(9)).toBe(7);
    expect(counter.snapshot()).toBe(9);
    expect(await counter.ask.reset()).toBe(0);
  });

  it('begins at `start`, and is reset to it', async () => {
    const counter = createCounter({ start: 5 });
    expect(await counter.ask.increment()).toBe(6);
    expect(await counter.ask.reset()).toBe(5);
  });

  it('loses no count, whoever counts', async () => {
    const counter = createCounter();
    await Promise.all(Array.from({ length: 1000 }, async () => counter.ask.increment()));
    expect(await counter.ask.get()).toBe(1000);
  });

  it('adds nothing by `increment(0)`', async () => {
    const counter = createCounter({ start: 3 });
    expect(await counter.ask.increment(0)).toBe(3);
    expect(await counter.ask.decrement(0)).toBe(3);
  });

  it('knows one zero', async () => {
    const counter = createCounter({ start: -0, min: -0, onBound: 'clamp' });
    expect(await counter.ask.get()).toBe(0);
    expect(await counter.ask.set(-0)).toBe(0);
    expect(await counter.ask.decrement(-0)).toBe(0);
    expect(await counter.ask.increment(-0)).toBe(0);
    expect(await counter.ask.decrement(5)).toBe(0);
    expect(await counter.ask.stats()).toEqual({ count: 0, min: 0, max: MOST });
    expect((await createCounter({ restore: { kind: 'counter', version: 1, at: 0, count: -0 } }).ask.dump()).count).toBe(0);
  });

  it('refuses what a number cannot hold, and says what it would have been', async () => {
    const counter = createCounter({ start: MOST - 1 });
    expect(await counter.ask.increment()).toBe(MOST);
    const error: unknown = await counter.ask.increment(2).then(undefined, (reason: unknown) => reason);
    expect(error).toBeInstanceOf(OutOfBoundsError);
    expect(error).toMatchObject({
      code: 'OUT_OF_BOUNDS', count: 9_007_199_254_740_993n,
      message: 'Expected the count to stay from -9007199254740991 to 9007199254740991, got 9007199254740993',
    });
    expect(await counter.ask.get()).toBe(MOST);
    await expect(createCounter({ start: -MOST }).ask.decrement()).rejects.toThrow('got -9007199254740992');
  });

  it('counts bigints of any size', async () => {
    const counter = createCounter({ start: 2n ** 64n });
    expect(await counter.ask.increment()).toBe(2n ** 64n + 1n);
    expect(await counter.ask.decrement(2n ** 65n)).toBe(1n - 2n ** 64n);
    expect(await counter.ask.set(0n)).toBe(0n);
    expect(await counter.ask.stats()).toEqual({ count: 0n, min: undefined, max: undefined });
  });
});

describe('a bound', () => {
  it('refuses what is beyond, and the count stays', async () => {
    const counter = createCounter({ start: 5, min: 0, max: 10 });
    for (const beyond of [() => counter.ask.increment(6), () => counter.ask.decrement(6), () => counter.ask.set(11), () => counter.ask.getAndSet(-1)]) {
      await expect(beyond()).rejects.toThrow(OutOfBoundsError);
    }
    expect(await counter.ask.get()).toBe(5);
    expect(await counter.ask.increment(5)).toBe(10);
    expect(await counter.ask.decrement(10)).toBe(0);
  });

  it('holds the count where it clamps', async () => {
    const counter = createCounter({ min: -3, max: 3, onBound: 'clamp' });
    expect(await counter.ask.increment(MOST)).toBe(3);
    expect(await counter.ask.decrement(MOST)).toBe(-3);
    expect(await counter.ask.set(99)).toBe(3);
    expect(await counter.ask.getAndSet(-99)).toBe(3);
    expect(await counter.ask.get()).toBe(-3);
  });

  it('lets the count go on at the other one where it wraps, however far', async () => {
    const counter = createCounter({ min: 0, max: 9, onBound: 'wrap' });
    expect(await counter.ask.decrement()).toBe(9);
    expect(await counter.ask.increment()).toBe(0);
    expect(await counter.ask.increment(25)).toBe(5);
    expect(await counter.ask.decrement(126)).toBe(9);
    expect(await counter.ask.set(-1)).toBe(9);
    const big = createCounter({ start: 0n, min: -1n, max: 1n, onBound: 'wrap' });
    expect(await big.ask.increment(2n ** 70n)).toBe((2n ** 70n + 1n) % 3n - 1n);
  });

  it('that wraps is exact, also where the sum of two numbers is not', async () => {
    const counter = createCounter({ start: MOST, onBound: 'wrap' });
    expect(await counter.ask.increment(MOST - 1)).toBe(-2);
    const down = createCounter({ start: -MOST, onBound: 'wrap' });
    expect(await down.ask.decrement(MOST - 1)).toBe(2);
  });
});

describe('a dump of a counter', () => {
  it('is plain data, from which another one goes on', async () => {
    const counter = createCounter();
    await counter.ask.increment(41);
    const dump = await counter.ask.dump();
    expect(dump).toEqual({ kind: 'counter', version: 1, at: expect.any(Number) as number, count: 41 });
    const other = createCounter({ restore: JSON.parse(JSON.stringify(dump)) as CounterDump });
    expect(await other.ask.increment()).toBe(42);
    expect(await other.ask.reset()).toBe(0);
  });

  it('holds a bigint as text', async () => {
    const counter = createCounter({ start: -(2n ** 70n) });
    const restore = await counter.ask.dump();
    expect(restore.count).toBe('-1180591620717411303424');
    expect(await createCounter({ start: 0n, restore }).ask.get()).toBe(-(2n ** 70n));
  });
});

it('two stores of one definition count apart', async () => {
  const definition = defineCounter({ start: 5 });
  const [one, other] = [createStore(definition), createStore(definition)];
  await one.ask.increment();
  expect(await other.ask.get()).toBe(5);
});
