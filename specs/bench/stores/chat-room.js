// @ts-check
/** A message to a chat room of 10 members and of 1,000, beside socket.io's adapter and a bare Subject. */
import { Adapter } from 'socket.io-adapter';
import { Subject } from 'rxjs';
import { createChatRoom } from 'ownstate/stores';
import { expectSame, interleave, report } from '../measure.js';
import { figure, ratio } from '../figures.js';

/** @type {import('../figures.js').Report['figures'][number][]} */
const figures = [];
/** @type {import('../figures.js').Report['found'][number][]} */
const found = [];
for (const [members, batch] of [[10, 5000], [1000, 100]]) {
  const contestants = await contestantsOf(members, batch);
  const { ours, theirs, floor } = await interleave(contestants.calls, batch);
  contestants.check();
  figures.push(
    figure(`a message to a room of ${members.toLocaleString('en')}`, 'per second', ours),
    figure('  socket.io-adapter\'s broadcast', 'per second', theirs),
    figure('  a bare Subject\'s next', 'per second', floor),
  );
  found.push(ratio(ours, theirs));
}
report({ figures, found });

/**
 * What each of them shows a message to so many readers, and whether all of them have seen all.
 * @param {number} members
 * @param {number} batch
 */
async function contestantsOf(members, batch) {
  const seen = { ours: 0, theirs: 0, floor: 0 };
  const sent = { ours: 0, theirs: 0, floor: 0 };

  const room = createChatRoom();
  for (let user = 0; user < members; user++) {
    const { feed } = await room.ask.join(user);
    feed.subscribe((item) => { if (item.type === 'message') seen.ours += item.text.length; });
  }

  // What a namespace of socket.io is to its adapter: sockets that take what is encoded, an encoder that does nothing.
  const sockets = new Map();
  for (let user = 0; user < members; user++) {
    const client = { writeToEngine: (/** @type {readonly string[]} */ packets) => { seen.theirs += packets[0].length; } };
    sockets.set(String(user), { id: String(user), client });
  }
  const encoder = { encode: (/** @type {{ data: string }} */ packet) => [packet.data] };
  // A cast: of a namespace the adapter uses no more than this.
  const adapter = new Adapter(/** @type {never} */ ({ name: '/', sockets, server: { encoder } }));
  for (const id of sockets.keys()) adapter.addAll(id, new Set(['room']));
  const rooms = new Set(['room']);
  const except = new Set();

  /** @type {Subject<string>} */
  const subject = new Subject();
  for (let user = 0; user < members; user++) subject.subscribe((text) => { seen.floor += text.length; });

  return {
    calls: {
      ours: () => {
        for (let i = 0; i < batch; i++) room.ask.say({ user: 0, text: 'x' });
        sent.ours += batch;
      },
      theirs: () => {
        for (let i = 0; i < batch; i++) adapter.broadcast(/** @type {never} */ ({ type: 2, data: 'x' }), { rooms, except });
        sent.theirs += batch;
      },
      floor: () => {
        for (let i = 0; i < batch; i++) subject.next('x');
        sent.floor += batch;
      },
    },
    check: () => {
      expectSame('what was seen in the room', seen.ours, sent.ours * members);
      expectSame('what was seen behind the adapter', seen.theirs, sent.theirs * members);
      expectSame('what was seen behind the Subject', seen.floor, sent.floor * members);
    },
  };
}
