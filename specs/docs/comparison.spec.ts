/** What the README says of other ways to keep state: each claim about a package that is installed here, as a run. */
/* eslint-disable @typescript-eslint/no-generated-empty-object-type -- the Ref of nact is an empty class */
import { setImmediate } from 'node:timers/promises';
import { createStore as createOwnStore, DeadlockError, reply } from 'ownstate';
import { Mutex } from 'async-mutex';
import { dispatch, query, spawn, start, stop, type Ref } from 'nact';
import { concatMap, scan, share, Subject } from 'rxjs';
import { describe, expect, expectTypeOf, it, vi } from 'vitest';
import { createStore } from 'zustand/vanilla';

/** What both writers wait for between their reading and their writing. */
const serverSays = async (by: number): Promise<number> => by;

describe('ownstate', () => {
  const counter = () => createOwnStore({
    state: 0,
    commands: {
      add: async (count, by: number) => {
        const more = await serverSays(by);
        return reply(count + more, count + more);
      },
      fail: (): never => {
        throw new RangeError('too much');
      },
    },
  });

  it('keeps both of two updates that read before their await', async () => {
    const store = counter();
    await Promise.all([store.ask.add(1), store.ask.add(1)]);
    expect(store.snapshot()).toBe(2);
  });

  it('gives the error of a handler to its asker, and goes on', async () => {
    const store = counter();
    await expect(store.ask.fail()).rejects.toThrow(new RangeError('too much'));
    expect(await store.ask.add(1)).toBe(1);
  });

  it('infers the type of each reply', () => {
    expectTypeOf(counter().ask.add).returns.resolves.toEqualTypeOf<number>();
  });

  it('shows each state to each observer, in order', () => {
    const store = createOwnStore({ state: 0, commands: { increment: (count) => count + 1 } });
    const seen: number[] = [];
    store.select().subscribe((count) => count === 1 && store.tell.increment());
    store.select().subscribe((count) => seen.push(count));
    store.tell.increment();
    expect(seen).toEqual([0, 1, 2]);
  });

  it('fails an ask that waits for its own store at once', async () => {
    const own = createOwnStore({
      state: 0,
      commands: { outer: async (count): Promise<number> => count + await inner(), inner: (count) => reply(count, 1) },
    });
    const inner = (): PromiseLike<number> => own.ask.inner();
    await expect(own.ask.outer()).rejects.toBeInstanceOf(DeadlockError);
  });
});

describe('a plain variable', () => {
  it('loses one of two updates that read before their await', async () => {
    let count = 0;
    const add = async (by: number) => {
      const before = count;
      count = before + await serverSays(by);
    };
    await Promise.all([add(1), add(1)]);
    expect(count).toBe(1);
  });
});

describe('async-mutex', () => {
  it('keeps both of two updates that read before their await', async () => {
    const mutex = new Mutex();
    let count = 0;
    const add = (by: number) => mutex.runExclusive(async () => {
      const before = count;
      count = before + await serverSays(by);
    });
    await Promise.all([add(1), add(1)]);
    expect(count).toBe(2);
  });

  it('binds only those who take it', async () => {
    const mutex = new Mutex();
    let count = 0;
    const add = mutex.runExclusive(async () => {
      const before = count;
      count = before + await serverSays(1);
    });
    await Promise.resolve();
    count = 10;
    await add;
    expect(count).toBe(1);
  });

  it('rejects the caller whose work throws, and goes on', async () => {
    const mutex = new Mutex();
    const failing = mutex.runExclusive(() => Promise.reject(new RangeError('too much')));
    const next = mutex.runExclusive(() => 1);
    await expect(failing).rejects.toThrow(new RangeError('too much'));
    expectTypeOf(next).resolves.toEqualTypeOf<number>();
    expect(await next).toBe(1);
  });

  it('waits for ever where its holder takes it again', async () => {
    const mutex = new Mutex();
    const settled = vi.fn();
    mutex.runExclusive(() => mutex.runExclusive(() => 1)).then(settled, settled);
    await setImmediate();
    expect(mutex.isLocked()).toBe(true);
    expect(settled).not.toHaveBeenCalled();
  });
});

describe('zustand', () => {
  const counter = () => createStore<{ count: number }>(() => ({ count: 0 }));

  it('loses one of two updates that read before their await', async () => {
    const { getState, setState } = counter();
    const add = async (by: number) => {
      const { count } = getState();
      setState({ count: count + await serverSays(by) });
    };
    await Promise.all([add(1), add(1)]);
    expect(getState().count).toBe(1);
  });

  it('lets everybody who holds the store write', () => {
    const { getState, setState } = counter();
    setState({ count: -1 });
    expect(getState().count).toBe(-1);
  });

  it('hands the throw of an update to whoever writes, and keeps the state', () => {
    const { getState, setState } = counter();
    expect(() => setState(() => {
      throw new RangeError('too much');
    })).toThrow(new RangeError('too much'));
    expect(getState().count).toBe(0);
  });

  it('gives nothing back to whoever writes', () => {
    const { setState } = counter();
    expectTypeOf(setState).returns.toBeVoid();
    expect(setState({ count: 1 })).toBeUndefined();
  });

  it('skips a state for later listeners when a listener writes', () => {
    const { setState, subscribe } = counter();
    const seen: number[] = [];
    subscribe(({ count }) => count === 1 && setState({ count: 2 }));
    subscribe(({ count }) => seen.push(count));
    setState({ count: 1 });
    expect(seen).toEqual([2, 2]);
  });

  it('hands the throw of a listener to whoever writes, and calls no later listener', () => {
    const { setState, subscribe } = counter();
    const later = vi.fn();
    subscribe(() => {
      throw new Error('of a listener');
    });
    subscribe(later);
    expect(() => setState({ count: 1 })).toThrow('of a listener');
    expect(later).not.toHaveBeenCalled();
  });
});

describe('scan of rxjs', () => {
  it('is dead after a throw', () => {
    const commands = new Subject<number>();
    const seen: unknown[] = [];
    commands.pipe(scan((sum, by) => {
      if (by < 0) throw new RangeError('too little');
      return sum + by;
    }, 0)).subscribe({ next: (sum) => seen.push(sum), error: (error: unknown) => seen.push((error as Error).message) });
    for (const by of [1, -1, 1]) commands.next(by);
    expect(seen).toEqual([1, 'too little']);
  });

  it('loses an update that its own function sends', () => {
    const commands = new Subject<number>();
    const seen: number[] = [];
    commands.pipe(scan((sum, by) => {
      if (by === 1) commands.next(10);
      return sum + by;
    }, 0)).subscribe((sum) => seen.push(sum));
    commands.next(1);
    expect(seen).toEqual([10, 1]);
  });

  it('shows states out of order when an observer sends', () => {
    const commands = new Subject<number>();
    const seen: number[] = [];
    const states = commands.pipe(scan((sum, by) => sum + by, 0), share());
    states.subscribe((sum) => sum === 1 && commands.next(1));
    states.subscribe((sum) => seen.push(sum));
    commands.next(1);
    expect(seen).toEqual([2, 1]);
  });
});

describe('a Subject of rxjs', () => {
  it('gives nothing back to whoever sends', () => {
    const commands = new Subject<number>();
    expectTypeOf((by: number) => commands.next(by)).returns.toBeVoid();
    expect(commands.next(1)).toBeUndefined();
  });
});

describe('concatMap of rxjs', () => {
  it('keeps both of two updates that read before their await', async () => {
    const commands = new Subject<number>();
    let count = 0;
    commands.pipe(concatMap(async (by) => {
      const before = count;
      count = before + await serverSays(by);
    })).subscribe();
    commands.next(1);
    commands.next(1);
    await setImmediate();
    expect(count).toBe(2);
  });

  it('is dead after a rejection', async () => {
    const commands = new Subject<number>();
    const seen: unknown[] = [];
    commands.pipe(concatMap((by) => by < 0 ? Promise.reject(new RangeError('too little')) : serverSays(by)))
      .subscribe({ next: (by) => seen.push(by), error: (error: unknown) => seen.push((error as Error).message) });
    for (const by of [1, -1, 1]) commands.next(by);
    await setImmediate();
    expect(seen).toEqual([1, 'too little']);
  });
});

describe('nact', () => {
  interface Add { readonly by: number; readonly sender: Ref<number> }
  /** An actor that adds what it's told, and an error of its own for a negative number. */
  const counter = () => spawn(start(), async (count: number, { by, sender }: Add) => {
    if (by < 0) throw new RangeError('too little');
    const next = count + await serverSays(by);
    dispatch(sender, next);
    return next;
  }, undefined, { initialState: 0 });
  const add = (by: number) => (sender: Ref<number>): Add => ({ by, sender });

  it('keeps both of two updates that read before their await', async () => {
    const actor = counter();
    await Promise.all([query(actor, add(1), 1000), query(actor, add(1), 1000)]);
    expect(await query(actor, add(0), 1000)).toBe(2);
    stop(actor);
  });

  it('answers in a later task, also where nothing is waited for', async () => {
    const actor = counter();
    const answered = vi.fn();
    query(actor, add(1), 1000).then(answered, answered);
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
    expect(answered).not.toHaveBeenCalled();
    stop(actor);
  });

  it('lets an asker time out where the handler threw, and stops', async () => {
    const log = vi.spyOn(console, 'log').mockReturnValue();
    const actor = counter();
    await expect(query(actor, add(-1), 5)).rejects.toThrow('Query Timeout');
    await expect(query(actor, add(1), 5)).rejects.toThrow('Actor stopped or never existed');
    expect(log).toHaveBeenCalled();
    log.mockRestore();
  });

  it('takes the type of a reply from what the asker says it is', async () => {
    const actor = counter();
    const answer = await query(actor, (sender: Ref<string>) => ({ by: 1, sender }), 1000);
    expectTypeOf(answer).toEqualTypeOf<string>();
    expect(answer).toBe(1);
    stop(actor);
  });
});
