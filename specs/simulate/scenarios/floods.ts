/** More than a small mailbox takes: what is refused or dropped never happens, all else happens once and in order. */
import { reply, type Outcome, type Overflow } from 'ownstate';
import type { Scenario } from 'ownstate/testing';
import { kinds, Turnstile } from '../support/outcomes.js';
import { codeOf, ruled } from '../support/rules.js';

type Numbers = readonly number[];

/** Clients send `100 * client + n`. */
const CLIENT = 100;

function flood(overflow: Overflow): Scenario {
  return {
    name: `flood ${overflow}`,
    setup: (sim) => {
      const capacity = 1 + sim.int(4);
      const kind = sim.pick(kinds);
      const door = new Turnstile();
      const store = ruled(sim, sim.createStore({
        name: 'flood',
        state: [] as Numbers,
        commands: {
          put: (all, n: number) => door.pass(sim, kind, `put ${n}`, (): Outcome<Numbers, number> => reply([...all, n], n)),
        },
        queries: { size: (all) => all.length },
      }, { mailbox: { capacity, overflow } }), { queries: ['size'], mailbox: { capacity } });
      let fault: Error | undefined;
      const must = (held: boolean, what: string) => {
        if (!held) fault ??= new Error(what);
      };
      const folded = (n: number) => store.snapshot().filter((put) => put === n).length;
      /** What is being sent just now. */
      let sending = 0;
      let refusedTells = 0;
      const tells: number[] = [];
      const order: number[] = [];
      store.errors$.subscribe(({ error, started }) => {
        must(codeOf(error) === 'MAILBOX_FULL' && !started, `a tell failed with ${codeOf(error) ?? 'an error'}`);
        refusedTells++;
      });

      const put = (n: number, timeout: number, signal: AbortSignal) => {
        sending = n;
        order.push(n);
        const asked = store.with({ timeout, signal }).ask.put(n);
        const sent = order.length;
        asked.subscribe({
          error: (error: unknown) => {
            if (codeOf(error) !== 'MAILBOX_FULL') return;
            const newcomer = sending === n && order.length === sent;
            must(newcomer === (overflow === 'reject'), `${n} was ${newcomer ? 'refused' : 'dropped'} while ${sending} was sent`);
            must(store.status().waiting === capacity, `${n} was refused while ${store.status().waiting} of ${capacity} waited`);
          },
        });
        const settled = sim.settled(`put ${n}`, asked).then((result) => {
          if (result.status === 'fulfilled') return must(folded(n) === 1, `${n} was answered and folded ${folded(n)} times`);
          const { code, started } = result.reason as { code?: string; started?: boolean };
          must(['MAILBOX_FULL', 'ASK_TIMEOUT', 'ASK_ABORTED'].includes(code ?? ''), `${n} failed with ${code ?? 'an error'}`);
          if (started !== true) sim.atEnd(`${n} never began`, () => folded(n) === 0);
        });
        sending = 0;
        return settled;
      };

      for (let client = 1, clients = 2 + sim.int(3); client <= clients; client++) {
        const timeout = sim.pick([Infinity, Infinity, 1, 10]);
        const controller = new AbortController();
        if (sim.chance(1 / 4)) sim.step(`client ${client} gives up`, () => controller.abort());
        sim.client(`client ${client}`, async (turn) => {
          let n = client * CLIENT;
          const settled: Promise<void>[] = [];
          for (let bursts = 1 + sim.int(3); bursts > 0; bursts--) {
            await turn();
            if (sim.chance(1 / 8)) sim.stall(sim.int(20));
            for (let size = 1 + sim.int(5); size > 0; size--) {
              n++;
              if (sim.chance(1 / 3)) {
                tells.push(n);
                order.push(n);
                sending = n;
                store.tell.put(n);
                sending = 0;
              } else settled.push(put(n, timeout, controller.signal));
            }
            if (sim.chance(1 / 2)) await Promise.all(settled);
          }
          await Promise.all(settled);
        });
      }
      sim.always('each policy drops whom it says', () => {
        if (fault !== undefined) throw fault;
        door.check();
      });
      sim.atEnd('what is folded is folded once and in order', () => {
        const all = store.snapshot();
        const sent = order.filter((n) => all.includes(n));
        return all.length === new Set(all).size && all.join() === sent.join();
      });
      sim.atEnd('tells add up', () => tells.filter((n) => folded(n) === 1).length + refusedTells === tells.length);
    },
  };
}

export const floods: readonly Scenario[] = [flood('reject'), flood('drop-oldest')];
