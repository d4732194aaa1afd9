/** What is refused before it comes to the mailbox: traced and reported like all else, in one order for all who watch, under numbers of its own. */
import { createStore, effect, type Store } from 'ownstate';
import { marbles, type Marbles } from 'ownstate/testing';
import { Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';

/** A counter whose `work` ends when its gate completes. */
const counter = (gate = new Subject<never>()) => ({
  name: 'counter',
  state: 0,
  commands: {
    add: (n: number, by: number) => n + by,
    work: (n: number) => effect(n, { run: () => gate, done: (now: number) => now + 100 }),
  },
});

type Counter = Store<ReturnType<typeof counter>>;

const ignore = { error: () => undefined };

const refusals: [string, (store: Counter) => void, phase: 'open' | 'draining'][] = [
  ['an unknown ask', (store) => store.send({ type: 'nope' } as never).subscribe(ignore), 'open'],
  ['an unknown tell', (store) => store.commands$.next({ type: 'nope' } as never), 'open'],
  ['an ask that was aborted before', (store) => store.with({ signal: AbortSignal.abort() }).ask.add(1).subscribe(ignore), 'open'],
  ['an ask refused while draining', (store) => store.ask.add(1).subscribe(ignore), 'draining'],
  ['a tell refused while draining', (store) => store.tell.add(1), 'draining'],
];

/** A store in that phase, and what makes it handle one more command. */
function begin(m: Marbles, phase: 'open' | 'draining') {
  const gate = new Subject<never>();
  const store = m.store(counter(gate));
  if (phase === 'draining') {
    store.tell.work();
    void store.shutdown();
  }
  return { store, more: phase === 'open' ? () => store.tell.add(100) : () => gate.complete() };
}

describe.each(refusals)('%s', (_what, refuse, phase) => {
  it('ends in the trace once', marbles((m) => {
    const { store } = begin(m, phase);
    store.errors$.subscribe();
    const kinds: string[] = [];
    const watching = store.trace$.subscribe(({ kind }) => kinds.push(kind));
    refuse(store);
    watching.unsubscribe();
    expect(kinds).toEqual(['settled']);
  }));

  it('is seen in one order by all who watch the trace, also when the first of them has one more handled', marbles((m) => {
    const { store, more } = begin(m, phase);
    store.errors$.subscribe();
    const seen: [string[], string[]] = [[], []];
    for (const watcher of seen) {
      store.trace$.subscribe((event) => {
        // What is sent is received at once, also in the midst of another event.
        if (event.kind === 'received') return;
        watcher.push(`${event.kind} ${event.id}`);
        if (watcher === seen[0] && watcher.length === 1) more();
      });
    }
    refuse(store);
    expect(seen[0]).toHaveLength(phase === 'open' ? 4 : 5);
    expect(seen[1]).toEqual(seen[0]);
  }));

  it('has a number of its own', marbles((m) => {
    const { store } = begin(m, phase);
    store.errors$.subscribe();
    const ids: number[] = [];
    store.trace$.subscribe(({ kind, id }) => {
      if (kind === 'settled') ids.push(id);
    });
    refuse(store);
    refuse(store);
    const before = phase === 'open' ? 0 : 1;
    expect(ids).toEqual([before + 1, before + 2]);
  }));
});

describe.each(refusals.filter(([what]) => what.includes('tell')))('%s', (_what, refuse, phase) => {
  it('is reported to all before what the first of them has handled then', marbles((m) => {
    const { store, more } = begin(m, phase);
    const order: string[] = [];
    store.errors$.subscribe(() => {
      order.push('first');
      more();
    });
    store.errors$.subscribe(() => order.push('second'));
    store.select().subscribe((n) => order.push(`state ${n}`));
    refuse(store);
    expect(order).toEqual(['state 0', 'first', 'second', 'state 100']);
  }));
});

describe('numbers', () => {
  it('of what is refused stand in one row with those of what is handled', () => {
    const store = createStore(counter());
    store.errors$.subscribe();
    const ends: string[] = [];
    store.trace$.subscribe((event) => {
      if (event.kind === 'settled') ends.push(`${event.id} ${event.type} ${event.outcome}`);
    });
    store.tell.add(1);
    store.send({ type: 'nope' } as never).subscribe(ignore);
    store.with({ signal: AbortSignal.abort() }).ask.add(1).subscribe(ignore);
    store.tell.add(1);
    expect(ends).toEqual(['1 add replied', '2 nope failed', '3 add failed', '4 add replied']);
  });
});
