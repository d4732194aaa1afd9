/** Slots, expiries and recency: what the stores keep by key. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Expiries } from '../../../lib/stores/structures/expiries.js';
import { Recency } from '../../../lib/stores/structures/recency.js';
import { Slots } from '../../../lib/stores/structures/slots.js';

describe('slots', () => {
  it('do what a Map does, and no two keys share one', () => {
    const key = fc.constantFrom<unknown>('a', 'b', '__proto__', 'constructor', '', 1, '1', NaN, 0, null, undefined);
    fc.assert(fc.property(fc.array(fc.tuple(fc.boolean(), key, fc.nat()), { maxLength: 100 }), (steps) => {
      const slots = new Slots<unknown, number>();
      const map = new Map<unknown, number>();
      for (const [add, name, value] of steps) {
        const slot = slots.find(name);
        expect(slot >= 0).toBe(map.has(name));
        if (add && slot < 0) {
          slots.add(name, value);
          map.set(name, value);
        } else if (!add && slot >= 0) {
          slots.delete(slot);
          map.delete(name);
        }
        expect(Array.from(slots.entries(), ([each, its]) => [each, slots.values[its]])).toEqual([...map]);
        expect(new Set([...slots.entries()].map(([, its]) => its)).size).toBe(map.size);
        expect(slots.size).toBe(map.size);
      }
    }));
  });

  /** Slots in a Map that counts as large, of the keys -2, -3 and so on. */
  function large(): Slots<number, string> {
    const slots = new Slots<number, string>();
    for (let count = 0; count < 1024; count++) slots.add(-2 - count, 'stays');
    return slots;
  }

  /** The keys that leave any Map while something is done. */
  function leaving(work: () => void): unknown[] {
    const keys: unknown[] = [];
    const { delete: original } = Object.getOwnPropertyDescriptors(Map.prototype);
    const record = function (this: Map<unknown, unknown>, key: unknown): unknown {
      keys.push(key);
      return Reflect.apply(original.value as (key: unknown) => boolean, this, [key]);
    };
    Object.defineProperty(Map.prototype, 'delete', { ...original, value: record });
    try {
      work();
    } finally {
      Object.defineProperty(Map.prototype, 'delete', original);
    }
    return keys;
  }

  it('leave no dead entry of a key that comes and goes again and again', () => {
    const slots = large();
    const left = leaving(() => {
      for (let times = 1; times <= 10_000; times++) {
        slots.delete(slots.add(-1, 'hot'));
        if (times % 100 === 0) slots.delete(slots.add(times, 'once'));
      }
    });
    expect(left).not.toContain(-1);
    expect([slots.size, slots.find(-1), slots.find(100), slots.find(-2)]).toEqual([1024, -1, -1, 0]);
  });

  it('let keys go for good when a thousand others have been deleted since', () => {
    const slots = large();
    const left = leaving(() => {
      for (let key = 0; key < 2000; key++) slots.delete(slots.add(key, 'x'));
    });
    expect(left).toEqual(Array.from({ length: 2000 - 1024 }, (_, key) => key));
    expect(slots.size).toBe(1024);
  });

  it('are the same as a Map\'s also while keys rest', () => {
    const slots = large();
    const map = new Map(Array.from(slots.entries(), ([key]) => [key, 'stays']));
    fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 2000 }), { maxLength: 300 }), (keys) => {
      for (const key of keys) {
        const slot = slots.find(key);
        expect(slot >= 0).toBe(map.has(key));
        if (slot >= 0) {
          slots.delete(slot);
          map.delete(key);
        } else {
          expect(slots.values[slots.add(key, String(key))]).toBe(String(key));
          map.set(key, String(key));
        }
        expect(slots.size).toBe(map.size);
      }
      expect(new Map(Array.from(slots.entries(), ([key, slot]) => [key, slots.values[slot]]))).toEqual(map);
    }));
  });

  it('are used again', () => {
    const slots = new Slots<number, string>();
    for (let key = 0; key < 1000; key++) {
      slots.add(key, 'x');
      if (key > 5) slots.delete(slots.find(key - 5));
    }
    expect(slots.keys.length).toBeLessThan(10);
  });

  it('let go of what was in them', () => {
    const slots = new Slots<object, object>();
    const [kept, left] = [{}, {}];
    slots.add(kept, kept);
    const slot = slots.add(left, left);
    slots.delete(slot);
    expect(slots.keys).not.toContain(left);
    expect(slots.values).not.toContain(left);
  });

  it('get another key and keep the value', () => {
    const slots = new Slots<string, string>();
    const slot = slots.add('old', 'value');
    slots.rename(slot, 'new');
    expect([slots.find('old'), slots.find('new'), slots.values[slot]]).toEqual([-1, slot, 'value']);
  });
});

describe('expiries', () => {
  it('know the first one, what is due and how many, however they move', () => {
    const time = fc.oneof(fc.integer({ min: 0, max: 30 }), fc.constant(Infinity));
    const step = fc.oneof(
      fc.record({ what: fc.constant('set' as const), slot: fc.nat(25), time }),
      fc.record({ what: fc.constantFrom('delete' as const, 'settle' as const), slot: fc.nat(25), time }),
      fc.record({ what: fc.constant('due' as const), slot: fc.nat(25), time: fc.integer({ min: 0, max: 30 }) }),
    );
    fc.assert(fc.property(fc.array(step, { maxLength: 150 }), (steps) => {
      const expiries = new Expiries();
      const model = new Map<number, number>();
      for (const { what, slot, time: at } of steps) {
        if (what === 'set') {
          expiries.set(slot, at);
          model.set(slot, at);
        } else if (what === 'delete') {
          expiries.delete(slot);
          model.delete(slot);
        } else if (what === 'settle') {
          expiries.settle(slot);
        } else {
          expect(expiries.count(at)).toBe([...model.values()].filter((each) => each <= at).length);
          for (let due = expiries.due(at); due >= 0; due = expiries.due(at)) {
            expect(model.get(due)).toBe(Math.min(...model.values()));
            expiries.delete(due);
            model.delete(due);
          }
          expect(Math.min(Infinity, ...model.values())).toBeGreaterThan(at);
        }
        expect(expiries.next).toBeLessThanOrEqual(Math.min(Infinity, ...model.values()));
        expect(expiries.at(slot)).toBe(model.get(slot) ?? Infinity);
        expect(expiries.isExpired(slot, 15)).toBe((model.get(slot) ?? Infinity) <= 15);
        expect(expiries.size).toBe([...model.values()].filter((each) => each < Infinity).length);
      }
    }));
  });

  it('settled one by one leave nothing to be put right when they are due', () => {
    const expiries = new Expiries();
    for (let slot = 0; slot < 100; slot++) expiries.set(slot, 5);
    for (let slot = 0; slot < 99; slot++) expiries.set(slot, 10 + slot);
    for (let slot = 0; slot < 100; slot++) expiries.settle(slot);
    expect([expiries.next, expiries.due(9, 0)]).toEqual([5, 99]);
    expiries.delete(99);
    expect([expiries.next, expiries.due(10, 0)]).toEqual([10, 0]);
    expiries.settle(1_000_000);
    expect(expiries.size).toBe(99);
  });

  it('without any are never due', () => {
    const expiries = new Expiries();
    expect([expiries.next, expiries.due(1e15), expiries.count(1e15), expiries.at(1_000_000)]).toEqual([Infinity, -1, 0, Infinity]);
  });

  it('cleared are forgotten', () => {
    const expiries = new Expiries();
    expiries.set(40, 5);
    expiries.clear();
    expect([expiries.next, expiries.at(40), expiries.size]).toEqual([Infinity, Infinity, 0]);
  });
});

describe('recency', () => {
  it('knows the order in which slots were last used', () => {
    fc.assert(fc.property(fc.array(fc.tuple(fc.boolean(), fc.nat(40)), { maxLength: 200 }), (steps) => {
      const recency = new Recency();
      let order: number[] = [];
      for (const [use, slot] of steps) {
        order = order.filter((other) => other !== slot);
        if (use) {
          order.push(slot);
          recency.use(slot);
        } else {
          recency.delete(slot);
        }
        const found: number[] = [];
        for (let each = recency.oldest; each >= 0; each = recency.after(each)) found.push(each);
        expect(found).toEqual(order);
      }
    }));
  });

  it('cleared knows none', () => {
    const recency = new Recency();
    recency.use(3);
    recency.clear();
    expect(recency.oldest).toBe(-1);
    recency.use(1);
    expect(recency.oldest).toBe(1);
  });
});
