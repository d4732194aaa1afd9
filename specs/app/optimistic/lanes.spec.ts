/** Attempts of one lane: which run side by side, which wait, which take the place of others; and what is shown of them. */
import { BusyError, createStore, SupersededError, type EffectPolicy } from 'ownstate';
import { attempt, optimistic } from 'ownstate/app';
import { marbles } from 'ownstate/testing';
import { map, mergeMap, of, Subject, timer, type Observable } from 'rxjs';
import { describe, expect, it } from 'vitest';

interface Order { readonly what: string; readonly key?: string; readonly policy?: EffectPolicy; readonly concurrency?: number }

/** A store whose works end when they're told to. */
function lanes() {
  const works = new Map<string, Subject<string>>();
  const signals = new Map<string, AbortSignal>();
  const definition = optimistic({
    name: 'lanes',
    state: [] as readonly string[],
    commands: {
      send: (list, { what, ...plan }: Order) => attempt([...list, what], {
        ...plan,
        run: ({ signal }) => {
          const work = new Subject<string>();
          works.set(what, work);
          signals.set(what, signal);
          return work;
        },
      }),
      at: (list, { what, ...plan }: Order) => attempt([...list, what], { ...plan, run: () => of(what) }),
    },
  });
  const store = createStore(definition);
  const told: unknown[] = [];
  store.errors$.subscribe(({ error }) => told.push(error));
  const end = (what: string) => {
    works.get(what)!.next(what);
    works.get(what)!.complete();
    works.delete(what);
  };
  return { store, definition, works, signals, told, end, running: () => [...works.keys()] };
}

describe('attempts', () => {
  it('run side by side unless said otherwise', () => {
    const { store, running } = lanes();
    for (const what of 'abc') store.tell.send({ what });
    expect(running()).toEqual(['a', 'b', 'c']);
  });

  it('run one after the other by concat, each lane for itself; all are shown', async () => {
    const { store, end, running } = lanes();
    const replies = ['a', 'b', 'c'].map((what) => store.ask.send({ what, policy: 'concat', key: what === 'b' ? '2' : '1' }));
    expect([store.snapshot(), running()]).toEqual([['a', 'b', 'c'], ['a', 'b']]);
    end('a');
    expect(running()).toEqual(['b', 'c']);
    end('c');
    end('b');
    expect(await Promise.all(replies)).toEqual(['a', 'b', 'c']);
  });

  it('run so many at a time by merge with a concurrency', () => {
    const { store, works, end, running } = lanes();
    for (const what of 'abcd') store.tell.send({ what, concurrency: 2 });
    expect(running()).toEqual(['a', 'b']);
    end('b');
    expect(running()).toEqual(['a', 'c']);
    works.get('a')!.error(new Error('no'));
    expect(running()).toEqual(['a', 'c', 'd']);
    expect(store.snapshot()).toEqual(['b', 'c', 'd']);
  });

  it('take the place of the former by switch, which is taken back and aborted', async () => {
    const { store, signals, end } = lanes();
    const a = store.ask.send({ what: 'a', policy: 'switch' });
    store.tell.send({ what: 'other', policy: 'switch', key: 'another' });
    const b = store.ask.send({ what: 'b', policy: 'switch' });
    expect(store.snapshot()).toEqual(['other', 'b']);
    await expect(a).rejects.toThrow(SupersededError);
    expect(signals.get('a')!.aborted).toBe(true);
    end('b');
    expect(await b).toBe('b');
    end('other');
    expect(store.snapshot()).toEqual(['other', 'b']);
  });

  it('by switch take also those that wait in their lane', async () => {
    const { store, running, end } = lanes();
    const waiting = ['a', 'b'].map((what) => store.ask.send({ what, policy: 'concat' }));
    store.tell.send({ what: 'c', policy: 'switch' });
    expect([store.snapshot(), running()]).toEqual([['c'], ['a', 'c']]);
    for (const each of waiting) await expect(each).rejects.toThrow(SupersededError);
    end('c');
    store.tell.send({ what: 'd', policy: 'concat' });
    expect(running()).toEqual(['a', 'd']);
  });

  it('by switch leave alone whose result is on the way', async () => {
    const { store, end } = lanes();
    const a = store.ask.send({ what: 'a', policy: 'switch' });
    const b: unknown[] = [];
    // Its work ends while the store is busy: the result waits, and then the newer one comes.
    store.select().subscribe((list) => {
      if (list.includes('busy') && !list.includes('b') && b.length === 0) {
        end('a');
        b.push(store.ask.send({ what: 'b', policy: 'switch' }));
      }
    });
    store.tell.send({ what: 'busy', key: 'another' });
    expect(await a).toBe('a');
    expect(store.snapshot()).toEqual(['a', 'busy', 'b']);
  });

  it('by switch leave it alone also where they were sent before it ended', async () => {
    const { store, end } = lanes();
    const a = store.ask.send({ what: 'a', policy: 'switch' });
    store.select((list) => list.includes('busy')).subscribe((busy) => {
      if (!busy) return;
      store.tell.send({ what: 'b', policy: 'switch' });
      end('a');
    });
    store.tell.send({ what: 'busy', key: 'another' });
    expect(await a).toBe('a');
    expect(store.snapshot()).toEqual(['a', 'busy', 'b']);
  });

  it('by switch that do not fit a state without the former fail, and leave it as it was', async () => {
    const works = new Map<string, Subject<string>>();
    const store = createStore(optimistic({
      state: [] as readonly string[],
      commands: {
        note: (list, what: string) => [...list, what],
        send: (list, { what, after }: { what: string; after?: string }) => {
          if (after !== undefined && !list.includes(after)) throw new RangeError(`there is no ${after}`);
          return attempt([...list, what], { policy: 'switch', run: () => (works.set(what, new Subject()), works.get(what)!) });
        },
      },
    }));
    const a = store.ask.send({ what: 'a' });
    store.tell.note('other');
    await expect(store.ask.send({ what: 'b', after: 'a' })).rejects.toThrow('there is no a');
    expect([store.snapshot(), [...works.keys()]]).toEqual([['a', 'other'], ['a']]);
    works.get('a')!.next('done');
    works.get('a')!.complete();
    expect(await a).toBe('done');
  });

  it('by switch win against a result that comes while they are shown', async () => {
    const { store, end } = lanes();
    const a = store.ask.send({ what: 'a', policy: 'switch' });
    store.select().subscribe((list) => {
      if (list.join() === 'b') end('a');
    });
    store.tell.send({ what: 'b', policy: 'switch' });
    await expect(a).rejects.toMatchObject({ code: 'SUPERSEDED', store: 'lanes', type: 'send', started: true });
    expect(store.snapshot()).toEqual(['b']);
  });

  it('by switch win against it quietly: that is no error of a handler', () => {
    const { definition, works, end } = lanes();
    const store = createStore(definition, { onHandlerError: 'reset' });
    const told: unknown[] = [];
    store.errors$.subscribe(({ error, quiet }) => told.push([error, quiet]));
    store.tell.send({ what: 'before', key: 'another' });
    store.tell.send({ what: 'a', policy: 'switch' });
    store.select().subscribe((list) => {
      if (list.join() === 'before,b' && works.has('a')) end('a');
    });
    store.tell.send({ what: 'b', policy: 'switch' });
    expect(store.snapshot()).toEqual(['before', 'b']);
    expect(told).toEqual([[expect.any(SupersededError), true]]);
  });

  it('by switch win against a failure that comes while they are shown', async () => {
    const { store, works } = lanes();
    const a = store.ask.send({ what: 'a', policy: 'switch' });
    store.select().subscribe((list) => {
      if (list.join() === 'b') works.get('a')!.error(new Error('late'));
    });
    store.tell.send({ what: 'b', policy: 'switch' });
    await expect(a).rejects.toThrow('late');
    expect(store.snapshot()).toEqual(['b']);
  });

  it('by switch win against what that failure has to say: `failed` is not for what was taken back', async () => {
    const works: Subject<string>[] = [];
    const store = createStore(optimistic({
      state: [] as readonly string[],
      commands: {
        send: (list, what: string) => attempt([...list, what], {
          policy: 'switch', run: () => works[works.push(new Subject()) - 1]!, failed: (now) => [...now, `${what} failed`],
        }),
      },
    }));
    const a = store.ask.send('a');
    store.select().subscribe((list) => {
      if (list.join() === 'b') works[0]!.error(new Error('late'));
    });
    store.tell.send('b');
    await expect(a).rejects.toThrow('late');
    expect(store.snapshot()).toEqual(['b']);
  });

  it('are refused by exhaust while one is in flight, and change nothing', async () => {
    const { store, end } = lanes();
    store.tell.send({ what: 'a', policy: 'exhaust' });
    await expect(store.ask.send({ what: 'b', policy: 'exhaust' })).rejects.toThrow(BusyError);
    expect(store.snapshot()).toEqual(['a']);
    end('a');
    store.tell.send({ what: 'c', policy: 'exhaust' });
    expect(store.snapshot()).toEqual(['a', 'c']);
  });

  it('that wait and whose asker gives up never run, and are taken back', async () => {
    const { store, end, running } = lanes();
    store.tell.send({ what: 'a', policy: 'concat' });
    const b = store.with({ timeout: 1 }).ask.send({ what: 'b', policy: 'concat' });
    const controller = new AbortController();
    const c = store.with({ signal: controller.signal }).ask.send({ what: 'c', policy: 'concat' });
    store.tell.send({ what: 'd', policy: 'concat' });
    await expect(b).rejects.toMatchObject({ code: 'ASK_TIMEOUT' });
    controller.abort();
    await expect(c).rejects.toMatchObject({ code: 'ASK_ABORTED' });
    expect(store.snapshot()).toEqual(['a', 'd']);
    end('a');
    expect(running()).toEqual(['d']);
  });

  it('that wait end with their store', async () => {
    const { store, running } = lanes();
    const asks = ['a', 'b'].map((what) => store.ask.send({ what, policy: 'concat' }));
    await store.shutdown({ timeout: 1 });
    for (const ask of asks) await expect(ask).rejects.toMatchObject({ code: 'STORE_CLOSED' });
    expect(running()).toEqual(['a']);
  });

  it('that end at once, a thousand behind one, need no deep stack', async () => {
    const store = createStore(optimistic({
      state: 0,
      commands: { at: (n, work: Observable<unknown>) => attempt(n + 1, { policy: 'concat', run: () => work }) },
    }));
    const first = new Subject();
    store.tell.at(first);
    for (let n = 1; n < 1000; n++) store.tell.at(of(n));
    first.complete();
    await store.shutdown();
    expect(store.snapshot()).toBe(1000);
  });

  it('of two stores of one definition do not meet', () => {
    const { store, definition, running } = lanes();
    const other = createStore(definition);
    store.tell.send({ what: 'a', policy: 'concat' });
    other.tell.send({ what: 'b', policy: 'concat' });
    expect(running()).toEqual(['a', 'b']);
  });

  it('of two commands do not meet', () => {
    const { store, running } = lanes();
    store.tell.at({ what: 'x', policy: 'concat' });
    store.tell.send({ what: 'a', policy: 'concat' });
    expect([store.snapshot(), running()]).toEqual([['x', 'a'], ['a']]);
  });

  it('follow each other in time by concat', marbles((m) => {
    const store = m.store(optimistic({
      state: '',
      commands: { send: (text, what: string) => attempt(text + what, { policy: 'concat', run: () => timer(3).pipe(map(() => what)) }) },
    }));
    const sends = m.cold('aab-------|');
    const replies = '     ---a--a--b|';
    m.expect(sends.pipe(mergeMap((what) => store.ask.send(what)))).toBeObservable(replies);
  }));
});
