/** How fast a member may speak. */
import { TooFastError } from 'ownstate/stores';
import { marbles, type Marbles } from 'ownstate/testing';
import { catchError, map, mergeMap, of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { failure, now, roomOf } from './support.js';

const rate = { messages: 3, per: 10 };

/** Whether a message at each of these times was said (`y`), or when it could have been (in ms). */
const said = (m: Marbles, room: ReturnType<typeof roomOf>, times: string) => m.cold(times).pipe(
  mergeMap(() => room.ask.say({ user: 'ann', text: 'x' }).pipe(
    map(() => 'y'), catchError((error: unknown) => of(error instanceof TooFastError ? String(error.retryAfter) : 'n')),
  )),
);

describe('a rate', () => {
  it('lets so many messages through in a row, and then one whenever one has run out, to the millisecond', marbles((m) => {
    const room = m.watch(roomOf({ scheduler: m.scheduler, rate }));
    now(room.ask.join('ann'));
    // 3 in 10 ms: one runs out in 3⅓ ms. A digit: refused, with that `retryAfter`.
    const times = ' xxxxxxxxx';
    const answers = 'yyy1y21y2';
    m.expect(said(m, room, times)).toBeObservable(answers);
  }));

  it('says when the next one may come, and that one comes', () => {
    let clock = 0;
    const scheduler = { now: () => clock, schedule: () => ({ unsubscribe: () => undefined }) } as never;
    const room = roomOf({ scheduler, rate, timeout: Infinity });
    const say = () => failure(room.ask.say({ user: 'ann', text: 'x' }));
    now(room.ask.join('ann'));
    for (let n = 0; n < 3; n++) say();
    expect(say()).toEqual(new TooFastError('ann', 4));
    clock = 3;
    expect(say()).toEqual(new TooFastError('ann', 1));
    clock = 4;
    expect(say()).not.toBeInstanceOf(TooFastError);
    expect(say()).toEqual(new TooFastError('ann', 3));
    clock = 1e6;
    expect([say(), say(), say(), say()].map((outcome) => outcome instanceof TooFastError)).toEqual([false, false, false, true]);
  });

  it('gives nothing away twice where the clock steps back', () => {
    let clock = 1000;
    const scheduler = { now: () => clock, schedule: () => ({ unsubscribe: () => undefined }) } as never;
    const room = roomOf({ scheduler, rate: { messages: 1, per: 10 }, timeout: Infinity });
    const say = () => failure(room.ask.say({ user: 'ann', text: 'x' }));
    now(room.ask.join('ann'));
    say();
    clock = 500;
    expect(say()).toEqual(new TooFastError('ann', 10));
    clock = 1009;
    expect(say()).toEqual(new TooFastError('ann', 1));
    clock = 1010;
    expect(say()).not.toBeInstanceOf(TooFastError);
  });

  it('is of each member, not of each device, and not of the room', () => {
    const room = roomOf({ rate: { messages: 1, per: 1e6 }, devices: 2 });
    now(room.ask.join('ann'));
    now(room.ask.join('ann'));
    now(room.ask.join('bob'));
    now(room.ask.say({ user: 'ann', text: 'x' }));
    expect(failure(room.ask.say({ user: 'ann', text: 'x' }))).toBeInstanceOf(TooFastError);
    expect(now(room.ask.say({ user: 'bob', text: 'x' })).user).toBe('bob');
  });

  it('counts what is said to one as well, and not what is refused', () => {
    const room = roomOf({ rate: { messages: 2, per: 1e6 } });
    now(room.ask.join('ann'));
    failure(room.ask.say({ user: 'ann', text: 'x', to: 'nobody' }));
    failure(room.ask.say({ user: 'ann', text: 1 as never }));
    now(room.ask.say({ user: 'ann', text: 'x', to: 'ann' }));
    now(room.ask.say({ user: 'ann', text: 'x' }));
    expect(failure(room.ask.say({ user: 'ann', text: 'x', to: 'ann' }))).toBeInstanceOf(TooFastError);
    expect(now(room.ask.stats()).said).toBe(2);
  });

  it('isn\'t got round by leaving and coming back', () => {
    const room = roomOf({ rate: { messages: 1, per: 1e6 } });
    now(room.ask.join('ann'));
    now(room.ask.say({ user: 'ann', text: 'x' }));
    now(room.ask.leave('ann'));
    now(room.ask.join('ann'));
    expect(failure(room.ask.say({ user: 'ann', text: 'x' }))).toBeInstanceOf(TooFastError);
  });

  it('of those who left is forgotten when it\'s worth nothing, and where too many have left', () => {
    const room = roomOf({ rate: { messages: 1, per: 1e6 }, maxMembers: 2 });
    const speak = (user: string) => {
      now(room.ask.join(user));
      const refused = failure(room.ask.say({ user, text: 'x' })) instanceof TooFastError;
      now(room.ask.leave(user));
      return refused;
    };
    expect(['ann', 'bob', 'bob', 'ann', 'eve', 'bob'].map(speak)).toEqual([false, false, true, true, false, false]);
  });
});
