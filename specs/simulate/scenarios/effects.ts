/** Work beside the fold, under each policy and with keys: each lane does what its policy says, whatever fails or gives up. */
import { effect, reply, type EffectPolicy } from 'ownstate';
import type { Scenario } from 'ownstate/testing';
import { map, of, tap, throwError, timer } from 'rxjs';
import { codeOf, ruled } from '../support/rules.js';

interface Job {
  readonly id: number;
  readonly key: string;
  readonly fails: boolean;
}

interface State {
  readonly begun: readonly number[];
  readonly done: readonly number[];
  readonly failed: readonly number[];
}

const FIRST: State = { begun: [], done: [], failed: [] };

/** What an asker may get besides the result. */
const DECIDED = ['ASK_TIMEOUT', 'ASK_ABORTED', 'SUPERSEDED', 'BUSY', 'MAILBOX_FULL'];

function effects(policy: EffectPolicy): Scenario {
  return {
    name: `effects ${policy}`,
    setup: (sim) => {
      const capacity = sim.pick([65_536, 65_536, 3]);
      const concurrency = 1 + sim.int(3);
      const most = policy === 'merge' ? concurrency : 1;
      const failure = new Error('the work failed');
      const running = new Map<string, Map<number, AbortSignal>>();
      const ran = new Set<number>();
      const gaveUp = new Set<number>();
      const superseded = new Set<number>();
      /** Came while their lane was busy. */
      const late = new Set<number>();
      const lastOf = new Map<string, number>();
      let fault: Error | undefined;
      const must = (held: boolean, what: string) => {
        if (!held) fault ??= new Error(what);
      };

      const run = ({ id, key, fails }: Job, signal: AbortSignal) => {
        const lane = running.get(key) ?? new Map<number, AbortSignal>();
        running.set(key, lane);
        if (policy === 'switch') {
          for (const [former, { aborted }] of lane) {
            must(aborted, `${id} began beside ${former} of ${key}, which was not told`);
            superseded.add(former);
          }
          lane.clear();
        }
        must(lane.size < most, `${id} began beside ${[...lane.keys()].join()} of ${key}`);
        must(!ran.has(id), `${id} ran twice`);
        must(!gaveUp.has(id), `${id} ran after it had been given up`);
        must(!late.has(id), `${id} ran though its lane had been busy`);
        must((lastOf.get(key) ?? 0) < id, `${id} began after ${lastOf.get(key)!} of ${key}`);
        lastOf.set(key, id);
        ran.add(id);
        lane.set(id, signal);
        const leave = () => void lane.delete(id);
        const result = () => {
          if (fails) throw failure;
          return id;
        };
        const what = `work ${id}`;
        switch (sim.int(4)) {
          case 0: return sim.promise(() => {
            leave();
            return result();
          }, what);
          case 1: return sim.observable(['first', 'last'], { what })
            .pipe(map((value) => value === 'last' ? result() : 0), tap({ error: leave, complete: leave }));
          case 2: return timer(sim.int(20), sim.scheduler).pipe(map(result), tap({ error: leave, complete: leave }));
          default:
            // At once, which needs no time.
            leave();
            return fails ? throwError(() => failure) : of(id);
        }
      };

      const store = ruled(sim, sim.createStore({
        name: 'works',
        state: FIRST,
        commands: {
          work: (state, job: Job) => {
            if (policy === 'exhaust' && (running.get(job.key)?.size ?? 0) > 0) late.add(job.id);
            return effect({ ...state, begun: [...state.begun, job.id] }, {
              policy,
              key: job.key,
              ...policy === 'merge' && { concurrency },
              run: ({ signal }) => run(job, signal),
              done: (now, id: number) => {
                must(id === job.id && !superseded.has(id), `${job.id} was folded with ${id}`);
                return reply({ ...now, done: [...now.done, id] }, id);
              },
              failed: (now, error) => {
                // One that was given up before it began ends with what its asker got.
                const early = !ran.has(job.id) && ['ASK_TIMEOUT', 'ASK_ABORTED'].includes(codeOf(error) ?? '');
                must(error === failure || early, `${job.id} failed with ${String(error)}`);
                return { ...now, failed: [...now.failed, job.id] };
              },
            });
          },
        },
      }, { mailbox: { capacity } }), {
        mailbox: { capacity },
        // It comes there when the asker has given up before.
        errors: (error) => error === failure,
      });

      let ids = 0;
      for (let client = 1, clients = 2 + sim.int(2); client <= clients; client++) {
        const timeout = sim.pick([Infinity, Infinity, 5, 30]);
        const controller = new AbortController();
        if (sim.chance(1 / 4)) sim.step(`client ${client} gives up`, () => controller.abort());
        const { ask } = store.with({ timeout, signal: controller.signal });
        sim.client(`client ${client}`, async (turn) => {
          const settled: Promise<void>[] = [];
          for (let times = 1 + sim.int(5); times > 0; times--) {
            await turn();
            const job: Job = { id: ++ids, key: sim.pick(['a', 'a', 'b']), fails: sim.chance(1 / 5) };
            settled.push(sim.settled(`job ${job.id} of ${job.key}`, ask.work(job)).then((result) => {
              const { begun, done, failed } = store.snapshot();
              if (result.status === 'fulfilled') return must(result.value === job.id && done.includes(job.id), `${job.id} was answered before it was done`);
              if (result.reason === failure) return must(job.fails && failed.includes(job.id), `${job.id} failed before that was folded`);
              const code = codeOf(result.reason) ?? '';
              must(DECIDED.includes(code), `${job.id} failed with ${code}`);
              must(code !== 'SUPERSEDED' || policy === 'switch', `${job.id} was superseded under ${policy}`);
              must(code !== 'BUSY' || policy === 'exhaust', `${job.id} was told to be busy under ${policy}`);
              if (!ran.has(job.id)) gaveUp.add(job.id);
              if (code === 'BUSY' || code === 'MAILBOX_FULL') must(!begun.includes(job.id), `${job.id} was refused and committed`);
              if (code === 'SUPERSEDED') superseded.add(job.id);
              if (code === 'SUPERSEDED') sim.atEnd(`${job.id} was never folded`, () => !store.snapshot().done.includes(job.id));
            }));
            if (sim.chance(1 / 3)) await Promise.all(settled);
          }
          await Promise.all(settled);
        });
      }
      sim.always('each lane does what its policy says', () => {
        if (fault !== undefined) throw fault;
      });
      sim.atEnd('each effect that was committed is folded once, unless it was superseded', () => {
        const { begun, done, failed } = store.snapshot();
        const ended = [...done, ...failed, ...superseded];
        return ended.length === begun.length && begun.every((id) => ended.includes(id)) && done.every((id) => ran.has(id));
      });
    },
  };
}

export const allEffects: readonly Scenario[] = (['concat', 'merge', 'switch', 'exhaust'] as const).map(effects);
