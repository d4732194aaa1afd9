/** The hook that is asked before anybody joins, speaks or is kicked. */
import { NotAllowedError, NotInRoomError, UserExistsError, type ChatRequest } from 'ownstate/stores';
import { marbles } from 'ownstate/testing';
import { catchError, map, mergeMap, NEVER, of, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { codeOf, failure, now, read, roomOf, roomsOf } from './support.js';

describe('authorise', () => {
  it('is asked who wants what, and only about what is possible at all', () => {
    const requests: ChatRequest[] = [];
    const room = roomOf({ authorise: (request) => (requests.push(request), true) });
    now(room.ask.join('ann'));
    failure(room.ask.join('ann'));
    now(room.ask.resume({ user: 'bob', after: 0 }));
    now(room.ask.say({ user: 'ann', text: 'x' }));
    now(room.ask.say({ user: 'ann', text: 'y', to: 'bob' }));
    failure(room.ask.say({ user: 'eve', text: 'z' }));
    now(room.ask.kick({ user: 'bob', by: 'ann' }));
    failure(room.ask.kick({ user: 'bob' }));
    expect(requests).toEqual([
      { action: 'join', user: 'ann' }, { action: 'join', user: 'bob' }, { action: 'say', user: 'ann', text: 'x' },
      { action: 'say', user: 'ann', text: 'y', to: 'bob' }, { action: 'kick', user: 'bob', by: 'ann' },
    ]);
  });

  it('is told the room, where there are many', () => {
    const requests: ChatRequest[] = [];
    const rooms = roomsOf({ authorise: (request) => (requests.push(request), true) });
    now(rooms.ask.join({ room: 'r', user: 'ann' }));
    now(rooms.ask.say({ room: 'r', user: 'ann', text: 'x' }));
    now(rooms.ask.kick({ room: 'r', user: 'ann' }));
    expect(requests).toEqual([
      { action: 'join', user: 'ann', room: 'r' }, { action: 'say', user: 'ann', text: 'x', room: 'r' }, { action: 'kick', user: 'ann', room: 'r' },
    ]);
  });

  it.each([false, undefined, null, 1, 'yes', {}])('refuses by %j', (verdict) => {
    const room = roomOf({ authorise: ({ action }) => action === 'join' || verdict as never });
    const ann = read(now(room.ask.join('ann')).feed);
    expect(failure(room.ask.say({ user: 'ann', text: 'x' }))).toEqual(new NotAllowedError('say', 'ann'));
    expect(failure(room.ask.kick({ user: 'ann' }))).toEqual(new NotAllowedError('kick', 'ann'));
    expect(ann.seen).toEqual([]);
    expect(now(room.ask.stats())).toMatchObject({ members: 1, said: 0, kicked: 0, seq: 1 });
  });

  it('that throws fails the ask with that error', () => {
    const room = roomOf({ authorise: () => { throw new RangeError('no'); } });
    expect(failure(room.ask.join('ann'))).toEqual(new RangeError('no'));
    expect(room.snapshot()).toEqual({ members: 0, seq: 0 });
  });

  it('may take its time by a promise', async () => {
    const room = roomOf({ authorise: ({ user }) => Promise.resolve(user === 'ann') });
    expect((await room.ask.join('ann')).members).toEqual(['ann']);
    await expect(room.ask.join('bob')).rejects.toEqual(new NotAllowedError('join', 'bob'));
    await expect(room.ask.say({ user: 'ann', text: 'x' })).resolves.toMatchObject({ text: 'x' });
  });

  it('that rejects fails the ask with that error, also while it waits for its turn', async () => {
    let calls = 0;
    const room = roomOf({
      authorise: ({ action }) => action === 'join' ? true : calls++ === 0 ? timer(5).pipe(map(() => true)) : Promise.reject(new RangeError('no')),
    });
    now(room.ask.join('ann'));
    const [first, second] = [room.ask.say({ user: 'ann', text: 'a' }), room.ask.say({ user: 'ann', text: 'b' })];
    await expect(first).resolves.toMatchObject({ text: 'a' });
    await expect(second).rejects.toEqual(new RangeError('no'));
  });

  it('doesn\'t hold up the room meanwhile', marbles((m) => {
    const room = m.watch(roomOf({ scheduler: m.scheduler, authorise: ({ user }) => user === 'slow' ? timer(5, m.scheduler).pipe(map(() => true)) : true }));
    m.expect(room.ask.join('slow').pipe(map(({ members }) => members.length))).toBeObservable('-----(2|)', { 2: 2 });
    m.expect(room.ask.join('fast').pipe(map(({ members }) => members.length))).toBeObservable('(1|)     ', { 1: 1 });
  }));

  it('keeps what one member says in order, and lets the others speak', marbles((m) => {
    const room = m.watch(roomOf({
      scheduler: m.scheduler,
      authorise: ({ action, text }) => action === 'join' ? true : timer(Number(text), m.scheduler).pipe(map(() => true)),
    }));
    const ann = room.ask.join('ann').pipe(mergeMap(({ feed }) => feed), mergeMap((item) => item.type === 'message' ? of(item.text) : []));
    m.expect(ann).toBeObservable('--c--a-b', { a: '5', b: '2', c: '2' });
    now(room.ask.join('bob'));
    room.tell.say({ user: 'ann', text: '5' });
    room.tell.say({ user: 'ann', text: '2' });
    room.tell.say({ user: 'bob', text: '2' });
  }));

  it('is looked at again when it\'s there: who came meanwhile is there already', marbles((m) => {
    const room = m.watch(roomOf({ scheduler: m.scheduler, authorise: () => timer(3, m.scheduler).pipe(map(() => true)) }));
    const [one, other] = [room.ask.join('ann'), room.ask.join('ann')];
    m.expect(one.pipe(map(({ device }) => device))).toBeObservable('---(1|)', { 1: 1 });
    m.expect(other).toBeObservable('                               ---#', {} as never, new UserExistsError('ann'));
  }));

  it('lets nobody speak who has left meanwhile, nor a namesake', marbles((m) => {
    const room = m.watch(roomOf({ scheduler: m.scheduler, authorise: ({ action }) => action === 'join' ? true : timer(3, m.scheduler).pipe(map(() => true)) }));
    now(room.ask.join('ann'));
    const said = room.ask.say({ user: 'ann', text: 'x' });
    m.expect(said).toBeObservable('---#', {} as never, new NotInRoomError('ann'));
    now(room.ask.leave('ann'));
    now(room.ask.join('ann'));
  }));

  it('that never answers holds a member up only as long as the ask waits', marbles((m) => {
    const room = m.watch(roomOf({ scheduler: m.scheduler, authorise: ({ action, text }) => action === 'join' || (text === 'stuck' ? NEVER : of(true)) }));
    const errors: unknown[] = [];
    room.errors$.subscribe(({ error }) => errors.push(error));
    const { seen } = read(now(room.ask.join('ann')).feed);
    const stuck = room.with({ timeout: 3 }).ask.say({ user: 'ann', text: 'stuck' });
    const next = room.ask.say({ user: 'ann', text: 'next' });
    m.expect(stuck.pipe(catchError((error: unknown) => of(codeOf(error))))).toBeObservable('---(x|)', { x: 'ASK_TIMEOUT' as never });
    m.expect(next.pipe(map(({ text }) => text))).toBeObservable('                             ---(x|)', { x: 'next' });
    m.flush();
    expect(seen).toEqual(['ann: next']);
    expect(errors).toEqual([]);
    expect(room.status()).toMatchObject({ effects: 0 });
  }));

  it('lets nobody join who has given up meanwhile', marbles((m) => {
    const room = m.watch(roomOf({ scheduler: m.scheduler, authorise: () => timer(5, m.scheduler).pipe(map(() => true)) }));
    const outcomes: unknown[] = [];
    room.with({ timeout: 3 }).ask.join('ann').subscribe({ error: (error: unknown) => outcomes.push(codeOf(error)) });
    const controller = new AbortController();
    room.with({ signal: controller.signal }).ask.join('bob').subscribe({ error: (error: unknown) => outcomes.push(codeOf(error)) });
    m.cold('--x').subscribe(() => controller.abort());
    m.expect(room.select(({ members }) => members), '^--------!').toBeObservable('0--------', { 0: 0 });
    m.flush();
    expect(outcomes).toEqual(['ASK_ABORTED', 'ASK_TIMEOUT']);
    expect(now(room.ask.members()).members).toEqual([]);
  }));
});
