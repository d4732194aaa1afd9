/**
 * Sessions: visitors come, log in and leave, each by an id that's the store's own choice, and are forgotten when they stay
 * away for too long.
 *
 * The times are those of a small kiosk, so that there's something to see: 3 seconds idle, 8 seconds in all.
 */
import { createSessions } from 'ownstate/stores';
import type { World } from './support/world.js';

interface Visit {
  readonly basket: readonly string[];
}

export default async function program({ print, scheduler, sleep }: World): Promise<void> {
  // Ids one can read, for the print only: without `ids` they're 132 random bits.
  const names = ['visitor', 'ann-1', 'ann-2', 'ann-3', 'guest'][Symbol.iterator]();
  const sessions = createSessions<Visit>({
    scheduler, idle: 3000, absolute: 8000, sweep: 1000, maxPerUser: 2, ids: () => names.next().value ?? 'nobody',
  });
  const start = scheduler.now();
  const seconds = () => `${((scheduler.now() - start) / 1000).toFixed(1)} s`;
  sessions.events$.subscribe((event) => {
    if (event.type === 'expired') print(`${seconds()}  ${event.id} was removed: ${event.reason}`);
    if (event.type === 'evicted') print(`${seconds()}  ${event.id} made room: ${event.reason}`);
  });
  const list = async () => (await sessions.ask.listByUser('ann')).map(({ id }) => id).join(', ') || 'none';

  print('a visitor fills a basket, and logs in as Ann:');
  const { id } = await sessions.ask.create({ data: { basket: [] } });
  await sessions.ask.update({ id, with: ({ basket }) => ({ basket: [...basket, 'apple'] }) });
  const login = await sessions.ask.regenerate(id);
  if (!login) throw new Error('Expected the visitor to be there');
  await sessions.ask.update({ id: login.id, user: 'ann' });
  print(`  ${id} is now ${login.id}, with ${login.data.basket.join(', ')}`);
  print(`  ${id}: ${await sessions.ask.get(id) ? 'there' : 'not there'}`);

  print();
  print('Ann logs in on two more devices, where two are allowed:');
  await sleep(500);
  for (let device = 0; device < 2; device++) await sessions.ask.create({ data: { basket: [] }, user: 'ann' });
  print(`  her sessions: ${await list()}`);

  print();
  print('she comes back on one of them every two seconds, and not on the other:');
  for (let visit = 1; visit <= 5; visit++) {
    await sleep(2000);
    print(`${seconds()}  ann-3: ${await sessions.ask.touch('ann-3') ? 'welcome back' : 'please log in'}`);
  }

  print();
  print('a guest comes and leaves:');
  const guest = await sessions.ask.create({ data: { basket: [] } });
  await sessions.ask.delete(guest.id);
  print(`  an update after the end: ${await sessions.ask.update({ id: guest.id, data: { basket: ['pear'] } }) ? 'back again' : 'changes nothing'}`);
  const { size, created, deleted, expired, evicted } = await sessions.ask.stats();
  print(`  created ${created}, deleted ${deleted}, expired ${expired}, evicted ${evicted}, left ${size}`);
  await sessions.shutdown();
}
