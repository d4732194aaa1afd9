/** The program `actor`. */
import { describe, expect, it } from 'vitest';
import program from '../../docs/programs/actor.js';
import { runVirtually } from '../support/virtual.js';

describe('actor', () => {
  it('serves what was ordered, one dish each 100 ms, refuses to be paid too little, and ends when all is served', async () => {
    expect((await runVirtually(program)).timed).toMatchInlineSnapshot(`
      [
        "0 ms  waiter: one soup, please",
        "0 ms  chef: cooking soup",
        "0 ms  waiter: one pasta, please",
        "0 ms  waiter: one cake, please",
        "0 ms  the bill is 18",
        "0 ms  pay 10: 10 is less than the bill of 18",
        "0 ms  pay 20: 2 back",
        "100 ms  waiter: here is your soup",
        "100 ms  chef: cooking pasta",
        "200 ms  waiter: here is your pasta",
        "200 ms  chef: cooking cake",
        "300 ms  waiter: here is your cake",
        "300 ms  served: soup, pasta, cake; cooked: 3",
      ]
    `);
  });
});
