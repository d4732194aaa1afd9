/**
 * A cache in front of a slow source of prices: one load for all who ask, a stale price while a new one is fetched, the
 * last one known while the source is down, and room for three only.
 */
import { createCache, type CacheLoadContext } from 'ownstate/stores';
import { firstValueFrom, fromEvent, map, race, timer } from 'rxjs';
import type { World } from './support/world.js';

export default async function program({ print, scheduler, sleep }: World): Promise<void> {
  const begin = scheduler.now();
  const say = (line: string) => print(`${String(scheduler.now() - begin).padStart(5)} ms  ${line}`);

  const prices = createCache<string, number>({
    name: 'prices',
    scheduler,
    ttl: 1000,
    staleWhileRevalidate: 500,
    staleOnError: 60_000,
    maxEntries: 3,
    sweep: 1000,
  });
  prices.events$.subscribe((event) => {
    if (event.type === 'loaded') say(`       loaded ${event.key}: ${event.value}`);
    if (event.type === 'failed') say(event.reason === 'abandoned' ? `       nobody waits for ${event.key} any more` : `       ${event.key} could not be loaded: ${(event.error as Error).message}`);
    if (event.type === 'evicted') say(`       ${event.key} had to go`);
  });

  // The source: 200 ms an answer, a higher price each time, and now and then it's down.
  let down = false;
  let price = 99;
  const load = async (key: string, { signal }: CacheLoadContext): Promise<number> => {
    say(`       asks the source for ${key}`);
    const answer = timer(200, scheduler).pipe(map(() => true));
    const gone = fromEvent(signal, 'abort').pipe(map(() => false));
    if (!await firstValueFrom(race(answer, gone))) {
      say(`       stops asking for ${key}`);
      throw signal.reason;
    }
    if (down) throw new Error('the source is down');
    return ++price;
  };
  const ask = async (who: string, key: string, patience = 5000) => {
    try {
      say(`${who}: ${key} is ${await prices.with({ timeout: patience }).ask.getOrLoad({ key, load })}`);
    } catch (error) {
      say(`${who}: no ${key}, ${(error as Error).message}`);
    }
  };

  say('three ask for the same at once');
  await Promise.all([ask('ann', 'tea'), ask('bob', 'tea'), ask('eve', 'tea')]);
  say('ann asks again');
  await ask('ann', 'tea');

  await sleep(1100);
  say('the price is stale: bob gets it at once, a new one is fetched behind');
  await ask('bob', 'tea');
  await sleep(300);
  await ask('bob', 'tea');

  await sleep(2000);
  down = true;
  say('the price is older still, and the source is down');
  await ask('eve', 'tea');
  down = false;

  say('eve has no patience');
  await ask('eve', 'rum', 50);
  await sleep(10);

  say('there is room for three');
  for (const key of ['milk', 'salt', 'rice', 'oats']) await ask('ann', key);

  const { size, hits, misses, stale, loaded, failed, evicted } = await prices.ask.stats();
  print(`${size} prices; ${hits} hits (${stale} of them stale), ${misses} misses; ${loaded} loads, ${failed} failed; ${evicted} had to go`);
  await prices.shutdown();
}
