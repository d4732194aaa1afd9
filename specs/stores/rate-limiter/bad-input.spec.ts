/** Every payload field of every command, and every option, wrong in every way: a clear error, and nothing changed. */
import { createRateLimiter, defineRateLimiter, InvalidPayloadError, RefusedError, type RateLimiterDump } from 'ownstate/stores';
import { describe, expect, it } from 'vitest';

const OBJECTS: readonly unknown[] = [undefined, null, 5, 'ann', true, Symbol('payload'), () => ({ key: 'ann' })];
const KEYS: readonly unknown[] = [undefined, null, NaN, Infinity, -Infinity, true, {}, [], 5n, Symbol('key'), () => 'ann'];
const TOKENS: readonly unknown[] = [null, NaN, Infinity, -Infinity, -1, 0.5, 2 ** 53, '1', true, {}, 1n];
const TTLS: readonly unknown[] = [undefined, null, NaN, 0, -0, -1, -Infinity, '5', true, {}, 5n];
const DEADLINES: readonly unknown[] = [null, NaN, -1, -Infinity, '5', true, {}, 5n];
const LIMITS: readonly unknown[] = [null, NaN, -1, -Infinity, 1.5, 2 ** 53, 2 ** 51, '5', true, {}, 5n];
const REFILLS: readonly unknown[] = [null, NaN, Infinity, -1, 0.5, 2 ** 53, '1', true, {}, 1n];
const EVERIES: readonly unknown[] = [null, NaN, Infinity, 0, -1, 0.5, 2 ** 53, '1', true, {}, 1n];
const NAMES: readonly unknown[] = [null, 5, '', 'other', {}, true];

/** [command, what makes its payload of a bad value, bad values, field of the error] */
const ROWS: readonly (readonly [type: string, payload: (value: unknown) => unknown, values: readonly unknown[], field: string])[] = [
  ...['allow', 'wait', 'refund', 'peek'].flatMap((type) => [
    [type, (value: unknown) => value, OBJECTS, 'payload'] as const,
    [type, (key: unknown) => ({ key }), KEYS, 'key'] as const,
    [type, (tokens: unknown) => ({ key: 'ann', tokens }), TOKENS, 'tokens'] as const,
  ]),
  ['wait', (deadline) => ({ key: 'ann', deadline }), DEADLINES, 'deadline'],
  ['block', (value) => value, OBJECTS, 'payload'],
  ['block', (key) => ({ key, ttl: 5 }), KEYS, 'key'],
  ['block', (ttl) => ({ key: 'ann', ttl }), TTLS, 'ttl'],
  ['setLimit', (value) => value, OBJECTS, 'payload'],
  ['setLimit', (key) => ({ key, limit: 5 }), KEYS, 'key'],
  ['setLimit', (name) => ({ key: 'ann', name }), NAMES, 'name'],
  ['setLimit', (limit) => ({ key: 'ann', limit }), LIMITS, 'limit'],
  ['setLimit', (refill) => ({ key: 'ann', refill }), REFILLS, 'refill'],
  ['setLimit', (every) => ({ key: 'ann', every }), EVERIES, 'every'],
  ...['reset', 'unblock', 'clearLimit', 'status'].map((type) => [type, (key: unknown) => key, KEYS, 'key'] as const),
];

const shown = (value: unknown) => typeof value === 'symbol' || typeof value === 'function' || typeof value === 'bigint' ? String(value) : JSON.stringify({ value });

const cases = ROWS.flatMap(([type, payload, values, field]) => values.map((value) => [type, field, shown(value), payload(value)] as const));

/** A limiter in use, at a time that stands still. */
function make() {
  // What is scheduled is nothing that these specs wait for.
  const scheduler = { now: () => 0, schedule: () => ({ unsubscribe: () => undefined }) as never };
  const limiter = createRateLimiter({ scheduler });
  limiter.tell.allow({ key: 'ann', tokens: 9 });
  limiter.tell.setLimit({ key: 'bob', limit: 5 });
  limiter.tell.block({ key: 'eve', ttl: 100 });
  return limiter;
}

describe('a payload', () => {
  it.each(cases)('of %s with the %s %s is refused, and nothing changes', async (type, field, _shown, payload) => {
    const limiter = make();
    const before = [await limiter.ask.stats(), await limiter.ask.dump()];
    const events: unknown[] = [];
    limiter.events$.subscribe((event) => events.push(event));

    const error: unknown = await limiter.send({ type, payload } as never).then(() => undefined, (reason: unknown) => reason);
    expect(error).toBeInstanceOf(InvalidPayloadError);
    expect(error).toBeInstanceOf(RefusedError);
    expect(error).toMatchObject({ code: 'INVALID_PAYLOAD', field, message: expect.stringMatching(new RegExp(`^Expected \`${field}\` to be .+, got .+`)) as string });
    expect([await limiter.ask.stats(), await limiter.ask.dump()]).toEqual(before);
    expect(events).toEqual([]);
  });

  it('goes through every command and query that takes one', () => {
    const { commands, queries } = defineRateLimiter();
    const types = [...Object.keys(commands), ...Object.keys(queries)].filter((type) => !['serve', 'sweep', 'stats', 'dump'].includes(type));
    expect([...new Set(ROWS.map(([type]) => type))].sort()).toEqual(types.sort());
  });

  it('is left as it is', async () => {
    const limiter = make();
    const payload = Object.freeze({ key: 'ann', tokens: 1 });
    for (const type of ['allow', 'peek', 'refund', 'wait'] as const) await limiter.ask[type](payload);
  });
});

it('what is done twice, or to a key that nobody knows, is no error', async () => {
  const limiter = make();
  const twice = async (what: () => PromiseLike<unknown>) => [await what(), await what()];
  expect(await twice(() => limiter.ask.reset('ann'))).toEqual([true, false]);
  expect(await twice(() => limiter.ask.unblock('eve'))).toEqual([true, false]);
  expect(await twice(() => limiter.ask.clearLimit('bob'))).toEqual([true, false]);
  expect(await twice(() => limiter.ask.reset('nobody'))).toEqual([false, false]);
  expect(await twice(() => limiter.ask.serve())).toEqual([0, 0]);
  expect(await twice(() => limiter.ask.sweep())).toEqual([0, 0]);
});

it('after shutdown every command and query fails with StoreClosedError, also one with a bad payload', async () => {
  const { commands, queries } = defineRateLimiter();
  const limiter = make();
  await limiter.shutdown();
  for (const type of [...Object.keys(commands), ...Object.keys(queries)]) {
    await expect(limiter.send({ type, payload: { key: 'ann' } } as never)).rejects.toMatchObject({ code: 'STORE_CLOSED', started: false });
  }
});

describe('an option', () => {
  const dump: RateLimiterDump = { kind: 'rate-limiter', version: 1, at: 0, limits: [{ name: 'default', limit: 10, refill: 1, every: 1000 }], keys: [] };
  const key = (fields: object) => ({ ...dump, keys: [{ key: 'ann', lack: [5], ...fields }] });

  const rows: readonly (readonly [options: unknown, message: string])[] = [
    ...[null, 5, 'x'].map((options) => [options, '`options` to be an object'] as const),
    ...LIMITS.map((limit) => [{ limit }, '`limit` to be'] as const),
    ...REFILLS.map((refill) => [{ refill }, '`refill` to be an integer from 0 on'] as const),
    ...EVERIES.map((every) => [{ every }, '`every` to be a positive integer of milliseconds'] as const),
    [{ limit: 2 ** 40, every: 4096 }, `\`limit\` to be at most ${2 ** 39}, for \`every\` of 4096 ms, got ${2 ** 40}`],
    ...[null, [], {}, 'x'].map((limits) => [{ limits }, '`limits` to be an array of one or more'] as const),
    [{ limits: [{ limit: 5 }], limit: 5 }, '`limits` to be an array of one or more, without `limit`'],
    [{ limits: [null] }, '`limits[0]` to be an object'],
    [{ limits: [{ limit: 5 }, { limit: -1 }] }, '`limits[1].limit` to be an integer from 0 on, or Infinity, got -1'],
    [{ limits: [{ name: 'ä' }] }, '`limits[0].name` to be a text of printable ASCII'],
    [{ limits: [{}, {}] }, "`limits` to be limits with a name of its own each, got 'default, default'"],
    ...[null, 0, -1, 1.5, NaN, '5'].flatMap((value) => [
      [{ maxKeys: value }, '`maxKeys` to be a positive integer, or Infinity'] as const,
      [{ maxWaiting: value }, '`maxWaiting` to be a positive integer, or Infinity'] as const,
    ]),
    ...[null, 0, -1, NaN, Infinity, '5'].map((sweep) => [{ sweep }, '`sweep` to be a positive number of milliseconds'] as const),
    ...[null, 5, 'dump'].map((restore) => [{ restore }, '`restore` to be an object'] as const),
    [{ restore: { ...dump, kind: 'cache' } }, "`restore.kind` to be 'rate-limiter', got 'cache'"],
    [{ restore: { ...dump, version: 2 } }, '`restore.version` to be 1, got 2'],
    [{ restore: { ...dump, at: NaN } }, '`restore.at` to be a time in milliseconds'],
    [{ restore: { ...dump, limits: null } }, '`restore.limits` to be an array of limits'],
    [{ restore: { ...dump, limits: [5] } }, '`restore.limits[0]` to be an object'],
    [{ restore: { ...dump, limits: [{ name: 'a', limit: 1, refill: 0.5, every: 1 }] } }, '`restore.limits[0].refill` to be'],
    ...['name', 'limit', 'refill', 'every'].map((field) => [
      { restore: { ...dump, limits: [{ name: 'a', limit: 1, refill: 1, every: 1, [field]: undefined }] } }, `\`restore.limits[0].${field}\` to be there, got undefined`,
    ] as const),
    [{ restore: { ...dump, keys: null } }, '`restore.keys` to be an array'],
    [{ restore: { ...dump, keys: [null] } }, '`restore.keys[0]` to be an object'],
    [{ restore: key({ key: NaN }) }, '`restore.keys[0].key` to be a string or a number'],
    [{ restore: key({ lack: [] }) }, '`restore.keys[0].lack` to be an integer from 0 on for each limit'],
    [{ restore: key({ lack: [-1] }) }, '`restore.keys[0].lack` to be'],
    [{ restore: key({ lack: [0.5] }) }, '`restore.keys[0].lack` to be'],
    [{ restore: key({ limits: [] }) }, '`restore.keys[0].limits` to be an array of limits'],
    [{ restore: key({ blockedFor: 0 }) }, '`restore.keys[0].blockedFor` to be a positive number of milliseconds, or null'],
    [{ restore: { ...dump, keys: [{ key: 'ann', lack: [1] }, { key: 'ann', lack: [1] }] } }, '`restore.keys[1].key` to be a string or a number, another one each time'],
    [{ timeout: 0 }, '`timeout`'],
  ];

  it.each(rows)('of %o is refused', (options, message) => {
    let error: unknown;
    try {
      createRateLimiter(options as never);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(TypeError);
    expect((error as TypeError).message).toContain(`Expected ${message}`);
  });
});
