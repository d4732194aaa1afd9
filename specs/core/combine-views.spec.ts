/** Views of several stores as one: what is shown, when, and that it's never a mix of before and after. */
import { combineViews, createStore, effect, reply, type Viewable } from 'ownstate';
import { marbles } from 'ownstate/testing';
import fc from 'fast-check';
import { combineLatest, config, map, type Observable, Subscription, take, timer } from 'rxjs';
import { afterEach, describe, expect, it } from 'vitest';

/** A number that is added to and set. */
const number = (name: string, state = 0) => createStore({
  name, state,
  commands: { add: (n, by: number = 1) => reply(n + by, n + by), set: (_n, to: number) => to },
});

/** All that a view shows. */
function seenOf<V>(view: Viewable<V>): V[] {
  const seen: V[] = [];
  view.select().subscribe((one) => seen.push(one));
  return seen;
}

describe('a combined view', () => {
  it('shows the present views first, and then each change', () => {
    const [a, b] = [number('a', 1), number('b', 2)];
    const seen = seenOf(combineViews(a, b));
    expect(seen).toEqual([[1, 2]]);
    a.tell.add();
    b.tell.add();
    b.tell.add(0);
    expect(seen).toEqual([[1, 2], [2, 2], [2, 3]]);
  });

  it('shows each change at its time', marbles((m) => {
    const [a, b] = [m.store({ state: 0, commands: { set: (_n, to: number) => to } }), m.store({ state: 0, commands: { set: (_n, to: number) => to } })];
    m.cold('                                   --1---2----', { 1: 1, 2: 2 }).subscribe((to) => a.tell.set(to));
    m.cold('                                   --1-----3--', { 1: 1, 3: 3 }).subscribe((to) => b.tell.set(to));
    m.expect(combineViews(a, b).select(([x, y]) => `${x}${y}`), '^---------!').toBeObservable(
      '                                        a-(bc)d-e--', { a: '00', b: '10', c: '11', d: '21', e: '23' },
    );
    m.expect(combineViews(a, b).select(([x, y]) => x * y), '^---------!').toBeObservable(
      '                                        a-b---c-d--', { a: 0, b: 1, c: 2, d: 6 },
    );
  }));

  it('takes clients and other combined views as well as stores', () => {
    const [a, b, c] = [number('a', 1), number('b', 2), number('c', 3)];
    const seen = seenOf(combineViews(combineViews(a.client, b), c));
    b.tell.add();
    c.tell.add();
    expect(seen).toEqual([[[1, 2], 3], [[1, 3], 3], [[1, 3], 4]]);
  });

  it('of one store shows what it shows', () => {
    const a = number('a');
    const seen = seenOf(combineViews(a));
    a.tell.add();
    expect(seen).toEqual([[0], [1]]);
  });

  it('may have the same store twice', () => {
    const a = number('a');
    const seen = seenOf(combineViews(a, a));
    a.tell.add();
    expect(seen).toEqual([[0, 0], [1, 1]]);
  });

  it('projects, distinctly', () => {
    const [a, b] = [number('a', 1), number('b', 2)];
    const seen: unknown[] = [];
    combineViews(a, b).select(([x, y]) => x + y > 4).subscribe((more) => seen.push(more));
    for (let i = 0; i < 3; i++) a.tell.add();
    expect(seen).toEqual([false, true]);
  });

  it('compares by `equal` where one is given', () => {
    const [a, b] = [number('a'), number('b')];
    const seen: number[] = [];
    combineViews(a, b).select(([x, y]) => x + y, (before, after) => Math.abs(after - before) < 3).subscribe((sum) => seen.push(sum));
    for (let i = 0; i < 3; i++) {
      a.tell.add();
      b.tell.add();
    }
    expect(seen).toEqual([0, 3, 6]);
  });

  it('of an object of projectors shows one object for each change, and nothing while none of them changes', () => {
    const [a, b] = [number('a', 1), number('b', 2)];
    const seen: unknown[] = [];
    combineViews(a, b).select({ sum: ([x, y]) => x + y, even: ([x]) => x % 2 === 0 }).subscribe((both) => seen.push(both));
    a.tell.add();
    const swap = combineViews(a, b).select({ small: ([x, y]) => x + y < 100 });
    swap.subscribe((both) => seen.push(both));
    b.tell.add();
    expect(seen).toEqual([{ sum: 3, even: false }, { sum: 4, even: true }, { small: true }, { sum: 5, even: true }]);
  });

  it('projects each change once for each subscription, and not at all without one', () => {
    const [a, b] = [number('a'), number('b')];
    let projected = 0;
    const view = combineViews(a, b).select((both) => (projected++, both));
    a.tell.add();
    expect(projected).toBe(0);
    const two = [view.subscribe(), view.subscribe()];
    a.tell.add();
    expect(projected).toBe(4);
    for (const each of two) each.unsubscribe();
    b.tell.add();
    expect(projected).toBe(4);
  });

  it('shows what may be seen of a state, not the state', () => {
    const safe = createStore({ state: { pin: 1, coins: 2 }, view: ({ coins }) => coins, commands: { put: (now) => ({ ...now, coins: now.coins + 1 }), turn: (now) => ({ ...now, pin: now.pin + 1 }) } });
    const seen = seenOf(combineViews(safe));
    safe.tell.put();
    safe.tell.turn();
    expect(seen).toEqual([[2], [3]]);
  });
});

describe('its snapshot', () => {
  it('is the same array, frozen, as long as no view has changed', () => {
    const [a, b] = [number('a', NaN), number('b')];
    const view = combineViews(a, b);
    const before = view.snapshot();
    expect(before).toEqual([NaN, 0]);
    expect(view.snapshot()).toBe(before);
    b.tell.set(0);
    expect(view.snapshot()).toBe(before);
    b.tell.set(1);
    expect(view.snapshot()).toEqual([NaN, 1]);
    expect(before).toEqual([NaN, 0]);
    expect(Object.isFrozen(before)).toBe(true);
  });

  it('tells no view from a view that is undefined', () => {
    const view = combineViews(createStore({ state: undefined, commands: { touch: () => undefined } }));
    expect(view.snapshot()).toEqual([undefined]);
    expect(view.snapshot()).toBe(view.snapshot());
  });

  it('is the very array that is shown', () => {
    const [a, b] = [number('a'), number('b')];
    const view = combineViews(a, b);
    const same: boolean[] = [];
    view.select().subscribe((both) => same.push(both === view.snapshot()));
    view.select().subscribe((both) => same.push(both === view.snapshot()));
    a.tell.add();
    expect(same).toEqual([true, true, true, true]);
  });

  it('in the midst of a change is what is there by then', () => {
    const [a, b] = [number('a'), number('b')];
    const view = combineViews(a, b);
    const seen: unknown[] = [];
    a.select().subscribe((n) => {
      b.tell.set(n * 2);
      seen.push(view.snapshot());
    });
    b.select().subscribe(() => seen.push(view.snapshot()));
    a.tell.add();
    expect(seen).toEqual([[0, 0], [0, 0], [1, 2], [1, 2]]);
  });
});

describe('what a command sets off at once is one change', () => {
  it('where combineLatest shows a mix', () => {
    const [a, b] = [number('a', 1), number('b')];
    a.select().subscribe((n) => b.tell.set(n * 2));
    const mixed: unknown[] = [];
    combineLatest([a.select(), b.select()]).subscribe((both) => mixed.push(both));
    const seen = seenOf(combineViews(a, b));
    a.tell.set(5);
    expect(seen).toEqual([[1, 2], [5, 10]]);
    expect(mixed).toEqual([[1, 2], [1, 10], [5, 10]]);
  });

  it.each([['before', true], ['after', false]])('in a diamond, watched %s its stores were tied', (_when, first) => {
    const [a, b, c, d] = [number('a', 1), number('b'), number('c'), number('d')];
    const view = combineViews(a, b, c, d);
    const seen: unknown[] = [];
    const watch = () => view.select(([w, x, y, z]) => [w, x, y, z]).subscribe((all) => seen.push(all));
    if (first) watch();
    const sum = () => d.tell.set(b.snapshot() + c.snapshot());
    a.select().subscribe((n) => b.tell.set(n + 1));
    a.select().subscribe((n) => c.tell.set(n * 10));
    b.select().subscribe(sum);
    c.select().subscribe(sum);
    if (!first) watch();
    seen.length = 0;
    a.tell.set(2);
    a.tell.set(3);
    expect(seen).toEqual([[2, 3, 20, 23], [3, 4, 30, 34]]);
  });

  it.each([3, 80, 200])('in a row of %i stores', (length) => {
    const row = Array.from({ length }, (_, index) => number(`s${index}`));
    row.forEach((store, index) => store.select().subscribe((n) => row[index + 1]?.tell.set(n)));
    const seen: (number | undefined)[][] = [];
    combineViews(...row).select().subscribe((all) => seen.push([...new Set(all)]));
    row[0]!.tell.set(1);
    row[0]!.tell.set(2);
    expect(seen).toEqual([[0], [1], [2]]);
  });

  it('in a ring, once it has come to rest', () => {
    const [a, b] = [number('a'), number('b')];
    const seen = seenOf(combineViews(a, b));
    a.select().subscribe((n) => b.tell.set(n));
    b.select().subscribe((n) => {
      if (n % 10 !== 0) a.tell.set(n + 1);
    });
    a.tell.set(1);
    expect(seen).toEqual([[0, 0], [10, 10]]);
  });

  it('when one of the stores is the one that has begun', () => {
    const a = number('a');
    const b = createStore({
      state: 0,
      // It tells the other within its handler, whose observer then tells it.
      commands: { go: (n) => (a.tell.add(), n + 100), set: (n, to: number) => n + to },
    });
    a.select().subscribe((n) => b.tell.set(n));
    const seen = seenOf(combineViews(a, b));
    b.tell.go();
    expect(seen).toEqual([[0, 0], [1, 101]]);
  });

  it('when a command tells its own store', () => {
    const a = createStore({
      state: 0,
      commands: { add: (n) => n + 1, thrice: (n, _none: void, { tell }) => (tell('add'), tell('add'), n + 1) },
    });
    const seen = seenOf(combineViews(a));
    a.tell.thrice();
    expect(seen).toEqual([[0], [3]]);
  });

  it('when it is the subscriber of a reply who tells the next', () => {
    const [a, b] = [number('a'), number('b')];
    const c = createStore({ state: 0, commands: { go: (n) => (a.ask.add().subscribe((to) => b.tell.set(to)), n + 1) } });
    const seen = seenOf(combineViews(a, b, c));
    c.tell.go();
    expect(seen).toEqual([[0, 0, 0], [1, 1, 1]]);
  });

  it.each<[string, <A, B>(one: A, other: B) => readonly (A | B)[]]>([
    ['before', (one, other) => [one, other]],
    ['after', (one, other) => [other, one]],
  ])('also with a store that stands beside a combined view of it, %s it', (_where, order) => {
    const [a, b] = [number('a'), number('b')];
    a.select().subscribe((n) => b.tell.set(n));
    const [one, other] = order<Viewable<unknown>, Viewable<unknown>>(a, combineViews(b, a));
    const seen: unknown[] = [];
    // What is projected is another object each time: nothing but a change calls.
    combineViews(one!, other!).select((views) => ({ flat: views.flat() })).subscribe(({ flat }) => seen.push(flat));
    a.tell.add();
    b.tell.add(5);
    expect(seen).toEqual([[0, 0, 0], [1, 1, 1], order([1], [6, 1]).flat()]);
  });

  it('is looked at once, however many of its stores have changed', () => {
    const [a, b] = [number('a'), number('b')];
    let looks = 0;
    const counted: Viewable<number> = { select: a.select.bind(a), snapshot: () => (looks++, a.snapshot()) };
    a.select().subscribe((n) => b.tell.set(n));
    combineViews(counted, b).select().subscribe();
    looks = 0;
    a.tell.add();
    expect(looks).toBe(1);
  });

  it('what comes back to what it was is not shown, even if somebody has looked meanwhile', () => {
    const a = createStore({ state: 0, commands: { set: (_now, to: number) => to } });
    const both = combineViews(a, createStore({ state: 'b', commands: { nothing: (now) => now } }));
    const between: unknown[] = [];
    a.select().subscribe((now) => {
      if (now !== 1) return;
      between.push(both.snapshot());
      a.tell.set(0);
    });
    const seen: unknown[] = [];
    both.select().subscribe((views) => seen.push(views));
    a.tell.set(1);
    expect([between, seen]).toEqual([[[1, 'b']], [[0, 'b']]]);
    a.tell.set(2);
    expect(seen).toEqual([[0, 'b'], [2, 'b']]);
  });

  it('what comes back to what it was is not shown', () => {
    const a = number('a');
    a.select().subscribe((n) => {
      if (n !== 0) a.tell.set(0);
    });
    const seen: unknown[] = [];
    combineViews(a).select(([n]) => ({ n })).subscribe((now) => seen.push(now));
    a.tell.set(7);
    expect(seen).toEqual([{ n: 0 }]);
  });
});

describe('a change of its own is', () => {
  it('what comes after an await', async () => {
    const a = number('a', 1);
    const b = createStore({ state: 2, commands: { set: async (_n, to: number) => (await Promise.resolve(), to) } });
    const set = (n: number) => b.ask.set(n * 2);
    const seen = seenOf(combineViews(a, b));
    await a.ask.set(5);
    await set(a.snapshot());
    expect(seen).toEqual([[1, 2], [5, 2], [5, 10]]);
  });

  it('what comes later, by an Observable, an effect or a timer; each moment by itself', marbles((m) => {
    const a = m.store({
      state: 0,
      commands: {
        slow: (n) => timer(2).pipe(map(() => n + 1)),
        work: (n) => effect(n + 10, { run: () => timer(2), done: (now: number) => now + 10 }),
        set: (n, _none: void, { timers }) => (timers.set('t', 2, 'add'), n),
        add: (n) => n + 100,
      },
    });
    const b = m.store({ state: 0, commands: { set: (_n, to: number) => to } });
    a.select().subscribe((n) => b.tell.set(-n));
    m.cold('                                      -s--w--t---', { s: 's', w: 'w', t: 't' }).subscribe((what) => {
      if (what === 's') a.tell.slow();
      if (what === 'w') a.tell.work();
      if (what === 't') a.tell.set();
    });
    m.expect(combineViews(a, b).select(([x, y]) => `${x}${y}`), '^---------!').toBeObservable(
      '                                           a--bc-d--e-', { a: '00', b: '1-1', c: '11-11', d: '21-21', e: '121-121' },
    );
  }));

  it('what an observer of the combined view tells', () => {
    const [a, b] = [number('a', 4), number('b')];
    const view = combineViews(a, b);
    const seen: unknown[] = [];
    view.select().subscribe(([x, y]) => {
      seen.push([x, y]);
      if (y < x) b.tell.add();
    });
    a.tell.add(2);
    expect(seen).toEqual([[4, 0], [4, 1], [4, 2], [4, 3], [4, 4], [6, 4], [6, 5], [6, 6]]);
  });

  it('what whoever subscribes in the midst of a change was not shown yet', () => {
    const [a, b] = [number('a'), number('b')];
    const seen: unknown[] = [];
    a.select().subscribe((n) => {
      if (n === 1) combineViews(a, b).select().subscribe((both) => seen.push(both));
    });
    a.select().subscribe((n) => b.tell.set(n));
    a.tell.set(1);
    expect(seen).toEqual([[1, 0], [1, 1]]);
  });
});

describe('observers of a combined view', () => {
  const no = new Error('no');

  afterEach(() => {
    config.onUnhandledError = null;
  });

  it('are shown a change in the order in which they subscribed, each once', () => {
    const [a, b] = [number('a'), number('b')];
    const view = combineViews(a, b);
    const seen: string[] = [];
    for (const name of ['x', 'y', 'z']) view.select().subscribe(([n, m]) => seen.push(`${name}${n}${m}`));
    a.tell.add();
    expect(seen).toEqual(['x00', 'y00', 'z00', 'x10', 'y10', 'z10']);
  });

  it('that tell on seeing see the result next; those after them see it at once, and nothing older', () => {
    const [a, b] = [number('a'), number('b')];
    const view = combineViews(a, b);
    const seen: string[] = [];
    view.select().subscribe(([n, m]) => {
      seen.push(`x${n}${m}`);
      if (m < n) b.tell.add();
    });
    view.select().subscribe(([n, m]) => seen.push(`y${n}${m}`));
    a.tell.add();
    expect(seen).toEqual(['x00', 'y00', 'x10', 'y11', 'x11']);
  });

  it('that ask within their first sight are no part of the handler that subscribes them', async () => {
    const a = number('a');
    const replies: unknown[] = [];
    const owner = createStore({
      state: 0,
      commands: {
        go: (n, look: () => void) => {
          look();
          return Promise.resolve(n + 1);
        },
      },
      queries: { get: (n) => n },
    });
    const look = () => void combineViews(a).select().subscribe(() => {
      owner.ask.get().subscribe({ next: (n) => replies.push(n), error: (error: unknown) => replies.push(error) });
    });
    await owner.ask.go(look);
    await owner.ask.get();
    expect(replies).toEqual([1]);
  });

  it.each([
    ['itself', [1], ['x00', 'y00', 'z00', 'x10', 'y10', 'z10', 'x20', 'z20']],
    ['the next one', [2], ['x00', 'y00', 'z00', 'x10', 'y10', 'x20', 'y20']],
    ['the one before', [0], ['x00', 'y00', 'z00', 'x10', 'y10', 'z10', 'y20', 'z20']],
    ['all', [0, 1, 2], ['x00', 'y00', 'z00', 'x10', 'y10']],
  ])('may unsubscribe %s on seeing a change', (_who, leaving, expected) => {
    const [a, b] = [number('a'), number('b')];
    const view = combineViews(a, b);
    const seen: string[] = [];
    const watching: Subscription[] = [];
    for (const name of ['x', 'y', 'z']) {
      watching.push(view.select().subscribe(([n, m]) => {
        seen.push(`${name}${n}${m}`);
        if (name === 'y' && n === 1) for (const who of leaving) watching[who]!.unsubscribe();
      }));
    }
    a.tell.add();
    a.tell.add();
    expect(seen).toEqual(expected);
  });

  it('may unsubscribe in the midst of a change, or at first sight', () => {
    const [a, b] = [number('a'), number('b')];
    const seen: unknown[] = [];
    const watching = combineViews(a, b).select((both) => {
      seen.push('projected');
      return both;
    }).subscribe((both) => seen.push(both));
    b.select().subscribe((n) => {
      if (n === 1) watching.unsubscribe();
    });
    a.select().subscribe((n) => b.tell.set(n));
    combineViews(a, b).select().pipe(take(1)).subscribe({ next: (both) => seen.push(both), complete: () => seen.push('complete') });
    a.tell.set(1);
    a.tell.set(2);
    expect(seen).toEqual(['projected', [0, 0], [0, 0], 'complete']);
  });

  it('that throw harm no one else: their error is reported as unhandled', async () => {
    const [a, b] = [number('a'), number('b')];
    const reported = new Promise((report) => (config.onUnhandledError = report));
    const view = combineViews(a, b);
    view.select().subscribe(([n]) => {
      if (n === 1) throw no;
    });
    const seen = seenOf(view);
    expect(await a.ask.add()).toBe(1);
    expect(await a.ask.add()).toBe(2);
    expect(seen).toEqual([[0, 0], [1, 0], [2, 0]]);
    expect(await reported).toBe(no);
  });

  it('whose projector or `equal` throws are told the error; the others and the stores go on', async () => {
    const [a, b] = [number('a'), number('b')];
    const view = combineViews(a, b);
    const seen: unknown[] = [];
    const tellError = { error: (error: unknown) => seen.push(error) };
    view.select(([n]) => { if (n === 1) throw no; }).subscribe(tellError);
    view.select({ n: ([n]) => { if (n === 1) throw no; } }).subscribe(tellError);
    view.select((both) => both, () => { throw no; }).subscribe(tellError);
    view.select(() => { throw no; }).subscribe(tellError);
    const others = seenOf(view);
    a.tell.add();
    a.tell.add();
    expect(seen).toEqual([no, no, no, no]);
    expect(others).toEqual([[0, 0], [1, 0], [2, 0]]);
    expect(a.status()).toMatchObject({ handled: 2, failed: 0 });
  });
});

describe('the end of a combined view', () => {
  /** What a view shows, and how it ends. */
  function watched(view: Viewable<unknown>): unknown[] {
    const seen: unknown[] = [];
    view.select().subscribe({ next: (views) => seen.push(views), error: (error: unknown) => seen.push(error), complete: () => seen.push('complete') });
    return seen;
  }

  it('comes when all of its stores have closed', async () => {
    const [a, b] = [number('a', 1), number('b', 2)];
    const seen = watched(combineViews(a, combineViews(b)));
    await a.shutdown();
    b.tell.add();
    expect(seen).toEqual([[1, [2]], [1, [3]]]);
    await b.shutdown();
    expect(seen).toEqual([[1, [2]], [1, [3]], 'complete']);
  });

  it('comes after the last change', async () => {
    const [a, b] = [number('a', 1), number('b')];
    a.select().subscribe((n) => b.tell.set(n));
    const seen = watched(combineViews(a, b));
    a.tell.set(5);
    const closed = [a.shutdown(), b.shutdown()];
    await Promise.all(closed);
    expect(seen).toEqual([[1, 1], [5, 5], 'complete']);
  });

  it('shows what was there last to whoever comes after it', async () => {
    const [a, b] = [number('a', 1), number('b', 2)];
    await Promise.all([a.shutdown(), b.shutdown()]);
    expect(watched(combineViews(a, b))).toEqual([[1, 2], 'complete']);
    expect(combineViews(a, b).snapshot()).toEqual([1, 2]);
  });

  it('is an error where a source has no view', () => {
    const hidden = createStore({ state: () => new Map(), commands: { touch: (map) => map } });
    const view = combineViews(number('a'), hidden, number('b'));
    const error = new TypeError('Expected `view` to be a function, for a state that is mutated in place, got undefined');
    expect(watched(view)).toEqual([error]);
    expect(() => view.snapshot()).toThrow(error);
  });

  it('is the error of a view that throws later', () => {
    const no = new Error('no');
    const shy = createStore({ state: 0, view: (n) => { if (n === 1) throw no; return n; }, commands: { set: (_n, to: number) => to } });
    const b = number('b');
    const seen = watched(combineViews(shy, b));
    shy.tell.set(1);
    shy.tell.set(2);
    b.tell.add();
    expect(seen).toEqual([[0, 0], no]);
  });

  it('is the error of a source of one\'s own that cannot be looked at any more', () => {
    const no = new Error('no');
    const b = number('b');
    let open = true;
    const own: Viewable<number> = {
      select: () => number('a').select() as Observable<never>,
      snapshot: () => {
        if (open) return 0;
        throw no;
      },
    };
    const seen = watched(combineViews(own, b));
    open = false;
    b.tell.add();
    b.tell.add();
    expect(seen).toEqual([[0, 0], no]);
  });
});

describe('what can not be combined', () => {
  const combine = combineViews as (...sources: unknown[]) => unknown;

  it('is nothing at all', () => {
    expect(() => combine()).toThrow(new TypeError('Expected `sources` to be at least one store, got [object Array]'));
  });

  it.each([[undefined, 'undefined'], [null, 'null'], [5, '5'], [{}, '[object Object]'], [{ select: () => 1 }, '[object Object]'], [{ snapshot: () => 1 }, '[object Object]'], [[], '[object Array]']])('is %j', (source, shown) => {
    expect(() => combine(number('a'), source)).toThrow(new TypeError(`Expected \`sources\` to be stores, clients or combined views, got ${shown}`));
  });
});

describe('never a mix', () => {
  interface Graph {
    /** Stores that are set from outside. */
    readonly roots: number;
    /** Of each store after them: which of those before it are added up in it. */
    readonly derived: readonly (readonly number[])[];
    /** In which order the sums are subscribed, and where the watchers come among them. */
    readonly order: readonly number[];
    readonly watchAt: number;
    /** From which store on they're combined once more. */
    readonly nested: number;
    /** What is set, one root or two at once. */
    readonly commands: readonly { readonly root: number; readonly to: number; readonly then: number | undefined }[];
  }

  const graph: fc.Arbitrary<Graph> = fc.record({
    roots: fc.integer({ min: 1, max: 3 }),
    derived: fc.array(fc.array(fc.nat(), { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 9 }),
    order: fc.array(fc.nat(), { minLength: 12, maxLength: 12 }),
    watchAt: fc.nat({ max: 9 }),
    nested: fc.nat({ max: 9 }),
    commands: fc.array(fc.record({ root: fc.nat(), to: fc.integer({ min: -5, max: 5 }), then: fc.option(fc.nat(), { nil: undefined }) }), { maxLength: 8 }),
  });

  /** Runs a graph: what was shown of all its stores, what of that was wrong, and what is there in the end. */
  function run({ roots, derived, order, watchAt, nested, commands }: Graph, mixing = false) {
    const count = roots + derived.length;
    const stores = Array.from({ length: count }, (_, index) => createStore({
      name: `s${index}`, state: 0,
      commands: { set: (_n, to: number) => to, both: (_n, { to, other }: { to: number; other: (to: number) => void }) => (other(to), to) },
    }));
    const parents = derived.map((from, index) => [...new Set(from.map((n) => n % (roots + index)))]);
    const sum = (of: readonly number[], all: readonly number[]) => of.reduce((total, index) => total + all[index]!, 1);
    const seen: (readonly number[])[] = [];
    // Where the initial sums haven't settled yet nothing is to be claimed.
    let settled = false;
    const watch = () => {
      const inner = combineViews(...stores.slice(nested % count));
      const flat = combineViews(combineViews(...stores), inner);
      if (mixing) combineLatest(stores.map((store) => store.select())).subscribe((all) => settled && seen.push(all));
      else {
        combineViews(...stores).select().subscribe((all) => settled && seen.push(all));
        flat.select().subscribe(([all, some]) => {
          if (!settled) return;
          expect(some).toEqual(all.slice(nested % count));
          seen.push(all);
        });
      }
    };
    const edges = parents.flatMap((from, index) => from.map((parent) => ({ parent, from, child: roots + index })));
    const sorted = edges.map((edge, index) => ({ edge, key: order[index % order.length]! })).sort((x, y) => x.key - y.key);
    sorted.forEach(({ edge: { parent, from, child } }, index) => {
      if (index === watchAt) watch();
      stores[parent]!.select().subscribe(() => stores[child]!.tell.set(sum(from, stores.map((store) => store.snapshot()))));
    });
    if (watchAt >= sorted.length) watch();
    settled = true;
    for (const { root, to, then } of commands) {
      if (then === undefined) stores[root % roots]!.tell.set(to);
      else stores[root % roots]!.tell.both({ to, other: stores[then % roots]!.tell.set });
    }
    const wrong = seen.filter((all) => parents.some((from, index) => all[roots + index] !== sum(from, all)));
    return { wrong, seen, present: stores.map((store) => store.snapshot()), changes: commands.length };
  }

  it('of stores that are sums of others, however they hang together', () => fc.assert(fc.property(graph, (given) => {
    const { wrong, seen, present, changes } = run(given);
    expect(wrong).toEqual([]);
    // Each command is shown once at most, by each of the two views.
    expect(seen.length).toBeLessThanOrEqual(changes * 2);
    if (seen.length > 0) expect(seen.at(-1)).toEqual(present);
  }), { numRuns: 300 }));

  it('which combineLatest does show', () => {
    const mixes = fc.sample(graph, { numRuns: 100, seed: 1 }).filter((given) => run(given, true).wrong.length > 0);
    expect(mixes.length).toBeGreaterThan(20);
  });
});
