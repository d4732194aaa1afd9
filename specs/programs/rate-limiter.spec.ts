/** The program `rate-limiter`. */
import { expect, it } from 'vitest';
import program from '../../docs/programs/rate-limiter.js';
import { runVirtually } from '../support/virtual.js';

it('rate-limiter lets three clients through as their buckets allow, and a fourth one wait', async () => {
  const { timed } = await runVirtually(program);
  // 10 tokens, and one each at 1000 and 2000 ms: requests 13 to 15, at 2400 ms and later, come before the next at 3000 ms.
  const left = [9, 8, 7, 6, 5, 5, 4, 3, 2, 1, 1, 0];
  const requests = Array.from({ length: 15 }, (_, request) => ['Alice', 'Bob', 'Charlie'].map((name, client) => {
    const what = request < 12 ? `✓ ${left[request]} left` : `✗ the next token in ${600 - 200 * (request - 12)} ms`;
    return `${request * 200 + client * 50} ms    ${name.padEnd(7)}  request ${String(request + 1).padStart(2)}  ${what}`;
  })).flat();
  expect(timed).toEqual([
    '0 ms  each client: 15 requests, 200 ms apart; 10 tokens, refilled by 1 a second',
    ...requests,
    '3000 ms    Alice: ✓✓✓✓✓✓✓✓✓✓✓✓✗✗✗  12 of 15',
    '3050 ms    Bob: ✓✓✓✓✓✓✓✓✓✓✓✓✗✗✗  12 of 15',
    '3100 ms    Charlie: ✓✓✓✓✓✓✓✓✓✓✓✓✗✗✗  12 of 15',
    '3100 ms',
    '3100 ms  Alice has 1 left, all of it back in 8900 ms',
    '3100 ms  after a reset: 10',
    '3100 ms',
    '3100 ms  Dana waits instead: 12 requests at once, two of them in line',
    ...Array.from({ length: 10 }, (_, request) => `3100 ms    request ${String(request + 1).padStart(2)} went through at once`),
    '4100 ms    request 11 went through after about 1 s',
    '5100 ms    request 12 went through after about 2 s',
    '5100 ms',
    '5100 ms  48 requests went through, 9 were refused',
  ]);
});
