/** Linearizability: what is explained and what isn't, by hand, by brute force, and as real stores and wrong ones behave. */
import fc from 'fast-check';
import { createStore, effect, reply, type Context } from 'ownstate';
import { checkLinearizable, openCheck, recordHistory, type History, type LinearModel, type Operation } from 'ownstate/testing';
import { map, timer, VirtualTimeScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { bars } from '../support/bars.js';
import { bruteForce, explains, histories, register } from '../support/brute-force.js';

const queue: LinearModel<readonly unknown[]> = {
  init: [],
  step: (items, { type, payload }) => type === 'put' ? { state: [...items, payload] } : { state: items.slice(1), reply: items[0] ?? null },
};

/** What the drawing of a refuted history holds: each operation as a short text, in the order of the begins. */
const partOf = (history: History, model: LinearModel<never> | LinearModel<number> | LinearModel<readonly unknown[]>): string[] | true => {
  const verdict = checkLinearizable(history, model as LinearModel<unknown>);
  return verdict.linearizable || verdict.operations.map((operation) => {
    const { client, type, payload } = operation;
    const answer = operation.outcome === 'replied' ? operation.reply : operation.outcome;
    const text = [client, type, payload, answer].filter((word) => word !== undefined).map(String).join(' ');
    return operation === verdict.culprit ? `${text}!` : text;
  });
};

describe('a history is linearizable', () => {
  it.each<[string, string]>([
    ['that is empty', ''],
    ['of one client that reads what it has written', 'ann [set 1] [get >1] [set 2] [get >2]'],
    ['in which a read overlaps with a write, and sees the old value', `
      ann [set 1           ]
      bob     [get >0]`],
    ['in which a read overlaps with a write, and sees the new value', `
      ann [set 1           ]
      bob     [get >1]`],
    ['in which one read sees a write that goes on, and a later one still does', `
      ann [set 1                    ]
      bob     [get >0]
      cyd              [get >1]
      dan                      [get >1]`],
    ['in which overlapping writes are seen in the order of their ends turned round', `
      ann [set 1    ]
      bob    [set 2]
      cyd              [get >2] [get >2]`],
    ['in which overlapping writes are seen in the order of their ends', `
      ann [set 1    ]
      bob    [set 2]
      cyd              [get >1] [get >1]`],
    ['of updates that overlap, each seen by the next', `
      ann [add 1     >2]
      bob  [add 1   >1]
      cyd   [add 1       >3]`],
    ['in which an end and a begin fall together, which makes them overlap', `
      ann [set 1]
      bob       [get >0]`],
    ['with a write that is never answered, and never seen', `
      ann [set 1            …
      bob         [get >0]`],
    ['with a write that is never answered, and seen', `
      ann [set 1              …
      bob         [get >0] [get >1]`],
    ['with a timed-out write that takes effect much later', `
      ann [set 1 ?
      bob           [set 2] [get >2] [get >1]`],
    ['with a timed-out write that never takes effect', `
      ann [set 1 ?
      bob           [set 2] [get >2] [get >2]`],
    ['with a timed-out write that is overwritten', `
      ann [set 1 ?
      bob           [get >1] [set 2] [get >2]`],
    ['with two timed-out updates, one of which is seen, and then the other', `
      ann [add 1 ?
      bob [add 1 ?
      cyd           [get >0] [get >1] [get >2]`],
    ['with a write that was withdrawn', `
      ann [set 1 x
      bob           [get >0]`],
    ['with an ask that failed as it must', `
      ann [set 1]      [get >1]
      bob         [fail !`],
  ])('%s', (_title, diagram) => {
    expect(partOf(bars(diagram), register)).toBe(true);
  });

  it('of a queue that hands out what overlaps in either order', () => {
    expect(partOf(bars(`
      ann [put 1   ]         [take >2]
      bob   [put 2   ]                  [take >1] [take >null]`), queue)).toBe(true);
  });
});

describe('a history is refuted', () => {
  it.each<[string, string, string[]]>([
    ['by a value that nobody has written', 'ann [set 1] [get >2] [get >1]', ['ann get 2!']],
    ['by a client that does not read its own write', 'ann [set 1] [get >0]', ['ann set 1', 'ann get 0!']],
    ['by a stale read', `
      ann [set 1]          [set 2]
      bob          [get >1]         [get >2] [get >1]`, ['ann set 1', 'ann set 2', 'bob get 1!']],
    ['by a lost update', `
      ann [add 1    >1]
      bob   [add 1   >1]
      cyd                 [get >1]`, ['ann add 1 1', 'bob add 1 1!']],
    ['by a new value before an old one', `
      ann [set 1                    ]
      bob     [get >1]
      cyd               [get >0]`, ['ann set 1', 'bob get 1', 'cyd get 0!']],
    ['by two readers who see writes in different orders', `
      ann [set 1   ]
      bob [set 2   ]
      cyd            [get >1]
      dan                      [get >2]`, ['ann set 1', 'bob set 2', 'cyd get 1', 'dan get 2!']],
    ['by an effect before its begin', `
      ann              [set 1]
      bob [get >1]`, ['bob get 1!']],
    ['by a timed-out write that takes effect twice', `
      ann [set 1 ?
      bob           [get >1] [set 2] [get >1]`, ['ann set 1 unknown', 'bob get 1', 'bob set 2', 'bob get 1!']],
    ['by a write that was withdrawn and is seen', `
      ann [set 1 x
      bob           [get >1]`, ['bob get 1!']],
    ['by an ask that fails and must not', 'ann [set 1 !', ['ann set 1 failed!']],
    ['by an ask that must fail and does not', 'ann [fail]', ['ann fail!']],
  ])('%s', (_title, diagram, part) => {
    expect(partOf(bars(diagram), register)).toEqual(part);
  });

  it('by a queue that hands out in the wrong order', () => {
    expect(partOf(bars('ann [put 1] [put 2] [put 3] [take >2]'), queue)).toEqual(['ann put 1', 'ann take 2!']);
  });

  it('by one element of a queue handed out twice', () => {
    expect(partOf(bars(`
      ann [put 1] [put 2] [take >1   ]
      bob                   [take >1 ]`), queue)).toEqual(['ann put 1', 'ann take 1', 'bob take 1!']);
  });
});

describe('the verdict', () => {
  it('gives an order that explains the history', () => {
    const verdict = checkLinearizable(bars(`
      ann [set 1           ]
      bob     [get >1]
      cyd [get >0           ]`), register);
    expect(verdict.linearizable && verdict.order.map(({ client, type }) => `${client} ${type}`)).toEqual(['cyd get', 'ann set', 'bob get']);
    expect(verdict.message).toBe('An order of 3 single steps explains the history.');
  });

  it('draws the part that has no explanation', () => {
    const verdict = checkLinearizable(bars(`
      ann [set 1]         [set 2]
      bob        [get >1]         [get >1]`), register);
    expect(verdict.message).toBe([
      'Expected some order of single steps to explain the history, got a part that none explains, from 0:',
      '',
      'ann ├ set 1 ┤├ set 2 ┤',
      'bob                   ╞ get → 1 ╡',
      '╞═╡ has no explanation',
    ].join('\n'));
  });

  it('says of which key the part is, and that alone', () => {
    const model: LinearModel<number> = {
      init: 0,
      key: ({ payload }) => (payload as [string])[0],
      step: (value, { type, payload }) => type === 'set' ? { state: (payload as [string, number])[1] } : { state: value, reply: value },
    };
    const verdict = checkLinearizable(bars('ann [set ["a",1]] [set ["b",2]] [get ["a"] >1] [get ["b"] >1]'), model);
    expect(verdict).toMatchObject({ linearizable: false, key: 'b', from: 0 });
    expect(verdict.linearizable || verdict.operations.map(({ payload }) => payload)).toEqual([['b', 2], ['b']].slice(1));
    expect(verdict.message).toContain("got a part of key 'b' that none explains, from 0:");
  });

  it('merges the orders of the keys into one that keeps to the times', () => {
    const model: LinearModel<number> = {
      init: 0,
      key: ({ payload }) => payload,
      step: (value, { type }) => type === 'add' ? { state: value + 1, reply: value + 1 } : { state: value, reply: value },
    };
    const verdict = checkLinearizable(bars('ann [add "a">1] [add "b">1] [get "a">1] [add "a">2] [get "b">1]'), model);
    expect(verdict.linearizable && verdict.order.map(({ type, payload }) => `${type} ${payload as string}`))
      .toEqual(['add a', 'add b', 'get a', 'add a', 'get b']);
  });

  it('begins a part of a long history late, with the only state that is possible then', () => {
    const operations = Array.from({ length: 400 }, (_, i): Operation => ({
      client: `client ${i % 5}`, type: 'add', payload: 1, began: i * 10, ended: i * 10 + 25, outcome: 'replied', reply: i < 390 ? i + 1 : i,
    }));
    const verdict = checkLinearizable({ operations }, register);
    expect(verdict.linearizable).toBe(false);
    if (verdict.linearizable) return;
    expect(verdict.operations.length).toBeLessThanOrEqual(12);
    expect(verdict.culprit).toMatchObject({ reply: 390 });
    expect(verdict.from).toBeGreaterThan(300);
    expect(checkLinearizable(verdict, { ...register, init: verdict.from as number }).linearizable).toBe(false);
  });

  it('stays short where much may still happen', () => {
    const lost = Array.from({ length: 40 }, (_, i): Operation => ({ client: 'lost', type: 'set', payload: 1000 + i, began: i * 20 + 1, outcome: 'unknown' }));
    const sets = Array.from({ length: 100 }, (_, i): Operation =>
      ({ client: 'ann', type: 'set', payload: i, began: i * 10, ended: i * 10 + 7, outcome: 'replied', reply: undefined }));
    const stale: Operation = { client: 'bob', type: 'get', began: 998, ended: 999, outcome: 'replied', reply: 50 };
    const verdict = checkLinearizable({ operations: [...lost, ...sets, stale] }, register);
    expect(verdict.linearizable || verdict.operations.map(({ type, payload }) => `${type} ${String(payload)}`)).toEqual(['set 50', 'set 51', 'get undefined']);
    expect(checkLinearizable({ operations: [...lost, ...sets, { ...stale, reply: 1010 }] }, register).linearizable).toBe(true);
  });
});

describe('the model', () => {
  it('may compare states, hash them, and judge answers in its own way', () => {
    const clock: LinearModel<{ at: number }> = {
      init: { at: 0 },
      step: ({ at }, { type }) => ({ state: { at: type === 'tick' ? at + 1 : at }, reply: at }),
      equal: (a, b) => a.at % 12 === b.at % 12,
      hash: ({ at }) => at % 12,
      matches: (step, operation) => 'reply' in step && operation.outcome === 'replied' && (step.reply as number) % 12 === operation.reply,
    };
    expect(checkLinearizable(bars('ann [tick >0] [tick >1] [now >2]'), { ...clock, init: { at: 24 } }).linearizable).toBe(true);
    expect(checkLinearizable(bars('ann [tick >0] [tick >1] [now >3]'), clock).linearizable).toBe(false);
  });

  it.each<[string, unknown, unknown]>([
    ['numbers', 1, 2], ['texts', 'a', 'b'], ['NaN', NaN, 0], ['null', null, undefined], ['big numbers', 1n, 2n], ['fractions', 0.5, 0.25],
    ['arrays', [1, [2]], [1, [3]]], ['arrays by length', [1], [1, undefined]], ['objects', { a: { b: 1 } }, { a: { b: 2 } }],
    ['objects by their keys', { a: undefined }, { b: undefined }], ['objects without a prototype', Object.assign(Object.create(null), { a: 1 }), { a: 2 }],
    ['Maps', new Map([['a', { b: 1 }]]), new Map([['a', { b: 2 }]])], ['Maps by their keys', new Map([['a', 1]]), new Map([['b', 1]])],
    ['Sets', new Set([1, 2]), new Set([1, 3])], ['dates', new Date(1), new Date(2)], ['errors by message', new Error('a'), new Error('b')],
    ['errors by name', new TypeError('a'), new RangeError('a')], ['what is deep', [[[[[[1]]]]]], [[[[[[2]]]]]]],
  ])('compares %s by what they hold', (_title, one, other) => {
    const read = (value: unknown): History => ({ operations: [{ client: 'ann', type: 'get', began: 1, ended: 2, outcome: 'replied', reply: value }] });
    const model: LinearModel<unknown> = { init: structuredCloneOf(one), step: (state) => ({ state, reply: state }) };
    expect(checkLinearizable(read(one), model).linearizable).toBe(true);
    expect(checkLinearizable(read(other), model).linearizable).toBe(false);
  });

  it('may hold rings, and what is compared by identity', () => {
    const ring = (): object => {
      const made: { self?: object } = {};
      made.self = made;
      return made;
    };
    const secret = Symbol('secret');
    const model: LinearModel<unknown> = { init: 0, step: (_state, { payload }) => ({ state: payload, reply: payload }) };
    const ask = (payload: unknown, answer: unknown): History =>
      ({ operations: [{ client: 'ann', type: 'swap', payload, began: 1, ended: 2, outcome: 'replied', reply: answer }] });
    expect(checkLinearizable(ask(ring(), ring()), model).linearizable).toBe(true);
    expect(checkLinearizable(ask(secret, secret), model).linearizable).toBe(true);
    expect(checkLinearizable(ask(() => 1, () => 1), model).linearizable).toBe(false);
  });

  it('is told 0 from 1, and not 0 from -0', () => {
    const model: LinearModel<number> = { init: -0, step: (state) => ({ state, reply: state }) };
    expect(checkLinearizable(bars('ann [get >0]'), model).linearizable).toBe(true);
  });

  it.each<[string, unknown]>([
    ['Expected `model.step` to be a function, got undefined', {}],
    ['Expected `model.step` to be a function, got undefined', null],
    ["Expected `model.key` to be a function, got 'a'", { init: 0, step: register.step, key: 'a' }],
    ['Expected `model.hash` to be a function, got 1', { init: 0, step: register.step, hash: 1 }],
    ["Expected `model.queries` to be an array of types, got 'get'", { init: 0, step: register.step, queries: 'get' }],
  ])('is refused: %s', (message, model) => {
    expect(() => checkLinearizable({ operations: [] }, model as LinearModel<number>)).toThrow(new TypeError(message));
  });

  it.each<[string, unknown]>([
    ['Expected `history.operations` to be an array, got undefined', undefined],
    ['Expected the outcome of an operation to be replied', { operations: [{ client: 'ann', type: 'get', began: 1 }] }],
    ['Expected an operation to begin', { operations: [{ client: 'ann', type: 'get', outcome: 'replied', ended: 1 }] }],
    ['Expected an operation to begin', { operations: [{ client: 'ann', type: 'get', outcome: 'replied', began: 2, ended: 1 }] }],
    ['Expected an operation to begin', { operations: [{ client: 'ann', type: 'get', outcome: 'failed', began: 2 }] }],
    ['Expected an operation to begin', { operations: [{ client: 'ann', type: 'get', outcome: 'unknown', began: new Date() }] }],
    ['Expected the client of an operation to be a string', { operations: [{ type: 'get', began: 1, outcome: 'unknown' }] }],
    ['Expected the type of an operation to be a string', { operations: [{ client: 'ann', type: 1, began: 1, outcome: 'unknown' }] }],
    ['Expected `history.operations` to be an array of operations, got null', { operations: [null] }],
    ['Expected `history.operations` to be an array of operations, got undefined', { operations: new Array(1) }],
    ["Expected `history.operations` to be an array of operations, got 'get'", { operations: ['get'] }],
  ])('judges no such history: %s', (message, history) => {
    expect(() => checkLinearizable(history as History, register)).toThrow(TypeError);
    expect(() => checkLinearizable(history as History, register)).toThrow(message);
  });

  it('takes no options but an object', () => {
    expect(() => checkLinearizable({ operations: [] }, register, null as never)).toThrow(new TypeError('Expected `options` to be an object, got null'));
  });

  it('says by a throw that the ask fails, and the state stays', () => {
    const model: LinearModel<number> = { ...register, step: (state, message) => {
      if (message.type === 'fail') throw new RangeError('no');
      return register.step(state, message);
    } };
    expect(checkLinearizable(bars('ann [set 1] [fail !  [get >1]'), model).linearizable).toBe(true);
    expect(checkLinearizable(bars('ann [set 1] [fail] [get >1]'), model).linearizable).toBe(false);
  });

  it.each(['key', 'matches', 'equal', 'hash'])('passes on what its `%s` throws', (name) => {
    const broken = { ...register, [name]: () => { throw new Error('broken model'); } };
    expect(() => checkLinearizable(bars('ann [swap 1 >0] [set 2]'), broken)).toThrow('broken model');
  });

  it('is told the type and the payload, and no more', () => {
    const told: unknown[] = [];
    const note = (message: unknown) => (told.push(message), 0);
    checkLinearizable(bars('ann [set 1]'), { ...register, key: note, step: (state, message) => (note(message), register.step(state, message)) });
    expect(new Set(told.map((message) => JSON.stringify(message)))).toEqual(new Set(['{"type":"set","payload":1}']));
    expect(told.length).toBeGreaterThan(1);
  });

  it.each<[string, unknown]>([
    ['Expected `model.step` to give an object with a `state`, got undefined', () => undefined],
    ['Expected `model.step` to give an object with a `state`, got 1', (n: number) => n + 1],
    ['Expected `model.step` to give an object with a `state`, got { reply: 0 }', () => ({ reply: 0 })],
    ['Expected `model.step` to be synchronous, got a promise', () => Promise.resolve({ state: 1 })],
    ['Expected `model.step` to be synchronous, got a promise', () => Promise.reject(new Error('late'))],
  ])('is refused: %s', (message, step) => {
    expect(() => checkLinearizable(bars('ann [set 1]'), { init: 0, step: step as typeof register.step })).toThrow(new TypeError(message));
  });

  it('is refused for a query that changes a state, whatever it replies', () => {
    const numbers: LinearModel<number> = { init: 0, step: (n, { type }) => type === 'next' ? { state: n + 1, reply: n + 1 } : { state: n, reply: n } };
    const history = bars(`
      ann [next      >2]
      bob  [next    >1]
      cyd   [get  >0]`);
    expect(checkLinearizable(history, numbers).linearizable).toBe(true);
    expect(checkLinearizable(history, { ...numbers, queries: ['get'] }).linearizable).toBe(true);
    expect(() => checkLinearizable(history, { ...numbers, queries: ['next', 'get'] }))
      .toThrow(new TypeError("Expected `model.queries` to name messages that change no state, got 'next': from 0 to 1"));
    // One that gives an equal state changes none.
    const copying: LinearModel<{ n: number }> = { init: { n: 0 }, queries: ['get'], step: ({ n }) => ({ state: { n }, reply: n }) };
    expect(checkLinearizable(bars('ann [get >0]'), copying).linearizable).toBe(true);
  });

  it('has a bound to what it is asked', () => {
    const operations = Array.from({ length: 30 }, (_, i): Operation =>
      ({ client: `client ${i}`, type: 'set', payload: i, began: i, ended: 100 + i, outcome: 'replied', reply: i === 29 ? 'never' : undefined }));
    expect(() => checkLinearizable({ operations }, register, { maxSteps: 10_000 })).toThrow(RangeError);
    expect(() => checkLinearizable({ operations }, register, { maxSteps: 10_000 })).toThrow('Expected a verdict within 10000 steps of the model');
    expect(() => checkLinearizable({ operations }, register, { maxSteps: 0 })).toThrow('Expected `maxSteps` to be a positive number, got 0');
  });
});

// ── against brute force ─────────────────────────────────────────────────────────────────────────────────────────────

describe('against brute force', () => {
  const models = [register, { ...register, queries: ['get', 'fail'] }];

  it.each(models)('the verdict is the same (model %#)', (model) => {
    const verdicts = { true: 0, false: 0 };
    fc.assert(fc.property(histories(6), (history) => {
      const { linearizable } = checkLinearizable(history, model);
      verdicts[`${linearizable}`]++;
      expect(linearizable).toBe(bruteForce(history, model));
    }), { numRuns: 1500 });
    // Neither is rare.
    expect(Math.min(verdicts.true, verdicts.false)).toBeGreaterThan(100);
  });

  it('the order that is given explains the history, and holds all that has happened', () => {
    fc.assert(fc.property(histories(8), (history) => {
      const verdict = checkLinearizable(history, register);
      if (!verdict.linearizable) return fc.pre(false);
      expect(explains(verdict.order, register)).toBe(true);
      const sure = history.operations.filter(({ outcome }) => outcome === 'replied' || outcome === 'failed');
      expect(sure.filter((operation) => !verdict.order.includes(operation))).toEqual([]);
      expect(verdict.order.filter((operation) => operation.outcome === 'never' || !history.operations.includes(operation))).toEqual([]);
    }), { numRuns: 500 });
  });

  it('the part that is given has no explanation either, and one without the answer of the culprit', () => {
    fc.assert(fc.property(histories(7), (history) => {
      const verdict = checkLinearizable(history, register);
      if (verdict.linearizable) return fc.pre(false);
      const from = { ...register, init: verdict.from as number };
      expect(verdict.operations).toContain(verdict.culprit);
      expect(bruteForce(verdict, from)).toBe(false);
      const unanswered = verdict.operations.map((operation): Operation => {
        const { client, type, payload, began } = operation;
        const isOver = operation !== verdict.culprit && (operation.ended ?? Infinity) < (verdict.culprit.ended ?? 0);
        return isOver ? operation : { client, type, payload, began, outcome: 'unknown' };
      });
      expect(bruteForce({ operations: unanswered }, from)).toBe(true);
    }), { numRuns: 500 });
  });

  it('keys change nothing but the speed', () => {
    const model: LinearModel<number> = { ...register, init: 0 };
    const twice = fc.tuple(histories(4), histories(4));
    fc.assert(fc.property(twice, ([a, b]) => {
      const of = ({ operations }: History, key: string) => operations.map((operation): Operation => ({ ...operation, payload: [key, operation.payload] }));
      const keyed: LinearModel<number> = {
        init: 0,
        key: ({ payload }) => (payload as [string])[0],
        step: (state, { type, payload }) => model.step(state, { type, payload: (payload as [string, unknown])[1] }),
      };
      const { linearizable } = checkLinearizable({ operations: [...of(a, 'a'), ...of(b, 'b')] }, keyed);
      expect(linearizable).toBe(bruteForce(a, model) && bruteForce(b, model));
    }), { numRuns: 300 });
  });
});

// ── real stores ─────────────────────────────────────────────────────────────────────────────────────────────────────

interface Write { readonly key: string; readonly value: number; readonly ms: number }
type Cells = Readonly<Record<string, number>>;

const cells: LinearModel<number> = {
  init: 0,
  key: ({ payload }) => (payload as { key: string }).key,
  queries: ['get'],
  step: (value, { type, payload }) => {
    switch (type) {
      case 'set': return { state: (payload as Write).value };
      case 'add': return { state: value + (payload as Write).value, reply: value + (payload as Write).value };
      default: return { state: value, reply: value };
    }
  },
};

/** A register per key whose commands take their time, as Observables on a scheduler; 0 ms is at once. */
const cellStore = (clock: VirtualTimeScheduler) => {
  const next = (state: Cells, { key, value }: Write): Cells => ({ ...state, [key]: value });
  const later = <T>(ms: number, outcome: T) => ms === 0 ? outcome : timer(ms, clock).pipe(map(() => outcome));
  return {
    name: 'cells',
    state: {} as Cells,
    commands: {
      set: (state: Cells, write: Write) => later(write.ms, reply(next(state, write), undefined)),
      add: (state: Cells, write: Write) => {
        const value = (state[write.key] ?? 0) + write.value;
        return later(write.ms, reply(next(state, { ...write, value }), value));
      },
    },
    queries: { get: (state: Cells, { key }: { readonly key: string }) => state[key] ?? 0 },
  };
};

/** What the clients of a test do, at which times. */
const plans = fc.array(fc.record({
  client: fc.nat(4),
  at: fc.nat(60),
  type: fc.constantFrom('set', 'add', 'get', 'get'),
  key: fc.constantFrom('a', 'b'),
  value: fc.integer({ min: 1, max: 9 }),
  ms: fc.constantFrom(0, 0, 1, 5, 20),
  limit: fc.constantFrom('none', 'none', 'timeout', 'abort'),
  within: fc.nat(30),
}), { maxLength: 40 });

describe('a store of ownstate', () => {
  it('is linearizable, whatever its clients do and give up', () => {
    const outcomes = new Set<string>();
    fc.assert(fc.property(plans, (plan) => {
      const clock = new VirtualTimeScheduler();
      const open = openCheck({ scheduler: clock });
      const store = open.createStore(cellStore(clock));
      const history = recordHistory(store, { scheduler: clock });
      for (const { client, at, type, key, value, ms, limit, within } of plan) {
        clock.schedule(() => {
          const controller = new AbortController();
          if (limit === 'abort') clock.schedule(() => controller.abort(), within);
          const through = limit === 'timeout' ? store.with({ timeout: within + 1 }) : limit === 'abort' ? store.with({ signal: controller.signal }) : store;
          const { ask } = history.client(`client ${client}`, through);
          const asked = type === 'get' ? ask.get({ key }) : type === 'set' ? ask.set({ key, value, ms }) : ask.add({ key, value, ms });
          asked.subscribe({ error: () => {} });
        }, at);
      }
      clock.flush();
      void store.shutdown();
      clock.flush();
      open.check();
      expect(history.operations).toHaveLength(plan.length);
      const verdict = checkLinearizable(history, cells);
      expect(verdict.linearizable, verdict.message).toBe(true);
      history.operations.forEach(({ outcome }) => outcomes.add(outcome));
    }), { numRuns: 150 });
    expect([...outcomes].sort()).toEqual(['never', 'replied', 'unknown']);
  });

  it('is linearizable where handlers are synchronous, and asks are made in the subscribers of replies', () => {
    const store = createStore({ state: 0, commands: { add: (n, by: number) => reply(n + by, n + by) }, queries: { get: (n) => n } });
    const history = recordHistory(store);
    const [ann, bob] = [history.client('ann'), history.client('bob')];
    store.select().subscribe((n) => n < 20 && bob.ask.get().subscribe(() => void bob.ask.add(1)));
    for (let i = 0; i < 5; i++) ann.ask.add(1).subscribe(() => void ann.ask.get());
    expect(history.operations.length).toBeGreaterThan(40);
    const verdict = checkLinearizable(history, {
      init: 0,
      step: (n, message) => message.type === 'add' ? { state: n + message.payload, reply: n + message.payload } : { state: n, reply: n },
    });
    expect(verdict.linearizable, verdict.message).toBe(true);
  });

  it('is linearizable where handlers are promises', async () => {
    const store = createStore({
      state: 0,
      commands: { add: async (n, by: number) => { await Promise.resolve(); return reply(n + by, n + by); } },
      queries: { get: (n) => n },
    });
    const history = recordHistory(store);
    await Promise.all(['ann', 'bob', 'cyd'].map(async (name) => {
      const { ask } = history.client(name);
      for (let i = 0; i < 10; i++) await (i % 3 === 2 ? ask.get() : ask.add(1));
    }));
    await store.shutdown();
    expect(history.operations).toHaveLength(30);
    const verdict = checkLinearizable(history, register);
    expect(verdict.linearizable, verdict.message).toBe(true);
  });

  it('folds a write after its asker has given up, which only an unknown outcome explains', () => {
    const clock = new VirtualTimeScheduler();
    const store = createStore(cellStore(clock), { scheduler: clock });
    const history = recordHistory(store, { scheduler: clock });
    history.client('ann', store.with({ timeout: 10 })).ask.set({ key: 'a', value: 1, ms: 50 });
    clock.schedule(() => void history.client('bob').ask.get({ key: 'a' }), 60);
    clock.flush();
    expect(history.operations).toMatchObject([{ outcome: 'unknown', endedAt: 10 }, { outcome: 'replied', reply: 1, beganAt: 60 }]);
    expect(checkLinearizable(history, cells).linearizable).toBe(true);
    const [set, get] = history.operations;
    const { client, type, payload, began } = set!;
    expect(checkLinearizable({ operations: [{ client, type, payload, began, outcome: 'never' }, get!] }, cells).linearizable).toBe(false);
  });
});

describe('a store that is deliberately wrong', () => {
  const counted: LinearModel<number> = { ...register, queries: ['get'] };

  it('is refused for stale reads: a replica that lags behind', () => {
    const clock = new VirtualTimeScheduler();
    const definition = { state: 0, commands: { set: (_: number, to: number) => to }, queries: { get: (n: number) => n } };
    const primary = createStore(definition, { scheduler: clock });
    const replica = createStore(definition, { scheduler: clock });
    primary.select().subscribe((n) => clock.schedule(() => replica.tell.set(n), 5));
    const history = recordHistory(primary, { scheduler: clock });
    const ann = history.client('ann');
    const bob = history.client('bob', replica.client);
    [1, 2].forEach((n) => clock.schedule(() => void ann.ask.set(n), n * 10));
    [12, 16, 22, 26].forEach((at) => clock.schedule(() => void bob.ask.get(), at));
    clock.flush();
    const verdict = checkLinearizable(history, counted);
    expect(verdict.message).toBe([
      'Expected some order of single steps to explain the history, got a part that none explains, from 0:',
      '',
      'ann ├ set 1 ┤',
      'bob          ╞ get → 0 ╡',
      '    10       12 ms',
      '╞═╡ has no explanation',
    ].join('\n'));
  });

  it('is refused for lost updates: a read and a write with time between them', () => {
    const clock = new VirtualTimeScheduler();
    const store = createStore({
      state: 0,
      commands: {
        add: (n: number, by: number) => effect(n, {
          policy: 'merge',
          run: () => timer(5, clock).pipe(map(() => n + by)),
          done: (_: number, sum) => reply(sum, sum),
        }),
      },
      queries: { get: (n: number) => n },
    }, { scheduler: clock });
    const history = recordHistory(store, { scheduler: clock });
    ['ann', 'bob'].forEach((name, i) => clock.schedule(() => void history.client(name).ask.add(1), i * 2));
    clock.flush();
    const verdict = checkLinearizable(history, counted);
    expect(verdict.message).toBe([
      'Expected some order of single steps to explain the history, got a part that none explains, from 0:',
      '',
      'ann ├ add 1 → 1 ┤',
      'bob   ╞ add 1 → 1 ╡',
      '    0 2         5 7 ms',
      '╞═╡ has no explanation',
    ].join('\n'));
  });

  it('is refused for a reply before its commit', () => {
    const clock = new VirtualTimeScheduler();
    const store = createStore({
      state: 0,
      commands: {
        add: (n: number, by: number, { timers }: Context<never>) => {
          timers.set('commit', 5, 'commit', n + by);
          return reply(n, n + by);
        },
        commit: (_: number, to: number) => to,
      },
      queries: { get: (n: number) => n },
    }, { scheduler: clock });
    const history = recordHistory(store, { scheduler: clock });
    const ann = history.client('ann');
    clock.schedule(() => void ann.ask.add(1), 1);
    clock.schedule(() => void ann.ask.get(), 3);
    clock.schedule(() => void ann.ask.get(), 9);
    clock.flush();
    expect(partOf(history, counted)).toEqual(['ann add 1 1', 'ann get 0!']);
  });
});

describe('a history of 20 clients that are always at work on one thing', () => {
  /** What each does happens at some moment between its begin and its end. */
  const record = (count: number, seed: number, happen: (type: string, place: number, done: number) => { payload?: number; reply: unknown }): Operation[] => {
    const pick = (n: number) => {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      return Math.floor(seed / 2 ** 32 * n);
    };
    const operations: Operation[] = [];
    const running: ({ client: string; type: string; payload: number; began: number; answer?: { reply: unknown } } | undefined)[] = Array.from({ length: 20 });
    for (let place = 0; operations.length < count;) {
      const number = pick(20);
      const at = running[number];
      if (at === undefined) {
        const type = pick(2) === 0 ? 'get' : 'set';
        running[number] = { client: `client ${number}`, type, payload: place + 1, began: ++place };
      } else if (at.answer === undefined) {
        at.answer = happen(at.type, at.payload, operations.length);
      } else {
        const { answer, ...operation } = at;
        operations.push({ ...operation, ended: ++place, outcome: 'replied', reply: answer.reply });
        running[number] = undefined;
      }
    }
    return operations;
  };

  it.each([3, 7])('is refuted by few of them where a register takes no write any more from the middle on (seed %i)', (seed) => {
    let value = 0;
    const operations = record(200, seed, (type, payload, done) => {
      if (type === 'get') return { reply: value };
      if (done < 100) value = payload;
      return { reply: undefined };
    });
    const model: LinearModel<number> = { ...register, queries: ['get'] };
    const verdict = checkLinearizable({ operations }, model);
    if (verdict.linearizable) throw new Error('Expected it to be refuted');
    expect(verdict.operations.length).toBeLessThanOrEqual(6);
    expect(bruteForce(verdict, { ...model, init: verdict.from as number })).toBe(false);
    const unanswered = verdict.operations.map((operation): Operation => operation === verdict.culprit ? { ...operation, outcome: 'unknown' } : operation);
    expect(bruteForce({ operations: unanswered }, { ...model, init: verdict.from as number })).toBe(true);
  });

  it('is refuted in no time where a counter of 10,000 loses one increment', () => {
    let count = 0;
    let steps = 0;
    const operations = record(10_000, 5, (_type, _payload, done) => {
      const reply = count + 1;
      if (done !== 9_500) count++;
      return { reply };
    });
    const verdict = checkLinearizable({ operations }, { init: 0, step: (n) => (steps++, { state: n + 1, reply: n + 1 }) });
    expect(verdict.linearizable || verdict.operations.length).toBeLessThanOrEqual(12);
    expect(steps).toBeLessThan(2_000_000);
  });
});

// ── many ────────────────────────────────────────────────────────────────────────────────────────────────────────────

describe('10,000 operations of 20 clients on a register per key', () => {
  /** A history as a real register would give it: each operation happens at some moment between its begin and its end. */
  const record = (keys: number): Operation[] => {
    const random = fc.sample(fc.infiniteStream(fc.nat()), { seed: 7, numRuns: 1 })[0]!;
    const pick = (n: number) => random.next().value as number % n;
    const values = new Map<number, number>();
    const operations: Operation[] = [];
    const running: ({ type: string; key: number; value: number; began: number; answer?: number | undefined; happened: boolean } | undefined)[] = Array.from({ length: 20 });
    for (let place = 0; operations.length < 10_000;) {
      const client = pick(20);
      const at = running[client];
      if (at === undefined) {
        running[client] = { type: pick(2) === 0 ? 'set' : 'get', key: pick(keys), value: place, began: ++place, happened: false };
      } else if (!at.happened) {
        at.happened = true;
        if (at.type === 'set') values.set(at.key, at.value);
        else at.answer = values.get(at.key) ?? 0;
      } else {
        const { type, key, value, began, answer } = at;
        operations.push({ client: `client ${client}`, type, payload: { key, value }, began, ended: ++place, outcome: 'replied', reply: answer });
        running[client] = undefined;
      }
    }
    return operations;
  };

  it.each([10, 100, 1000])('with %i keys are explained; and refuted after one stale read', (keys) => {
    const operations = record(keys);
    const verdict = checkLinearizable({ operations }, cells);
    expect(verdict.linearizable).toBe(true);
    const reads = operations.filter((operation) => operation.type === 'get' && operation.outcome === 'replied' && operation.reply !== 0);
    const stale = reads[Math.floor(reads.length * 0.9)]!;
    const { key } = stale.payload as Write;
    const old = operations.find(({ type, payload }) => type === 'set' && (payload as Write).key === key)!;
    const wrong = operations.map((operation): Operation => operation === stale ? { ...operation, outcome: 'replied', reply: (old.payload as Write).value, ended: operation.ended! } : operation);
    const refused = checkLinearizable({ operations: wrong }, cells);
    expect(refused).toMatchObject({ linearizable: false, key, culprit: { began: stale.began } });
    expect(refused.linearizable || refused.operations.length).toBeLessThanOrEqual(12);
  });
});

/** A copy of its own, also of what `structuredClone` gives another shape. */
function structuredCloneOf(value: unknown): unknown {
  if (value instanceof Error) return Object.assign(new Error(value.message), { name: value.name });
  const copy: unknown = structuredClone(value);
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === null ? Object.setPrototypeOf(copy, null) as unknown : copy;
}
