/** How a task queue is made: its options, their defaults, and what is refused. */
import type { StoreOptions } from '../../index.js';
import { expect, expectFunction, expectObject, expectPositive } from '../../internal/expect.js';
import { randomNumber, type IdSource, type NumberSource } from '../structures/chance.js';
import type { TaskQueueDump } from './dump.js';
import type { EndedState } from './types.js';

/** How long to wait before the next attempt: longer after each failure, and not for all tasks the same. */
export interface TaskBackoff {
  /** After the first failure, in milliseconds. Default 1,000; 0 for none at all. */
  readonly base?: number;
  /** So many times as long after each further one. Default 2. */
  readonly factor?: number;
  /** At most, in milliseconds. Default 60,000. */
  readonly max?: number;
  /** The share of it that chance may take off, from 0 to 1. Default 0.2: between 80 and 100 percent. */
  readonly jitter?: number;
}

/** How long tasks of a state are kept. */
export interface TaskRetention {
  /** Milliseconds since the task ended. */
  readonly age?: number;
  /** The most tasks of this state; beyond that the one that ended first is forgotten. Default `Infinity`. */
  readonly count?: number;
}

/** How a task queue is made. Each field is optional. Beside them stand the options of `createStore`. */
export interface TaskQueueOptions<T, R> extends StoreOptions {
  /** What errors and traces call it. Default `'task-queue'`. */
  readonly name?: string;
  /** How often a task may fail until it stays failed: the number of attempts. Default 3. */
  readonly attempts?: number;
  /** How often a task may be lost with its worker until it stays failed. Default 3. */
  readonly losses?: number;
  /** How long one attempt may run, from its start, in milliseconds; `Infinity` for no limit. Default 300,000. */
  readonly runTimeout?: number;
  /** How long a worker may be silent before its task is taken for lost. Default `Infinity`: only `runTimeout` counts. */
  readonly lease?: number;
  /** The wait before the next attempt. */
  readonly backoff?: TaskBackoff;
  /** What is kept of tasks that ended. Default: completed and cancelled ones for an hour, failed ones for good. */
  readonly retain?: Readonly<Partial<Record<EndedState, TaskRetention>>>;
  /**
   * The most tasks that are held, of whatever state. Default 100,000. A further one takes the place of the oldest that
   * ended (completed before cancelled before failed); where none has, `enqueue` fails with `TaskQueueFullError`.
  */
  readonly maxTasks?: number;
  /** How long a task that's too old stays in memory at the latest, in milliseconds; nobody sees it. Default 5,000. */
  readonly sweep?: number;
  /** Makes the ids of tasks that come without. Default: running numbers. */
  readonly ids?: IdSource;
  /** The chance in the backoff. */
  readonly random?: NumberSource;
  /** What `dump` of another queue gave: goes on where that one was. */
  readonly restore?: TaskQueueDump<T, R>;
}

/** Options with their defaults filled in. */
export interface Rules {
  readonly attempts: number;
  readonly losses: number;
  readonly runTimeout: number;
  readonly lease: number;
  readonly backoff: Required<TaskBackoff>;
  readonly retain: Readonly<Record<EndedState, Required<TaskRetention>>>;
  readonly maxTasks: number;
  readonly sweep: number;
  readonly ids: IdSource | undefined;
  readonly chance: NumberSource;
}

const HOUR = 3_600_000;

/** @throws TypeError for options that no queue can work with. */
export function rulesOf<T, R>(options: TaskQueueOptions<T, R>): Rules {
  const { attempts = 3, losses = 3, runTimeout = 300_000, lease = Infinity, maxTasks = 100_000, sweep = 5_000, ids, onHandlerError } = options;
  for (const [name, value] of Object.entries({ attempts, losses, maxTasks })) {
    expect(Number.isSafeInteger(value) && value > 0, name, 'a positive integer', value);
  }
  expectPositive(runTimeout, 'runTimeout');
  expectPositive(lease, 'lease');
  expect(Number.isFinite(sweep) && sweep > 0, 'sweep', 'a positive, finite number', sweep);
  if (ids !== undefined) expectFunction(ids, 'ids');
  // A queue that forgot its tasks couldn't answer those who wait for them.
  expect(onHandlerError !== 'reset', 'onHandlerError', '\'keep\' or \'stop\'', onHandlerError);
  const chance = options.random ?? randomNumber;
  expectFunction(chance, 'random');
  return {
    attempts, losses, runTimeout, lease, maxTasks, sweep, ids, chance,
    backoff: backoffOf(options.backoff),
    retain: retainOf(options.retain),
  };
}

function backoffOf(backoff: TaskBackoff = {}): Required<TaskBackoff> {
  expectObject(backoff, 'backoff');
  const { base = 1_000, factor = 2, max = 60_000, jitter = 0.2 } = backoff;
  expect(Number.isFinite(base) && base >= 0, 'backoff.base', 'a finite number from 0 on', base);
  expect(Number.isFinite(factor) && factor >= 1, 'backoff.factor', 'a finite number from 1 on', factor);
  expect(Number.isFinite(max) && max >= 0, 'backoff.max', 'a finite number from 0 on', max);
  expect(typeof jitter === 'number' && jitter >= 0 && jitter <= 1, 'backoff.jitter', 'a number from 0 to 1', jitter);
  return { base, factor, max, jitter };
}

function retainOf(retain: TaskQueueOptions<unknown, unknown>['retain'] = {}): Rules['retain'] {
  expectObject(retain, 'retain');
  for (const state of Object.keys(retain)) {
    expect(['completed', 'failed', 'cancelled'].includes(state), 'retain', 'by completed, failed, cancelled', state);
  }
  const of = (state: EndedState, usual: number): Required<TaskRetention> => {
    const its = retain[state] ?? {};
    expectObject(its, `retain.${state}`);
    const { age = usual, count = Infinity } = its;
    expectPositive(age, `retain.${state}.age`);
    expect(count === Infinity || (Number.isSafeInteger(count) && count >= 0), `retain.${state}.count`, 'an integer from 0 on, or Infinity', count);
    return { age, count };
  };
  return { completed: of('completed', HOUR), failed: of('failed', Infinity), cancelled: of('cancelled', HOUR) };
}

/**
 * How long to wait after so many failures, in milliseconds. Whole ones, so that equal times stay equal.
 *
 * @throws TypeError for a number that is no chance, or what the source of chance throws
 */
export function backoffAfter(failures: number, { backoff: { base, factor, max, jitter }, chance }: Rules, source: NumberSource = chance): number {
  // 0 times a power beyond all numbers is none.
  const full = base === 0 ? 0 : Math.min(max, base * factor ** (failures - 1));
  if (jitter === 0) return Math.ceil(full);
  const share: unknown = source();
  expect(typeof share === 'number' && share >= 0 && share < 1, 'random', 'a source of numbers from 0 to below 1', share);
  return Math.ceil(full * (1 - jitter * (share as number)));
}
