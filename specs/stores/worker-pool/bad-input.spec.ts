/** What a worker pool refuses: each field of each command, each option; and that nothing has changed then. */
import { StoreClosedError } from 'ownstate';
import { createWorkerPool, defineWorkerPool, InvalidPayloadError, WorkerNotFoundError, type WorkerPool } from 'ownstate/stores';
import { NEVER } from 'rxjs';
import { describe, expect, it } from 'vitest';

const integers: [unknown, string][] = [
  ['1', "'1'"], [NaN, 'NaN'], [Infinity, 'Infinity'], [-Infinity, '-Infinity'], [1.5, '1.5'], [2 ** 53, '9007199254740992'], [null, 'null'],
  [true, 'true'], [1n, '1'], [{}, '[object Object]'],
];
const most = Number.MAX_SAFE_INTEGER;

type Row = readonly [command: string, payload: unknown, message: string, field: string];
const rows: readonly Row[] = [
  ...[undefined, null, 5, 'task', true].map((payload): Row =>
    ['submit', payload, `Expected \`payload\` to be an object, got ${typeof payload === 'string' ? `'${payload}'` : String(payload)}`, 'payload']),
  ['submit', {}, 'Expected `task` to be there, got undefined', 'task'],
  ...integers.map(([priority, shown]): Row =>
    ['submit', { task: 1, priority }, `Expected \`priority\` to be an integer from ${-most} to ${most}, got ${shown}`, 'priority']),
  ...([['1', "'1'"], [NaN, 'NaN'], [0, '0'], [-1, '-1'], [-Infinity, '-Infinity'], [null, 'null'], [{}, '[object Object]']] as const).map(([taskTimeout, shown]): Row =>
    ['submit', { task: 1, taskTimeout }, `Expected \`taskTimeout\` to be a positive number of milliseconds, or Infinity, got ${shown}`, 'taskTimeout']),
  ...[undefined, null, '1', true].map((payload): Row =>
    ['remove', payload, `Expected \`payload\` to be an object, got ${typeof payload === 'string' ? `'${payload}'` : String(payload)}`, 'payload']),
  ...[NaN, Infinity, 1.5, 2 ** 53, 0, -1].map((payload): Row =>
    ['remove', payload, `Expected \`id\` to be an integer from 1 to ${most}, got ${payload}`, 'id']),
  ...[...integers, [undefined, 'undefined'], [0, '0'], [-1, '-1']].map(([id, shown]): Row =>
    ['remove', { id }, `Expected \`id\` to be an integer from 1 to ${most}, got ${String(shown)}`, 'id']),
  ...([[1, '1'], ['yes', "'yes'"], [null, 'null']] as const).map(([force, shown]): Row =>
    ['remove', { id: 1, force }, `Expected \`force\` to be a boolean, got ${shown}`, 'force']),
  ...[...integers, [undefined, 'undefined'], [-1, '-1'], [11, '11'], [1e9, '1000000000']].map(([size, shown]): Row =>
    ['resize', size, `Expected \`size\` to be an integer from 0 to 10, got ${String(shown)}`, 'size']),
  ...[null, 5, 'all', true].map((payload): Row =>
    ['clear', payload, `Expected \`payload\` to be an object, got ${typeof payload === 'string' ? `'${payload}'` : String(payload)}`, 'payload']),
  ...([[1, '1'], ['yes', "'yes'"], [null, 'null']] as const).map(([running, shown]): Row =>
    ['clear', { running }, `Expected \`running\` to be a boolean, got ${shown}`, 'running']),
];

/** One task runs, two wait. */
function busyPool(): WorkerPool<unknown, unknown> {
  const pool = createWorkerPool<unknown, unknown>({ size: 1, maxWorkers: 10, work: () => NEVER });
  for (const task of ['runs', 'a', 'b']) pool.ask.submit({ task }).subscribe({ error: () => undefined });
  return pool;
}

const seen = async (pool: WorkerPool<unknown, unknown>) => {
  const { paused, queued } = await pool.ask.dump();
  return { dump: { paused, queued }, stats: await pool.ask.stats(), status: await pool.ask.status() };
};

/** Untyped, as JavaScript sends it. */
const send = (pool: WorkerPool<unknown, unknown>, type: string, payload: unknown) =>
  Promise.resolve(pool.send({ type, payload } as never) as PromiseLike<unknown>);

describe('a payload', () => {
  it.each(rows)('%s %o is refused: %s', async (command, payload, message, field) => {
    const pool = busyPool();
    const before = await seen(pool);
    const error: unknown = await send(pool, command, payload).then(undefined, (thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(InvalidPayloadError);
    expect(error).toMatchObject({ message, field, code: 'INVALID_PAYLOAD' });
    expect(await seen(pool)).toEqual(before);
  });

  it('that no command takes is no payload', async () => {
    const pool = busyPool();
    expect(await send(pool, 'add', { id: 7 })).toBe(2);
    expect(await send(pool, 'pause', 'now')).toBe(true);
    expect(await send(pool, 'resume', null)).toBe(true);
  });

  it('is not changed', async () => {
    const pool = createWorkerPool({ size: 1, work: (task: object) => Object.keys(task) });
    const payload = Object.freeze({ task: Object.freeze({ a: 1 }), priority: 3 });
    expect(await pool.ask.submit(payload)).toEqual(['a']);
  });
});

describe('twice, too late, and unasked', () => {
  it('an unknown worker, and one that is gone, are refused', async () => {
    const pool = busyPool();
    const before = await seen(pool);
    for (const id of [2, most]) {
      await expect(send(pool, 'remove', id)).rejects.toEqual(new WorkerNotFoundError(id));
      await expect(send(pool, 'remove', { id, force: true })).rejects.toEqual(new WorkerNotFoundError(id));
    }
    expect(await seen(pool)).toEqual(before);
  });

  it.each([['land', undefined], ['land', true], ['land', 'x'], ['expire', undefined]])('%s %o from outside changes nothing', async (command, payload) => {
    const pool = busyPool();
    const before = await seen(pool);
    await send(pool, command, payload);
    expect(await seen(pool)).toEqual(before);
  });

  it.each(rows)('%s %o after the shutdown gets the store\'s own error', async (command, payload) => {
    const pool = createWorkerPool<unknown, unknown>({ work: () => 1 });
    await pool.shutdown();
    await expect(send(pool, command, payload)).rejects.toBeInstanceOf(StoreClosedError);
  });
});

describe('an option', () => {
  const counts = (name: string, least: number, values: readonly unknown[] = []): [object, string][] =>
    [...integers.map(([value]) => value), ...values, least - 1].map((value) => [{ [name]: value }, `Expected \`${name}\` to be an integer from ${least}`]);
  const dump = { kind: 'worker-pool', version: 1, at: 0, paused: false, queued: [] };
  const queued = (each: unknown) => ({ restore: { ...dump, queued: [each] } });
  const options: [object | null, string][] = [
    ...counts('size', 0), ...counts('maxWorkers', 1), ...counts('maxQueue', 0), ...counts('remember', 0),
    [{ size: 5, maxWorkers: 4 }, 'Expected `size` to be an integer from 0 to 4, got 5'],
    ...['drop-newest', 1, null].map((overflow): [object, string] => [{ overflow }, 'Expected `overflow` to be one of reject, drop-oldest']),
    ...['1', NaN, 0, -1, null].map((taskTimeout): [object, string] => [{ taskTimeout }, 'Expected `taskTimeout` to be a positive number of milliseconds']),
    [{ onHandlerError: 'reset' }, 'Expected `onHandlerError` to be \'keep\' or \'stop\''],
    [{ work: undefined }, 'Expected `work` to be given, or else `thread`'],
    [{ thread: () => ({}) }, 'Expected `work` to be given, or else `thread`'],
    [{ work: 5 }, 'Expected `work` to be a function, got 5'],
    [{ work: undefined, thread: 5 }, 'Expected `thread` to be a function, got 5'],
    [{ timeout: 0 }, 'Expected `timeout`'],
    [{ restore: null }, 'Expected `restore` to be an object'],
    [{ restore: { ...dump, kind: 'cache' } }, 'Expected `restore.kind`'],
    [{ restore: { ...dump, version: 2 } }, 'Expected `restore.version`'],
    [{ restore: { ...dump, at: NaN } }, 'Expected `restore.at`'],
    [{ restore: { ...dump, paused: 1 } }, 'Expected `restore.paused` to be a boolean, got 1'],
    [{ restore: { ...dump, queued: {} } }, 'Expected `restore.queued` to be an array'],
    [queued(null), 'Expected `restore.queued[0]` to be an object, got null'],
    [queued({ task: 1, taskTimeout: 1 }), 'Expected `restore.queued[0].priority` to be an integer, got undefined'],
    [queued({ task: 1, priority: 0.5, taskTimeout: 1 }), 'Expected `restore.queued[0].priority` to be an integer, got 0.5'],
    [queued({ task: 1, priority: 0, taskTimeout: 0 }), 'Expected `restore.queued[0].taskTimeout` to be a positive number, got 0'],
  ];
  it.each(options)('%o is refused: %s', (option, message) => {
    for (const make of [createWorkerPool, defineWorkerPool]) {
      // The core's own options are checked where the store is made.
      if (make === defineWorkerPool && option !== null && 'timeout' in option) continue;
      const call = () => make({ work: () => 1, ...option });
      expect(call).toThrow(TypeError);
      expect(call).toThrow(message);
    }
  });

  it.each([undefined, null, 5])('as a whole: %o is refused', (options) => {
    expect(() => createWorkerPool(options as never)).toThrow('Expected `options` to be an object');
  });
});
