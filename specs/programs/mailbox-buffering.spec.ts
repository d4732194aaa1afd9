/** The program `mailbox-buffering`. */
import { describe, expect, it } from 'vitest';
import program from '../../docs/programs/mailbox-buffering.js';
import { runVirtually } from '../support/virtual.js';

describe('mailbox-buffering', () => {
  it('holds the producer up by rendezvous, and lets ten items wait in a buffer of ten', async () => {
    expect((await runVirtually(program)).lines).toMatchInlineSnapshot(`
      [
        "rendezvous",
        "   100 ms  item 1 taken, 0 waiting",
        "   200 ms  item 2 taken, 0 waiting",
        "   300 ms  item 3 taken, 0 waiting",
        "   400 ms  item 4 taken, 0 waiting",
        "   500 ms  item 5 taken, 0 waiting",
        "   600 ms  item 6 taken, 0 waiting",
        "   700 ms  item 7 taken, 0 waiting",
        "   800 ms  item 8 taken, 0 waiting",
        "   900 ms  item 9 taken, 0 waiting",
        "  1000 ms  item 10 taken, 0 waiting",
        "  1100 ms  item 11 taken, 0 waiting",
        "  1200 ms  item 12 taken, 0 waiting",
        "  the producer was done after 1200 ms",
        "a buffer of 10",
        "  the producer was done after 0 ms, 10 waiting",
        "     0 ms  item 12 refused: consumer.consume: mailbox full, capacity 10",
        "   100 ms  item 1 consumed, 9 waiting",
        "   200 ms  item 2 consumed, 8 waiting",
        "   300 ms  item 3 consumed, 7 waiting",
        "   400 ms  item 4 consumed, 6 waiting",
        "   500 ms  item 5 consumed, 5 waiting",
        "   600 ms  item 6 consumed, 4 waiting",
        "   700 ms  item 7 consumed, 3 waiting",
        "   800 ms  item 8 consumed, 2 waiting",
        "   900 ms  item 9 consumed, 1 waiting",
        "  1000 ms  item 10 consumed, 0 waiting",
        "  1100 ms  item 11 consumed, 0 waiting",
        "  at most 10 waited, 1 refused",
      ]
    `);
  });
});
