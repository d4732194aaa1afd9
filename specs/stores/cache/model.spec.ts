/** Random commands, times, loads and failures against a plain model: the same replies, events and end. */
import fc from 'fast-check';
import type { Reply } from 'ownstate';
import { createCache, type CacheEvent, type CacheOptions, type CacheStats } from 'ownstate/stores';
import { map, timer, VirtualTimeScheduler } from 'rxjs';
import { expect, it } from 'vitest';

type Key = string;
type Event = CacheEvent<Key, number>;
interface Rules { maxEntries: number; maxTtl: number; staleWhileRevalidate: number; staleOnError: number; errorTtl: number }
interface Life { ttl: number; idle: number }
interface Entry extends Life { value: number; began: number; used: number; limit: number }
interface Flight { key: Key; ends: number; outcome: number | 'fails' | undefined; life: Life; reason: 'missing' | 'stale'; askers: Asker[] }
interface Asker { id: number; until: number }

/** What a cache does, as plainly as it can be said. */
class Model {
  readonly rules: Rules;
  now = 0;
  /** The one whose use is longest ago first. */
  entries = new Map<Key, Entry>();
  flights = new Map<Key, Flight>();
  flying: Flight[] = [];
  failures: { key: Key; until: number }[] = [];
  events: Event[] = [];
  replies: unknown[] = [];
  counts = { hits: 0, misses: 0, stale: 0, sets: 0, expired: 0, evicted: 0, deleted: 0, loaded: 0, failed: 0 };

  constructor(rules: Rules) {
    this.rules = rules;
  }

  at({ ttl, idle, began, used, limit }: Entry): number {
    return Math.min(began + ttl, limit, used + idle);
  }

  live(): [Key, Entry][] {
    return [...this.entries].filter(([, entry]) => this.at(entry) > this.now);
  }

  fresh(key: Key): Entry | undefined {
    return this.live().find(([each]) => each === key)?.[1];
  }

  answer(id: number, reply: unknown): void {
    this.replies[id] = { at: this.now, reply };
  }

  /** Time passes: loads end, askers give up, each at its time. */
  pass(until: number): void {
    for (;;) {
      const [flight] = this.flying.map((each) => ({ each, at: Math.min(each.ends, ...each.askers.map((asker) => asker.until)) })).sort((a, b) => a.at - b.at);
      if (!flight || flight.at > until) break;
      this.now = flight.at;
      if (flight.each.ends === flight.at) this.land(flight.each);
      else this.leave(flight.each);
    }
    this.now = until;
  }

  hit(key: Key, reason: 'fresh' | 'stale'): number {
    const entry = this.entries.get(key)!;
    this.entries.delete(key);
    this.entries.set(key, entry);
    if (reason === 'fresh') entry.used = this.now;
    else this.counts.stale++;
    this.counts.hits++;
    this.events.push({ type: 'hit', key, reason });
    return entry.value;
  }

  miss(key: Key, failed = false): undefined {
    this.counts.misses++;
    this.events.push({ type: 'miss', key, reason: failed ? 'failed' : this.entries.has(key) ? 'expired' : 'absent' });
  }

  expire(key: Key): void {
    const entry = this.entries.get(key)!;
    const { value, began, ttl, limit } = entry;
    this.entries.delete(key);
    this.counts.expired++;
    this.events.push({ type: 'expired', key, value, reason: this.at(entry) < Math.min(began + ttl, limit) ? 'idle' : 'ttl' });
  }

  expireIfDue(key: Key): void {
    if (this.entries.has(key) && !this.fresh(key)) this.expire(key);
  }

  put(key: Key, value: number, { ttl, idle }: Life): void {
    this.entries.delete(key);
    this.entries.set(key, { value, ttl, idle, began: this.now, used: this.now, limit: this.now + this.rules.maxTtl });
    while (this.entries.size > this.rules.maxEntries) {
      const [first] = this.expired(0);
      if (first !== undefined) {
        this.expire(first);
      } else {
        const [[oldest, { value: evicted }]] = this.entries as unknown as [[Key, Entry]];
        this.entries.delete(oldest);
        this.counts.evicted++;
        this.events.push({ type: 'evicted', key: oldest, value: evicted, reason: 'entries' });
      }
    }
  }

  /** The keys that expired so long ago or longer, in that order. */
  expired(ago: number): Key[] {
    return [...this.entries].filter(([, entry]) => this.at(entry) <= this.now - ago).sort(([, a], [, b]) => this.at(a) - this.at(b)).map(([key]) => key);
  }

  set(key: Key, value: number, life: Life): true {
    this.expireIfDue(key);
    this.forget(key);
    const before = this.entries.get(key)?.value;
    this.counts.sets++;
    this.events.push(before === undefined ? { type: 'set', key, value, reason: 'added' } : { type: 'set', key, value, reason: 'replaced', before });
    this.put(key, value, life);
    return true;
  }

  get(key: Key): number | undefined {
    return this.fresh(key) ? this.hit(key, 'fresh') : this.miss(key);
  }

  remove(key: Key, reason: 'deleted' | 'taken'): number | undefined {
    this.expireIfDue(key);
    this.forget(key);
    const value = this.entries.get(key)?.value;
    if (value === undefined) return undefined;
    this.entries.delete(key);
    this.counts.deleted++;
    this.events.push({ type: 'deleted', key, value, reason });
    return value;
  }

  take(key: Key): number | undefined {
    if (this.fresh(key)) this.hit(key, 'fresh');
    else this.miss(key);
    return this.remove(key, 'taken');
  }

  touch(key: Key, ttl: number | undefined): boolean {
    const entry = this.fresh(key);
    if (!entry) return false;
    this.entries.delete(key);
    this.entries.set(key, { ...entry, ttl: ttl ?? entry.ttl, began: this.now, used: this.now });
    return true;
  }

  clear(): number {
    const { length: size } = this.live();
    this.entries.clear();
    this.flights.clear();
    this.failures = [];
    this.counts.deleted += size;
    this.events.push({ type: 'cleared', size });
    return size;
  }

  sweep(): number {
    const gone = this.expired(Math.max(this.rules.staleWhileRevalidate, this.rules.staleOnError));
    gone.forEach((key) => this.expire(key));
    return gone.length;
  }

  forget(key: Key): void {
    this.flights.delete(key);
    this.failures = this.failures.filter((failure) => failure.key !== key);
  }

  hasFailed(key: Key): boolean {
    return this.failures.some((failure) => failure.key === key && failure.until > this.now);
  }

  getOrLoad(asker: Asker, key: Key, takes: number, outcome: Flight['outcome'], life: Life): void {
    if (this.fresh(key)) return this.answer(asker.id, this.hit(key, 'fresh'));
    const entry = this.entries.get(key);
    const age = entry ? this.now - this.at(entry) : Infinity;
    const failed = this.hasFailed(key);
    const flight = this.flights.get(key);
    if (age < this.rules.staleWhileRevalidate || (failed && age < this.rules.staleOnError)) {
      this.answer(asker.id, this.hit(key, 'stale'));
      if (!failed && !flight) this.fly({ key, ends: this.now + takes, outcome, life, reason: 'stale', askers: [] });
      return;
    }
    this.miss(key, failed);
    if (failed) this.answer(asker.id, 'fails');
    else if (flight) flight.askers.push(asker);
    else this.fly({ key, ends: this.now + takes, outcome, life, reason: 'missing', askers: [asker] });
  }

  fly(flight: Flight): void {
    this.flights.set(flight.key, flight);
    this.flying.push(flight);
  }

  /** Whether its key is still to have it. */
  end(flight: Flight): boolean {
    this.flying = this.flying.filter((each) => each !== flight);
    const current = this.flights.get(flight.key) === flight;
    if (current) this.flights.delete(flight.key);
    return current;
  }

  land(flight: Flight): void {
    const { key, outcome, life, reason, askers } = flight;
    const current = this.end(flight);
    let reply: Flight['outcome'] = outcome;
    if (outcome === 'fails') {
      this.counts.failed++;
      this.events.push({ type: 'failed', key, error: 'fails', reason });
      if (current) {
        if (this.rules.errorTtl > 0) {
          this.failures = this.failures.filter((failure) => failure.until > this.now && failure.key !== key).slice(-this.rules.maxEntries + 1 || this.failures.length);
          this.failures.push({ key, until: this.now + this.rules.errorTtl });
        }
        const entry = this.entries.get(key);
        if (entry && this.now - this.at(entry) < this.rules.staleOnError) askers.forEach(() => { reply = this.hit(key, 'stale'); });
      }
    } else {
      const kept = current && outcome !== undefined;
      if (current) this.expireIfDue(key);
      if (kept) this.put(key, outcome, life);
      this.counts.loaded++;
      // A cast: that's what the loader gave.
      this.events.push({ type: 'loaded', key, value: outcome as number, reason, kept });
    }
    for (const { id } of askers) this.answer(id, reply);
  }

  leave(flight: Flight): void {
    for (const { id } of flight.askers.filter(({ until }) => until === this.now)) this.answer(id, 'ASK_TIMEOUT');
    flight.askers = flight.askers.filter(({ until }) => until > this.now);
    if (flight.askers.length > 0) return;
    this.end(flight);
    this.counts.failed++;
    this.events.push({ type: 'failed', key: flight.key, error: 'AbortError', reason: 'abandoned' });
  }

  stats(): CacheStats {
    return { size: this.live().length, weight: this.entries.size, loading: this.flying.length, ...this.counts };
  }
}

const key = fc.constantFrom('a', 'b', 'c');
const some = (max: number) => fc.integer({ min: 1, max });
/** How long something lives; no two of them alike, so that nothing expires at the same time. */
const life = fc.record({ ttl: fc.oneof(some(12), fc.constant(Infinity)), idle: fc.oneof(some(6), fc.constant(Infinity)) });
const keyed = (type: 'get' | 'peek' | 'has' | 'remainingTtl' | 'delete' | 'take') => fc.record({ type: fc.constant(type), key });
const command = fc.oneof(
  { weight: 4, arbitrary: fc.record({ type: fc.constant('set' as const), key, life }) },
  { weight: 9, arbitrary: fc.record({ type: fc.constant('getOrLoad' as const), key, life, takes: some(6), timeout: some(9), outcome: fc.constantFrom('value', 'fails', 'value', 'fails', 'undefined') }) },
  { weight: 3, arbitrary: keyed('get') },
  ...(['peek', 'has', 'remainingTtl', 'delete', 'take'] as const).map((type) => ({ weight: 1, arbitrary: keyed(type) })),
  { weight: 1, arbitrary: fc.record({ type: fc.constant('touch' as const), key, ttl: fc.option(some(9), { nil: undefined }) }) },
  ...(['size', 'sweep', 'clear'] as const).map((type) => ({ weight: 1, arbitrary: fc.record({ type: fc.constant(type) }) })),
);
const rules: fc.Arbitrary<Rules> = fc.record({
  maxEntries: some(3),
  maxTtl: fc.oneof(some(10), fc.constant(Infinity)),
  staleWhileRevalidate: fc.constantFrom(0, 1.5, 3),
  staleOnError: fc.constantFrom(0, 3, 8),
  errorTtl: fc.constantFrom(0, 4, 12),
});

/** What an error is called by. */
const named = (error: unknown): unknown => error === 'fails' ? error : (error as { code?: unknown; name?: unknown }).code === 'ASK_TIMEOUT' ? 'ASK_TIMEOUT' : (error as Error).name;

/** The value of a reply that is there. */
function now<T>(reply: Reply<T>): T {
  const got: T[] = [];
  reply.subscribe((value) => got.push(value));
  expect(got).toHaveLength(1);
  return got[0]!;
}

it('a cache does what its model does', () => fc.assert(fc.property(rules, fc.array(fc.tuple(some(3), command), { maxLength: 40, size: 'max' }), (options, script) => {
  const scheduler = new VirtualTimeScheduler();
  // Infinity stands for "not given": so is each option's default.
  const cache = createCache<Key, number>({ ...options, scheduler, sweep: Infinity, announce: 'all', timeout: Infinity } satisfies CacheOptions<Key, number>);
  const model = new Model(options);
  const events: Event[] = [];
  const replies: unknown[] = [];
  cache.events$.subscribe((event) => events.push(event.type === 'failed' ? { ...event, error: named(event.error) } : event));
  const passTo = (time: number) => {
    scheduler.maxFrames = time;
    scheduler.flush();
    scheduler.frame = time;
    model.pass(time);
  };
  let time = 0;
  for (const [id, [gap, step]] of script.entries()) {
    passTo(time += gap);
    // Fractions that no two commands share: loads end, and askers give up, between commands and at different times.
    const own = (id + 1) / 1024;
    const reply = (value: unknown) => { replies[id] = { at: scheduler.frame, reply: value }; };
    const observer = { next: reply, error: (error: unknown) => reply(named(error)) };
    switch (step.type) {
      case 'set': {
        const lasts = { ttl: step.life.ttl + own / 4, idle: step.life.idle + own / 8 };
        cache.ask.set({ key: step.key, value: id, ...lasts }).subscribe(observer);
        model.answer(id, model.set(step.key, id, lasts));
        break;
      }
      case 'getOrLoad': {
        const lasts = { ttl: step.life.ttl + own / 4, idle: step.life.idle + own / 8 };
        const takes = step.takes + own / 2;
        const timeout = step.timeout + 0.5 + own / 2;
        const outcome = step.outcome === 'value' ? id : step.outcome === 'fails' ? 'fails' : undefined;
        const load = () => timer(takes, scheduler).pipe(map(() => {
          // eslint-disable-next-line @typescript-eslint/only-throw-error -- it's told by its name
          if (outcome === 'fails') throw 'fails';
          // A cast: a loader may give nothing.
          return outcome as number;
        }));
        cache.with({ timeout }).ask.getOrLoad({ key: step.key, load, ...lasts }).subscribe(observer);
        model.getOrLoad({ id, until: time + timeout }, step.key, takes, outcome, lasts);
        break;
      }
      case 'touch': {
        cache.ask.touch(step.ttl === undefined ? { key: step.key } : { key: step.key, ttl: step.ttl + own / 4 }).subscribe(observer);
        model.answer(id, model.touch(step.key, step.ttl === undefined ? undefined : step.ttl + own / 4));
        break;
      }
      case 'get': case 'take':
        cache.ask[step.type](step.key).subscribe(observer);
        model.answer(id, model[step.type](step.key));
        break;
      case 'delete':
        cache.ask.delete(step.key).subscribe(observer);
        model.answer(id, model.remove(step.key, 'deleted') !== undefined);
        break;
      case 'peek':
        cache.ask.peek(step.key).subscribe(observer);
        model.answer(id, model.fresh(step.key)?.value);
        break;
      case 'has':
        cache.ask.has(step.key).subscribe(observer);
        model.answer(id, model.fresh(step.key) !== undefined);
        break;
      case 'remainingTtl': {
        cache.ask.remainingTtl(step.key).subscribe(observer);
        const entry = model.fresh(step.key);
        model.answer(id, entry && model.at(entry) - time);
        break;
      }
      case 'size':
        cache.ask.size().subscribe(observer);
        model.answer(id, model.live().length);
        break;
      case 'sweep': case 'clear':
        cache.ask[step.type]().subscribe(observer);
        model.answer(id, model[step.type]());
        break;
    }
    expect(now(cache.ask.stats())).toEqual(model.stats());
  }
  passTo(time + 50);
  expect(replies).toEqual(model.replies);
  expect(events).toEqual(model.events);
  expect(now(cache.ask.dump()).entries.map(({ key: each, value, expiresIn = Infinity }) => [each, value, expiresIn])).toEqual(
    model.live().map(([each, entry]) => [each, entry.value, model.at(entry) - model.now]),
  );
  expect(now(cache.ask.stats())).toEqual(model.stats());
  expect(cache.status()).toMatchObject({ effects: 0, replies: 0, waiting: 0 });
  void cache.shutdown();
}), { numRuns: 600 }), 30_000);
