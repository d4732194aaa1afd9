/**
 * A rate limiter beside a model that does in each millisecond what a limiter is said to do: refills, serves who waits, and
 * forgets nothing. Random commands at random times, some of which are given up: same replies, same events, same end.
 */
import fc from 'fast-check';
import { createRateLimiter, type RateLimit, type RateLimiterEvent } from 'ownstate/stores';
import { VirtualTimeScheduler } from 'rxjs';
import { expect, it } from 'vitest';

type Numbers = Required<RateLimit>;
interface Waiting { readonly id: number; readonly tokens: number; readonly until: number }
interface Model { levels: number[]; limits: readonly Numbers[]; queue: Waiting[]; blockedUntil: number }
interface Step { readonly at: number; readonly type: string; readonly key: string; readonly tokens: number; readonly ms: number; readonly set: Partial<Numbers>; readonly giveUp: number }
interface Told { readonly at: number; readonly id: number; readonly what: unknown }

/** Nothing takes longer than that here; what does never happens. */
const NEVER = 3000;

const full = (limits: readonly Numbers[]): number[] => limits.map(({ limit, every }) => limit * every);
const copy = (model: Model): Model => ({ ...model, levels: [...model.levels], queue: [...model.queue] });

/** Whether so many tokens are there. */
const has = ({ levels, limits, blockedUntil }: Model, tokens: number, now: number): boolean =>
  now >= blockedUntil && limits.every(({ every }, index) => tokens * every <= levels[index]!);

function take(model: Model, tokens: number): void {
  model.levels = model.levels.map((level, index) => Math.min(full(model.limits)[index]!, level - tokens * model.limits[index]!.every));
}

/** Gives those their tokens who are first in the queue. */
function serve(model: Model, now: number): Waiting[] {
  const served: Waiting[] = [];
  for (let [head] = model.queue; head && has(model, head.tokens, now); [head] = model.queue) {
    take(model, head.tokens);
    served.push(head);
    model.queue.shift();
  }
  return served;
}

/** One millisecond passes. */
function pass(model: Model): void {
  model.levels = model.levels.map((level, index) => Math.min(full(model.limits)[index]!, level + model.limits[index]!.refill));
}

/** In how many milliseconds something comes to be, if nothing else happens. */
function timeUntil(model: Model, now: number, holds: (later: Model, time: number) => boolean): number {
  const later = copy(model);
  for (let ms = 0; ms <= NEVER; ms++) {
    serve(later, now + ms);
    if (holds(later, now + ms)) return ms;
    pass(later);
  }
  return Infinity;
}

const timeFor = (model: Model, tokens: number, now: number): number =>
  timeUntil(model, now, (later, time) => later.queue.length === 0 && has(later, tokens, time));

/** What an answer says; `bare`: as little as there is to say with several limits while somebody waits. */
function answer(model: Model, now: number, retryAfter: number, bare: boolean): unknown {
  const { limits, queue } = model;
  if (bare) return { allowed: retryAfter === 0, retryAfter };
  const promised = queue.reduce((sum, { tokens }) => sum + tokens, 0);
  const blocked = Math.max(0, model.blockedUntil - now);
  const each = limits.map(({ limit, every }, index) => ({
    limit,
    remaining: blocked > 0 ? 0 : Math.max(0, Math.floor((model.levels[index]! - promised * every) / every)),
    resetAfter: Math.max(blocked, timeUntil(model, now, (later) => later.queue.length === 0 && later.levels[index] === full(limits)[index])),
  }));
  const [least] = each.sort((one, other) => one.remaining - other.remaining || other.resetAfter - one.resetAfter);
  return { allowed: retryAfter === 0, retryAfter, ...least! };
}

/** Lines those up anew who wait, and refuses whom it's too late for. */
function lineUp(model: Model, now: number): { refused: Waiting[]; served: Waiting[] } {
  const queue = model.queue;
  const refused: Waiting[] = [];
  model.queue = [];
  for (const waiting of queue) {
    const takes = timeFor(model, waiting.tokens, now);
    if (takes === Infinity || now + takes > waiting.until) refused.push(waiting);
    else model.queue.push(waiting);
  }
  return { refused, served: serve(model, now) };
}

/** What the model tells of a script. */
function play(limits: readonly Numbers[], steps: readonly Step[], end: number): { told: Told[]; events: unknown[] } {
  const keys = new Map<string, Model>();
  const told: Told[] = [];
  const events: unknown[] = [];
  for (let now = 0; now <= end; now++) {
    const modelOf = (key: string) => {
      const model = keys.get(key) ?? { levels: full(limits), limits, queue: [], blockedUntil: 0 };
      keys.set(key, model);
      return model;
    };
    const tell = (id: number, what: unknown) => told.push({ at: now, id, what });
    const grant = (model: Model, served: readonly Waiting[]) => {
      // Each is told how it stands after him, with those behind him in line; the levels are those after all of them.
      for (const [index, { id }] of served.entries()) {
        const before = copy(model);
        const behind = served.slice(index + 1);
        for (const { tokens } of behind) take(before, -tokens);
        before.queue = [...behind, ...model.queue];
        tell(id, answer(before, now, 0, limits.length > 1));
      }
    };
    const change = (model: Model) => {
      const { refused, served } = lineUp(model, now);
      for (const { id } of refused) tell(id, 'refused');
      grant(model, served);
    };
    for (const model of keys.values()) {
      if (now > 0) pass(model);
      grant(model, serve(model, now));
    }
    for (const [id, { at, type, key, tokens, ms, set }] of steps.entries()) {
      if (at !== now) continue;
      const model = modelOf(key);
      const least = Math.min(...model.limits.map(({ limit }) => limit));
      const asks = type === 'allow' || type === 'peek' || type === 'wait';
      const takes = timeFor(model, tokens, now);
      if (asks && tokens > least && least > 0) tell(id, 'refused');
      else if (type === 'wait' && takes > 0 && (takes > ms || takes === Infinity)) tell(id, 'refused');
      else if (type === 'wait' && takes > 0) model.queue.push({ id, tokens, until: now + ms });
      else if (asks) {
        if (takes === 0 && type !== 'peek') take(model, tokens);
        if (takes > 0 && type === 'allow') events.push({ type: 'limited', key, tokens, retryAfter: takes });
        const busy = [...keys.values()].some(({ queue }) => queue.length > 0);
        tell(id, answer(model, now, takes, limits.length > 1 && (type === 'wait' || busy)));
      } else if (type === 'refund') {
        take(model, -tokens);
        change(model);
      } else if (type === 'reset') {
        Object.assign(model, { levels: full(model.limits), blockedUntil: 0 });
        change(model);
      } else if (type === 'block') {
        model.blockedUntil = now + ms;
        events.push({ type: 'blocked', key, ttl: ms });
        change(model);
      } else if (type === 'unblock') {
        model.blockedUntil = 0;
        change(model);
      } else {
        const was = model.limits;
        model.limits = type === 'setLimit' ? [{ ...was[0]!, ...set }, ...was.slice(1)] : limits;
        // What was drawn stays drawn; a part of a token that can't be counted counts as drawn.
        model.levels = model.levels.map((level, index) => {
          const [{ every: from }, { every: to }] = [was[index]!, model.limits[index]!];
          return full(model.limits)[index]! - Math.min(full(model.limits)[index]!, Math.ceil((full(was)[index]! - level) * to / from));
        });
        change(model);
      }
      if (type !== 'allow' && type !== 'wait' && type !== 'peek') tell(id, { waiting: model.queue.length });
    }
    for (const [id, { at, key, giveUp }] of steps.entries()) {
      const model = keys.get(key);
      if (at + giveUp !== now || !model?.queue.some((waiting) => waiting.id === id)) continue;
      model.queue = model.queue.filter((waiting) => waiting.id !== id);
      tell(id, 'given up');
      change(model);
    }
  }
  return { told, events };
}

/** What the store tells of the same script. */
function run(limits: readonly Numbers[], steps: readonly Step[], end: number): { told: Told[]; events: unknown[] } {
  const scheduler = new VirtualTimeScheduler();
  scheduler.maxFrames = end + 0.9;
  const limiter = createRateLimiter({ limits, scheduler, timeout: Infinity, sweep: 7 });
  const told: Told[] = [];
  const events: RateLimiterEvent[] = [];
  limiter.events$.subscribe((event) => events.push(event));
  for (const [id, { at, type, key, tokens, ms, set, giveUp }] of steps.entries()) {
    const tell = (what: unknown) => told.push({ at: Math.floor(scheduler.now()), id, what });
    const shown = (reply: object) => {
      const { allowed, retryAfter } = reply as { allowed?: boolean; retryAfter?: number };
      tell(limits.length > 1 && (type === 'wait' || limiter.snapshot().waiting > 0) ? { allowed, retryAfter } : reply);
    };
    const failed = ({ code }: { code: string }) => tell(code === 'ASK_ABORTED' ? 'given up' : 'refused');
    // Commands come behind the timers of their millisecond, and whoever gives up does so behind the commands.
    scheduler.schedule(() => {
      const leaving = new AbortController();
      if (type === 'wait') scheduler.schedule(() => leaving.abort(), giveUp + 0.25);
      const { ask } = limiter.with({ signal: leaving.signal });
      const also = () => void limiter.ask.status(key).subscribe(({ waiting }) => tell({ waiting }));
      if (type === 'allow' || type === 'peek') ask[type]({ key, tokens }).subscribe({ next: shown, error: failed });
      else if (type === 'wait') ask.wait({ key, tokens, deadline: ms }).subscribe({ next: shown, error: failed });
      else if (type === 'refund') ask.refund({ key, tokens }).subscribe(also);
      else if (type === 'block') ask.block({ key, ttl: ms }).subscribe(also);
      else if (type === 'setLimit') ask.setLimit({ key, ...set }).subscribe(also);
      else ask[type as 'reset'](key).subscribe(also);
    }, at + 0.25);
  }
  scheduler.flush();
  return { told, events };
}

const limit = (name: string) => fc.record({
  name: fc.constant(name), limit: fc.integer({ min: 0, max: 4 }), refill: fc.integer({ min: 0, max: 3 }), every: fc.integer({ min: 1, max: 7 }),
});

const step = fc.record({
  at: fc.integer({ min: 0, max: 60 }),
  type: fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom('allow', 'wait') },
    { weight: 2, arbitrary: fc.constantFrom('peek', 'refund', 'reset', 'block', 'unblock', 'setLimit', 'clearLimit') },
  ),
  key: fc.constantFrom('ann', 'bob'),
  tokens: fc.integer({ min: 0, max: 4 }),
  ms: fc.integer({ min: 1, max: 50 }),
  set: fc.record({ limit: fc.integer({ min: 0, max: 5 }), refill: fc.integer({ min: 0, max: 3 }), every: fc.integer({ min: 1, max: 7 }) }, { requiredKeys: [] }),
  giveUp: fc.integer({ min: 0, max: 40 }),
});

/** In an order of their own: replies of one millisecond may come in another one, as keys are served in turn. */
const sorted = (told: readonly Told[]): Told[] => [...told].sort((one, other) => one.at - other.at || one.id - other.id);

it('a rate limiter does what its model does, millisecond by millisecond', () => {
  fc.assert(fc.property(
    fc.oneof(fc.tuple(limit('burst')), fc.tuple(limit('burst'), limit('sustained'))),
    fc.array(step, { minLength: 1, maxLength: 14 }),
    (limits, script) => {
      const steps = [...script].sort((one, other) => one.at - other.at);
      const expected = play(limits, steps, 150);
      const got = run(limits, steps, 150);
      expect({ told: sorted(got.told), events: got.events }).toEqual({ told: sorted(expected.told), events: expected.events });
    },
  ), { numRuns: 300 });
}, 60_000);
