/** What a naive store of sessions gets wrong, each as a spec. (Some stand with their theme: see expiry.spec.ts.) */
import { createSessions } from 'ownstate/stores';
import { marbles } from 'ownstate/testing';
import { describe, expect, it, vi } from 'vitest';

describe('an id', () => {
  it('comes neither from the time nor from a counter: all that is the same gives others', async () => {
    // The same moment, the same commands, twice: nothing of one id follows from the other.
    const scheduler = { now: () => 0, schedule: () => ({ unsubscribe: () => undefined }) as never };
    const ids = async () => {
      const { ask } = createSessions({ scheduler });
      return Promise.all(Array.from({ length: 50 }, async () => (await ask.create({ data: 0 })).id));
    };
    const [one, other] = [await ids(), await ids()];
    expect(new Set([...one, ...other]).size).toBe(100);
    // Neighbours share no beginning, as those of a time or a counter would: at most 5 of 22 letters by chance.
    for (const [at, id] of one.entries()) {
      const next = one[at + 1] ?? other[0]!;
      expect(Array.from(id).filter((letter, place) => letter === next[place]).length).toBeLessThan(6);
    }
  });

  it('comes from the platform\'s source of chance, not from Math.random', async () => {
    const weak = vi.spyOn(Math, 'random');
    const strong = vi.spyOn(crypto, 'getRandomValues');
    const { ask } = createSessions();
    // More than a page of 4096 bytes holds.
    for (let i = 0; i < 400; i++) await ask.create({ data: 0 });
    expect(weak).not.toHaveBeenCalled();
    expect(strong.mock.calls.length).toBeGreaterThan(0);
    vi.restoreAllMocks();
  });
});

describe('an update', () => {
  it('after delete brings nothing back', async () => {
    const { ask } = createSessions({ ids: () => 'a' });
    await ask.create({ data: 1, user: 'ann' });
    const [deleted, updated] = await Promise.all([ask.delete('a'), ask.update({ id: 'a', data: 2, user: 'ann' })]);
    expect([deleted, updated]).toEqual([true, undefined]);
    expect(await ask.get('a')).toBeUndefined();
    expect(await ask.listByUser('ann')).toEqual([]);
    expect(await ask.stats()).toMatchObject({ size: 0 });
  });

  it('does not call `with` for a session that is not there', async () => {
    const { ask } = createSessions<number>();
    const change = vi.fn((n: number) => n);
    expect(await ask.update({ id: 'gone', with: change })).toBeUndefined();
    expect(change).not.toHaveBeenCalled();
  });
});

describe('unknown, expired and deleted', () => {
  it('are answered alike by each command and query', marbles((m) => {
    const ids = ['expired', 'deleted', 'renewed', 'new'];
    const { ask } = m.watch(createSessions<number>({ scheduler: m.scheduler, idle: 5, sweep: 1000, foreignIds: true, ids: () => ids.shift()! }));
    ask.create({ data: 1, user: 'ann' });
    ask.create({ data: 1, user: 'ann', ttl: 100 });
    ask.create({ data: 1, user: 'ann', ttl: 100 });
    ask.delete('deleted');
    ask.regenerate('renewed');
    m.cold('-----a|').subscribe(() => {
      const answers = ['unknown', 'expired', 'deleted', 'renewed'].map((id) => {
        const got: unknown[] = [];
        const note = (value: unknown) => got.push(value);
        ask.get(id).subscribe(note);
        ask.peek(id).subscribe(note);
        ask.touch(id).subscribe(note);
        ask.update({ id, data: 2 }).subscribe(note);
        ask.update({ id, with: (n) => n + 1 }).subscribe(note);
        ask.regenerate(id).subscribe(note);
        ask.deleteOthers(id).subscribe(note);
        ask.delete(id).subscribe(note);
        return got;
      });
      for (const got of answers) expect(got).toEqual([undefined, undefined, false, undefined, undefined, undefined, 0, false]);
      ask.listByUser('ann').subscribe((list) => expect(list.map(({ id }) => id)).toEqual(['new']));
    });
    m.flush();
    expect.assertions(5);
  }));
});

describe('names that objects have anyway', () => {
  it.each(['__proto__', 'constructor', 'hasOwnProperty', ''])('are users like any other: %j', async (user) => {
    const { ask } = createSessions();
    expect(await ask.listByUser(user)).toEqual([]);
    const { id } = await ask.create({ data: 1, user });
    expect((await ask.listByUser(user)).map((session) => session.id)).toEqual([id]);
    expect(await ask.deleteByUser(user)).toBe(1);
  });
});
