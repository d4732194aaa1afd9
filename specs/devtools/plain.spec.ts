/** A value as plain data, without what is to be kept from view. */
import { createStore, reply, replyLater, type, type Context } from 'ownstate';
import { recordTrace, type Redaction, type TraceCommandRow } from 'ownstate/devtools';
import fc from 'fast-check';
import { NEVER, of } from 'rxjs';
import { describe, expect, it } from 'vitest';

/** A command that takes whatever comes, and changes nothing. */
const take: (n: number, payload: unknown) => number = (n) => n;

/** A payload as it's shown. */
function shown(payload: unknown, redaction: Redaction = {}): unknown {
  const store = createStore({ name: 'shop', state: 0, commands: { take } });
  const recorder = recordTrace(store, redaction);
  store.tell.take(payload);
  return (recorder.rows[0] as TraceCommandRow).payload;
}

class Point {
  readonly x = 1;
  readonly y = 2;
}

/** As React makes it: with the whole page in its fields. */
class Click {
  readonly target = new Paragraph();
  preventDefault(): void {}
}

class Paragraph {
  readonly parent = 'page';
  get nodeType(): number {
    throw new Error('not to be called');
  }
}

class Empty {
  readonly #hidden = 1;

  get hidden(): number {
    return this.#hidden;
  }
}

const deep = (levels: number): unknown => levels === 0 ? 'end' : [deep(levels - 1)];

describe('what is shown', () => {
  it.each([
    ['plain data as it is', { a: [1, 'x', true, null], b: {} }, { a: [1, 'x', true, null], b: {} }],
    ['a number that JSON has no word for', [NaN, -Infinity], ['[NaN]', '[-Infinity]']],
    ['a bigint', 5n, '[5n]'],
    ['a symbol', Symbol('here'), '[Symbol(here)]'],
    ['a function', () => 1, '[function]'],
    ['a date', [new Date(0), new Date(NaN)], ['[Date 1970-01-01T00:00:00.000Z]', '[Date invalid]']],
    ['a regular expression', /a+/g, '[/a+/g]'],
    ['a Map', new Map<unknown, unknown>([['a', 1], [{ b: 2 }, new Set([3])]]), { '[Map]': [['a', 1], [{ b: 2 }, { '[Set]': [3] }]] }],
    ['an error, with its fields and its cause', Object.assign(new RangeError('no', { cause: 1n }), { code: 5 }), { name: 'RangeError', message: 'no', code: 5, cause: '[1n]' }],
    ['an instance by its fields', new Point(), { x: 1, y: 2 }],
    ['an event and a node of a page by their class', [new Click(), new Paragraph(), { nodeType: 'mine' }], ['[object Click]', '[object Paragraph]', { nodeType: 'mine' }]],
    ['an instance without fields by its class', [new Empty(), Promise.resolve(), new Uint8Array(9), of(1)], ['[object Empty]', '[object Promise]', '[object Uint8Array]', '[object Observable]']],
    ['an instance of a class whose name says nothing', [Object.create({ constructor: '' }), Object.create({ constructor: { name: 'Odd$' } }), Object.create({ constructor: { name: '$Odd' } })], ['[object Object]', '[object Object]', '[object Object]']],
    ['an error without a cause', new Error('no'), { name: 'Error', message: 'no' }],
    ['a Map whose keys are no text', new Map<unknown, number>([[Object.create(null), 1], [Symbol('s'), 2]]), { '[Map]': [[{}, 1], ['[Symbol(s)]', 2]] }],
    ['an object without a prototype', Object.assign(Object.create(null) as object, { a: 1 }), { a: 1 }],
    ['what is there twice, twice', ((one) => [one, one])({ a: 1 }), [{ a: 1 }, { a: 1 }]],
  ])('is %s', (_what, value, expected) => {
    expect(shown(value)).toStrictEqual(expected);
  });

  it('is a mark where a ring closes', () => {
    const ring: Record<string, unknown> = { name: 'ring' };
    ring['inner'] = { list: [ring] };
    expect(shown(ring)).toEqual({ name: 'ring', inner: { list: ['[circular]'] } });
  });

  it('is a mark for a getter, which is not called', () => {
    let called = 0;
    const value = { get secret() { called++; throw new Error('called'); }, open: 1 };
    expect(shown(value)).toEqual({ secret: '[getter]', open: 1 });
    expect(called).toBe(0);
  });

  it('is a mark for what cannot be read', () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const broken = new Proxy({}, { ownKeys: () => { throw new Error('no'); } });
    expect(shown({ proxy, broken, after: 1 })).toEqual({ proxy: '[unreadable]', broken: '[unreadable]', after: 1 });
  });

  it('calls no toJSON', () => {
    expect(shown({ a: 1, toJSON: () => { throw new Error('called'); } })).toEqual({ a: 1, toJSON: '[function]' });
  });

  it('keeps a field named __proto__ as a field', () => {
    const value = shown(JSON.parse('{ "__proto__": { "polluted": 1 } }'));
    expect(Object.keys(value as object)).toEqual(['__proto__']);
    expect((value as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it('is cut where it is too deep, or too much', () => {
    expect(JSON.stringify(shown(deep(100)))).toContain('[deeper]');
    let tree: unknown = 1;
    for (let i = 0; i < 40; i++) tree = [tree, tree];
    expect(JSON.stringify(shown(tree)).length).toBeLessThan(5_000_000);
    const list = shown(Array.from({ length: 200_000 }, () => 1)) as unknown[];
    expect([list.length, list.at(-1)]).toEqual([100_000, '[more]']);
    const names = Object.keys(shown(Object.fromEntries(Array.from({ length: 200_000 }, (_, i) => [`k${i}`, 1]))) as object);
    expect([names.length, names.at(-1)]).toEqual([100_000, '…']);
  });

  it('never throws, shares nothing with the value, and is data that JSON gives back as it is', () => {
    fc.assert(fc.property(fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withTypedArray: true, withNullPrototype: true }), (value) => {
      const before = shown(value);
      if (before === undefined) return;
      const text = JSON.stringify(before);
      expect(JSON.stringify(JSON.parse(text))).toBe(text);
    }));
  });
});

describe('redaction', () => {
  const value = {
    password: 'x', PassWord: 'y', user: { name: 'ann', token: 'z', cards: [{ number: 1 }, { number: 2 }] }, token: 'open',
    users: { a: { token: 1 }, b: { token: 2 } }, map: new Map([['password', 1]]),
  };

  it('is by a name, at any depth, in upper and lower case', () => {
    expect(shown(value, { redact: ['password'] })).toMatchObject({ password: '[redacted]', PassWord: '[redacted]', map: { '[Map]': [['password', '[redacted]']] } });
    expect(shown([{ a: { password: { deep: 1 } } }], { redact: ['Password'] })).toEqual([{ a: { password: '[redacted]' } }]);
  });

  it('is by a path, through arrays, and through any field', () => {
    const redacted = shown(value, { redact: ['user.token', 'cards.number', 'users.*.token'] });
    expect(redacted).toMatchObject({
      token: 'open', user: { name: 'ann', token: '[redacted]', cards: [{ number: '[redacted]' }, { number: '[redacted]' }] },
      users: { a: { token: '[redacted]' }, b: { token: '[redacted]' } },
    });
  });

  it('is within any field, and not where there is none above', () => {
    expect(shown({ token: 1, a: { token: 2 } }, { redact: ['*.token'] })).toEqual({ token: 1, a: { token: '[redacted]' } });
  });

  it('is by the keys of a Map that are numbers, too', () => {
    expect(shown(new Map([[5, 'x'], [6, 'y']]), { redact: ['5'] })).toEqual({ '[Map]': [[5, '[redacted]'], [6, 'y']] });
  });

  it('leaves the value as it is, frozen or not', () => {
    const before = JSON.stringify(value);
    shown(Object.freeze(value), { redact: ['password', 'user'] });
    expect(JSON.stringify(value)).toBe(before);
  });

  it('does not read what it redacts', () => {
    const trap = new Proxy({}, { ownKeys: () => { throw new Error('read'); } });
    expect(shown({ password: trap }, { redact: ['password'] })).toEqual({ password: '[redacted]' });
  });

  it('never lets a secret through, wherever it stands below its name', () => {
    const inner = fc.letrec((tie) => ({
      value: fc.oneof({ maxDepth: 5 }, fc.constant('plain'), fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom('a', 'b', 'secret', '__proto__'), tie('value'), { maxKeys: 3 })),
    })).value;
    const hide = (part: unknown): unknown => {
      if (Array.isArray(part)) return part.map(hide);
      if (typeof part !== 'object' || part === null) return part;
      return Object.fromEntries(Object.entries(part).map(([name, one]) => [name, name === 'secret' ? { hidden: ['s3cret'] } : hide(one)]));
    };
    fc.assert(fc.property(inner, (part) => {
      expect(JSON.stringify(shown(hide(part), { redact: ['secret'] }))).not.toContain('s3cret');
    }));
  });

  it('by a function gets the real value, and says which part of what it is', () => {
    const seen: unknown[] = [];
    const store = createStore({ name: 'door', state: { a: 1 }, commands: { open: (state, key: string) => ({ ...state, a: key.length - 3 }) } });
    const recorder = recordTrace(store, { sanitize: (part, at) => {
      seen.push([part, at]);
      return at.part === 'payload' ? 'a key' : part;
    } });
    store.tell.open('1234');
    expect(seen.slice(0, 2)).toEqual([
      ['1234', { store: 'door', type: 'open', part: 'payload' }], [{ a: 1 }, { store: 'door', type: 'open', part: 'state' }],
    ]);
    expect(recorder.rows[0]).toMatchObject({ payload: 'a key', commits: [{ view: { a: 1 } }] });
  });

  it('by a function is told of each part where it belongs', () => {
    const parts: unknown[] = [];
    const store = createStore({
      name: 'door', state: 0, events: type<string>(),
      commands: {
        open: (n, key: string, { emit }: Context<string>) => {
          if (key === '') throw new RangeError('no key');
          emit('open');
          return reply(n + 1, key);
        },
        slow: (n) => replyLater(n, NEVER),
      },
    }, { mailbox: { capacity: 1 } });
    recordTrace(store, { sanitize: (_value, part) => void parts.push(part) });
    store.ask.open('1');
    store.ask.open('').subscribe({ error: () => undefined });
    for (let i = 0; i < 2; i++) store.ask.slow().subscribe({ error: () => undefined });
    const told = (name: string, ...kinds: string[]) => kinds.map((part) => ({ store: 'door', type: name, part }));
    expect(parts).toEqual([...told('open', 'payload', 'state', 'event', 'reply', 'payload', 'error'), ...told('slow', 'state', 'error')]);
  });

  it('by a function is not asked for what is not there', () => {
    const store = createStore({ state: 0, commands: { add: (n, by: number = 1) => n + by } });
    const recorder = recordTrace(store, { sanitize: () => 'hidden' });
    store.ask.add();
    expect(recorder.rows[0]).toMatchObject({ payload: undefined, reply: undefined, error: undefined, commits: [{ view: 'hidden' }] });
  });

  it('by a function that throws hides all', () => {
    expect(shown('1234', { sanitize: () => { throw new Error('no'); } })).toBe('[redacted]');
  });

  it('by both: the names count for what the function gives', () => {
    expect(shown('x', { redact: ['pin'], sanitize: (part) => part === 'x' ? { pin: 1, user: 2 } : part })).toEqual({ pin: '[redacted]', user: 2 });
  });
});
