/** Many named counters in one store. */
import { createCounters, TooManyKeysError, type CounterKey, type CountersDump } from 'ownstate/stores';
import { describe, expect, it } from 'vitest';

describe('a store of counters', () => {
  it('counts by name', async () => {
    const counters = createCounters();
    expect(await counters.ask.increment('a')).toBe(1);
    expect(await counters.ask.increment({ name: 'a', by: 4 })).toBe(5);
    expect(await counters.ask.decrement({ name: 'b', by: 2 })).toBe(-2);
    expect(await counters.ask.decrement('a')).toBe(4);
    expect(await counters.ask.set({ name: 'a', value: 9 })).toBe(9);
    expect(await counters.ask.getAndSet({ name: 'a', value: 10 })).toBe(9);
    expect(await counters.ask.getAndSet({ name: 'c', value: 10 })).toBe(0);
    expect(await counters.ask.get('a')).toBe(10);
    expect(await counters.ask.get({ name: 'b' })).toBe(-2);
  });

  it('has all counters at `start`; one takes room from its first change on', async () => {
    const counters = createCounters({ start: 3, maxKeys: 2 });
    expect(await counters.ask.get('a')).toBe(3);
    expect(await counters.ask.reset('a')).toBe(3);
    expect(await counters.ask.stats()).toEqual({ keys: 0, maxKeys: 2 });
    expect(await counters.ask.increment({ name: 'a', by: 0 })).toBe(3);
    expect(await counters.ask.increment('a')).toBe(4);
    expect(await counters.ask.reset('a')).toBe(3);
    expect(await counters.ask.stats()).toEqual({ keys: 1, maxKeys: 2 });
  });

  it('refuses one more than `maxKeys`, evicts none, and takes it when one is removed', async () => {
    const counters = createCounters({ maxKeys: 2 });
    await counters.ask.increment('a');
    await counters.ask.increment('b');
    await expect(counters.ask.increment('c')).rejects.toThrow(TooManyKeysError);
    await expect(counters.ask.set({ name: 'a', labels: { x: 'y' }, value: 1 })).rejects.toMatchObject({ code: 'TOO_MANY_KEYS', maxKeys: 2 });
    expect(await counters.ask.get('c')).toBe(0);
    expect(await counters.ask.increment('a')).toBe(2);
    expect(await counters.ask.remove('a')).toBe(true);
    expect(await counters.ask.remove('a')).toBe(false);
    expect(await counters.ask.increment('c')).toBe(1);
    expect(await counters.ask.get('a')).toBe(0);
  });

  it('goes by the same bounds as a single one', async () => {
    const clamped = createCounters({ min: 0, max: 5, onBound: 'clamp' });
    expect(await clamped.ask.increment({ name: 'a', by: 99 })).toBe(5);
    const bounded = createCounters({ max: 5 });
    await expect(bounded.ask.increment({ name: 'a', by: 6 })).rejects.toMatchObject({ code: 'OUT_OF_BOUNDS', count: 6 });
    expect(await bounded.ask.stats()).toMatchObject({ keys: 0 });
    const wrapped = createCounters({ start: 0n, min: 0n, max: 9n, onBound: 'wrap' });
    expect(await wrapped.ask.decrement('a')).toBe(9n);
  });

  it('shows by `select` how many there are, and whenever anything has changed', async () => {
    const counters = createCounters();
    const seen: unknown[] = [];
    counters.select().subscribe((view) => seen.push(view));
    await counters.ask.increment('a');
    await counters.ask.get('a');
    await counters.ask.remove('b');
    await counters.ask.remove('a');
    expect(seen).toEqual([{ keys: 0, changes: 0 }, { keys: 1, changes: 1 }, { keys: 0, changes: 2 }]);
  });
});

describe('labels', () => {
  it('tell counters of one name apart, in whatever order they come', async () => {
    const counters = createCounters();
    await counters.ask.increment({ name: 'requests', labels: { method: 'GET', status: '200' } });
    await counters.ask.increment({ name: 'requests', labels: { status: '200', method: 'GET' } });
    await counters.ask.increment({ name: 'requests', labels: { method: 'GET' } });
    await counters.ask.increment('requests');
    await counters.ask.increment({ name: 'requests', labels: {} });
    expect((await counters.ask.list()).counters).toEqual([
      { name: 'requests', labels: { method: 'GET', status: '200' }, count: 2 },
      { name: 'requests', labels: { method: 'GET' }, count: 1 },
      { name: 'requests', labels: {}, count: 2 },
    ]);
  });

  it('can not pass for others, whatever they hold', async () => {
    const counters = createCounters();
    const labelled = (labels: Record<string, string>, name = 'n'): CounterKey => ({ name, labels });
    const keys: (string | CounterKey)[] = [
      'n', '', '\0', '\x001:n', '__proto__', 'constructor', '{"name":"n"}',
      labelled({ a: '1', b: '2' }), labelled({ a: '1,b:2' }), labelled({ 'a:1,b': '2' }), labelled({ a: '11:b1:2' }), labelled({ a: '' }), labelled({ a: 'x', b: 'y' }), labelled({ a: 'x1:by' }), labelled({ '': 'a' }),
      labelled({ a: '1' }, 'n1'), labelled({ a: '1' }, ''), labelled({ a: '1' }, '\x001:n'), labelled(JSON.parse('{ "__proto__": "1" }') as Record<string, string>),
      labelled(Object.assign(Object.create(null) as Record<string, string>, { plain: 'yes' })),
    ];
    for (const [at, key] of keys.entries()) await counters.ask.set(typeof key === 'string' ? { name: key, value: at } : { ...key, value: at });
    for (const [at, key] of keys.entries()) expect(await counters.ask.get(key)).toBe(at);
    expect(await counters.ask.stats()).toMatchObject({ keys: keys.length });
    const { counters: listed } = await counters.ask.list();
    expect(Object.keys(listed[keys.length - 2]!.labels)).toEqual(['__proto__']);
  });

  it('are the store\'s own once they are given', async () => {
    const counters = createCounters();
    const labels = { a: '1' };
    await counters.ask.increment({ name: 'n', labels });
    labels.a = '2';
    const [shown] = (await counters.ask.list()).counters;
    expect(() => { (shown!.labels as Record<string, string>)['a'] = '3'; }).toThrow(TypeError);
    expect(await counters.ask.get({ name: 'n', labels: { a: '1' } })).toBe(1);
    expect((await counters.ask.list()).counters[0]!.labels).toEqual({ a: '1' });
  });
});

describe('list', () => {
  it('gives the counters page by page, or those of one name', async () => {
    const counters = createCounters();
    for (let at = 0; at < 5; at++) await counters.ask.set({ name: at % 2 === 0 ? 'even' : 'odd', labels: { at: String(at) }, value: at });
    const first = await counters.ask.list({ limit: 2 });
    expect(first.counters.map(({ count }) => count)).toEqual([0, 1]);
    const second = await counters.ask.list({ limit: 2, after: first.after! });
    expect(second.counters.map(({ count }) => count)).toEqual([2, 3]);
    const third = await counters.ask.list({ limit: 2, after: second.after! });
    expect(third).toEqual({ counters: [{ name: 'even', labels: { at: '4' }, count: 4 }], after: undefined });
    expect((await counters.ask.list({ name: 'odd' })).counters.map(({ count }) => count)).toEqual([1, 3]);
    expect(await counters.ask.list({ name: 'none' })).toEqual({ counters: [], after: undefined });
  });
});

describe('a dump of counters', () => {
  it('is plain data, from which another store goes on', async () => {
    const counters = createCounters({ start: 0n });
    await counters.ask.increment({ name: 'a', labels: { x: 'y' }, by: 2n ** 64n });
    await counters.ask.increment('b');
    const dump = await counters.ask.dump();
    expect(dump).toEqual({
      kind: 'counters', version: 1, at: expect.any(Number) as number,
      counters: [{ name: 'a', labels: { x: 'y' }, count: '18446744073709551616' }, { name: 'b', labels: {}, count: '1' }],
    });
    const other = createCounters({ start: 0n, restore: JSON.parse(JSON.stringify(dump)) as CountersDump });
    expect(await other.ask.increment({ name: 'a', labels: { x: 'y' } })).toBe(2n ** 64n + 1n);
    expect(other.snapshot()).toEqual({ keys: 2, changes: 1 });
  });
});
