/**
 * Alice, Bob and Charlie join a chat room, talk and leave, and each sees what is said while they are there.
 *
 * Each reads a feed of their own, at their own pace: Charlie is slow, so part of it is dropped, and the feed says how
 * much. When all have left, the room still knows what was said.
 */
import { createChatRoom, type ChatItem } from 'ownstate/stores';
import type { World } from './support/world.js';

/** An item as a line of the reader's screen. */
function lineOf(item: ChatItem): string {
  switch (item.type) {
    case 'message': return item.to === undefined ? `${item.user}: ${item.text}` : `${item.user} to ${item.to}: ${item.text}`;
    case 'joined': return `${item.user} joined`;
    case 'left': return `${item.user} left`;
    case 'dropped': return `… ${item.count} dropped …`;
  }
}

export default async function program({ print, scheduler, sleep }: World): Promise<void> {
  const room = createChatRoom({ name: 'kitchen', scheduler, buffer: 2 });

  /** Joins, and prints what comes until the end; a slow reader takes its time for each line. */
  async function read(user: string, pause = 0): Promise<void> {
    const { feed, history, members } = await room.ask.join(user);
    print(`${user} joined; in the room: ${members.join(', ')}; said so far: ${history.length}`);
    for await (const item of feed) {
      print(`  ${user.padEnd(7)} ◂ ${lineOf(item)}`);
      if (pause > 0) await sleep(pause);
    }
    print(`  ${user.padEnd(7)} ◂ the end`);
  }

  const readers: Promise<void>[] = [];
  const join = async (user: string, pause?: number) => {
    readers.push(read(user, pause));
    await sleep(10);
  };
  const say = async (user: string, text: string, to?: string) => {
    await room.ask.say({ user, text, ...to === undefined ? {} : { to } });
    await sleep(10);
  };

  await join('Alice');
  await join('Bob');
  await say('Alice', 'Hello, Bob!');
  await say('Bob', 'Hi, Alice.');
  await join('Charlie', 100);
  await say('Charlie', 'Good morning.');
  for (const text of ['Coffee?', 'Or tea?', 'There is cake, too.', 'Charlie?']) await say('Alice', text);
  await say('Bob', 'He reads slowly.', 'Alice');
  await room.ask.join('Bob').then(undefined, (error: unknown) => print(`Bob again? ${(error as Error).message}`));
  await room.ask.leave('Bob');
  await room.ask.say({ user: 'Bob', text: 'one more thing' }).then(undefined, (error: unknown) => print(`Bob still? ${(error as Error).message}`));
  await sleep(200);
  await say('Charlie', 'Tea, please.');
  await room.ask.leave('Alice');
  await room.ask.leave('Charlie');
  await Promise.all(readers);

  print('what was said to all:');
  for (const { seq, user, text } of await room.ask.history()) print(`  ${String(seq).padStart(2)}  ${user}: ${text}`);
  const { said, dropped, members } = await room.ask.stats();
  print(`${said} messages, ${dropped} dropped by slow readers, ${members} members left`);
  await room.shutdown();
}
