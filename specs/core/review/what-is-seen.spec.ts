/** Projectors are called only for those who still select, and a view is made once for each state. */
import { createStore, reply } from 'ownstate';
import { marbles } from 'ownstate/testing';
import { Subscription } from 'rxjs';
import { describe, expect, it } from 'vitest';

const counter = { state: 0, commands: { add: (n: number, by: number) => n + by } };

describe('a projector', () => {
  it('is not called after its unsubscription', () => {
    const store = createStore(counter);
    const calls: number[] = [];
    const watching = store.select((n) => calls.push(n)).subscribe();
    store.tell.add(1);
    watching.unsubscribe();
    store.tell.add(1);
    expect(calls).toEqual([0, 1]);
  });

  /** Whether the neighbour stands before it, and whether it goes as well. */
  it.each([
    ['the neighbour before it', true, false],
    ['the neighbour before it, which leaves as well,', true, true],
    ['the neighbour after it', false, false],
    ['the neighbour after it, which leaves as well,', false, true],
  ])('is not called any more once %s has unsubscribed it, in the midst of a show', (_who, before, both) => {
    const store = createStore(counter);
    const leaving = new Subscription();
    const calls: string[] = [];
    const neighbour = () => {
      const watching = store.select().subscribe((n) => {
        if (n === 1) leaving.unsubscribe();
      });
      if (both) leaving.add(watching);
    };
    const project = () => leaving.add(store.select((n) => calls.push(`project ${n}`), () => {
      calls.push('compare');
      return false;
    }).subscribe());
    if (before) neighbour();
    project();
    if (!before) neighbour();
    store.tell.add(1);
    store.tell.add(1);
    expect(calls).toEqual(before ? ['project 0'] : ['project 0', 'project 1', 'compare']);
  });

  it('is not called any more where several leave at a time, the one that says so among them; those who stay see each state', () => {
    const store = createStore(counter);
    const leaving = new Subscription();
    const calls: string[] = [];
    const watch = (name: string) => store.select((n) => calls.push(`${name}${n}`)).subscribe();
    leaving.add(watch('a'));
    leaving.add(store.select().subscribe((n) => {
      if (n === 1) leaving.unsubscribe();
    }));
    leaving.add(watch('b'));
    leaving.add(watch('c'));
    watch('d');
    store.tell.add(1);
    store.tell.add(1);
    expect(calls).toEqual(['a0', 'b0', 'c0', 'd0', 'a1', 'd1', 'd2']);
  });
});

describe('snapshot() of a store with a view', () => {
  /** A store with a view that counts how often it's made. */
  function viewed() {
    let made = 0;
    const store = createStore({
      state: () => new Map([['a', 1]]),
      view: (entries: Map<string, number>) => {
        made++;
        return { size: entries.size };
      },
      commands: {
        put: (entries: Map<string, number>, key: string) => reply(entries.set(key, 1), entries.size),
        fail: (): Map<string, number> => {
          throw new Error('no');
        },
      },
      queries: { size: (entries: Map<string, number>) => entries.size },
    });
    return { store, made: () => made };
  }

  it('is the same object until the next commit', () => {
    const { store, made } = viewed();
    const first = store.snapshot();
    expect(store.snapshot()).toBe(first);
    expect(store.client.snapshot()).toBe(first);
    expect(made()).toBe(1);
    store.tell.put('b');
    const second = store.snapshot();
    expect(second).toEqual({ size: 2 });
    expect(second).not.toBe(first);
    expect(store.snapshot()).toBe(second);
    expect(made()).toBe(2);
  });

  it('is the same object after a query, and after a command that failed', () => {
    const { store } = viewed();
    const first = store.snapshot();
    store.ask.size().subscribe();
    store.ask.fail().subscribe({ error: () => undefined });
    expect(store.snapshot()).toBe(first);
  });

  it('is the very object that those who select are shown, and the trace', () => {
    const { store, made } = viewed();
    const shown: unknown[] = [];
    store.trace$.subscribe((event) => {
      if (event.kind === 'state') shown.push(event.view);
    });
    store.select().subscribe((view) => shown.push(view));
    store.select().subscribe((view) => shown.push(view));
    store.tell.put('b');
    const [before, again, traced, ...after] = shown;
    expect(before).toBe(again);
    expect(after).toEqual([{ size: 2 }, { size: 2 }]);
    for (const view of [...after, store.snapshot()]) expect(view).toBe(traced);
    expect(made()).toBe(2);
  });

  it('is the same object still when the store has closed', () => {
    const { store } = viewed();
    const last = store.snapshot();
    void store.shutdown();
    expect(store.status().phase).toBe('closed');
    expect(store.snapshot()).toBe(last);
  });

  it('is made only when somebody looks', () => {
    const { store, made } = viewed();
    store.tell.put('b');
    store.tell.put('c');
    expect(made()).toBe(0);
    expect(store.snapshot()).toEqual({ size: 3 });
    expect(made()).toBe(1);
  });

  it('changes with each emission of an Observable, and not between', marbles((m) => {
    const store = m.store({
      state: 0,
      view: (n) => ({ n }),
      commands: { count: () => m.cold('-a-b|', { a: 1, b: 2 }) },
    });
    const seen: unknown[] = [];
    store.tell.count();
    m.cold('                         xxxxx').subscribe(() => seen.push(store.snapshot()));
    m.flush();
    // Emitted at 1 and 3.
    expect(seen).toEqual([{ n: 0 }, { n: 1 }, { n: 1 }, { n: 2 }, { n: 2 }]);
    expect(seen[2]).toBe(seen[1]);
    expect(seen[4]).toBe(seen[3]);
  }));
});
