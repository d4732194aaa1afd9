/** What the specs of chat rooms have in common. */
import type { Feed, Reply } from 'ownstate';
import { createChatRoom, createChatRooms, type ChatItem, type ChatRoomOptions, type ChatRoomsOptions } from 'ownstate/stores';

/** Ids that are the same each time. */
const ids = () => 'id';

export const roomOf = (options: ChatRoomOptions = {}) => createChatRoom({ ids, ...options });
export const roomsOf = (options: ChatRoomsOptions = {}) => createChatRooms({ ids, ...options });

/** The answer to an ask that is answered at once. */
export function now<T>(reply: Reply<T>): T {
  const answers: T[] = [];
  reply.subscribe((value) => answers.push(value));
  if (answers.length === 0) throw new Error('Expected an answer at once, got none');
  return answers[0]!;
}

/** How an ask failed at once. */
export function failure(reply: Reply<unknown>): unknown {
  const errors: unknown[] = [];
  reply.subscribe({ next: (value) => errors.push({ replied: value }), error: (error: unknown) => errors.push(error) });
  return errors[0];
}

/** An item in a few characters: `ann: hello`, `ann → bob: psst`, `+ann`, `-ann kicked`, `(2 dropped)`. */
export function brief(item: ChatItem): string {
  switch (item.type) {
    case 'message': return `${item.user}${item.to === undefined ? '' : ` → ${item.to}`}: ${item.text}`;
    case 'joined': return `+${item.user}`;
    case 'left': return `-${item.user} ${item.why}`;
    case 'dropped': return `(${item.count} dropped)`;
  }
}

/** The code of an error of ours. */
export function codeOf(error: unknown): string {
  return (error as { readonly code: string }).code;
}

/** Reads a feed as a subscriber: what it saw, `|` at the end, or the error's code. */
export function read(feed: Feed<ChatItem>): { readonly seen: string[]; readonly leave: () => void } {
  const seen: string[] = [];
  const subscription = feed.subscribe({ next: (item) => seen.push(brief(item)), error: (error: unknown) => seen.push(codeOf(error)), complete: () => seen.push('|') });
  return { seen, leave: () => subscription.unsubscribe() };
}

/** All that a feed still has to say, read by a loop. */
export async function readAll(feed: AsyncIterable<ChatItem>): Promise<string[]> {
  const seen: string[] = [];
  try {
    for await (const item of feed) seen.push(brief(item));
  } catch (error) {
    seen.push(codeOf(error));
  }
  return seen;
}

