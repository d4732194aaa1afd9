/** Every payload field of every command, and every option, with what can't be worked with: a clear error, and nothing has changed. */
import { createTaskQueue, defineTaskQueue, InvalidPayloadError, RefusedError, type TaskQueueOptions } from 'ownstate/stores';
import { describe, expect, it } from 'vitest';

/** A queue with a task in each state; the tasks are called by it. */
async function make() {
  const queue = createTaskQueue<string>({ attempts: 1 });
  for (const id of ['completed', 'failed', 'cancelled', 'running', 'pending']) await queue.ask.enqueue({ task: id, id });
  const take = () => queue.ask.dequeue({ worker: 'ann' });
  await queue.ask.cancel('cancelled');
  await queue.ask.complete((await take())!);
  await queue.ask.fail((await take())!);
  return { queue, token: (await take())!.token };
}

const any = [undefined, null, 5, 'text', Symbol('s'), () => 1];
/** What is no object. */
const noObject = [undefined, null, 5, 'text', NaN, true];
const noString = [undefined, null, 5, NaN, true, {}, Symbol('s')];
const noDelay = [null, '5', NaN, Infinity, -Infinity, -1, {}, true];
const noWait = [null, '5', NaN, -Infinity, -1, {}, true];
const noDuration = [null, '5', NaN, 0, -1, -Infinity, {}, true];
const noCount = [null, '5', NaN, Infinity, 0, -1, 1.5, 2 ** 53, {}];
const noTime = [null, '5', NaN, Infinity, -Infinity, {}, true];

type Row = readonly [command: string, field: string, values: readonly unknown[], payload: (value: unknown) => unknown, expected: string];

const field = (name: string, rest: object) => (value: unknown) => ({ ...rest, [name]: value });
const leased = { id: 'running', token: 3 };
const leasedRows = (command: string, more: object = {}): Row[] => [
  [command, 'payload', noObject, (value) => value, 'an object'],
  [command, 'id', noString, field('id', { ...leased, ...more }), 'a string'],
  [command, 'token', [undefined, ...noCount], field('token', { ...leased, ...more }), 'an integer from 1 to 9007199254740991'],
];

const rows: readonly Row[] = [
  ['enqueue', 'payload', noObject, (value) => value, 'an object'],
  ['enqueue', 'task', [undefined], field('task', {}), 'anything but undefined'],
  ['enqueue', 'id', noString.slice(1), field('id', { task: 1 }), 'a string'],
  ['enqueue', 'priority', [null, '5', NaN, Infinity, 1.5, 2 ** 53, -(2 ** 53), {}], field('priority', { task: 1 }), 'an integer from -9007199254740991 to 9007199254740991'],
  ['enqueue', 'delay', noDelay, field('delay', { task: 1 }), 'a finite number of milliseconds, not negative'],
  ['enqueue', 'runAt', noTime, field('runAt', { task: 1 }), 'a time in milliseconds'],
  ['enqueue', 'runAt', [5], field('runAt', { task: 1, delay: 5 }), 'left out where there is a `delay`'],
  ['enqueue', 'attempts', noCount, field('attempts', { task: 1 }), 'an integer from 1 to 9007199254740991'],
  ['enqueue', 'runTimeout', noDuration, field('runTimeout', { task: 1 }), 'a positive number of milliseconds, or Infinity'],
  ['dequeue', 'payload', noObject, (value) => value, 'an object'],
  ['dequeue', 'worker', noString, field('worker', {}), 'a string'],
  ['dequeue', 'wait', noWait, field('wait', { worker: 'ann' }), 'a number of milliseconds, not negative, or Infinity'],
  ['dequeue', 'lease', noDuration, field('lease', { worker: 'ann' }), 'a positive number of milliseconds, or Infinity'],
  ...leasedRows('complete'),
  ...leasedRows('fail'),
  ['fail', 'delay', noDelay, field('delay', leased), 'a finite number of milliseconds, not negative'],
  ['fail', 'retry', [null, 'false', 0, {}], field('retry', leased), 'a boolean'],
  ...leasedRows('heartbeat'),
  ['heartbeat', 'wait', noWait, field('wait', leased), 'a number of milliseconds, not negative, or Infinity'],
  ...leasedRows('progress', { value: 1 }),
  ['progress', 'value', [undefined], field('value', leased), 'anything but undefined'],
  ['snooze', 'payload', noObject, (value) => value, 'an object'],
  ['snooze', 'id', noString, field('id', { delay: 5 }), 'a string'],
  ['snooze', 'token', noCount, field('token', { id: 'running', delay: 5 }), 'an integer from 1 to 9007199254740991'],
  ['snooze', 'delay', noDelay, field('delay', { id: 'pending' }), 'a finite number of milliseconds, not negative'],
  ['snooze', 'delay', [undefined], field('delay', { id: 'pending' }), 'given, or `runAt`'],
  ['snooze', 'runAt', noTime, field('runAt', { id: 'pending' }), 'a time in milliseconds'],
  ['snooze', 'runAt', [5], field('runAt', { id: 'pending', delay: 5 }), 'left out where there is a `delay`'],
  ['cancel', 'id', noString, (value) => value, 'a string'],
  ['retry', 'id', noString, (value) => value, 'a string'],
  ['redrive', 'payload', noObject.slice(1), (value) => value, 'an object'],
  ['redrive', 'limit', [...noCount, 10_001], field('limit', {}), 'an integer from 1 to 10000'],
  ['get', 'id', noString, (value) => value, 'a string'],
  ['deadLetters', 'payload', noObject.slice(1), (value) => value, 'an object'],
  ['deadLetters', 'limit', [...noCount, 10_001], field('limit', {}), 'an integer from 1 to 10000'],
  ['deadLetters', 'after', noString.slice(1), field('after', {}), 'a string'],
];

/** Sends what the types forbid. */
const send = (queue: { send: (message: never) => PromiseLike<unknown> }, type: string, payload: unknown) => queue.send({ type, payload } as never);

describe('a payload', () => {
  it.each(rows)('of `%s`: a `%s` that is none of its kind is refused', async (command, name, values, payload, expected) => {
    const { queue } = await make();
    const before = [await queue.ask.stats(), await queue.ask.dump()];
    for (const value of values) {
      const error = await send(queue, command, payload(value)).then(() => undefined, (reason: unknown) => reason);
      expect(error, String(value)).toBeInstanceOf(InvalidPayloadError);
      expect(error).toMatchObject({ code: 'INVALID_PAYLOAD', field: name });
      expect((error as Error).message).toMatch(`Expected \`${name}\` to be ${expected}, got `);
    }
    expect([await queue.ask.stats(), { ...await queue.ask.dump(), at: 0 }]).toEqual([before[0], { ...before[1], at: 0 }]);
  });

  it('has a row for each command and query that takes one', () => {
    const { commands, queries } = defineTaskQueue();
    const without = ['pause', 'resume', 'sweep', 'status', 'stats', 'dump'];
    const all = Object.keys({ ...commands, ...queries }).filter((name) => !without.includes(name));
    expect([...new Set(rows.map(([command]) => command))].sort()).toEqual(all.sort());
  });

  it('isn\'t changed', async () => {
    const { queue } = await make();
    const frozen = Object.freeze({ task: 'x', priority: 1, delay: 0, attempts: 2 });
    await queue.ask.enqueue(frozen);
    expect(frozen).toEqual({ task: 'x', priority: 1, delay: 0, attempts: 2 });
  });

  it('may be huge where that means something', async () => {
    const queue = createTaskQueue<string>({ attempts: 1 });
    await queue.ask.enqueue({ task: 'x'.repeat(1_000_000), delay: Number.MAX_VALUE / 2, priority: Number.MAX_SAFE_INTEGER, attempts: Number.MAX_SAFE_INTEGER });
    await queue.ask.enqueue({ task: 'y', id: 'y'.repeat(100_000), runAt: -Number.MAX_VALUE });
    expect(await queue.ask.status()).toMatchObject({ pending: 2, delayed: 1 });
    await queue.shutdown();
  });
});

describe('what isn\'t there, or stands elsewhere', () => {
  const refused: readonly (readonly [command: string, payload: unknown, code: string])[] = [
    ['complete', { id: 'nobody', token: 3 }, 'TASK_NOT_FOUND'],
    ['fail', { id: 'nobody', token: 3 }, 'TASK_NOT_FOUND'],
    ['heartbeat', { id: 'nobody', token: 3 }, 'TASK_NOT_FOUND'],
    ['progress', { id: 'nobody', token: 3, value: 1 }, 'TASK_NOT_FOUND'],
    ['snooze', { id: 'nobody', delay: 1 }, 'TASK_NOT_FOUND'],
    ['snooze', { id: 'nobody', token: 3, delay: 1 }, 'TASK_NOT_FOUND'],
    ['cancel', 'nobody', 'TASK_NOT_FOUND'],
    ['retry', 'nobody', 'TASK_NOT_FOUND'],
    ['deadLetters', { after: 'nobody' }, 'TASK_NOT_FOUND'],
    ...['pending', 'completed', 'failed', 'cancelled'].flatMap((id) => [
      ['complete', { id, token: 1 }, 'LEASE_LOST'],
      ['fail', { id, token: 2 }, 'LEASE_LOST'],
      ['heartbeat', { id, token: 3 }, 'LEASE_LOST'],
      ['progress', { id, token: 3, value: 1 }, 'LEASE_LOST'],
      ['snooze', { id, token: 3, delay: 1 }, 'LEASE_LOST'],
    ] as const),
    ['complete', { id: 'running', token: 2 }, 'LEASE_LOST'],
    ['complete', { id: 'running', token: 4 }, 'LEASE_LOST'],
    ...['completed', 'failed', 'cancelled'].map((id) => ['cancel', id, 'TASK_STATE'] as const),
    ...['completed', 'pending', 'running'].map((id) => ['retry', id, 'TASK_STATE'] as const),
    ...['completed', 'failed', 'cancelled', 'running'].map((id) => ['snooze', { id, delay: 1 }, 'TASK_STATE'] as const),
    ...['completed', 'pending', 'running', 'cancelled'].map((after) => ['deadLetters', { after }, 'TASK_STATE'] as const),
  ];

  it.each(refused)('`%s` of %o fails with %s', async (command, payload, code) => {
    const { queue, token } = await make();
    expect(token).toBe(3);
    const before = [await queue.ask.stats(), (await queue.ask.dump()).tasks];
    const error = await send(queue, command, payload).then(() => undefined, (reason: unknown) => reason);
    expect(error).toBeInstanceOf(RefusedError);
    expect(error).toMatchObject({ code });
    expect([await queue.ask.stats(), (await queue.ask.dump()).tasks]).toEqual(before);
  });

  it('an unknown command is refused', async () => {
    const { queue } = await make();
    await expect(send(queue, '__proto__', {})).rejects.toMatchObject({ code: 'UNKNOWN_COMMAND' });
  });
});

describe('a source of ids', () => {
  it.each([
    ['gives what is no string', () => 5 as never, "Expected `ids` to be a source of new ids, each a string, got 5"],
    ['gives one that is held', () => 'x', "Expected `ids` to be a source of new ids, each a string, got 'x'"],
    ['throws', () => { throw new RangeError('out of ids'); }, 'out of ids'],
  ])('that %s fails the command, and the queue is as it was', async (_what, ids, message) => {
    const queue = createTaskQueue<string>({ ids });
    await queue.ask.enqueue({ task: 'x', id: 'x' });
    await expect(queue.ask.enqueue({ task: 'y' })).rejects.toThrow(message);
    expect(await queue.ask.stats()).toMatchObject({ pending: 1, enqueued: 1 });
  });
});

describe('an option', () => {
  const positive = 'a positive integer';
  it.each([
    ['name', [5, null], 'a string'],
    ['attempts', [0, -1, 1.5, NaN, '3', null], positive],
    ['losses', [0, -1, 1.5, NaN, '3', null], positive],
    ['maxTasks', [0, -1, 1.5, Infinity, '3', null], positive],
    ['runTimeout', [0, -1, NaN, '5', null], 'a positive number'],
    ['lease', [0, -1, NaN, '5', null], 'a positive number'],
    ['sweep', [0, -1, NaN, Infinity, '5', null], 'a positive, finite number'],
    ['ids', ['x', 5, null], 'a function'],
    ['random', ['x', 5], 'a function'],
    ['backoff', [5, null], 'an object'],
    ['retain', [5, null], 'an object'],
    ['restore', [5, null], 'an object'],
    ['timeout', [0, -1, NaN], 'a positive number'],
    ['onHandlerError', ['reset'], '\'keep\' or \'stop\''],
  ])('`%s` that can\'t be worked with is refused', (name, values, expected) => {
    for (const value of values) {
      expect(() => createTaskQueue({ [name]: value }), String(value)).toThrow(TypeError);
      expect(() => createTaskQueue({ [name]: value })).toThrow(`Expected \`${name}\` to be ${expected}`);
    }
  });

  it.each([
    [{ backoff: { base: -1 } }, 'Expected `backoff.base` to be a finite number from 0 on, got -1'],
    [{ backoff: { base: NaN } }, 'Expected `backoff.base` to be a finite number from 0 on, got NaN'],
    [{ backoff: { factor: 0.5 } }, 'Expected `backoff.factor` to be a finite number from 1 on, got 0.5'],
    [{ backoff: { max: Infinity } }, 'Expected `backoff.max` to be a finite number from 0 on, got Infinity'],
    [{ backoff: { jitter: 1.1 } }, 'Expected `backoff.jitter` to be a number from 0 to 1, got 1.1'],
    [{ backoff: { jitter: NaN } }, 'Expected `backoff.jitter` to be a number from 0 to 1, got NaN'],
    [{ backoff: { jitter: '0.5' } }, "Expected `backoff.jitter` to be a number from 0 to 1, got '0.5'"],
    [{ retain: { running: {} } }, "Expected `retain` to be by completed, failed, cancelled, got 'running'"],
    [{ retain: { completed: 5 } }, 'Expected `retain.completed` to be an object, got 5'],
    [{ retain: { failed: { age: 0 } } }, 'Expected `retain.failed.age` to be a positive number, got 0'],
    [{ retain: { cancelled: { count: -1 } } }, 'Expected `retain.cancelled.count` to be an integer from 0 on, or Infinity, got -1'],
    [{ retain: { cancelled: { count: 1.5 } } }, 'Expected `retain.cancelled.count` to be an integer from 0 on, or Infinity, got 1.5'],
  ])('%o is refused', (options, message) => {
    expect(() => createTaskQueue(options as TaskQueueOptions<unknown, unknown>)).toThrow(new TypeError(message));
  });

  it('none at all, or what is no object, is refused too', () => {
    for (const options of any.slice(1, 4)) expect(() => createTaskQueue(options as never)).toThrow(TypeError);
  });
});
