/** What comes in at a store: each command that checkStore sends, once, and what the store itself sends. */
import fc from 'fast-check';
import { createStore, effect, reply, type, type AnyDefinition, type Client, type Message, type Store, type StoreOptions } from 'ownstate';
import { checkStore, type ModelStep } from 'ownstate/testing';
import { firstValueFrom, map, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { lines, tableOf } from '../support/reports.js';

type Tell = (by: number) => void;

/** A store whose clients tell in a way of their own. */
function wrapped<D extends AnyDefinition>(store: Store<D>, tell: (tell: Tell) => Tell): Store<D> {
  const face = (client: Client<D>) => {
    const tells = client.tell as Readonly<Record<string, Tell>>;
    return { ask: client.ask, tell: { add: tell((by) => tells['add']?.(by)) } };
  };
  return new Proxy(store, {
    get: (target, key) => {
      if (key === 'client') return face(target.client);
      if (key === 'with') return (limits: object) => face(target.with(limits));
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) as unknown : value;
    },
  });
}

const sum = (options: StoreOptions) => createStore({
  name: 'sum', state: 0, commands: { add: (n, by: number) => reply(n + by, n + by) },
}, options);
const slowSum = (options: StoreOptions) => createStore({
  name: 'slow sum',
  state: 0,
  commands: { add: (n, by: number) => firstValueFrom(timer(3, options.scheduler).pipe(map(() => reply(n + by, n + by)))) },
}, options);
const check = {
  commands: { add: fc.nat(9) },
  model: {
    init: 0,
    step: (n: number, { payload = 0 }: Message<string, number>): ModelStep<number> => ({ state: n + payload, reply: n + payload }),
  },
};

describe('checkStore', () => {
  it('finds a tell that is lost', async () => {
    expect(await tableOf((options) => wrapped(sum(options), (tell) => (by) => by === 3 ? undefined : tell(by)), check)).toBe(lines(`
      Expected sum to do what its model does; it differs in \`add\`, which the store never receives:

        client  at    command  payload  expected  got
      ✗ tell    0 ms  add      3        received  not received
    `));
  });

  it('finds a tell that comes twice, to a store that is idle and to one that is busy', async () => {
    const twice = (tell: Tell) => (by: number) => [by, by].forEach(tell);
    expect(await tableOf((options) => wrapped(sum(options), twice), check)).toBe(lines(`
      Expected sum to do what its model does; it differs in \`add\`, which comes in though nobody sent it:

        client  at    command  payload  expected  got
        tell    0 ms  add      0        done      done
      ✗ store   0 ms  add      0                  received
    `));
    expect(await tableOf((options) => wrapped(slowSum(options), twice), check)).toContain('`add`, which comes in though nobody sent it');
  });

  it.each(['reject', 'drop-oldest'] as const)('passes what handlers, effects, timers and observers send, a full mailbox too: %s', (overflow) => checkStore(
    (options) => {
      const log = createStore({ name: 'log', state: 0, commands: { write: (n) => n + 1 } }, options);
      const store = createStore({
        name: 'busy',
        state: 0,
        events: type<{ readonly type: 'note'; readonly payload: number }>(),
        commands: {
          add: (n, by: number, { tell, emit, timers }) => {
            tell('note', by);
            emit({ type: 'note', payload: by });
            timers.set('late', 0, 'note', by);
            log.tell.write();
            return n + by;
          },
          slow: (n, by: number, { tell }) => {
            tell('note', by);
            return timer(by, options.scheduler).pipe(map(() => (tell('note', by), n + by)));
          },
          load: (n, by: number, { tell }) => effect(n, {
            run: () => timer(by, options.scheduler).pipe(map(() => tell('note', by))),
            done: (now: number) => (tell('note', by), now + by),
          }),
          note: (n, by: number) => n + 0 * by,
        },
      }, { ...options, mailbox: { capacity: 3, overflow } });
      store.events$.subscribe(store.commands$);
      store.select((n) => n > 9).subscribe((many) => many && store.tell.note(0));
      log.select().subscribe((n) => store.tell.note(n));
      store.errors$.subscribe();
      return store;
    },
    {
      commands: { add: fc.nat(3), slow: fc.nat(3), load: fc.nat(3) },
      model: {
        init: 0,
        step: (n: number, { type: command, payload }): ModelStep<number> => {
          if (command === 'load') return { state: n, later: (now) => ({ state: now + payload }) };
          return { state: command === 'note' ? n : n + payload };
        },
      },
    },
    { runs: 40 },
  ));
});
