/**
 * A rate limiter: three clients send 15 requests each, 200 ms apart, against buckets of 10 tokens refilled by 1 a second;
 * and a fourth one waits for its turn instead of being refused.
 */
import { createRateLimiter, type RateAnswer } from 'ownstate/stores';
import type { World } from './support/world.js';

const REQUESTS = 15;
const PAUSE = 200;

/** One character a request: what was let through, and what wasn't. */
const mark = ({ allowed }: RateAnswer) => allowed ? '✓' : '✗';

export default async function program({ print, scheduler, sleep }: World): Promise<void> {
  const limiter = createRateLimiter({ limit: 10, refill: 1, every: 1000, scheduler });

  print(`each client: ${REQUESTS} requests, ${PAUSE} ms apart; 10 tokens, refilled by 1 a second`);
  const client = async (name: string, delay: number) => {
    await sleep(delay);
    const answers: RateAnswer[] = [];
    for (let request = 1; request <= REQUESTS; request++) {
      const answer = await limiter.ask.allow({ key: name });
      answers.push(answer);
      const { remaining, retryAfter } = answer;
      print(`  ${name.padEnd(7)}  request ${String(request).padStart(2)}  ${mark(answer)} ${answer.allowed ? `${remaining} left` : `the next token in ${retryAfter} ms`}`);
      await sleep(PAUSE);
    }
    print(`  ${name}: ${answers.map(mark).join('')}  ${answers.filter(({ allowed }) => allowed).length} of ${REQUESTS}`);
  };
  await Promise.all([client('Alice', 0), client('Bob', 50), client('Charlie', 100)]);

  print();
  const { remaining, resetAfter } = await limiter.ask.status('Alice');
  print(`Alice has ${remaining} left, all of it back in ${resetAfter} ms`);
  await limiter.ask.reset('Alice');
  print(`after a reset: ${(await limiter.ask.status('Alice')).remaining}`);

  print();
  print('Dana waits instead: 12 requests at once, two of them in line');
  const begin = scheduler.now();
  await Promise.all(Array.from({ length: 12 }, async (_, request) => {
    await limiter.ask.wait({ key: 'Dana' });
    const seconds = Math.round((scheduler.now() - begin) / 1000);
    print(`  request ${String(request + 1).padStart(2)} went through ${seconds === 0 ? 'at once' : `after about ${seconds} s`}`);
  }));

  const { allowed, refused } = await limiter.ask.stats();
  print();
  print(`${allowed} requests went through, ${refused} were refused`);
  await limiter.shutdown();
}
