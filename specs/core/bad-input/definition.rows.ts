/** Bad definitions: what `createStore` refuses, and what it takes. */
import { reply, UnknownCommandError } from 'ownstate';
import { a, fails, gives, refusal, throws, very, type Row } from './row.js';
import { boom, elsewhere, errors, megabyte, names, notFunctions, notObjects, notPositive, raise, revoked, trap } from './values.js';

const touch = (state: unknown) => state;
const fields = ['name', 'state', 'commands', 'queries', 'ticks', 'view'];
const refused = (...of: Parameters<typeof refusal>) => throws(refusal(...of));

export const definitions: readonly Row[] = [
  { what: 'undefined', definition: () => undefined, out: refused('definition', 'an object', 'undefined') },
  ...notObjects.map(([what, value, shown]): Row => ({ what, definition: () => value, out: refused('definition', 'an object', shown) })),
  { what: 'a revoked proxy', definition: () => revoked(), out: throws(a(TypeError)) },
  { what: 'an array', definition: () => [], out: refused('commands', 'at least one handler', 'undefined') },
  { what: 'a field that nothing knows', definition: { polices: {} }, out: gives(undefined) },
  ...fields.map((field): Row => (
    { what: `a getter \`${field}\` that throws`, definition: (usual) => trap(field, usual), out: throws(very(boom)) }
  )),
  { what: 'a getter of a command that throws', definition: { commands: trap('go', { touch }) }, out: throws(very(boom)) },
  { what: 'a getter of a query that throws', definition: { queries: trap('get', {}) }, out: throws(very(boom)) },
  { what: 'a getter of a tick that throws', definition: { ticks: trap('go', {}) }, out: throws(very(boom)) },
  ...['state', 'commands', 'queries', 'ticks'].map((field): Row => (
    { what: `a revoked proxy as \`${field}\``, definition: { [field]: revoked() }, out: throws(a(TypeError)) }
  )),
  {
    what: 'a revoked proxy as `view`', definition: { view: revoked(() => 0) }, act: ({ store }) => store.snapshot(),
    out: throws(a(TypeError, /revoked/)),
  },
];

export const storeNames: readonly Row[] = [
  ...([[5, '5'], [null, 'null'], [Symbol('s'), 'Symbol(s)'], [{ toString: raise() }, '[object Object]'], [revoked(), /./]] as const)
    .map(([name, shown]): Row => ({
      what: `of another kind: ${String(shown)}`, definition: { name }, out: refused('name', 'a string', shown),
    })),
  ...names.map(([what, name]): Row => ({
    what, definition: { name }, act: ({ store }) => [store.name, store.status().name, store.client.name],
    out: gives([name, name, name]), counts: { handled: 0 },
  })),
];

export const states: readonly Row[] = [
  ...([['a promise', Promise.resolve(0)], ['a promise of another realm', elsewhere('Promise.resolve(0)')]] as const)
    .map(([what, state]): Row => ({ what, definition: { state }, out: refused('state', 'at hand', '[object Promise]') })),
  {
    what: 'a maker of a promise of another realm', definition: { state: () => elsewhere('Promise.resolve(0)') },
    out: refused('state', 'at hand', '[object Promise]'),
  },
  { what: 'a getter `then` that throws', definition: { state: trap('then', {}) }, out: throws(very(boom)) },
  { what: 'a maker of a revoked proxy', definition: { state: () => revoked() }, out: throws(a(TypeError)) },
  ...errors.map(([what, error]): Row => ({
    what: `a maker that throws ${what}`, definition: { state: raise(error) }, out: throws(very(error)),
  })),
  ...([['undefined', undefined], ['null', null], ['NaN', NaN], ['-0', -0], ['2^53 + 2', 2 ** 53 + 2], ['a bigint', 1n], ['a symbol', Symbol.iterator],
    ['a megabyte', megabyte], ['an object without a prototype', Object.create(null) as unknown],
    ['an object whose `then` is no function', { then: 5 }],
    ['an object of another realm', elsewhere('({ list: [1] })')],
    ['an own __proto__', JSON.parse('{"__proto__":{"polluted":true}}') as unknown],
  ] as const).map(([what, state]): Row => ({
    what: `${what} is a state`, definition: { state }, act: ({ store }) => [store.snapshot()], out: gives([state]),
    counts: { handled: 0 }, state,
  })),
  {
    what: 'a Map of another realm has no view of its own',
    definition: { state: () => elsewhere('new Map()'), queries: { peek: () => 0 } },
    act: ({ store }) => store.snapshot(),
    out: throws(a(TypeError, 'Expected `view` to be a function, for a state that is mutated in place, got undefined')),
  },
  {
    what: 'a getter that throws is no reason to refuse a state',
    definition: { state: () => trap('value', {}), queries: { peek: () => 0 } },
    act: ({ store }) => Object.keys(store.snapshot() as object), out: gives(['value']), counts: { handled: 0 },
  },
];

export const tables: readonly Row[] = [
  ...([['undefined', undefined, 'undefined'], ['null', null, 'null'], ['a number', 5, '5'], ['an empty array', [], '[object Array]'],
    ['a Map', new Map([['go', touch]]), '[object Map]'],
    ['inherited commands', Object.create({ go: touch }) as unknown, '[object Object]'],
    ['commands by symbol', { [Symbol('go')]: touch }, '[object Object]'],
    ['commands that cannot be listed', Object.defineProperty({}, 'go', { value: touch }), '[object Object]'],
    ['an instance whose class has methods', new (class { go() { return 0; } })(), '[object Object]'],
  ] as const).map(([what, commands, shown]): Row => (
    { what: `${what} as commands`, definition: { commands }, out: refused('commands', 'at least one handler', shown) }
  )),
  { what: 'a text as commands', definition: { commands: 'go' }, out: refused('0', 'a function', "'g'") },
  ...notFunctions.flatMap(([what, value, shown]): Row[] => [
    {
      what: `${what} as a command`, definition: (usual) => ({ ...usual, commands: { go: value } }),
      out: refused('go', 'a function', shown),
    },
    { what: `${what} as a query`, definition: { queries: { get: value } }, out: refused('get', 'a function', shown) },
    { what: `${what} as the view`, definition: { view: value }, out: refused('view', 'a function', shown) },
  ]),
  ...['queries', 'ticks'].flatMap((field) => notObjects.map(([what, value, shown]): Row => (
    { what: `${what} as ${field}`, definition: { [field]: value }, out: refused(field, 'an object', shown) }
  ))),
  { what: 'anything as events', definition: { events: 5 }, out: gives(undefined) },
  ...notPositive.map(([what, value, shown]): Row => (
    { what: `a tick every ${what}`, definition: { ticks: { go: value } }, out: refused('go', 'a positive number', shown) }
  )),
  ...([['half a millisecond', 0.5, 20], ['2^53 + 2', 2 ** 53 + 2, 0], ['Infinity', Infinity, 0]] as const).map(([what, period, ticks]): Row => (
    {
      what: `a tick every ${what} is taken`, definition: { ticks: { go: period } },
      act: ({ store, pass }) => (pass(10), store.status().handled), out: gives(ticks), counts: { handled: ticks === 0 ? 0 : 22 },
    }
  )),
  ...names.filter(([, name]) => name !== 'go').flatMap(([what, name]): Row[] => [
    {
      what: `a command named ${what}`,
      definition: (usual) => ({ ...usual, commands: { ...usual.commands, [name]: (_state: unknown, by: unknown) => reply(by, [by]) } }),
      act: ({ store }) => {
        const ask = store.ask as unknown as Record<string, (by: number) => PromiseLike<unknown>>;
        const tell = store.tell as unknown as Record<string, (by: number) => void>;
        tell[name]?.(1);
        store.commands$.next({ type: name, payload: 2 } as never);
        return Promise.all([ask[name]?.(3), store.send({ type: name, payload: 4 } as never)]);
      },
      out: gives([[3], [4]]), counts: { handled: 4 }, state: 4,
    },
    {
      what: `a query named ${what}`,
      definition: (usual) => ({ ...usual, queries: { ...usual.queries, [name]: (state: unknown) => [state] } }),
      act: ({ store }) => {
        const ask = store.ask as unknown as Record<string, () => PromiseLike<unknown>>;
        return Promise.all([ask[name]?.(), store.send({ type: name } as never)]);
      },
      out: gives([[0], [0]]), counts: { handled: 2 },
    },
    {
      what: `a tick named ${what}`,
      definition: (usual) => ({ ...usual, commands: { ...usual.commands, [name]: () => 9 }, ticks: { [name]: 3 } }),
      act: ({ pass }) => pass(3), out: gives(undefined), state: 9,
    },
    {
      what: `a tick named ${what}, without such a command`, definition: { ticks: { [name]: 3 } },
      out: refused('ticks', 'for one of echo, go', `'${name}'`),
    },
  ]),
  {
    what: 'a command by symbol beside others is none',
    definition: (usual) => ({ ...usual, commands: { ...usual.commands, [Symbol.iterator]: touch } }),
    act: ({ store }) => store.send({ type: Symbol.iterator } as never), out: fails(a(UnknownCommandError)),
    counts: { handled: 0, failed: 0 },
  },
];
