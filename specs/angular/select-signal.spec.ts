/** What is selected as signals: there at once, never stale, new only when it is, and nothing is left behind. */
import { computed, createEnvironmentInjector, effect as signalEffect, EnvironmentInjector, InjectionToken, type Signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import fc from 'fast-check';
import { combineViews, createStore, type Store, type Viewable } from 'ownstate';
import { selectSignal } from 'ownstate/angular';
import { Observable } from 'rxjs';
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it, vi } from 'vitest';
import { tick } from '../support/angular.js';

interface Cart { readonly items: readonly string[]; readonly paid: boolean }

const definition = {
  name: 'cart',
  state: { items: [], paid: false } as Cart,
  commands: {
    add: (now: Cart, item: string) => ({ ...now, items: [...now.items, item] }),
    pay: (now: Cart) => ({ ...now, paid: true }),
    same: (now: Cart) => now,
  },
};
const open = (): Store<typeof definition> => createStore(definition);

/** The values that an effect saw of a signal. */
function watch<T>(read: Signal<T>): T[] {
  const seen: T[] = [];
  TestBed.runInInjectionContext(() => signalEffect(() => void seen.push(read())));
  tick();
  return seen;
}

/** How many watch the source of a signal. */
function counted<V>(source: Viewable<V>): { readonly source: Viewable<V>; readonly watchers: () => number } {
  let watchers = 0;
  const select = () => new Observable<V>((subscriber) => {
    watchers++;
    subscriber.add(() => watchers--);
    subscriber.add(source.select().subscribe(subscriber));
  });
  return { source: { select, snapshot: () => source.snapshot() }, watchers: () => watchers };
}

describe('the value of a signal', () => {
  it('is there from the beginning, outside of any injection context', () => {
    const store = open();
    expect(selectSignal(store)()).toBe(store.snapshot());
    expect(selectSignal(store, ({ items }) => items.length)()).toBe(0);
  });

  it('is that of the state as it is when the signal is read', () => {
    const store = open();
    const count = selectSignal(store, ({ items }) => items.length);
    store.tell.add('tea');
    expect(count()).toBe(1);
    store.tell.add('cake');
    store.tell.add('milk');
    expect(count()).toBe(3);
  });

  it('is up to date for whoever holds a reply', async () => {
    const store = open();
    const count = selectSignal(store, ({ items }) => items.length);
    const seen: number[] = [];
    store.ask.add('tea').subscribe(() => seen.push(count()));
    await store.ask.add('cake');
    seen.push(count());
    expect(seen).toEqual([1, 2]);
  });

  it('is the last one after the store has closed, and for who comes then', async () => {
    const store = open();
    const before = selectSignal(store, ({ items }) => items.length);
    store.tell.add('tea');
    await store.shutdown();
    store.tell.add('late');
    expect([before(), selectSignal(store, ({ items }) => items.length)()]).toEqual([1, 1]);
    const closed = open();
    await closed.shutdown();
    expect(selectSignal(closed)()).toBe(closed.snapshot());
  });

  it('is computed when somebody reads, once for each view', () => {
    const store = open();
    const projector = vi.fn(({ items }: Cart) => items.length);
    const count = selectSignal(store, projector);
    store.tell.add('tea');
    store.tell.add('cake');
    expect(projector).not.toHaveBeenCalled();
    count();
    count();
    expect(projector).toHaveBeenCalledTimes(1);
    store.tell.same();
    count();
    expect(projector).toHaveBeenCalledTimes(1);
  });

  it('after any commands is the projection of what the model says', () => {
    fc.assert(fc.property(fc.array(fc.oneof(fc.string(), fc.constant(null))), fc.nat(5), (commands, from) => {
      const store = open();
      let model: Cart = definition.state;
      let read: Signal<string> | undefined;
      const seen: string[] = [];
      for (const [index, item] of commands.entries()) {
        if (index === from) read = selectSignal(store, ({ items, paid }) => `${items.join()} ${paid}`);
        if (item === null) store.tell.pay();
        else store.tell.add(item);
        model = item === null ? { ...model, paid: true } : { ...model, items: [...model.items, item] };
        if (read) seen.push(read());
        if (read) expect(read()).toBe(`${model.items.join()} ${model.paid}`);
      }
    }));
  });
});

describe('who reads a signal', () => {
  it('is told when the projection changes, and not when something else does', () => {
    const store = open();
    const seen = watch(selectSignal(store, ({ items }) => items));
    store.tell.pay();
    tick();
    store.tell.add('tea');
    tick();
    expect(seen).toEqual([[], ['tea']]);
  });

  it('is told by `equal` of the options', () => {
    const store = open();
    const loose = watch(selectSignal(store, ({ items }) => ({ count: items.length })));
    const strict = watch(selectSignal(store, ({ items }) => ({ count: items.length }), { equal: (a, b) => a.count === b.count }));
    store.tell.pay();
    tick();
    expect([loose, strict]).toEqual([[{ count: 0 }, { count: 0 }], [{ count: 0 }]]);
  });

  it('sees combined views without glitches, in a turn too', () => {
    const [a, b] = [open(), open()];
    const both = selectSignal(combineViews(a, b), ([first, second]) => `${first.items.length} ${second.items.length}`);
    const seen: string[] = [both()];
    a.select(({ items }) => items.length).subscribe((count) => {
      seen.push(both());
      if (count > 0) b.tell.add('too');
    });
    a.tell.add('tea');
    seen.push(both());
    expect(new Set(seen)).toEqual(new Set(['0 0', '1 1']));
  });

  it('may be a computed that tells the store: that is refused to nobody, and nothing is lost', () => {
    const store = open();
    const count = selectSignal(store, ({ items }) => items.length);
    const telling = computed(() => {
      store.tell.add('tea');
      return 'told';
    });
    expect([count(), telling(), count()]).toEqual([0, 'told', 1]);
  });

  it('may select within a computed: what is selected first there writes no signal', () => {
    const store = open();
    const count = computed(() => selectSignal(store, ({ items }) => items.length)());
    expect(count()).toBe(0);
    store.tell.add('tea');
    expect(count()).toBe(1);
  });

  it('of an effect that tells the store is not run again by that', () => {
    const store = open();
    const paid = selectSignal(store, (now) => now.paid);
    const runs = vi.fn(() => {
      if (!paid()) store.tell.add('tea');
    });
    TestBed.runInInjectionContext(() => signalEffect(runs));
    tick();
    tick();
    expect(runs).toHaveBeenCalledTimes(1);
    expect(store.snapshot().items).toEqual(['tea']);
  });
});

describe('an error', () => {
  it('of the projector is thrown where the signal is read, until a state that it can work with', () => {
    const store = open();
    const first = selectSignal(store, ({ items: [item] }) => {
      if (item === undefined) throw new RangeError('empty');
      return item;
    });
    expect(first).toThrow('empty');
    expect(first).toThrow('empty');
    store.tell.add('tea');
    expect(first()).toBe('tea');
  });

  it('of a view that there is none is thrown where the signal is read', () => {
    const store = createStore({ state: () => new Map<string, number>(), commands: { clear: (map) => map } });
    const size = selectSignal(store, ({ size }) => size);
    expect(size).toThrow('Expected `view` to be a function, for a state that is mutated in place');
  });

  it('of a view is one of the signals that were there; those who come later begin anew', () => {
    const store = createStore({
      state: 0,
      commands: { set: (_now, next: number) => next },
      view: (now) => {
        if (now < 0) throw new RangeError('negative');
        return now;
      },
    });
    const before = selectSignal(store);
    store.tell.set(-1);
    expect(before).toThrow('negative');
    store.tell.set(1);
    expect(before).toThrow('negative');
    expect(selectSignal(store)()).toBe(1);
  });
});

describe('the subscription to a source', () => {
  it('is one for all its signals, for as long as it lives', () => {
    const { source, watchers } = counted(open());
    const signals = Array.from({ length: 100 }, (_, index) => selectSignal(source, ({ items }) => items[index]));
    for (const read of signals) read();
    expect(watchers()).toBe(1);
  });

  it('is not one of the injector that was at hand', () => {
    const store = open();
    const Count = new InjectionToken<Signal<number>>('count');
    const provider = { provide: Count, useFactory: () => selectSignal(store, ({ items }) => items.length) };
    const below = createEnvironmentInjector([provider], TestBed.inject(EnvironmentInjector));
    const count = below.get(Count);
    below.destroy();
    store.tell.add('tea');
    expect(count()).toBe(1);
  });

  it('is given up when neither the source nor any of its signals is in use any more', async () => {
    const store = open();
    const { source: inner, watchers } = counted(store);
    const kept = selectSignal(combineViews(inner), ([{ items }]) => items.length);
    (() => {
      const forgotten = selectSignal(combineViews(inner), ([{ items }]) => items.length);
      expect([forgotten(), watchers()]).toEqual([0, 2]);
    })();
    await collected();
    // Nothing has changed: a source that never does, such as a session, isn't to gather what was shown beside it.
    await vi.waitFor(() => expect(watchers()).toBe(1));
    store.tell.add('tea');
    expect([kept(), watchers()]).toEqual([1, 1]);
  });

  it('keeps no source alive, not even one that is reached from it', async () => {
    const gone = (() => {
      const source: Viewable<Cart> = {
        select: () => new Observable<never>((subscriber) => {
          subscriber.next(source.snapshot() as never);
          return () => source.snapshot();
        }),
        snapshot: () => definition.state,
      };
      expect(selectSignal(source)()).toBe(definition.state);
      return new WeakRef(source);
    })();
    await collected();
    expect(gone.deref()).toBeUndefined();
  });
});

/** What nobody reaches any more is gone then. */
async function collected(): Promise<void> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  await setImmediate();
  collect();
}
