/** The chat room: who comes, speaks and goes, and what the others are shown. */
import { FeedFullError, StoreClosedError } from 'ownstate';
import { KickedError, NotInRoomError, RoomFullError, UserExistsError, type ChatEvent, type ChatItem } from 'ownstate/stores';
import { marbles } from 'ownstate/testing';
import { config, map, mergeMap } from 'rxjs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { brief, failure, now, read, readAll, roomOf } from './chat-room/support.js';

/** What is left of an event: `connected ann 1`. */
const told = (event: ChatEvent) => 'device' in event
  ? [event.type, event.user, event.device, ...event.why === undefined ? [] : [event.why]].join(' ')
  : brief(event);

describe('an empty room', () => {
  it('has no members, no history, and no number', () => {
    const room = roomOf();
    expect(now(room.ask.members())).toEqual({ members: [], seq: 0 });
    expect(now(room.ask.history())).toEqual([]);
    expect(now(room.ask.stats())).toEqual({ members: 0, devices: 0, history: 0, seq: 0, said: 0, kicked: 0, dropped: 0 });
    expect(room.snapshot()).toEqual({ members: 0, seq: 0 });
  });
});

describe('join', () => {
  it('replies a feed, the device, the history, the members and the number so far', () => {
    const room = roomOf();
    now(room.ask.join('ann'));
    now(room.ask.say({ user: 'ann', text: 'hello' }));
    const { feed, ...rest } = now(room.ask.join('bob'));
    expect(rest).toMatchObject({ device: 2, history: [{ seq: 2, user: 'ann', text: 'hello' }], members: ['ann', 'bob'], seq: 3 });
    expect(read(feed).seen).toEqual([]);
  });

  it('is announced to the others, not to the newcomer', () => {
    const room = roomOf();
    const ann = read(now(room.ask.join('ann')).feed);
    const bob = read(now(room.ask.join('bob')).feed);
    expect([ann.seen, bob.seen]).toEqual([['+bob'], []]);
  });

  it('fails with UserExistsError for who is there already, and changes nothing', () => {
    const room = roomOf();
    const ann = read(now(room.ask.join('ann')).feed);
    expect(failure(room.ask.join('ann'))).toEqual(new UserExistsError('ann'));
    expect(now(room.ask.stats())).toMatchObject({ members: 1, devices: 1, seq: 1 });
    expect(ann.seen).toEqual([]);
  });

  it('lets who has left come back', () => {
    const room = roomOf();
    now(room.ask.join('ann'));
    now(room.ask.leave('ann'));
    expect(now(room.ask.join('ann'))).toMatchObject({ device: 2, members: ['ann'] });
  });

  it.each([['__proto__', 'constructor'], ['', ' '], ['1', 1], [0, '0']])('tells %j and %j apart', (one, other) => {
    const room = roomOf();
    now(room.ask.join(one));
    now(room.ask.join(other));
    now(room.ask.leave(one));
    expect(now(room.ask.members()).members.map(({ user }) => user)).toEqual([other]);
    expect(failure(room.ask.say({ user: one, text: '' }))).toEqual(new NotInRoomError(one));
  });

  it('fails with RoomFullError beyond `maxMembers`', () => {
    const room = roomOf({ maxMembers: 2 });
    now(room.ask.join('ann'));
    now(room.ask.join('bob'));
    expect(failure(room.ask.join('eve'))).toEqual(new RoomFullError('members', 2));
    now(room.ask.leave('ann'));
    expect(now(room.ask.join('eve')).members).toEqual(['bob', 'eve']);
  });

  it('leaves no gap and no duplicate between history and feed, whoever speaks meanwhile', () => {
    const room = roomOf({ history: 1000 });
    now(room.ask.join('ann'));
    const texts: string[] = [];
    // Upon each state somebody speaks, also right before and right after the join.
    let spoken = 0;
    room.select(({ seq }) => seq).subscribe(() => { if (spoken < 20) room.tell.say({ user: 'ann', text: String(++spoken) }); });
    room.ask.join('bob').subscribe(({ feed, history }) => {
      texts.push(...history.map(({ text }) => text));
      feed.subscribe((item) => { if (item.type === 'message') texts.push(item.text); });
    });
    now(room.ask.say({ user: 'ann', text: 'end' }));
    expect(texts).toEqual([...Array.from({ length: 20 }, (_, n) => String(n + 1)), 'end']);
  });
});

describe('say', () => {
  it('shows the message to all, the speaker too, and replies it', () => {
    const room = roomOf();
    const ann = read(now(room.ask.join('ann')).feed);
    const bob = read(now(room.ask.join('bob')).feed);
    const message = now(room.ask.say({ user: 'ann', text: 'hello' }));
    expect(message).toMatchObject({ type: 'message', id: 'id.0003', seq: 3, user: 'ann', text: 'hello' });
    expect([ann.seen, bob.seen]).toEqual([['+bob', 'ann: hello'], ['ann: hello']]);
  });

  it('fails with NotInRoomError for who isn\'t there', () => {
    expect(failure(roomOf().ask.say({ user: 'ann', text: 'hello' }))).toEqual(new NotInRoomError('ann'));
  });

  it('takes an empty text for a text', () => {
    const room = roomOf();
    now(room.ask.join('ann'));
    expect(now(room.ask.say({ user: 'ann', text: '' })).text).toBe('');
  });

  it('gives each message the time of the scheduler, a number and an id of its own', marbles((m) => {
    const room = m.watch(roomOf({ scheduler: m.scheduler }));
    const feed = room.ask.join('ann').pipe(mergeMap((joined) => joined.feed));
    m.cold('         --a-b').subscribe((text) => room.tell.say({ user: 'ann', text }));
    m.expect(feed).toBeObservable('--a-b', {
      a: { type: 'message', id: 'id.0002', seq: 2, at: 2, user: 'ann', text: 'a' },
      b: { type: 'message', id: 'id.0003', seq: 3, at: 4, user: 'ann', text: 'b' },
    });
  }));

  it('has ids that go on in order over thousands', () => {
    const room = roomOf();
    now(room.ask.join('ann'));
    const all = new Set<string>();
    for (let n = 0; n < 2500; n++) all.add(now(room.ask.say({ user: 'ann', text: 'x' })).id);
    expect(all.size).toBe(2500);
    expect([...all].slice(0, 1)).toEqual(['id.0002']);
    expect([...all].at(-1)).toBe('id.2501');
    expect([...all].map((id) => Number(id.slice(3)))).toEqual(Array.from({ length: 2500 }, (_, n) => n + 2));
  });

  it('makes ids that no other room makes', () => {
    const [one, other] = [roomOf({ ids: undefined as never }), roomOf({ ids: undefined as never })];
    const idIn = (room: typeof one) => (now(room.ask.join('ann')), now(room.ask.say({ user: 'ann', text: 'x' })).id);
    const [first, second] = [idIn(one), idIn(other)];
    expect(first).toMatch(/^[\w-]{22}\.0002$/);
    expect(second).not.toBe(first);
  });

  it('shows to one member only, and to the speaker\'s own devices', () => {
    const room = roomOf({ devices: 2 });
    const [ann, phone, bob, eve] = ['ann', 'ann', 'bob', 'eve'].map((user) => read(now(room.ask.join(user)).feed));
    now(room.ask.say({ user: 'ann', text: 'psst', to: 'bob' }));
    expect([ann, phone, bob, eve].map((each) => each!.seen.filter((line) => line.includes('→')))).toEqual([
      ['ann → bob: psst'], ['ann → bob: psst'], ['ann → bob: psst'], [],
    ]);
  });

  it('shows what somebody says to themselves once', () => {
    const room = roomOf();
    const ann = read(now(room.ask.join('ann')).feed);
    now(room.ask.say({ user: 'ann', text: 'note', to: 'ann' }));
    expect(ann.seen).toEqual(['ann → ann: note']);
  });

  it('fails with NotInRoomError for a member meant who isn\'t there', () => {
    const room = roomOf();
    now(room.ask.join('ann'));
    expect(failure(room.ask.say({ user: 'ann', text: 'psst', to: 'bob' }))).toEqual(new NotInRoomError('bob'));
    expect(now(room.ask.stats())).toMatchObject({ said: 0, seq: 1 });
  });

  it('shows to all but some, the speaker too if it says so', () => {
    const room = roomOf();
    const [ann, bob, eve] = ['ann', 'bob', 'eve'].map((user) => read(now(room.ask.join(user)).feed));
    now(room.ask.say({ user: 'ann', text: 'x', except: ['ann', 'eve', 'nobody'] }));
    expect([ann, bob, eve].map((each) => each!.seen.includes('ann: x'))).toEqual([false, true, false]);
  });

  it('shows to all where nobody is excepted', () => {
    const room = roomOf();
    const ann = read(now(room.ask.join('ann')).feed);
    now(room.ask.say({ user: 'ann', text: 'x', except: [] }));
    expect(ann.seen).toEqual(['ann: x']);
    expect(now(room.ask.history())).toHaveLength(1);
  });
});

describe('leave', () => {
  it('ends the feed and is announced to the others', () => {
    const room = roomOf();
    const ann = read(now(room.ask.join('ann')).feed);
    const bob = read(now(room.ask.join('bob')).feed);
    now(room.ask.leave('bob'));
    expect([ann.seen, bob.seen]).toEqual([['+bob', '-bob left'], ['|']]);
    expect(now(room.ask.members()).members).toEqual([{ user: 'ann', devices: [1] }]);
  });

  it('fails with NotInRoomError the second time, and tells nobody', () => {
    const room = roomOf();
    const ann = read(now(room.ask.join('ann')).feed);
    now(room.ask.join('bob'));
    now(room.ask.leave('bob'));
    expect(failure(room.ask.leave('bob'))).toEqual(new NotInRoomError('bob'));
    expect(ann.seen).toEqual(['+bob', '-bob left']);
  });

  it('gives the reader what waits before the end', async () => {
    const room = roomOf();
    const { feed } = now(room.ask.join('ann'));
    now(room.ask.say({ user: 'ann', text: 'one' }));
    now(room.ask.leave('ann'));
    expect(await readAll(feed)).toEqual(['ann: one']);
  });

  it('by the reader, who leaves its feed, is leaving the room', () => {
    const room = roomOf();
    const ann = read(now(room.ask.join('ann')).feed);
    const bob = read(now(room.ask.join('bob')).feed);
    bob.leave();
    expect(ann.seen).toEqual(['+bob', '-bob gone']);
    expect(failure(room.ask.leave('bob'))).toEqual(new NotInRoomError('bob'));
  });

  it('by a loop that is broken off is leaving the room', async () => {
    const room = roomOf();
    const { feed } = now(room.ask.join('ann'));
    now(room.ask.say({ user: 'ann', text: 'one' }));
    for await (const item of feed) if (item.type === 'message') break;
    expect(room.snapshot().members).toBe(0);
  });

  it('and a reader who leaves upon its end leave once', () => {
    const room = roomOf();
    const ann = read(now(room.ask.join('ann')).feed);
    const bob = read(now(room.ask.join('bob')).feed);
    now(room.ask.leave('bob'));
    bob.leave();
    now(room.ask.join('bob'));
    bob.leave();
    expect(ann.seen).toEqual(['+bob', '-bob left', '+bob']);
    expect(now(room.ask.members()).members).toHaveLength(2);
  });

  it('upon an item doesn\'t keep those behind from seeing it', () => {
    const room = roomOf();
    const { feed } = now(room.ask.join('ann'));
    const others = ['bob', 'eve'].map((user) => read(now(room.ask.join(user)).feed));
    const subscription = feed.subscribe((item) => { if (item.type === 'message') subscription.unsubscribe(); });
    now(room.ask.say({ user: 'bob', text: 'x' }));
    expect(others.map(({ seen }) => seen)).toEqual([['+eve', 'bob: x', '-ann gone'], ['bob: x', '-ann gone']]);
  });
});

describe('kick', () => {
  it('ends the feeds with KickedError and is announced to the others', () => {
    const room = roomOf();
    const ann = read(now(room.ask.join('ann')).feed);
    const errors: unknown[] = [];
    now(room.ask.join('bob')).feed.subscribe({ error: (error: unknown) => errors.push(error) });
    now(room.ask.kick({ user: 'bob', reason: 'rude' }));
    expect(errors).toEqual([new KickedError('bob', 'rude')]);
    expect((errors[0] as Error).message).toBe('\'bob\' was kicked: rude');
    expect(ann.seen).toEqual(['+bob', '-bob kicked']);
    expect(now(room.ask.stats())).toMatchObject({ members: 1, kicked: 1 });
  });

  it('fails with NotInRoomError for who isn\'t there', () => {
    expect(failure(roomOf().ask.kick({ user: 'bob' }))).toEqual(new NotInRoomError('bob'));
  });
});

describe('several devices', () => {
  it('are one presence: it joins with the first and leaves with the last', () => {
    const room = roomOf({ devices: 3 });
    const bob = read(now(room.ask.join('bob')).feed);
    const phone = read(now(room.ask.join('ann')).feed);
    const laptop = now(room.ask.join('ann'));
    expect(laptop).toMatchObject({ device: 3, members: ['bob', 'ann'] });
    now(room.ask.say({ user: 'bob', text: 'x' }));
    phone.leave();
    now(room.ask.disconnect({ user: 'ann', device: laptop.device }));
    expect(bob.seen).toEqual(['+ann', 'bob: x', '-ann left']);
    expect(phone.seen).toEqual(['bob: x']);
  });

  it('are as many as allowed', () => {
    const room = roomOf({ devices: 2 });
    now(room.ask.join('ann'));
    now(room.ask.join('ann'));
    expect(failure(room.ask.join('ann'))).toEqual(new RoomFullError('devices', 2));
    expect(failure(room.ask.resume({ user: 'ann', after: 0 }))).toEqual(new RoomFullError('devices', 2));
  });

  it('leave one by one, each once', () => {
    const room = roomOf({ devices: 2 });
    const { device } = now(room.ask.join('ann'));
    now(room.ask.join('ann'));
    now(room.ask.disconnect({ user: 'ann', device }));
    expect(failure(room.ask.disconnect({ user: 'ann', device }))).toEqual(new NotInRoomError('ann', device));
    expect(now(room.ask.members()).members).toEqual([{ user: 'ann', devices: [2] }]);
  });

  it('all leave by `leave`, and by `kick`', () => {
    const room = roomOf({ devices: 2 });
    const both = () => [now(room.ask.join('ann')), now(room.ask.join('ann'))].map(({ feed }) => read(feed));
    const left = both();
    now(room.ask.leave('ann'));
    const kicked = both();
    now(room.ask.kick({ user: 'ann' }));
    expect([...left, ...kicked].map(({ seen }) => seen)).toEqual([['|'], ['|'], ['KICKED'], ['KICKED']]);
    expect(now(room.ask.stats())).toMatchObject({ members: 0, devices: 0 });
  });
});

describe('history', () => {
  it('is the last 100 messages, without those who joined and left', () => {
    const room = roomOf();
    now(room.ask.join('ann'));
    for (let n = 1; n <= 105; n++) now(room.ask.say({ user: 'ann', text: String(n) }));
    now(room.ask.join('bob'));
    const texts = now(room.ask.history()).map(({ text }) => text);
    expect([texts.length, texts[0], texts.at(-1)]).toEqual([100, '6', '105']);
  });

  it('is as long as the option says, none for 0', () => {
    const textsOf = (history: number) => {
      const room = roomOf({ history });
      now(room.ask.join('ann'));
      for (const text of 'abc') now(room.ask.say({ user: 'ann', text }));
      return now(room.ask.history()).map(({ text }) => text).join('');
    };
    expect([0, 1, 2, 3, 4].map(textsOf)).toEqual(['', 'c', 'bc', 'abc', 'abc']);
  });

  it('is read in pages: the last ones, or the first after a number', () => {
    const room = roomOf();
    now(room.ask.join('ann'));
    for (const text of 'abcde') now(room.ask.say({ user: 'ann', text }));
    const page = (payload: { after?: number; limit?: number }) => now(room.ask.history(payload)).map(({ text }) => text).join('');
    expect([page({}), page({ limit: 2 }), page({ after: 3 }), page({ after: 3, limit: 2 }), page({ after: 6 }), page({ limit: 99 })])
      .toEqual(['abcde', 'de', 'cde', 'cd', '', 'abcde']);
  });

  it('has what was said to one for those two only, and what was said to all but some for the others', () => {
    const room = roomOf();
    for (const user of ['ann', 'bob', 'eve']) now(room.ask.join(user));
    now(room.ask.say({ user: 'ann', text: 'all' }));
    now(room.ask.say({ user: 'ann', text: 'bob', to: 'bob' }));
    now(room.ask.say({ user: 'ann', text: 'but eve', except: ['eve'] }));
    const seenBy = (user?: string) => now(room.ask.history(user === undefined ? undefined : { user })).map(({ text }) => text);
    expect([seenBy(), seenBy('ann'), seenBy('bob'), seenBy('eve'), seenBy('newcomer')]).toEqual([
      ['all'], ['all', 'bob', 'but eve'], ['all', 'bob', 'but eve'], ['all'], ['all', 'but eve'],
    ]);
    now(room.ask.leave('eve'));
    expect(now(room.ask.join('eve')).history.map(({ text }) => text)).toEqual(['all']);
  });

  it('forgets for whom a message wasn\'t meant along with the message', () => {
    const room = roomOf({ history: 2 });
    now(room.ask.join('ann'));
    for (let n = 0; n < 10; n++) now(room.ask.say({ user: 'ann', text: String(n), except: ['eve'] }));
    expect(now(room.ask.dump()).except).toHaveLength(2);
  });

  it('outlives the members', () => {
    const room = roomOf();
    now(room.ask.join('ann'));
    now(room.ask.say({ user: 'ann', text: 'x' }));
    now(room.ask.leave('ann'));
    expect(now(room.ask.history())).toHaveLength(1);
  });
});

describe('resume', () => {
  const roomAt = (options = {}) => {
    const room = roomOf(options);
    now(room.ask.join('ann'));
    now(room.ask.join('bob'));
    now(room.ask.say({ user: 'bob', text: 'a' }));
    return room;
  };

  it('replies what was missed, and a feed of what comes after it', () => {
    const room = roomAt();
    const { seq } = now(room.ask.missed({ user: 'ann', after: 0 }));
    now(room.ask.leave('ann'));
    now(room.ask.say({ user: 'bob', text: 'b' }));
    now(room.ask.say({ user: 'bob', text: 'for eve', except: ['ann'] }));
    const { feed, ...rest } = now(room.ask.resume({ user: 'ann', after: seq }));
    expect(rest).toMatchObject({ missed: [{ text: 'b' }], gap: false, members: ['bob', 'ann'], seq: seq + 4 });
    const { seen } = read(feed);
    now(room.ask.say({ user: 'bob', text: 'c' }));
    expect(seen).toEqual(['bob: c']);
  });

  it('says that there\'s a gap where more was missed than is kept', () => {
    const room = roomAt({ history: 2 });
    for (const text of 'bcd') now(room.ask.say({ user: 'bob', text }));
    const told = (after: number) => {
      const { missed, gap } = now(room.ask.missed({ user: 'ann', after }));
      return `${missed.map(({ text }) => text).join('')} ${gap}`;
    };
    // The messages a to d have the numbers 3 to 6; c and d are kept.
    expect([0, 3, 4, 5, 6].map(told)).toEqual(['cd true', 'cd true', 'cd false', 'd false', ' false']);
  });

  it('says that there\'s a gap for a number that was never given', () => {
    const room = roomAt();
    expect(now(room.ask.missed({ user: 'ann', after: 99 }))).toMatchObject({ missed: [{ text: 'a' }], gap: true });
  });

  it('always says so where nothing is kept and something was said', () => {
    const room = roomAt({ history: 0 });
    expect([0, 2, 3].map((after) => now(room.ask.missed({ user: 'ann', after })).gap)).toEqual([true, true, false]);
  });

  it('takes the place of the old feed, of which nobody but that reader is told', () => {
    const room = roomOf();
    const old = read(now(room.ask.join('ann')).feed);
    const bob = read(now(room.ask.join('bob')).feed);
    const { feed, device } = now(room.ask.resume({ user: 'ann', after: 1 }));
    const fresh = read(feed);
    old.leave();
    now(room.ask.say({ user: 'bob', text: 'x' }));
    expect([old.seen, fresh.seen, bob.seen]).toEqual([['+bob', '|'], ['bob: x'], ['bob: x']]);
    expect(now(room.ask.members()).members).toEqual([{ user: 'ann', devices: [device] }, { user: 'bob', devices: [2] }]);
  });

  it('joins one more device where there may be several', () => {
    const room = roomOf({ devices: 2 });
    now(room.ask.join('ann'));
    now(room.ask.resume({ user: 'ann', after: 1 }));
    expect(now(room.ask.stats())).toMatchObject({ members: 1, devices: 2 });
  });
});

describe('a slow reader', () => {
  it('holds up nobody', () => {
    const room = roomOf({ buffer: 1 });
    now(room.ask.join('slow'));
    const fast = read(now(room.ask.join('fast')).feed);
    for (const text of 'abc') now(room.ask.say({ user: 'fast', text }));
    expect(fast.seen).toEqual(['fast: a', 'fast: b', 'fast: c']);
  });

  it('has room for 50', async () => {
    const room = roomOf();
    const { feed } = now(room.ask.join('ann'));
    for (let n = 0; n < 52; n++) now(room.ask.say({ user: 'ann', text: String(n) }));
    now(room.ask.leave('ann'));
    const seen = await readAll(feed);
    expect([seen.length, seen[0], seen[49], seen[50]]).toEqual([51, 'ann: 0', 'ann: 49', '(2 dropped)']);
  });

  it.each<['drop-newest' | 'drop-oldest', string[]]>([
    ['drop-newest', ['ann: a', 'ann: b', '(2 dropped)', 'ann: e']],
    ['drop-oldest', ['(2 dropped)', 'ann: c', 'ann: d', 'ann: e']],
  ])('is told how many were dropped, by the overflow %s', (overflow, expected) => {
    const room = roomOf({ buffer: 2, overflow });
    const { feed } = now(room.ask.join('ann'));
    for (const text of 'abcd') now(room.ask.say({ user: 'ann', text }));
    const { seen } = read(feed);
    now(room.ask.say({ user: 'ann', text: 'e' }));
    expect(seen).toEqual(expected);
    expect(now(room.ask.stats()).dropped).toBe(2);
    now(room.ask.leave('ann'));
    expect(now(room.ask.stats()).dropped).toBe(2);
  });

  it('is disconnected, by the overflow disconnect, and leaves', () => {
    const room = roomOf({ buffer: 2, overflow: 'disconnect' });
    const ann = read(now(room.ask.join('ann')).feed);
    const { feed } = now(room.ask.join('slow'));
    for (const text of 'abc') now(room.ask.say({ user: 'ann', text }));
    expect(ann.seen).toEqual(['+slow', 'ann: a', 'ann: b', 'ann: c', '-slow slow']);
    const errors: unknown[] = [];
    const items: string[] = [];
    feed.subscribe({ next: (item) => items.push(brief(item)), error: (error: unknown) => errors.push(error) });
    expect(items).toEqual(['ann: a', 'ann: b']);
    expect(errors).toEqual([new FeedFullError({ store: 'chat room', type: 'join', started: true }, 2)]);
    expect(now(room.ask.members()).members).toHaveLength(1);
  });

  it('that reads by a loop takes one when it comes round', async () => {
    const room = roomOf({ buffer: 2 });
    const { feed } = now(room.ask.join('ann'));
    const reader = feed[Symbol.asyncIterator]();
    const seen: string[] = [];
    for (const text of 'abcd') {
      now(room.ask.say({ user: 'ann', text }));
      now(room.ask.say({ user: 'ann', text: text.toUpperCase() }));
      seen.push(brief((await reader.next()).value as ChatItem));
    }
    // a and A fill the buffer; a is read, b comes in, B is lost, and so on.
    expect(seen).toEqual(['ann: a', 'ann: A', 'ann: b', '(1 dropped)']);
  });
});

describe('a reader that throws', () => {
  afterEach(() => { config.onUnhandledError = null; });

  it('reaches nobody else, and stays in the room', async () => {
    const reported: unknown[] = [];
    config.onUnhandledError = (error) => reported.push(error);
    const room = roomOf();
    now(room.ask.join('bad')).feed.subscribe(() => { throw new Error('mine'); });
    const good = read(now(room.ask.join('good')).feed);
    const message = now(room.ask.say({ user: 'good', text: 'x' }));
    expect(message.text).toBe('x');
    expect(good.seen).toEqual(['good: x']);
    expect(room.snapshot().members).toBe(2);
    await vi.waitFor(() => expect(reported).toEqual([new Error('mine'), new Error('mine')]));
  });
});

describe('what is given out', () => {
  it('is frozen, since all readers are given the same', () => {
    const room = roomOf({ buffer: 1 });
    const items: unknown[] = [];
    const { feed } = now(room.ask.join('ann'));
    now(room.ask.join('bob'));
    now(room.ask.leave('bob'));
    feed.subscribe((item) => items.push(item));
    const message = now(room.ask.say({ user: 'ann', text: 'x' }));
    now(room.ask.join('eve'));
    now(room.ask.leave('eve'));
    expect(items).toHaveLength(5);
    expect([...items, message].every((item) => Object.isFrozen(item))).toBe(true);
  });

  it('is a copy: what is done to a reply changes nothing', () => {
    const room = roomOf();
    const joined = now(room.ask.join('ann'));
    now(room.ask.say({ user: 'ann', text: 'x', except: ['bob'] }));
    (joined.members as string[]).push('ghost');
    (now(room.ask.history({ user: 'ann' })) as unknown[]).length = 0;
    const dump = now(room.ask.dump());
    (dump.messages as unknown[]).length = 0;
    (dump.except[0]![1] as string[]).length = 0;
    (now(room.ask.members()).members[0]!.devices as number[]).push(9);
    expect(now(room.ask.members())).toEqual({ members: [{ user: 'ann', devices: [1] }], seq: 2 });
    expect(now(room.ask.history({ user: 'ann' }))).toHaveLength(1);
    expect(now(room.ask.history({ user: 'bob' }))).toHaveLength(0);
  });

  it('doesn\'t follow what the caller does to the list of those excepted', () => {
    const room = roomOf();
    now(room.ask.join('ann'));
    const except = ['bob'];
    now(room.ask.say({ user: 'ann', text: 'x', except }));
    except.length = 0;
    expect(now(room.ask.history({ user: 'bob' }))).toEqual([]);
  });
});

describe('events', () => {
  it('tell of messages, users and devices', () => {
    const room = roomOf({ devices: 2 });
    const seen: string[] = [];
    room.events$.subscribe((event) => seen.push(told(event)));
    const one = read(now(room.ask.join('ann')).feed);
    now(room.ask.join('ann'));
    now(room.ask.say({ user: 'ann', text: 'x' }));
    one.leave();
    now(room.ask.kick({ user: 'ann' }));
    expect(seen).toEqual([
      '+ann', 'connected ann 1', 'connected ann 2', 'ann: x', 'disconnected ann 1 gone', 'disconnected ann 2 kicked', '-ann kicked',
    ]);
  });

  it('tell that a device was replaced', () => {
    const room = roomOf();
    const seen: string[] = [];
    now(room.ask.join('ann'));
    room.events$.subscribe((event) => seen.push(told(event)));
    now(room.ask.resume({ user: 'ann', after: 1 }));
    expect(seen).toEqual(['disconnected ann 1 replaced', 'connected ann 2']);
  });

  it('tell nothing of what was refused', () => {
    const room = roomOf({ maxMembers: 1 });
    now(room.ask.join('ann'));
    const seen: unknown[] = [];
    room.events$.subscribe((event) => seen.push(event));
    failure(room.ask.join('ann'));
    failure(room.ask.join('bob'));
    failure(room.ask.leave('bob'));
    failure(room.ask.say({ user: 'bob', text: 'x' }));
    expect(seen).toEqual([]);
  });
});

describe('time', () => {
  it('of messages never runs backwards', () => {
    let clock = 100;
    const scheduler = { now: () => clock, schedule: () => ({ unsubscribe: () => undefined }) } as never;
    const room = roomOf({ scheduler, timeout: Infinity, slice: Infinity });
    now(room.ask.join('ann'));
    clock = 50;
    expect(now(room.ask.say({ user: 'ann', text: 'x' })).at).toBe(100);
    clock = 120;
    expect(now(room.ask.say({ user: 'ann', text: 'x' })).at).toBe(120);
  });
});

describe('shutdown', () => {
  it('ends all feeds, behind what waits, without announcing that anybody left', async () => {
    const room = roomOf();
    const ann = read(now(room.ask.join('ann')).feed);
    const { feed } = now(room.ask.join('bob'));
    now(room.ask.say({ user: 'ann', text: 'x' }));
    await room.shutdown();
    expect(ann.seen).toEqual(['+bob', 'ann: x', '|']);
    expect(await readAll(feed)).toEqual(['ann: x']);
  });

  it('is the end of all commands and queries', async () => {
    const room = roomOf();
    now(room.ask.join('ann'));
    await room.shutdown();
    const closed = (type: string) => new StoreClosedError({ store: 'chat room', type, started: false });
    expect(failure(room.ask.say({ user: 'ann', text: 'x' }))).toEqual(closed('say'));
    expect(failure(room.ask.leave('ann'))).toEqual(closed('leave'));
    expect(failure(room.ask.history())).toEqual(closed('history'));
    expect(room.snapshot()).toEqual({ members: 1, seq: 1 });
  });

  it('comes at once, whoever doesn\'t read', marbles((m) => {
    const room = m.watch(roomOf({ scheduler: m.scheduler }));
    const seen = room.ask.join('ann').pipe(mergeMap(({ feed }) => feed), map(brief));
    m.cold('         --x').subscribe(() => void room.shutdown());
    m.expect(seen).toBeObservable('--|');
  }));
});

describe('dump and restore', () => {
  it('go on with messages, numbers and ids; members join anew', () => {
    const room = roomOf();
    now(room.ask.join('ann'));
    now(room.ask.join('bob'));
    now(room.ask.say({ user: 'ann', text: 'a' }));
    now(room.ask.say({ user: 'ann', text: 'b', to: 'bob' }));
    now(room.ask.say({ user: 'ann', text: 'c', except: ['bob'] }));
    const dump = JSON.parse(JSON.stringify(now(room.ask.dump()))) as never;
    const next = roomOf({ restore: dump, ids: () => 'next' });
    expect(now(next.ask.members())).toEqual({ members: [], seq: 5 });
    expect(now(next.ask.dump())).toMatchObject({ ...(dump as object), at: expect.any(Number) as number });
    expect(now(next.ask.resume({ user: 'bob', after: 3 }))).toMatchObject({ missed: [{ text: 'b' }], gap: false, seq: 6 });
    expect(now(next.ask.say({ user: 'bob', text: 'd' }))).toMatchObject({ seq: 7, id: 'next.0007' });
  });

  it('keep as many messages as the new room keeps, and say that there\'s a gap', () => {
    const room = roomOf();
    now(room.ask.join('ann'));
    for (const text of 'abc') now(room.ask.say({ user: 'ann', text }));
    const next = roomOf({ restore: now(room.ask.dump()), history: 1 });
    expect(now(next.ask.missed({ user: 'ann', after: 1 }))).toMatchObject({ missed: [{ text: 'c' }], gap: true });
    expect(now(next.ask.missed({ user: 'ann', after: 3 }))).toMatchObject({ gap: false });
  });
});
