/**
 * Three workers do ten tasks, of which every seventh fails.
 *
 * Each asker gets the result of its own task, or its error; a task that fails leaves its worker free for the next one.
 */
import { createWorkerPool, type TaskRun } from 'ownstate/stores';
import { map, timer } from 'rxjs';
import type { World } from './support/world.js';

const TASKS = 10;

const messageOf = (error: unknown): string => error instanceof Error ? error.message : String(error);

export default async function program({ print, scheduler }: World): Promise<void> {
  const pool = createWorkerPool({
    scheduler,
    // 100 ms for the first, 200 ms for the next, 300 ms, and again 100 ms.
    work: (task: number, { worker }: TaskRun) => timer(100 * (1 + (task - 1) % 3), scheduler).pipe(map(() => {
      if (task % 7 === 0) throw new Error(`task ${task} is broken`);
      return `done by worker ${worker}`;
    })),
  });
  for (let count = 0; count < 3; count++) print(`worker ${await pool.ask.add()} is here`);

  const tasks = Array.from({ length: TASKS }, (_, place) => place + 1);
  const doing = tasks.map((task) => pool.ask.submit({ task }).then(
    (result) => print(`task ${task}: ${result}`),
    (error: unknown) => print(`task ${task}: failed, ${messageOf(error)}`),
  ));
  const { workers, active, queued } = await pool.ask.status();
  print(`${workers.length} workers, ${active.length} tasks run, ${queued} wait`);
  await Promise.all(doing);

  const { done, failed } = await pool.ask.stats();
  for (const worker of (await pool.ask.status()).workers) print(`worker ${worker.id} did ${worker.done}, and failed at ${worker.failed}`);
  print(`${done} tasks done, ${failed} failed`);
  print(`worker 3 is ${await pool.ask.remove(3) ? 'gone' : 'still busy'}`);
  await pool.ask.remove(3).then(undefined, (error: unknown) => print(messageOf(error)));
  await pool.shutdown();
  print('the pool has closed');
}
