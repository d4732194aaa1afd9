/**
 * A database that is spoken to by typed messages: insert, get and delete, each an object that could have come over a wire.
 *
 * `send` asks with a message and gives the reply; a stream of messages is subscribed to `commands$`, which tells each. An
 * unknown message fails on its own and harms nothing.
 */
import { createStore, reply, StoreError, type MessageOf } from 'ownstate';
import { defineKeyValue, type KeyValueDefinition, type Setting } from 'ownstate/stores';
import { concatMap, delay, from, of } from 'rxjs';
import type { World } from './support/world.js';

export default async function program({ print, scheduler, sleep }: World): Promise<void> {
  // The key-value store, and one more command: insert refuses a key that is there.
  const definition: KeyValueDefinition<string> = defineKeyValue<string>({ name: 'database' });
  const { set } = definition.commands;
  const database = createStore({
    ...definition,
    commands: {
      ...definition.commands,
      insert: (state: Parameters<typeof set>[0], row: Setting<string>, context: Parameters<typeof set>[2]) => {
        if (definition.queries.has(state, row.key, context)) throw new Error(`${row.key} is there already`);
        set(state, row, context);
        return reply(state, 'inserted');
      },
    },
  }, { scheduler });
  type Request = MessageOf<typeof definition> | { readonly type: 'insert'; readonly payload: Setting<string> };

  print('messages that are answered:');
  const requests: readonly Request[] = [
    { type: 'insert', payload: { key: 'ann', value: 'Ann, London' } },
    { type: 'insert', payload: { key: 'ann', value: 'Ann, Paris' } },
    { type: 'get', payload: 'ann' },
    { type: 'get', payload: 'bob' },
    { type: 'delete', payload: 'ann' },
    { type: 'delete', payload: 'ann' },
  ];
  for (const request of requests) {
    const answer = await database.send(request).then(String, (error: unknown) => `refused: ${(error as Error).message}`);
    print(`  ${JSON.stringify(request)} → ${answer}`);
  }

  print();
  print('a message as text, of a type that nobody knows:');
  const text = '{"type":"drop","payload":"everything"}';
  // A cast: what comes over a wire may be anything.
  const refusal = await database.send(JSON.parse(text) as Request).then(String, (error: unknown) => `refused: ${error instanceof StoreError && error.code}`);
  print(`  ${text} → ${refusal}`);

  print();
  print('a stream of messages, each as it is handled:');
  const handled = database.commands$.subscribe(({ type, payload }) => print(`  ${type} ${JSON.stringify(payload)}`));
  const messages = [
    { type: 'insert', payload: { key: 'bob', value: 'Bob, Rome' } },
    { type: 'insert', payload: { key: 'eve', value: 'Eve, Oslo' } },
    { type: 'delete', payload: 'bob' },
  ] as const;
  from(messages).pipe(concatMap((message) => of(message).pipe(delay(100, scheduler)))).subscribe(database.commands$);
  await sleep(350);
  handled.unsubscribe();
  print(`keys: ${(await database.ask.keys()).keys.join(', ')}`);
  await database.shutdown();
}
