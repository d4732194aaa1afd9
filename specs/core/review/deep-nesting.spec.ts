/** Where stores wake each other in a long row, order, bounds and ends are the same at each depth: also at 64, where loops nest no deeper. */
import { createStore, type Store } from 'ownstate';
import { describe, expect, it } from 'vitest';

const link = { state: 0, commands: { go: (n: number) => n + 1 } };

/** Calls `last` within `depth` stores that wake each other. */
function atDepth(depth: number, last: () => void): void {
  if (depth === 0) return last();
  const first = createStore(link);
  let store: Store<typeof link> = first;
  for (let at = 1; at < depth; at++) {
    const next = createStore(link);
    store.select().subscribe((n) => {
      if (n > 0) next.tell.go();
    });
    store = next;
  }
  store.select().subscribe((n) => {
    if (n > 0) last();
  });
  first.tell.go();
}

const log = { state: [] as readonly string[], commands: { add: (all: readonly string[], word: string) => [...all, word] } };

/** On both sides of the depth at which a store's loop waits for the outermost. */
const depths = [0, 1, 61, 62, 63, 64, 65, 66, 130].map((depth) => ({ depth }));

describe.each(depths)('a store that is told at depth $depth, and again by a watcher of `received`,', ({ depth }) => {
  it('handles both in the order in which they were sent', () => {
    const store = createStore(log);
    const ends: string[] = [];
    let again = true;
    store.trace$.subscribe((event) => {
      if (event.kind === 'started' || event.kind === 'settled') ends.push(`${event.kind} ${event.id}`);
      if (event.kind !== 'received' || !again) return;
      again = false;
      store.tell.add('second');
    });
    atDepth(depth, () => {
      store.tell.add('first');
      store.tell.add('third');
    });
    expect(store.snapshot()).toEqual(['first', 'second', 'third']);
    expect(ends).toEqual(['started 1', 'settled 1', 'started 2', 'settled 2', 'started 3', 'settled 3']);
  });

  it.each(['reject', 'drop-oldest'] as const)('never has more waiting than its capacity, and what has no place fails: overflow %s', (overflow) => {
    const store = createStore(log, { mailbox: { capacity: 1, overflow } });
    const failed: string[] = [];
    const waiting: number[] = [];
    store.errors$.subscribe(({ error }) => failed.push((error as Error).name));
    let words = ['second', 'third'];
    store.trace$.subscribe(({ kind }) => {
      if (kind === 'received' && words.length > 0) {
        const [word = '', ...rest] = words;
        words = rest;
        store.tell.add(word);
      }
      waiting.push(store.status().waiting);
    });
    atDepth(depth, () => store.tell.add('first'));
    expect(Math.max(...waiting)).toBeLessThanOrEqual(1);
    expect(store.status()).toMatchObject({ highWater: 1, waiting: 0, running: 0 });
    // One or two had a place, in order; the others have failed.
    const kept = store.snapshot();
    const order = ['first', 'second', 'third'].filter((word) => kept.includes(word));
    expect(kept).toEqual(order);
    expect(failed).toEqual(Array(3 - kept.length).fill('MailboxFullError'));
    expect(kept).toContain(overflow === 'reject' ? 'first' : 'third');
  });

  it('does not handle what a watcher of `received` has closed it before', () => {
    const end = new AbortController();
    const ran: string[] = [];
    const store = createStore({
      state: 0,
      commands: {
        add: (n: number) => {
          ran.push('add');
          return n + 1;
        },
      },
    }, { signal: end.signal });
    store.trace$.subscribe(({ kind }) => {
      if (kind === 'received') end.abort();
    });
    const errors: unknown[] = [];
    atDepth(depth, () => store.ask.add().subscribe({ error: (error: unknown) => errors.push((error as Error).name) }));
    expect(errors).toEqual(['StoreClosedError']);
    expect(ran).toEqual([]);
    expect(store.status()).toMatchObject({ phase: 'closed', waiting: 0, running: 0 });
  });
});
