/** Whatever policies, keys, failures and impatient askers meet: what an effect has begun ends once, in one way. */
import { createStore, effect, reply, StoreError, type EffectPolicy } from 'ownstate';
import { array, assert, boolean, constantFrom, integer, oneof, property, record } from 'fast-check';
import { Subject, VirtualTimeScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';

interface Job {
  readonly id: number;
  readonly policy: EffectPolicy;
  readonly key: number;
  readonly concurrency: number;
  readonly fold: 'state' | 'reply' | 'throw';
}

interface Ledger {
  readonly begun: readonly number[];
  readonly ended: readonly number[];
}

const policy = constantFrom<EffectPolicy>('concat', 'merge', 'switch', 'exhaust');
const job = record({
  step: constantFrom('send' as const), policy, key: integer({ min: 0, max: 1 }), concurrency: integer({ min: 1, max: 2 }),
  fold: constantFrom('state' as const, 'reply' as const, 'throw' as const), asker: constantFrom('tell' as const, 'signal' as const, 'timeout' as const),
  // Who gives up while something else is going on: in the work of the next one, as the next state is shown.
  within: constantFrom('nothing' as const, 'run' as const, 'show' as const),
});
const step = oneof(
  { weight: 4, arbitrary: job },
  { weight: 3, arbitrary: record({ step: constantFrom('end' as const), at: integer({ min: 0, max: 9 }), fails: boolean() }) },
  { weight: 2, arbitrary: record({ step: constantFrom('abort' as const), at: integer({ min: 0, max: 9 }) }) },
  { weight: 1, arbitrary: record({ step: constantFrom('wait' as const), ms: integer({ min: 1, max: 9 }) }) },
);

describe('an effect that was committed', () => {
  it('ends by done, by failed or by a newer one, and by one of them only', () => {
    assert(property(array(step, { maxLength: 25 }), (steps) => {
      const scheduler = new VirtualTimeScheduler();
      const works = new Map<number, Subject<string>>();
      const askers: AbortController[] = [];
      const [ran, calls, superseded] = [[] as number[], [] as number[], new Set<number>()];
      let within = 'nothing';
      const leave = (where: string) => {
        if (within === where) askers.shift()?.abort();
      };
      const end = (state: Ledger, { id, fold }: Job) => {
        calls.push(id);
        if (fold === 'throw') throw new Error('no');
        const next = { ...state, ended: [...state.ended, id] };
        return fold === 'reply' ? reply(next, id) : next;
      };
      const store = createStore({
        state: (): Ledger => ({ begun: [], ended: [] }),
        commands: {
          work: (state, given: Job) => effect({ ...state, begun: [...state.begun, given.id] }, {
            policy: given.policy,
            key: given.key,
            concurrency: given.concurrency,
            run: () => {
              ran.push(given.id);
              const work = new Subject<string>();
              works.set(given.id, work);
              leave('run');
              return work;
            },
            done: (now: Ledger) => end(now, given),
            failed: (now: Ledger) => end(now, given),
          }),
        },
      }, { scheduler });
      const numbers: number[] = [];
      const settled: number[] = [];
      store.trace$.subscribe((event) => {
        if (event.kind === 'started') numbers.push(event.seq);
        if (event.kind === 'settled') {
          settled.push(event.id);
          if (event.error instanceof StoreError && event.error.code === 'SUPERSEDED') superseded.add(event.id);
        }
      });
      const errors: unknown[] = [];
      store.errors$.subscribe(({ error, quiet }) => errors.push([error, quiet]));
      store.select().subscribe(() => leave('show'));

      let id = 0;
      const send = ({ asker, ...given }: Omit<Job, 'id'> & { readonly asker: string }) => {
        const message = { ...given, id: ++id };
        if (asker === 'tell') return store.tell.work(message);
        const controller = new AbortController();
        if (asker === 'signal') askers.push(controller);
        store.with(asker === 'signal' ? { signal: controller.signal } : { timeout: 3 }).ask.work(message).subscribe({ error: () => undefined });
      };
      const finish = (at: number, fails: boolean) => {
        const [which] = [...works.keys()].slice(at % Math.max(1, works.size));
        const work = works.get(which ?? 0);
        works.delete(which ?? 0);
        if (fails) work?.error(new Error('no'));
        else work?.complete();
      };
      for (const now of steps) {
        if (now.step === 'send') {
          ({ within } = now);
          send(now);
          within = 'nothing';
        } else if (now.step === 'end') finish(now.at, now.fails);
        else if (now.step === 'abort') askers.splice(now.at, 1)[0]?.abort();
        else {
          scheduler.maxFrames = scheduler.frame + now.ms;
          scheduler.flush();
        }
      }
      while (works.size > 0) finish(0, false);

      const { begun, ended } = store.snapshot();
      for (const once of [ran, calls, settled]) expect(once).toHaveLength(new Set(once).size);
      // Of one whose asker has gone, nobody is told that it was superseded: then it has run, and a newer one came after it.
      const newer = (one: number) => steps.filter((other) => other.step === 'send').some((other, at) => at + 1 > one && other.policy === 'switch');
      for (const one of begun) {
        if (calls.includes(one)) expect(superseded.has(one)).toBe(false);
        else expect(superseded.has(one) || (ran.includes(one) && newer(one))).toBe(true);
      }
      expect(ended.every((one) => begun.includes(one))).toBe(true);
      expect(settled).toHaveLength(id);
      expect(numbers).toEqual(numbers.map((_, at) => at + 1));
      expect(errors).toHaveLength(new Set(errors.map((error) => (error as unknown[])[0])).size);
      expect(store.status()).toMatchObject({ effects: 0, waiting: 0, running: 0 });
    }), { numRuns: 1500 });
  });
});
