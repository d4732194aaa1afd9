// @ts-check
/**
 * A rate limiter beside those of others. All asks are allowed: a refusal is a rejected promise for one peer and a plain
 * `false` for the other, and neither is to be measured here.
 */
import { RateLimiter } from 'limiter';
import { createRateLimiter } from 'ownstate/stores';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { expectSame, interleave, report } from '../measure.js';
import { figure, ratio } from '../figures.js';

const BATCH = 2000;
const KEYS = Array.from({ length: 10_000 }, (_, number) => `client ${number}`);
const PLENTY = 1e9;

const ours = createRateLimiter({ limit: PLENTY, refill: 1000, every: 1000 });
const theirs = new RateLimiterMemory({ points: PLENTY, duration: 3600 });
const removing = new RateLimiter({ tokensPerInterval: PLENTY, interval: 'hour' });

let allowed = 0;
let asked = 0;
let turn = 0;
const next = () => /** @type {string} */ (KEYS[turn = (turn + 1) % KEYS.length]);
const count = (/** @type {{ allowed: boolean }} */ answer) => { if (answer.allowed) allowed++; };

const awaited = await interleave({
  ours: async () => {
    for (let i = 0; i < BATCH; i++) if ((await ours.ask.allow({ key: next() })).allowed) allowed++;
    asked += BATCH;
  },
  theirs: async () => {
    for (let i = 0; i < BATCH; i++) if ((await theirs.consume(next())).remainingPoints > 0) allowed++;
    asked += BATCH;
  },
}, BATCH);

const synchronous = await interleave({
  ours: () => {
    for (let i = 0; i < BATCH; i++) ours.ask.allow({ key: 'one' }).subscribe(count);
    asked += BATCH;
  },
  theirs: () => {
    for (let i = 0; i < BATCH; i++) if (removing.tryRemoveTokens(1)) allowed++;
    asked += BATCH;
  },
}, BATCH);
expectSame('the asks that were allowed', allowed, asked);
await ours.shutdown();

report({
  figures: [
    figure('allow, awaited, over 10,000 keys', 'per second', awaited.ours),
    figure('rate-limiter-flexible\'s RateLimiterMemory.consume, awaited', 'per second', awaited.theirs),
    figure('allow, subscribed, one key', 'per second', synchronous.ours),
    figure('limiter\'s tryRemoveTokens', 'per second', synchronous.theirs),
  ],
  found: [ratio(awaited.ours, awaited.theirs), ratio(synchronous.ours, synchronous.theirs)],
});
