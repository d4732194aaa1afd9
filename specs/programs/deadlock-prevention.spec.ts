/** The program `deadlock-prevention`. */
import { describe, expect, it } from 'vitest';
import program from '../../docs/programs/deadlock-prevention.js';
import { runVirtually } from '../support/virtual.js';

describe('deadlock-prevention', () => {
  it('names the ring at once, books nothing of it, and books all by telling', async () => {
    expect((await runVirtually(program)).lines).toMatchInlineSnapshot(`
      [
        "waiting for each other",
        "  left.confirm: deadlock, left → right → left",
        "  found after 0 ms, by left; no timeout had to pass",
        "  nothing was booked: left 100, right 100",
        "telling each other",
        "  ann had 70 left when she had sent, bob 80",
        "  all is booked: ann 120, bob 80, together 200",
      ]
    `);
  });
});
