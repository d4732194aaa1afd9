/** Random commands, times and failures against a plain model of a room: same replies, feeds, events and end state. */
import fc from 'fast-check';
import type { FeedOverflow } from 'ownstate';
import { createChatRoom, type ChatEvent, type ChatItem, type ChatJoin, type ChatResumed, type ChatRoom } from 'ownstate/stores';
import { VirtualTimeScheduler, type Subscription } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { codeOf } from './support.js';

const USERS = ['ann', 'bob', 'eve'];
const LIMITS = { devices: 2, history: 3, buffer: 2, maxMembers: 2, messages: 4, per: 10 };

/** A device as the model knows it: what its reader was shown, what waits, what was lost. */
interface ModelDevice {
  readonly id: number;
  reading: boolean;
  seen: unknown[];
  waiting: unknown[];
  lost: number;
  dropped: number;
}

/** A room in a few lines of obvious code. */
class Model {
  seq = 0;
  devices = 0;
  said = 0;
  kicked = 0;
  dropped = 0;
  members = new Map<string, ModelDevice[]>();
  levels = new Map<string, { level: number; at: number }>();
  messages: { seq: number; user: string; text: string; to?: string; except: readonly string[] }[] = [];
  events: unknown[] = [];
  readonly overflow: FeedOverflow;

  constructor(overflow: FeedOverflow) {
    this.overflow = overflow;
  }

  fail(code: string): never {
    throw Object.assign(new Error(code), { code });
  }

  show(device: ModelDevice, item: unknown): void {
    if (device.reading) return void device.seen.push(item);
    if (device.waiting.length < LIMITS.buffer) {
      device.waiting.push(item);
      return;
    }
    device.lost++;
    device.dropped++;
    this.dropped++;
    if (this.overflow === 'drop-oldest') device.waiting = [...device.waiting.slice(1), item];
  }

  showAll(item: unknown, but: readonly unknown[] = []): void {
    for (const [user, devices] of this.members) for (const device of devices) if (!but.includes(user) && !but.includes(device)) this.show(device, item);
  }

  visible(user: string | undefined, after = 0): unknown[] {
    return this.messages.slice(-LIMITS.history)
      .filter(({ seq, user: from, to, except }) => seq > after && (to === undefined || user === to || user === from)
        && (except.length === 0 || (user !== undefined && !except.includes(user))))
      .map(({ seq, text }) => `${seq} ${text}`);
  }

  join(user: string, after?: number): unknown {
    const former = this.members.get(user);
    if (former === undefined && this.members.size === LIMITS.maxMembers) this.fail('ROOM_FULL');
    if (former !== undefined && former.length === LIMITS.devices) this.fail('ROOM_FULL');
    const device: ModelDevice = { id: ++this.devices, reading: false, seen: [], waiting: [], lost: 0, dropped: 0 };
    const kept = this.visible(user, after !== undefined && after > this.seq ? 0 : after);
    const forgotten = this.messages.slice(0, -LIMITS.history).at(-1)?.seq ?? 0;
    const gap = after !== undefined && (after > this.seq || after < forgotten);
    if (former === undefined) {
      this.showAll(`+${user}`);
      this.seq++;
      this.events.push(`+${user}`);
      this.members.set(user, [device]);
    } else {
      former.push(device);
    }
    this.events.push(`connected ${user} ${device.id}`);
    return { device: device.id, kept, gap, members: [...this.members.keys()], seq: this.seq };
  }

  leave(user: string, why: string): void {
    const devices = this.members.get(user);
    if (devices === undefined) this.fail('NOT_IN_ROOM');
    for (const { id } of [...devices]) this.events.push(`disconnected ${user} ${id} ${why}`);
    this.depart(user, why);
  }

  depart(user: string, why: string): void {
    this.members.delete(user);
    this.seq++;
    this.events.push(`-${user} ${why}`);
    this.showAll(`-${user} ${why}`);
  }

  disconnect(user: string, id: number, why: string): void {
    const devices = this.members.get(user) ?? [];
    const rest = devices.filter((device) => device.id !== id);
    if (rest.length === devices.length) this.fail('NOT_IN_ROOM');
    this.events.push(`disconnected ${user} ${id} ${why}`);
    if (rest.length > 0) this.members.set(user, rest);
    else this.depart(user, why);
  }

  say(user: string, text: string, to: string | undefined, except: readonly string[], now: number): unknown {
    if (!this.members.has(user) || (to !== undefined && !this.members.has(to))) this.fail('NOT_IN_ROOM');
    const { level, at } = this.levels.get(user) ?? { level: 0, at: 0 };
    const left = Math.max(0, level - (now - at) * LIMITS.messages);
    if (left + LIMITS.per > LIMITS.messages * LIMITS.per) this.fail('TOO_FAST');
    this.levels.set(user, { level: left + LIMITS.per, at: now });
    this.seq++;
    this.said++;
    this.messages.push({ seq: this.seq, user, text, except, ...to === undefined ? {} : { to } });
    const item = `${this.seq} ${text}`;
    this.events.push(item);
    this.showAll(item, to === undefined ? except : USERS.filter((each) => each !== to && each !== user));
    return item;
  }
}

const short = (item: ChatItem | ChatEvent): unknown => {
  switch (item.type) {
    case 'message': return `${item.seq} ${item.text}`;
    case 'joined': return `+${item.user}`;
    case 'left': return `-${item.user} ${item.why}`;
    case 'dropped': return { lost: item.count };
    default: return `${item.type} ${item.user} ${item.device}${item.why === undefined ? '' : ` ${item.why}`}`;
  }
};

type Step = { readonly wait: number } & (
  | { readonly do: 'join' | 'leave' | 'kick' | 'read' | 'quit' | 'missed'; readonly user: string; readonly n: number }
  | { readonly do: 'resume' | 'disconnect'; readonly user: string; readonly n: number }
  | { readonly do: 'say'; readonly user: string; readonly text: string; readonly to: string | undefined; readonly except: readonly string[] });

const user = fc.constantFrom(...USERS);
const wait = fc.nat(4);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ wait, do: fc.constantFrom('join', 'join', 'leave', 'kick', 'read', 'read', 'quit', 'missed', 'resume', 'disconnect'), user, n: fc.nat(12) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      wait, do: fc.constant('say' as const), user, text: fc.string({ maxLength: 2 }),
      to: fc.option(user, { nil: undefined, freq: 5 }), except: fc.oneof({ weight: 4, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: fc.array(user, { maxLength: 2 }) }),
    }),
  },
);

/** The readers of the room's feeds. */
class Readers {
  readonly #feeds = new Map<number, { readonly joined: ChatJoin | ChatResumed; readonly seen: unknown[]; subscription?: Subscription }>();

  add(joined: ChatJoin | ChatResumed): void {
    this.#feeds.set(joined.device, { joined, seen: [] });
  }

  read(device: number): void {
    const reader = this.#feeds.get(device)!;
    reader.subscription = reader.joined.feed.subscribe({
      next: (item) => reader.seen.push(short(item)), error: (error: unknown) => reader.seen.push(codeOf(error)), complete: () => reader.seen.push('|'),
    });
  }

  quit(device: number): void {
    this.#feeds.get(device)!.subscription!.unsubscribe();
  }

  seen(device: number): unknown[] {
    return this.#feeds.get(device)!.seen;
  }
}

/** What became of an ask, which is answered at once. */
function outcome(room: ChatRoom, one: Step, readers: Readers): unknown {
  let result: unknown = 'no answer';
  const joined = (reply: ChatJoin | ChatResumed) => {
    readers.add(reply);
    const kept = 'missed' in reply ? reply.missed : reply.history;
    return { device: reply.device, kept: kept.map(short), gap: 'gap' in reply && reply.gap, members: reply.members, seq: reply.seq };
  };
  const observer = <T>(map: (value: T) => unknown) => ({ next: (value: T) => { result = map(value); }, error: (error: unknown) => { result = codeOf(error); } });
  switch (one.do) {
    case 'join': room.ask.join(one.user).subscribe(observer(joined)); break;
    case 'resume': room.ask.resume({ user: one.user, after: one.n }).subscribe(observer(joined)); break;
    case 'leave': room.ask.leave(one.user).subscribe(observer(() => 'left')); break;
    case 'kick': room.ask.kick({ user: one.user }).subscribe(observer(() => 'kicked')); break;
    case 'disconnect': room.ask.disconnect({ user: one.user, device: one.n + 1 }).subscribe(observer(() => 'disconnected')); break;
    case 'missed': room.ask.missed({ user: one.user, after: one.n }).subscribe(observer(({ missed, gap }) => ({ kept: missed.map(short), gap }))); break;
    case 'say': {
      const { user: from, text, to, except } = one;
      room.ask.say({ user: from, text, ...to === undefined ? { except } : { to } }).subscribe(observer(short));
      break;
    }
    default: break;
  }
  return result;
}

/** The same by the model. */
function expected(model: Model, one: Step, now: number): unknown {
  try {
    switch (one.do) {
      case 'join': return model.join(one.user);
      case 'resume': return model.join(one.user, one.n);
      case 'leave': return model.leave(one.user, 'left'), 'left';
      case 'kick': return model.leave(one.user, 'kicked'), model.kicked++, 'kicked';
      case 'disconnect': return model.disconnect(one.user, one.n + 1, 'left'), 'disconnected';
      case 'missed': {
        const forgotten = model.messages.slice(0, -LIMITS.history).at(-1)?.seq ?? 0;
        return { kept: model.visible(one.user, one.n > model.seq ? 0 : one.n), gap: one.n > model.seq || one.n < forgotten };
      }
      case 'say': return model.say(one.user, one.text, one.to, one.to === undefined ? one.except : [], now);
      default: return 'no answer';
    }
  } catch (error) {
    return codeOf(error);
  }
}

/** Does the same to a room and to its model, and compares what comes of each step. */
function play(overflow: FeedOverflow, steps: readonly Step[]): void {
  const scheduler = new VirtualTimeScheduler();
  const room = createChatRoom({ scheduler, timeout: Infinity, overflow, ids: () => 'id', rate: LIMITS, ...LIMITS });
  const model = new Model(overflow);
  const readers = new Readers();
  const events: unknown[] = [];
  room.events$.subscribe((event) => events.push(short(event)));
  /** All devices that the model ever had: those that are gone keep what they were shown. */
  const all = new Map<number, ModelDevice>();
  for (const one of steps) {
    scheduler.frame += one.wait;
    if (one.do === 'read' || one.do === 'quit') {
      // Somebody begins to read a feed, or leaves it.
      const mine = (model.members.get(one.user) ?? []).filter(({ reading }) => reading === (one.do === 'quit'));
      const device = mine[one.n % Math.max(1, mine.length)];
      if (device === undefined) continue;
      if (one.do === 'quit') {
        readers.quit(device.id);
        model.disconnect(one.user, device.id, 'gone');
      } else {
        readers.read(device.id);
        device.reading = true;
        const lost = device.lost > 0 ? [{ lost: device.lost }] : [];
        device.seen.push(...overflow === 'drop-oldest' ? [...lost, ...device.waiting] : [...device.waiting, ...lost]);
        device.lost = 0;
        device.waiting = [];
      }
    } else {
      expect(outcome(room, one, readers)).toEqual(expected(model, one, scheduler.frame));
    }
    const present = [...model.members.values()].flat();
    for (const device of present) all.set(device.id, device);
    for (const device of all.values()) {
      if (!device.reading) continue;
      const seen = readers.seen(device.id);
      const end = present.includes(device) ? [] : seen.filter((item) => item === '|' || item === 'KICKED');
      expect(seen).toEqual([...device.seen, ...end]);
    }
  }
  expect(events).toEqual(model.events);
  const state: Record<string, unknown> = {};
  room.ask.stats().subscribe((stats) => { state['stats'] = stats; });
  room.ask.members().subscribe(({ members }) => { state['members'] = members; });
  room.ask.history().subscribe((history) => { state['history'] = history.map(short); });
  expect(state).toEqual({
    stats: {
      members: model.members.size, devices: [...model.members.values()].flat().length, history: Math.min(LIMITS.history, model.messages.length),
      seq: model.seq, said: model.said, kicked: model.kicked, dropped: model.dropped,
    },
    members: [...model.members].map(([name, devices]) => ({ user: name, devices: devices.map(({ id }) => id) })),
    history: model.visible(undefined),
  });
  expect(room.snapshot()).toEqual({ members: model.members.size, seq: model.seq });
}

describe('a room', () => {
  it.each(['drop-newest', 'drop-oldest'] as const)('does what its model does, by the overflow %s', (overflow) => {
    fc.assert(fc.property(fc.array(step, { maxLength: 40 }), (steps) => play(overflow, steps)), { numRuns: 300 });
  });
});
