/** Everything that can't be worked with: which error, and that nothing has changed. */
import { InvalidPayloadError, NotInRoomError, createChatRoom, createChatRooms } from 'ownstate/stores';
import { describe, expect, it } from 'vitest';
import { failure, now, roomOf, roomsOf } from './support.js';

const NAME = 'a string of at most 256 characters, or a finite number';
const INTEGER = 'an integer from 0 to 9007199254740991';
const DEVICE = 'an integer from 1 to 9007199254740991';
const TEXT = 'a string of at most 4096 characters';
const LONG = 'x'.repeat(257);

/** What no name is. */
const NO_NAMES = [undefined, null, NaN, Infinity, -Infinity, true, {}, [], () => 0, Symbol('s'), 1n, LONG];
/** What isn't an integer from 0 on. */
const NO_COUNTS = [undefined, null, NaN, Infinity, -1, 1.5, 2 ** 53, '1', 1n, {}];
const NO_TEXTS = [undefined, null, 0, NaN, {}, [], 'x'.repeat(4097)];
const NO_OBJECTS = [undefined, null, 0, 'ann', true, Symbol('s')];

/** A command, its payload, the field, what was expected of it and what came. */
type Row = readonly [command: string, payload: unknown, field: string, expected: string];

const rowsOf = (command: string, good: Readonly<Record<string, unknown>>, field: string, bad: readonly unknown[], expected: string): Row[] =>
  bad.map((value) => [command, { ...good, [field]: value }, field, expected]);

const some = (values: readonly unknown[]) => values.filter((value) => value !== undefined);

const rows = (good: Readonly<Record<string, unknown>>): Row[] => [
  ...['resume', 'missed', 'disconnect', 'say', 'kick'].flatMap((command) => NO_OBJECTS.map((payload): Row => [command, payload, 'payload', 'an object'])),
  ...['resume', 'missed'].flatMap((command) => [
    ...rowsOf(command, { ...good, after: 0 }, 'user', NO_NAMES, NAME),
    ...rowsOf(command, { ...good, user: 'ann' }, 'after', NO_COUNTS, INTEGER),
  ]),
  ...rowsOf('disconnect', { ...good, device: 1 }, 'user', NO_NAMES, NAME),
  ...rowsOf('disconnect', { ...good, user: 'ann' }, 'device', [...NO_COUNTS, 0], DEVICE),
  ...rowsOf('say', { ...good, text: 'x' }, 'user', NO_NAMES, NAME),
  ...rowsOf('say', { ...good, user: 'ann' }, 'text', NO_TEXTS, TEXT),
  ...rowsOf('say', { ...good, user: 'ann', text: 'x' }, 'to', some(NO_NAMES), NAME),
  ...rowsOf('say', { ...good, user: 'ann', text: 'x' }, 'except', [null, 'bob', 1, {}, new Set(['bob']), Array(10_001).fill('bob')], 'an array of at most 10000 users'),
  ...NO_NAMES.map((value): Row => ['say', { ...good, user: 'ann', text: 'x', except: ['bob', value] }, 'except', NAME]),
  ['say', { ...good, user: 'ann', text: 'x', to: 'ann', except: [] }, 'except', 'left out beside `to`'],
  ...rowsOf('kick', good, 'user', NO_NAMES, NAME),
  ...rowsOf('kick', { ...good, user: 'ann' }, 'by', some(NO_NAMES), NAME),
  ...rowsOf('kick', { ...good, user: 'ann' }, 'reason', some(NO_TEXTS), TEXT),
  ...rowsOf('history', good, 'user', some(NO_NAMES), NAME),
  ...rowsOf('history', good, 'after', some(NO_COUNTS), INTEGER),
  ...rowsOf('history', good, 'limit', [...some(NO_COUNTS).filter((value) => value !== Infinity), 0], DEVICE),
];

const titled = (all: readonly Row[]) => all.map((row) => [`${row[0]} with ${row[2]} of ${describeValue(row)}`, ...row] as const);

function describeValue([, payload, field]: Row): string {
  const value = field === 'payload' ? payload : (payload as Record<string, unknown>)[field];
  return typeof value === 'string' && value.length > 20 ? `${value.length} characters` : Array.isArray(value) ? `an array of ${value.length}` : String(value);
}

describe('a room', () => {
  /** With two members, one of them with a message to miss. */
  const used = () => {
    const room = roomOf();
    now(room.ask.join('ann'));
    now(room.ask.join('bob'));
    now(room.ask.say({ user: 'ann', text: 'x' }));
    return room;
  };
  /** A lone user is the payload itself. */
  const plain = NO_NAMES.flatMap((value): Row[] => ['join', 'leave'].map((command): Row => [command, value, 'payload', NAME]));
  const history = NO_OBJECTS.filter((value) => value !== undefined).map((payload): Row => ['history', payload, 'payload', 'an object']);

  it.each(titled([...plain, ...history, ...rows({})]))(
    'refuses %s', (_title, command, payload, field, expected) => {
      const room = used();
      const before = [now(room.ask.stats()), now(room.ask.members()), { ...now(room.ask.dump()), at: 0 }];
      const named = (command === 'join' || command === 'leave') ? 'user' : field;
      const error = failure(room.send({ type: command, payload } as never));
      expect(error).toBeInstanceOf(InvalidPayloadError);
      expect(error).toMatchObject({ code: 'INVALID_PAYLOAD', field: named });
      expect((error as Error).message).toContain(`Expected \`${named}\` to be ${expected}, got `);
      expect([now(room.ask.stats()), now(room.ask.members()), { ...now(room.ask.dump()), at: 0 }]).toEqual(before);
    });

  it.each([
    ['leave', 'eve'], ['disconnect', { user: 'eve', device: 1 }], ['disconnect', { user: 'ann', device: 2 }], ['disconnect', { user: 'ann', device: 9 }],
    ['say', { user: 'eve', text: 'x' }], ['say', { user: 'ann', text: 'x', to: 'eve' }], ['kick', { user: 'eve' }],
  ])('refuses to %s %j, who isn\'t there', (type, payload) => {
    const room = used();
    const before = [now(room.ask.stats()), now(room.ask.members())];
    expect(failure(room.send({ type, payload } as never))).toBeInstanceOf(NotInRoomError);
    expect([now(room.ask.stats()), now(room.ask.members())]).toEqual(before);
  });

  it('reads a payload once, whatever its getters say the next time', () => {
    const room = used();
    let reads = 0;
    const payload = { user: 'ann', get text() { return reads++ === 0 ? 'first' : 5 as never; } };
    expect(now(room.ask.say(payload)).text).toBe('first');
    expect(reads).toBe(1);
  });

  it('takes no text longer, and no name longer, than its options say', () => {
    const room = roomOf({ maxText: 2, maxName: 3 });
    now(room.ask.join('ann'));
    expect(now(room.ask.say({ user: 'ann', text: 'xx' })).text).toBe('xx');
    expect(failure(room.ask.say({ user: 'ann', text: 'xxx' }))).toEqual(new InvalidPayloadError('text', 'a string of at most 2 characters', 'xxx'));
    expect(failure(room.ask.join('anna'))).toEqual(new InvalidPayloadError('user', 'a string of at most 3 characters, or a finite number', 'anna'));
  });
});

describe('rooms', () => {
  const used = () => {
    const rooms = roomsOf();
    now(rooms.ask.join({ room: 'r', user: 'ann' }));
    now(rooms.ask.say({ room: 'r', user: 'ann', text: 'x' }));
    return rooms;
  };
  const inRoom = { room: 'r' };
  const objects = ['join', 'leave', 'history'].flatMap((command) => NO_OBJECTS.map((payload): Row => [command, payload, 'payload', 'an object']));
  const users = ['join', 'leave'].flatMap((command) => rowsOf(command, inRoom, 'user', NO_NAMES, NAME));
  const names = Object.entries({
    join: { user: 'bob' }, resume: { user: 'bob', after: 0 }, leave: { user: 'ann' }, disconnect: { user: 'ann', device: 1 }, say: { user: 'ann', text: 'x' },
    kick: { user: 'ann' }, history: {}, missed: { user: 'ann', after: 0 },
  }).flatMap(([command, good]) => rowsOf(command, good, 'room', NO_NAMES, NAME));

  it.each(titled([...objects, ...users, ...names, ...rows(inRoom)]))('refuse %s', (_title, command, payload, field, expected) => {
    const rooms = used();
    const before = [now(rooms.ask.stats()), now(rooms.ask.rooms()), { ...now(rooms.ask.dump()), at: 0 }];
    const error = failure(rooms.send({ type: command, payload } as never));
    expect(error).toBeInstanceOf(InvalidPayloadError);
    expect(error).toMatchObject({ field });
    expect((error as Error).message).toContain(`Expected \`${field}\` to be ${expected}, got `);
    expect([now(rooms.ask.stats()), now(rooms.ask.rooms()), { ...now(rooms.ask.dump()), at: 0 }]).toEqual(before);
  });

  it.each([['leaveAll', NO_NAMES, 'user'], ['rooms', some(NO_NAMES), 'user'], ['members', NO_NAMES, 'room']] as const)('refuse %s with what is no name', (type, values, field) => {
    const rooms = used();
    for (const payload of values) {
      expect(failure(rooms.send({ type, payload } as never))).toEqual(new InvalidPayloadError(field, NAME, payload));
    }
    expect(now(rooms.ask.stats())).toMatchObject({ rooms: 1, members: 1 });
  });

  it.each([
    ['leave', { room: 'r', user: 'eve' }], ['leave', { room: 's', user: 'ann' }], ['disconnect', { room: 'r', user: 'ann', device: 7 }],
    ['say', { room: 's', user: 'ann', text: 'x' }], ['kick', { room: 's', user: 'ann' }],
  ])('refuse to %s %j, who isn\'t there', (type, payload) => {
    const rooms = used();
    expect(failure(rooms.send({ type, payload } as never))).toBeInstanceOf(NotInRoomError);
    expect(now(rooms.ask.stats())).toMatchObject({ rooms: 1, members: 1, said: 1 });
  });
});

describe('ids that are no strings', () => {
  it.each([Symbol('x'), undefined, 5])('%o make no room, and nothing has changed', (id) => {
    const ids = () => id as never;
    expect(() => createChatRoom({ ids })).toThrow(new TypeError(`Expected \`ids\` to be a source of strings, got ${String(id)}`));
    const rooms = createChatRooms({ ids });
    expect(failure(rooms.ask.join({ room: 'r', user: 'ann' }))).toBeInstanceOf(TypeError);
    expect(now(rooms.ask.stats())).toMatchObject({ rooms: 0, members: 0 });
    expect(now(rooms.ask.rooms('ann'))).toEqual([]);
  });
});

describe('options', () => {
  const counts = ['devices', 'maxMembers', 'buffer', 'maxText', 'maxName'];
  const NO_POSITIVE = [null, NaN, 0, -1, 1.5, Infinity, '1', true];
  const message = { type: 'message', id: 'x', seq: 1, at: 0, user: 'ann', text: 'x' };
  const dump = { kind: 'chat-room', version: 1, at: 0, seq: 2, forgotten: 0, messages: [message], except: [] };
  const shared: [string, Record<string, unknown>, string][] = [
    ...counts.flatMap((name) => NO_POSITIVE.map((value): [string, Record<string, unknown>, string] => [`${name} ${String(value)}`, { [name]: value }, `Expected \`${name}\` to be a positive integer, got `])),
    ...[null, NaN, -1, 1.5, Infinity, '1'].map((value): [string, Record<string, unknown>, string] => [`history ${String(value)}`, { history: value }, 'Expected `history` to be an integer from 0 on, got ']),
    ['overflow x', { overflow: 'x' }, 'Expected `overflow` to be one of drop-oldest, drop-newest, disconnect, got \'x\''],
    ['rate null', { rate: null }, 'Expected `rate` to be an object, got null'],
    ['rate without messages', { rate: { per: 1 } }, 'Expected `rate.messages` to be a positive integer, got undefined'],
    ['rate per Infinity', { rate: { messages: 1, per: Infinity } }, 'Expected `rate.per` to be a positive integer, got Infinity'],
    ['rate beyond what is exact', { rate: { messages: 2 ** 30, per: 2 ** 30 } }, 'Expected `rate.per` to be so that 1073741824 times it is within 2^53 - 1, got 1073741824'],
    ['authorise true', { authorise: true }, 'Expected `authorise` to be a function, got true'],
    ['ids x', { ids: 'x' }, 'Expected `ids` to be a function, got \'x\''],
    ['onHandlerError reset', { onHandlerError: 'reset' }, 'Expected `onHandlerError` to be \'keep\' or \'stop\', got \'reset\''],
  ];
  const restored: [string, Record<string, unknown>, string][] = [
    ['another kind', { kind: 'cache' }, 'Expected `restore.kind` to be \'chat-room\', got \'cache\''],
    ['another version', { version: 2 }, 'Expected `restore.version` to be 1, got 2'],
    ['no time', { at: NaN }, 'Expected `restore.at` to be a time in milliseconds, got NaN'],
    ['no number', { seq: -1 }, 'Expected `restore.seq` to be an integer from 0 to 2^52, got -1'],
    ['a number with no room above it', { seq: Number.MAX_SAFE_INTEGER }, 'Expected `restore.seq` to be an integer from 0 to 2^52, got 9007199254740991'],
    ['more forgotten than there was', { forgotten: 3 }, 'Expected `restore.forgotten` to be an integer from 0 to 2, got 3'],
    ['no messages', { messages: undefined }, 'Expected `restore.messages` to be an array, got undefined'],
    ...[null, {}, { ...message, seq: 0 }, { ...message, seq: 3 }, { ...message, text: 1 }, { ...message, user: {} }, { ...message, at: NaN }, { ...message, to: null },
      { ...message, type: 'x' }, { ...message, id: 1 }].map((bad): [string, Record<string, unknown>, string] =>
      [`a message ${JSON.stringify(bad)}`, { messages: [bad] }, 'Expected `restore.messages` to be messages in their order, got ']),
    ['messages out of order', { messages: [{ ...message, seq: 2 }, message] }, 'Expected `restore.messages` to be messages in their order, got '],
    ...[null, [1], [[2, []]], [[1, 'bob']], [[1, [{}]]]].map((except): [string, Record<string, unknown>, string] =>
      [`except ${JSON.stringify(except)}`, { except }, 'Expected `restore.except` to be pairs of a kept message\'s number and users, got ']),
  ];

  it.each(shared)('with %s are refused', (_title, options, text) => {
    const both = [() => createChatRoom(options), () => createChatRooms(options)];
    for (const make of both) {
      expect(make).toThrow(TypeError);
      expect(make).toThrow(text);
    }
  });

  it('that are none are refused', () => {
    expect(() => createChatRoom(null as never)).toThrow(new TypeError('Expected `options` to be an object, got null'));
    expect(() => createChatRooms(1 as never)).toThrow(new TypeError('Expected `options` to be an object, got 1'));
  });

  it.each(restored)('that restore %s are refused', (_title, wrong, text) => {
    const make = () => createChatRoom({ restore: { ...dump, ...wrong } as never });
    expect(make).toThrow(TypeError);
    expect(make).toThrow(text);
    if ('kind' in wrong || 'version' in wrong || 'at' in wrong) return;
    const inRooms = { seq: 2, forgotten: 0, messages: [{ ...message, room: 'x' }], except: [], ...wrong };
    expect(() => createChatRooms({ restore: { kind: 'chat-rooms', version: 1, at: 0, seq: 0, rooms: [['r', inRooms]] } as never })).toThrow(TypeError);
  });

  it('that restore messages of another room are refused', () => {
    const text = 'Expected `restore.messages` to be messages in their order, got [object Object]';
    expect(() => createChatRoom({ restore: { ...dump, messages: [{ ...message, room: 'r' }] } as never })).toThrow(new TypeError(text));
  });

  it('that restore what is no object are refused', () => {
    for (const restore of [null, 1, 'x']) expect(() => createChatRoom({ restore: restore as never })).toThrow(TypeError);
  });

  it('that restore what is right are not', () => {
    expect(now(createChatRoom({ restore: dump as never }).ask.history())).toEqual([message]);
  });

  it.each<[string, unknown, string]>([
    ['maxRooms 0', { maxRooms: 0 }, 'Expected `maxRooms` to be a positive integer, got 0'],
    ['maxRooms Infinity', { maxRooms: Infinity }, 'Expected `maxRooms` to be a positive integer, got Infinity'],
    ['restoredFor 0', { restoredFor: 0 }, 'Expected `restoredFor` to be a positive number, got 0'],
    ['restoredFor NaN', { restoredFor: NaN }, 'Expected `restoredFor` to be a positive number, got NaN'],
    ['a dump of a single room', { restore: dump }, 'Expected `restore.kind` to be \'chat-rooms\', got \'chat-room\''],
    ['a dump without a number', { restore: { kind: 'chat-rooms', version: 1, at: 0, rooms: [] } }, 'Expected `restore.seq` to be an integer from 0 to 2^52, got undefined'],
    ['a dump without rooms', { restore: { kind: 'chat-rooms', version: 1, at: 0, seq: 0 } }, 'Expected `restore.rooms` to be an array of at most 10000 rooms, got undefined'],
    ['a dump of too many rooms', { maxRooms: 1, restore: { kind: 'chat-rooms', version: 1, at: 0, seq: 0, rooms: [0, 0] } }, 'Expected `restore.rooms` to be an array of at most 1 rooms'],
    ['a dump with a room that is none', { restore: { kind: 'chat-rooms', version: 1, at: 0, seq: 0, rooms: [[{}, 0]] } }, 'Expected `restore.rooms` to be pairs of'],
    ['a dump with a room twice', { restore: { kind: 'chat-rooms', version: 1, at: 0, seq: 0, rooms: [1, 1].map(() => ['r', { seq: 0, forgotten: 0, messages: [], except: [] }]) } }, 'Expected `restore.rooms` to be pairs of'],
    ['a dump with a room without a record', { restore: { kind: 'chat-rooms', version: 1, at: 0, seq: 0, rooms: [['r']] } }, 'Expected `restore.rooms` to be an object, got undefined'],
  ])('of many rooms with %s are refused', (_title, options, text) => {
    expect(() => createChatRooms(options as never)).toThrow(TypeError);
    expect(() => createChatRooms(options as never)).toThrow(text);
  });
});
