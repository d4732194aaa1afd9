/** How long sessions live, to the millisecond. */
import { createSessions, type SessionsOptions } from 'ownstate/stores';
import { marbles, probe, type Marbles } from 'ownstate/testing';
import { filter, map, mergeMap, take, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';

const numbered = (m: Marbles, options: SessionsOptions = {}) => {
  let last = 0;
  return m.watch(createSessions({ scheduler: m.scheduler, ids: () => `s${++last}`, ...options }));
};

/** Runs virtual time until then; what is quiet, like a sweep, doesn't keep it going. */
const runUntil = (m: Marbles, ms: number) => {
  timer(ms - m.scheduler.now(), m.scheduler).subscribe();
  m.flush();
};

/** Whether a session is there, asked at each letter. */
const there = (found: unknown) => found === undefined || found === false ? 'n' : 'y';

describe('the idle time', () => {
  it('is 30 minutes: gone from the very millisecond on', marbles((m) => {
    const { ask } = numbered(m);
    ask.create({ data: 1 });
    const asked = m.cold('    1799999ms ab|');
    const expected = '        1799999ms yn|';
    m.expect(asked.pipe(mergeMap(() => ask.peek('s1')), map(there))).toBeObservable(expected);
  }));

  it('begins anew with get, touch, update and regenerate', marbles((m) => {
    const { ask } = numbered(m, { idle: 5 });
    ask.create({ data: 1 });
    const gets = m.cold('     ----g-----------------------|');
    const touches = m.cold('  --------t-------------------|');
    const updates = m.cold('  ------------u---------------|');
    const renewals = m.cold(' ----------------r-----------|');
    const peeks = m.cold('    -------------------ppp------|');
    const expected = '        ----y---y---y---y--yyn------|';
    gets.subscribe(() => void ask.get('s1'));
    touches.subscribe(() => void ask.touch('s1'));
    updates.subscribe(() => void ask.update({ id: 's1', data: 2 }));
    renewals.subscribe(() => void ask.regenerate('s1'));
    const asked = m.cold('    ----1---1---1---2--222------|');
    m.expect(asked.pipe(mergeMap((id) => ask.peek(`s${id}`)), map(there))).toBeObservable(expected);
    m.expect(peeks).toBeObservable('-------------------ppp------|');
  }));

  it('does not begin anew with peek, listByUser, stats and dump', marbles((m) => {
    const { ask } = numbered(m, { idle: 5 });
    ask.create({ data: 1, user: 'ann' });
    m.cold('                  ---a|').subscribe(() => {
      ask.peek('s1');
      ask.listByUser('ann');
      ask.stats();
      ask.dump();
    });
    const asked = m.cold('    ----aa|');
    const expected = '        ----yn|';
    m.expect(asked.pipe(mergeMap(() => ask.peek('s1')), map(there))).toBeObservable(expected);
  }));

  it('may be another one for a session, and change', marbles((m) => {
    const { ask } = numbered(m, { idle: 3 });
    ask.create({ data: 'remember me', ttl: 8 });
    ask.create({ data: 'public machine', ttl: 2 });
    ask.create({ data: 'cut short' });
    const cut = m.cold('      -a|');
    cut.subscribe(() => void ask.update({ id: 's3', ttl: 1 }));
    const asked = m.cold('    123123-11|', { 1: 's1', 2: 's2', 3: 's3' });
    const expected = '        yynynn-yn|';
    m.expect(asked.pipe(mergeMap((id) => ask.peek(id)), map(there))).toBeObservable(expected);
  }));
});

describe('the absolute time', () => {
  it('holds however much a session is used', marbles((m) => {
    const { ask } = numbered(m, { idle: 4, absolute: 10 });
    ask.create({ data: 1 });
    const asked = m.cold('    --g--t--u-gtu|');
    const expected = '        --y--y--y-nnn|';
    m.expect(asked.pipe(
      mergeMap((way) => way === 'g' ? ask.get('s1') : way === 't' ? ask.touch('s1') : ask.update({ id: 's1', data: 2, ttl: 1000 })), map(there),
    )).toBeObservable(expected);
  }));

  it('is not stretched by regenerate, nor by an update of the idle time', marbles((m) => {
    const { ask } = numbered(m, { idle: 8, absolute: 10 });
    ask.create({ data: 1 });
    m.cold('                  ----a|').subscribe(() => void ask.regenerate('s1'));
    m.cold('                  -----a|').subscribe(() => void ask.update({ id: 's2', ttl: Infinity }));
    const asked = m.cold('    ------a--aa|');
    const expected = '        ------y--yn|';
    m.expect(asked.pipe(mergeMap(() => ask.peek('s2')), map(there))).toBeObservable(expected);
  }));
});

describe('the throttle of uses', () => {
  it('writes a use down only so long after the last one that was', marbles((m) => {
    const { ask } = numbered(m, { idle: 10, touchEvery: 3 });
    ask.create({ data: 1 });
    const used = m.cold('     -g-g-g-g|');
    const writtenAt = '       -0-3-3-7|';
    m.expect(used.pipe(mergeMap(() => ask.get('s1')), map((session) => String(session?.usedAt)))).toBeObservable(writtenAt);
  }));

  it('never exceeds half of a session\'s own idle time, so that whoever comes again in time keeps his session', marbles((m) => {
    const { ask } = numbered(m, { touchEvery: 1000 });
    ask.create({ data: 1, ttl: 4 });
    const used = m.cold('     --t-t-t-t---t|');
    const expected = '        --y-y-y-y---n|';
    m.expect(used.pipe(mergeMap(() => ask.touch('s1')), map(there))).toBeObservable(expected);
  }));

  it('does not hold back an update', marbles((m) => {
    const { ask } = numbered(m, { idle: 10, touchEvery: 5 });
    ask.create({ data: 1 });
    m.cold('                  -a|').subscribe(() => void ask.update({ id: 's1', data: 2 }));
    const asked = m.cold('    ----------aa|');
    const expected = '        ----------yn|';
    m.expect(asked.pipe(mergeMap(() => ask.peek('s1')), map(there))).toBeObservable(expected);
  }));
});

describe('the sweep', () => {
  it('removes and announces what has expired, a period after the first expiry, whether or not anybody reads', marbles((m) => {
    const sessions = numbered(m, { idle: 3, sweep: 5 });
    const { ask } = sessions;
    m.cold('                  a---a----------a|').subscribe(() => void ask.create({ data: 1 }));
    const expired = sessions.events$.pipe(filter(({ type }) => type === 'expired'), map((event) => 'id' in event ? event.id.slice(1) : ''));
    // At 0 + 3 + 5 ms, when the second one has expired as well; and at 15 + 3 + 5.
    m.expect(expired, '       ^-------------------------!').toBeObservable(
      '                       --------(12)-----------3');
  }));

  it('says which limit it was', marbles((m) => {
    const sessions = numbered(m, { idle: 4, absolute: 6, sweep: 1 });
    const watched = probe(sessions);
    sessions.ask.create({ data: 1 });
    m.cold('---a|').subscribe(() => void sessions.ask.touch('s1'));
    sessions.ask.create({ data: 1 });
    runUntil(m, 20);
    expect(watched.events.filter(({ event }) => event.type === 'expired')).toEqual([
      { time: 5, event: { type: 'expired', id: 's2', user: undefined, reason: 'idle' } },
      { time: 7, event: { type: 'expired', id: 's1', user: undefined, reason: 'absolute' } },
    ]);
  }));

  it('is one timer, and none while there is nothing to expire', marbles((m) => {
    const sessions = numbered(m, { idle: 10, sweep: 10 });
    expect(m.scheduler.actions).toHaveLength(0);
    for (let i = 0; i < 100; i++) sessions.ask.create({ data: i });
    expect(m.scheduler.actions).toHaveLength(1);
    runUntil(m, 19);
    expect(m.scheduler.actions).toHaveLength(1);
    runUntil(m, 20);
    expect(m.scheduler.actions).toHaveLength(0);
    sessions.ask.create({ data: 1, ttl: 5 });
    sessions.ask.clear();
    runUntil(m, 35);
    expect(m.scheduler.actions).toHaveLength(0);

    const forever = numbered(m, { idle: Infinity, absolute: Infinity });
    forever.ask.create({ data: 1 });
    expect(m.scheduler.actions).toHaveLength(0);
  }));

  it('comes for sessions of longer than a platform timer takes', marbles((m) => {
    const sessions = numbered(m, { idle: 2 ** 31 + 5, absolute: Infinity, sweep: 1 });
    const watched = probe(sessions);
    sessions.ask.create({ data: 1 });
    runUntil(m, 2 ** 31 + 10);
    expect(watched.events.at(-1)).toMatchObject({ time: 2 ** 31 + 6, event: { type: 'expired' } });
  }, { maxFrames: Infinity }));

  it('does a great many in parts, between which others have their turn', marbles((m) => {
    const sessions = numbered(m, { idle: 5, sweep: 1 });
    const seen: number[] = [];
    for (let i = 0; i < 25_000; i++) sessions.tell.create({ data: i });
    // Asked while the first part is announced, when the second one has been told already.
    sessions.events$.pipe(filter(({ type }) => type === 'expired'), take(1)).subscribe(() => {
      sessions.ask.stats().subscribe(({ size, expired }) => seen.push(size, expired));
    });
    runUntil(m, 6);
    expect(seen).toEqual([0, 20_000]);
    sessions.ask.stats().subscribe(({ expired }) => expect(expired).toBe(25_000));
  }));

  it('puts what was used in the meantime in its right place in parts, too', marbles((m) => {
    const sessions = numbered(m, { idle: 10, sweep: 1 });
    const watched = probe(sessions);
    for (let i = 0; i < 12_000; i++) sessions.tell.create({ data: i });
    m.cold('--------a|').subscribe(() => {
      for (let i = 1; i <= 12_000; i++) sessions.tell.touch(`s${i}`);
    });
    m.cold('-----------------a|').subscribe(() => void sessions.ask.stats().subscribe(({ size }) => expect(size).toBe(12_000)));
    runUntil(m, 30);
    // At 11 ms nothing had expired: 10,000 were looked at, then the rest. At 19 ms all had, since 18 ms.
    expect(watched.commands.filter(({ type }) => type === 'sweep').map(({ time }) => time)).toEqual([11, 11, 19, 19]);
    expect(watched.events.filter(({ event }) => event.type === 'expired')).toHaveLength(12_000);
  }));
});

describe('what has expired and is not swept yet', () => {
  it('is in no count, list or dump, but held until then', marbles((m) => {
    const sessions = numbered(m, { idle: 5, sweep: 1000 });
    const { ask } = sessions;
    ask.create({ data: 1, user: 'ann' });
    ask.create({ data: 2, user: 'ann', ttl: 50 });
    m.cold('-----a|').subscribe(() => {
      ask.stats().subscribe(({ size, expired }) => expect([size, expired]).toEqual([1, 0]));
      ask.listByUser('ann').subscribe((list) => expect(list.map(({ id }) => id)).toEqual(['s2']));
      ask.dump().subscribe((dump) => expect(dump.sessions.map(({ id }) => id)).toEqual(['s2']));
      ask.touch('s2').subscribe((found) => expect(found).toBe(true));
      expect(sessions.snapshot()).toEqual({ held: 2 });
      ask.deleteOthers('s2').subscribe((count) => expect(count).toBe(0));
      ask.deleteByUser('ann').subscribe((count) => expect(count).toBe(1));
      ask.stats().subscribe(({ size, deleted }) => expect([size, deleted]).toEqual([0, 1]));
      ask.clear().subscribe((count) => expect(count).toBe(0));
      ask.stats().subscribe(({ size, expired }) => expect([size, expired]).toEqual([0, 1]));
    });
    m.flush();
    expect(m.scheduler.now()).toBeGreaterThan(5);
  }));
});

describe('a clock that steps back', () => {
  it('brings nothing back, and gives no time twice', async () => {
    let now = 0;
    // What is scheduled is a sweep that this spec doesn't wait for.
    const scheduler = { now: () => now, schedule: () => ({ unsubscribe: () => undefined }) as never };
    let last = 0;
    const { ask } = createSessions({ idle: 10, ids: () => `s${++last}`, scheduler });
    await ask.create({ data: 1 });
    await ask.create({ data: 1, ttl: 100 });
    now = 10;
    expect(await ask.peek('s1')).toBeUndefined();
    now = 5;
    expect(await ask.peek('s1')).toBeUndefined();
    expect(await ask.get('s1')).toBeUndefined();
    expect(await ask.touch('s2')).toBe(true);
    expect(await ask.peek('s2')).toMatchObject({ usedAt: 10, expiresAt: 110 });
  });
});
