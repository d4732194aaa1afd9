/**
 * A key-value store: values are set, got and deleted, changed by three clients at once without losing any, watched, and
 * gone when their time is up.
 */
import { createKeyValue, watch } from 'ownstate/stores';
import type { World } from './support/world.js';

export default async function program({ print, scheduler, sleep }: World): Promise<void> {
  const store = createKeyValue<string | number>({ scheduler });

  print(`set name: ${await store.ask.set({ key: 'name', value: 'Alice' })}`);
  print(`get name: ${await store.ask.get('name')}`);
  print(`get age: ${await store.ask.get('age')}`);

  print();
  print('three clients count their visits, ten each:');
  const count = (value: string | number = 0) => Number(value) + 1;
  const clients = ['Alice', 'Bob', 'Charlie'].map(async (name) => {
    for (let visit = 0; visit < 10; visit++) {
      await store.ask.update({ key: 'visits', with: count });
      await sleep(10);
    }
    print(`  ${name} is done`);
  });
  await Promise.all(clients);
  print(`visits: ${await store.ask.get('visits')}`);

  print();
  print('a code that is good for two seconds, as a watcher sees it:');
  const watching = watch(store, 'code').subscribe((code) => print(`  code: ${code}`));
  await store.ask.set({ key: 'code', value: 4711, ttl: 2000 });
  await sleep(1000);
  print(`  after one second ${await store.ask.remainingTtl('code')} ms are left`);
  await sleep(1100);
  print(`  after two seconds: ${await store.ask.get('code')}`);
  watching.unsubscribe();

  print();
  print(`keys: ${(await store.ask.keys()).keys.join(', ')}`);
  print(`delete name: ${await store.ask.delete('name')}, once more: ${await store.ask.delete('name')}`);
  print(`size: ${await store.ask.size()}`);
  await store.shutdown();
}
