/** The program `cache`. */
import { describe, expect, it } from 'vitest';
import program from '../../docs/programs/cache.js';
import { runVirtually } from '../support/virtual.js';

describe('cache', () => {
  it('loads once for all, gives stale prices while it loads and while the source is down, and keeps three', async () => {
    expect((await runVirtually(program)).lines).toMatchInlineSnapshot(`
      [
        "    0 ms  three ask for the same at once",
        "    0 ms         asks the source for tea",
        "  200 ms         loaded tea: 100",
        "  200 ms  bob: tea is 100",
        "  200 ms  eve: tea is 100",
        "  200 ms  ann: tea is 100",
        "  200 ms  ann asks again",
        "  200 ms  ann: tea is 100",
        " 1300 ms  the price is stale: bob gets it at once, a new one is fetched behind",
        " 1300 ms         asks the source for tea",
        " 1300 ms  bob: tea is 100",
        " 1500 ms         loaded tea: 101",
        " 1600 ms  bob: tea is 101",
        " 3600 ms  the price is older still, and the source is down",
        " 3600 ms         asks the source for tea",
        " 3800 ms         tea could not be loaded: the source is down",
        " 3800 ms  eve: tea is 101",
        " 3800 ms  eve has no patience",
        " 3800 ms         asks the source for rum",
        " 3850 ms         nobody waits for rum any more",
        " 3850 ms         stops asking for rum",
        " 3850 ms  eve: no rum, prices.getOrLoad: no answer within 50 ms",
        " 3860 ms  there is room for three",
        " 3860 ms         asks the source for milk",
        " 4060 ms         loaded milk: 102",
        " 4060 ms  ann: milk is 102",
        " 4060 ms         asks the source for salt",
        " 4260 ms         loaded salt: 103",
        " 4260 ms  ann: salt is 103",
        " 4260 ms         asks the source for rice",
        " 4460 ms         loaded rice: 104",
        " 4460 ms  ann: rice is 104",
        " 4460 ms         asks the source for oats",
        " 4660 ms         milk had to go",
        " 4660 ms         loaded oats: 105",
        " 4660 ms  ann: oats is 105",
        "3 prices; 4 hits (2 of them stale), 9 misses; 6 loads, 2 failed; 1 had to go",
      ]
    `);
  });
});
