/** A lane is there while something is in it: a store with a lane for each thing that ever was would grow for ever. */
import { createStore, effect } from 'ownstate';
import { Subject } from 'rxjs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

it('lets go of its key when its last job has ended, been superseded or given up', async () => {
  const keys: WeakRef<object>[] = [];
  const ends: Subject<number>[] = [];
  const store = createStore({
    state: 0,
    commands: {
      work: (n, policy: 'concat' | 'switch' | 'merge') => {
        const key = {};
        keys.push(new WeakRef(key));
        return effect(n, { policy, key, run: () => ends.at(-1)!, done: (now, by: number) => now + by });
      },
    },
  });
  const giveUp = new AbortController();
  for (const policy of ['concat', 'switch', 'merge'] as const) {
    ends.push(new Subject());
    store.tell.work(policy);
    store.with({ signal: giveUp.signal }).ask.work(policy).subscribe({ error: () => undefined });
    ends.at(-1)!.next(1);
    ends.at(-1)!.complete();
  }
  giveUp.abort();
  expect(store.status().effects).toBe(0);
  // What a WeakRef was made of in this task stays until it's over.
  await new Promise((done) => setImmediate(done));
  collect();
  expect(keys.filter((key) => key.deref() !== undefined)).toEqual([]);
  expect(store.snapshot()).toBe(6);
});
