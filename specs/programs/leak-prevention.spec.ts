/** The program `leak-prevention`. */
import { describe, expect, it } from 'vitest';
import program from '../../docs/programs/leak-prevention.js';
import { runVirtually } from '../support/virtual.js';

describe('leak-prevention', () => {
  it('leaves nothing of its stores, in whatever way they end', async () => {
    expect((await runVirtually((world) => program(world, 200))).timed).toMatchInlineSnapshot(`
      [
        "0 ms  opened                   200 stores, 800 subscribers, 400 asks open",
        "0 ms  half of them aborted     100 stores, 400 subscribers, 200 asks open",
        "250 ms  the others drain         100 stores, 400 subscribers, 200 asks open",
        "500 ms  all shut down            0 stores, 0 subscribers, 0 asks open",
        "500 ms  left: none",
      ]
    `);
  });
});
