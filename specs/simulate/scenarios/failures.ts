/** Handlers that fail at random: nothing of what failed is kept, each asker gets that very error, and the store goes on. */
import { reply, type HandlerOutcome, type Reply } from 'ownstate';
import type { Scenario } from 'ownstate/testing';
import { concat, map, of, tap } from 'rxjs';
import { kinds, Turnstile, type Kind } from '../support/outcomes.js';
import { codeOf, ruled } from '../support/rules.js';

interface Order {
  readonly id: number;
  readonly by: number;
  readonly fails: boolean;
  readonly kind: Kind | 'steps';
}

function failing(onHandlerError: 'keep' | 'reset' | 'stop'): Scenario {
  return {
    name: `failures ${onHandlerError}`,
    setup: (sim) => {
      const errors = [new Error('failed'), 'a string', null, undefined, { then: 'not a function' }];
      const door = new Turnstile();
      /** What the state has to be. */
      let model = 0;
      const thrown = new Map<number, unknown>();
      const told = new Set<number>();
      const reported: unknown[] = [];
      const make = (sum: number, { id, by, fails }: Order) => {
        if (!fails) return reply(model = sum + by, model);
        if (onHandlerError === 'reset') model = 0;
        const error = sim.pick(errors);
        thrown.set(id, error);
        // eslint-disable-next-line @typescript-eslint/only-throw-error -- handlers may throw anything.
        throw error;
      };
      const store = ruled(sim, sim.createStore({
        name: 'failing',
        state: () => 0,
        commands: {
          add: (sum: number, order: Order): HandlerOutcome<number, number> & HandlerOutcome<number> => {
            // What was shown before an Observable fails stays.
            const steps = () => concat(
              sim.observable([1, 2], { what: `add ${order.id}` }).pipe(map((step) => sum + step), tap((now) => { model = now; })),
              of(undefined).pipe(map(() => make(model, order))),
            );
            // A cast: an outcome in any form.
            return (order.kind === 'steps' ? steps() : door.pass(sim, order.kind, `add ${order.id}`, () => make(sum, order)));
          },
        },
        queries: {
          get: (sum: number, fails: boolean) => {
            if (fails) throw errors[0] as Error;
            return [sum, model] as const;
          },
        },
      }, { onHandlerError, timeout: Infinity }), { queries: ['get'], errors: (error) => new Set<unknown>(errors).has(error) });
      store.errors$.subscribe(({ error, type }) => {
        if (type === 'add' && codeOf(error) !== 'STORE_CLOSED') reported.push(error);
      });

      let ids = 0;
      for (let client = 1, clients = 2 + sim.int(3); client <= clients; client++) {
        sim.client(`client ${client}`, async (turn) => {
          const settled: Promise<void>[] = [];
          for (let times = 1 + sim.int(5); times > 0; times--) {
            await turn();
            if (sim.chance(1 / 5)) {
              const fails = sim.chance(1 / 2);
              const result = await sim.settled(`client ${client}: get`, store.ask.get(fails));
              const right = result.status === 'fulfilled' ? !fails && result.value[0] === result.value[1] : (fails && result.reason === errors[0]) || codeOf(result.reason) === 'STORE_CLOSED';
              if (!right) throw new Error(`a query was ${result.status}`);
              continue;
            }
            const order: Order = { id: ++ids, by: 1 + sim.int(9), fails: sim.chance(1 / 3), kind: sim.pick([...kinds, 'steps'] as const) };
            if (sim.chance(1 / 4)) {
              told.add(order.id);
              store.tell.add(order);
              continue;
            }
            settled.push(sim.settled(`client ${client}: add ${order.id}`, store.ask.add(order) as Reply<number>).then((result) => {
              if (result.status === 'fulfilled') {
                if (order.fails) throw new Error(`${order.id} was answered`);
              } else if (codeOf(result.reason) === 'STORE_CLOSED') {
                if (onHandlerError !== 'stop') throw result.reason;
              } else if (!thrown.has(order.id) || thrown.get(order.id) !== result.reason) throw new Error(`${order.id} failed with another error`);
            }));
            if (sim.chance(1 / 2)) await Promise.all(settled);
          }
          await Promise.all(settled);
        });
      }
      sim.always('the state is what did not fail', () => {
        door.check();
        return store.snapshot() === model;
      });
      if (onHandlerError === 'stop') sim.always('the first failure ends it', () => thrown.size === 0 || store.status().phase === 'closed');
      sim.atEnd('each failed tell is reported once, and no failed ask', () => {
        const failedTells = [...thrown].filter(([id]) => told.has(id)).map(([, error]) => error);
        return reported.length === failedTells.length && failedTells.every((error) => reported.includes(error));
      });
      sim.atEnd('what failed was counted', () => onHandlerError === 'stop' || store.status().failed >= thrown.size);
    },
  };
}

export const failures: readonly Scenario[] = (['keep', 'reset', 'stop'] as const).map(failing);
