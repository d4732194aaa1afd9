/** What persist refuses at once: each option, stores that can't be kept, storages that are none. */
import { createStore } from 'ownstate';
import { persist, replaceable } from 'ownstate/app';
import { describe, expect, it } from 'vitest';
import { settings, shelf } from './support.js';

const MS = 'a number of milliseconds from 0 to 2147483647';
const PATIENCE = 'a positive number of milliseconds to 2147483647, or Infinity';

const rows: [field: string, value: unknown, expected: string][] = [
  ...[null, 5, '', {}].map((value): typeof rows[number] => ['key', value, 'a text, for a store without a name of its own']),
  ...[null, -1, 1.5, NaN, Infinity, '1'].map((value): typeof rows[number] => ['version', value, 'an integer from 0 on']),
  ...[null, -1, NaN, Infinity, 2 ** 31, '5'].map((value): typeof rows[number] => ['throttle', value, MS]),
  ...[null, 0, -1, NaN, 2 ** 31, '5'].map((value): typeof rows[number] => ['patience', value, PATIENCE]),
  ...['migrate', 'pick', 'merge', 'onError'].flatMap((field) => [null, 5, {}].map((value): typeof rows[number] => [field, value, 'a function'])),
  ...[null, 0, 'on'].map((value): typeof rows[number] => ['crossTab', value, 'true or false']),
  ...[null, 5, 'page'].map((value): typeof rows[number] => ['page', value, 'an object']),
  ...[null, 5].map((value): typeof rows[number] => ['scheduler', value, 'an object']),
  ...['yaml', ''].map((value): typeof rows[number] => ['format', value, 'one of json, plain']),
  ...[null, 5].map((value): typeof rows[number] => ['format', value, 'an object']),
];

describe('persist', () => {
  it.each(rows)('refuses %s of %o: expected %s', (field, value, expected) => {
    expect(() => persist(settings(), shelf(), { [field]: value } as object)).toThrow(TypeError);
    expect(() => persist(settings(), shelf(), { [field]: value } as object)).toThrow(`Expected \`${field}\` to be ${expected}, got `);
  });

  it('takes the longest time that a timer takes', async () => {
    await persist(settings(), shelf(), { throttle: 2 ** 31 - 1, patience: 2 ** 31 - 1, page: {} }).stop();
  });

  it.each<[unknown, string]>([
    [{ read: () => 1 }, 'format.write'],
    [{ write: () => 1, read: 5 }, 'format.read'],
  ])('refuses the format %o', (format, field) => {
    expect(() => persist(settings(), shelf(), { format } as object)).toThrow(`Expected \`${field}\` to be a function, got `);
  });

  it.each([null, 5, 'options'])('refuses options of %o', (options) => {
    expect(() => persist(settings(), shelf(), options as never)).toThrow('Expected `options` to be an object, got ');
  });

  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['no store', {}],
    ['what has `replace`, and is no store', { ask: { replace: () => 0 } }],
    ['a store without `replace`', createStore({ state: 0, commands: { add: (n) => n + 1 } })],
  ])('refuses %s', (_what, store) => {
    expect(() => persist(store as never, shelf())).toThrow('Expected `store` to be a store whose definition is `replaceable`, got ');
  });

  it('refuses a store without a name of its own, unless there is a key', async () => {
    const nameless = createStore(replaceable({ state: 0, commands: { add: (n) => n + 1 } }));
    expect(() => persist(nameless, shelf())).toThrow("Expected `key` to be a text, for a store without a name of its own, got 'store'");
    await persist(nameless, shelf(), { key: 'store', page: {} }).stop();
  });

  it('refuses a store without a view', () => {
    const seats = createStore(replaceable({ name: 'seats', state: () => new Set<string>(), commands: { take: (set, seat: string) => set.add(seat) } }));
    expect(() => persist(seats, shelf())).toThrow('Expected `view` to be a function');
  });

  it.each(['getItem', 'setItem', 'removeItem'])('refuses a storage without %s', (name) => {
    expect(() => persist(settings(), { ...shelf(), [name]: undefined })).toThrow(`Expected \`storage.${name}\` to be a function, got undefined`);
  });

  it.each([5, 'localStorage', true])('refuses a storage of %o', (storage) => {
    expect(() => persist(settings(), storage as never)).toThrow('Expected `storage` to be an object, got ');
  });

  it('leaves nothing behind when it refuses', () => {
    const store = settings();
    const storage = shelf();
    expect(() => persist(store, storage, { throttle: -1 })).toThrow(TypeError);
    expect([storage.log, store.status().handled]).toEqual([[], 0]);
  });
});
