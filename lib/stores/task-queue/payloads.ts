/** Checks what comes with the commands of a task queue, at the door. */
import { check, checkBoolean, checkDuration, checkInteger, checkObject, checkString } from '../structures/check-payload.js';
import type {
  DeadLettersPayload, DequeuePayload, EnqueuePayload, FailPayload, LeasedTask, HeartbeatPayload, ProgressPayload, RedrivePayload, SnoozePayload,
} from './types.js';

/** The most tasks that one command gives or moves. */
const MOST = 10_000;

/** Milliseconds from now, 0 too, but not for ever. @throws InvalidPayloadError */
function checkDelay(value: unknown, field: string): void {
  check(Number.isFinite(value) && (value as number) >= 0, field, 'a finite number of milliseconds, not negative', value);
}

/** How long somebody waits. @throws InvalidPayloadError */
function checkWait(value: unknown): void {
  check(typeof value === 'number' && value >= 0, 'wait', 'a number of milliseconds, not negative, or Infinity', value);
}

/** `delay` or `runAt`, not both. @throws InvalidPayloadError */
function checkTime({ delay, runAt }: { readonly delay?: unknown; readonly runAt?: unknown }): void {
  if (delay !== undefined) checkDelay(delay, 'delay');
  if (runAt === undefined) return;
  check(Number.isFinite(runAt), 'runAt', 'a time in milliseconds', runAt);
  check(delay === undefined, 'runAt', 'left out where there is a `delay`', runAt);
}

/** @throws InvalidPayloadError */
export function checkEnqueue(payload: EnqueuePayload<unknown>): void {
  checkObject(payload);
  const { task, id, priority, attempts, runTimeout } = payload;
  check(task !== undefined, 'task', 'anything but undefined', task);
  if (id !== undefined) checkString(id, 'id');
  if (priority !== undefined) checkInteger(priority, 'priority', Number.MIN_SAFE_INTEGER);
  if (attempts !== undefined) checkInteger(attempts, 'attempts', 1);
  if (runTimeout !== undefined) checkDuration(runTimeout, 'runTimeout');
  checkTime(payload);
}

/** @throws InvalidPayloadError */
export function checkDequeue(payload: DequeuePayload): void {
  checkObject(payload);
  const { worker, wait, lease } = payload;
  checkString(worker, 'worker');
  if (wait !== undefined) checkWait(wait);
  if (lease !== undefined) checkDuration(lease, 'lease');
}

/** @throws InvalidPayloadError */
export function checkLeased(payload: LeasedTask): void {
  checkObject(payload);
  checkString(payload.id, 'id');
  checkInteger(payload.token, 'token', 1);
}

/** @throws InvalidPayloadError */
export function checkFail(payload: FailPayload): void {
  checkLeased(payload);
  const { delay, retry } = payload;
  if (delay !== undefined) checkDelay(delay, 'delay');
  if (retry !== undefined) checkBoolean(retry, 'retry');
}

/** @throws InvalidPayloadError */
export function checkHeartbeat(payload: HeartbeatPayload): void {
  checkLeased(payload);
  if (payload.wait !== undefined) checkWait(payload.wait);
}

/** @throws InvalidPayloadError */
export function checkProgress(payload: ProgressPayload): void {
  checkLeased(payload);
  check(payload.value !== undefined, 'value', 'anything but undefined', payload.value);
}

/** @throws InvalidPayloadError */
export function checkSnooze(payload: SnoozePayload): void {
  checkObject(payload);
  const { id, token, delay, runAt } = payload;
  checkString(id, 'id');
  if (token !== undefined) checkInteger(token, 'token', 1);
  checkTime(payload);
  check(delay !== undefined || runAt !== undefined, 'delay', 'given, or `runAt`', delay);
}

/** @throws InvalidPayloadError */
export function checkId(id: string): void {
  checkString(id, 'id');
}

/** The limit of a page. @throws InvalidPayloadError */
export function limitOf(payload: RedrivePayload | DeadLettersPayload | undefined, usual: number): number {
  if (payload === undefined) return usual;
  checkObject(payload);
  const { limit = usual } = payload;
  checkInteger(limit, 'limit', 1, MOST);
  return limit;
}

/** Where a page begins. @throws InvalidPayloadError */
export function cursorOf(payload: DeadLettersPayload | undefined): string | undefined {
  if (payload?.after !== undefined) checkString(payload.after, 'after');
  return payload?.after;
}

/** When a task may run. A time that has passed is now. */
export function timeOf({ delay = 0, runAt }: { readonly delay?: number; readonly runAt?: number }, now: number): number {
  return runAt === undefined ? now + delay : Math.max(now, runAt);
}
