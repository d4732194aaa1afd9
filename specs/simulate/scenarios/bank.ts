/** Accounts, each a store of its own, and transfers between them: no money is made and none is lost. */
import { createStore, reply, replyLater, type Client, type Context, type Outcome, type Store } from 'ownstate';
import type { Scenario, Simulation } from 'ownstate/testing';
import { map, type Observable } from 'rxjs';
import { kinds, Turnstile, type Kind, type Sometime } from '../support/outcomes.js';
import { codeOf, ruled } from '../support/rules.js';

interface Payment {
  readonly to: number;
  readonly amount: number;
}

type Balanced = Outcome<number, number>;

interface AccountDefinition {
  readonly name: string;
  readonly state: number;
  readonly commands: {
    readonly deposit: (balance: number, amount: number) => Sometime<Balanced>;
    readonly withdraw: (balance: number, amount: number) => Sometime<Balanced>;
    /** Pays into another account, waits for that, and then takes the money from this one: one step of this account. */
    readonly transfer: (balance: number, payment: Payment, context: Context<never>) => Promise<Balanced> | Observable<Balanced>;
    /** Takes the money at once, and replies when it has arrived. */
    readonly post: (balance: number, payment: Payment) => Balanced;
  };
}

const FIRST = 100;

/** Money that has left one account and not arrived at another, or the other way round. */
interface Transit {
  amount: number;
}

function account(sim: Simulation, accounts: readonly Client<AccountDefinition>[], at: number, transit: Transit): Store<AccountDefinition> {
  const door = new Turnstile();
  const kind: Kind = sim.pick(kinds);
  const waits = sim.pick(['via', 'observable'] as const);
  const change = (balance: number, by: number): Balanced => {
    if (balance + by < 0) throw new RangeError(`${-by} is more than ${balance}`);
    transit.amount -= by;
    return reply(balance + by, balance + by);
  };
  const definition: AccountDefinition = {
    name: `account ${at}`,
    state: FIRST,
    commands: {
      deposit: (balance, amount) => door.pass(sim, kind, `deposit at ${at}`, () => change(balance, amount)),
      withdraw: (balance, amount) => door.pass(sim, kind, `withdrawal at ${at}`, () => change(balance, -amount)),
      transfer: (balance, { to, amount }, { via }) => {
        if (amount > balance) throw new RangeError(`${amount} is more than ${balance}`);
        if (waits === 'observable') return accounts[to]!.ask.deposit(amount).pipe(map(() => change(balance, -amount)));
        return (async () => {
          await sim.promise(undefined, `transfer from ${at} to ${to}`);
          await via(accounts[to]!).ask.deposit(amount);
          return change(balance, -amount);
        })();
      },
      post: (balance, { to, amount }) => {
        if (amount > balance) throw new RangeError(`${amount} is more than ${balance}`);
        transit.amount += amount;
        return replyLater(balance - amount, accounts[to]!.ask.deposit(amount) as Observable<number>);
      },
    },
  };
  // A deposit that is waited for is never given up, or nobody could say where the money is.
  const options = { timeout: Infinity };
  // One that nobody watches takes the short way through the core.
  if (sim.chance(1 / 4)) return sim.watch(createStore<number, AccountDefinition>(definition, { ...options, scheduler: sim.scheduler }));
  const store = sim.createStore<number, AccountDefinition>(definition, options);
  sim.atEnd('one handler at a time', () => door.check());
  // A transfer that closes a ring when its teller has given up has nobody else to tell it to.
  return ruled(sim, store, { errors: (error) => codeOf(error) === 'DEADLOCK' });
}

export const bank: Scenario = {
  name: 'bank',
  setup: (sim) => {
    const accounts: Store<AccountDefinition>[] = [];
    const transit: Transit = { amount: 0 };
    const size = 2 + sim.int(3);
    for (let at = 0; at < size; at++) accounts.push(account(sim, accounts, at, transit));
    const sum = () => accounts.reduce((total, store) => total + store.snapshot(), 0);

    const clients = 2 + sim.int(3);
    for (let n = 1; n <= clients; n++) {
      const timeout = sim.pick([Infinity, 1, 20]);
      sim.client(`teller ${n}`, async (turn) => {
        for (let times = 1 + sim.int(4); times > 0; times--) {
          await turn();
          const from = accounts[sim.int(size)]!;
          const to = sim.int(size);
          const amount = 1 + sim.int(60);
          const how = sim.pick(['transfer', 'transfer', 'post', 'carry'] as const);
          const what = `teller ${n}: ${how} ${amount} from ${from.name} to ${to}`;
          if (how === 'carry') {
            const taken = await sim.settled(what, from.ask.withdraw(amount));
            if (taken.status === 'fulfilled') await accounts[to]!.ask.deposit(amount);
            continue;
          }
          const result = await sim.settled(what, from.with({ timeout }).ask[how]({ to, amount }));
          if (result.status === 'fulfilled' || result.reason instanceof RangeError) continue;
          if (!['DEADLOCK', 'ASK_TIMEOUT'].includes(codeOf(result.reason) ?? '')) throw result.reason;
        }
      });
    }
    sim.always('the sum never changes', () => sum() + transit.amount === size * FIRST);
    sim.always('no account is overdrawn', () => accounts.every((store) => store.snapshot() >= 0));
    sim.atEnd('all money has arrived', () => transit.amount === 0 && sum() === size * FIRST);
  },
};
