/** A handler of a part, made one of the whole: each form of outcome, and that nobody outside can tell the difference. */
import {
  createStore, effect, focus, hold, reply, replyLater, ticket, type,
  type AnyDefinition, type Context, type EffectPolicy, type HandlerOutcome, type Ticket,
} from 'ownstate';
import { marbles } from 'ownstate/testing';
import fc from 'fast-check';
import { concat, EMPTY, map, of, throwError, timer, VirtualTimeScheduler, type Observable, type SchedulerLike } from 'rxjs';
import { describe, expect, it } from 'vitest';

interface Shop {
  readonly visitors: number;
  readonly name: string;
}

const visitors = {
  get: (shop: Shop) => shop.visitors,
  set: (shop: Shop, count: number): Shop => ({ ...shop, visitors: count }),
};

const empty = (): Shop => ({ visitors: 0, name: 'tea' });

/** A shop with one handler of its visitors, and one of its own. */
const shopWith = <H extends (count: number, ...rest: never[]) => HandlerOutcome<number>>(handler: H) => ({
  state: empty(),
  commands: { go: focus<H, Shop, number>(handler, visitors), rename: (shop: Shop, name: string): Shop => ({ ...shop, name }) },
});

const no = new Error('no');

describe('a focused handler may give back', () => {
  it('the next part; the reply is undefined', async () => {
    const shop = createStore(shopWith((count: number, by: number) => count + by));
    expect(await shop.ask.go(2)).toBeUndefined();
    expect(shop.snapshot()).toEqual({ visitors: 2, name: 'tea' });
  });

  it('a reply', async () => {
    const shop = createStore(shopWith((count: number, by: number) => reply(count + by, `${count + by} are here`)));
    expect(await shop.ask.go(2)).toBe('2 are here');
    expect(shop.snapshot()).toEqual({ visitors: 2, name: 'tea' });
  });

  it('a later reply', marbles((m) => {
    const shop = m.store(shopWith((count: number, by: number) => replyLater(count + by, timer(2).pipe(map(() => 'late')))));
    m.expect(shop.ask.go(3)).toBeObservable('         --(r|)', { r: 'late' });
    m.expect(shop.select((now) => now.visitors), '^--!').toBeObservable('c---', { c: 3 });
  }));

  it('an effect, which sees the part as it is by then and leaves the rest', marbles((m) => {
    const shop = m.store(shopWith((count: number, by: number) => effect(count + 1, {
      policy: 'merge',
      run: () => timer(by),
      done: (now) => reply(now + 10, now),
    })));
    m.cold('                                                        -x', { x: 'cake' }).subscribe((name) => shop.tell.rename(name));
    m.expect(shop.ask.go(3)).toBeObservable('                        ---(r|)', { r: 2 });
    m.expect(shop.ask.go(4)).toBeObservable('                        ----(r|)', { r: 12 });
    m.expect(shop.select((now) => `${now.visitors} ${now.name}`), '^----!').toBeObservable('ab-cd', { a: '2 tea', b: '2 cake', c: '12 cake', d: '22 cake' });
  }));

  it('an effect that fails: by its error, or as `failed` has it', marbles((m) => {
    const failing = (failed?: (count: number, error: unknown) => number | ReturnType<typeof reply<number, string>>) =>
      (count: number) => effect(count + 1, { run: () => throwError(() => no), done: (now: number) => now + 100, ...(failed && { failed }) });
    const plain = m.store(shopWith(failing()));
    const folded = m.store(shopWith(failing((now) => now + 10)));
    const replied = m.store(shopWith(failing((now, error) => reply(now + 20, (error as Error).message))));
    m.expect(plain.ask.go()).toBeObservable('  #', undefined, no);
    m.expect(folded.ask.go()).toBeObservable(' #', undefined, no);
    m.expect(replied.ask.go()).toBeObservable('(r|)', { r: 'no' });
    m.flush();
    expect([plain, folded, replied].map((shop) => shop.snapshot())).toEqual([1, 11, 21].map((count) => ({ visitors: count, name: 'tea' })));
  }));

  it('a held ask, whose `gone` sees the part as it is by then and leaves the rest', marbles((m) => {
    interface Room { readonly waiting: readonly Ticket<string>[]; readonly left: number }
    const room = m.store({
      state: (): { readonly room: Room; readonly name: string } => ({ room: { waiting: [], left: 0 }, name: 'a' }),
      view: (whole) => ({ waiting: whole.room.waiting.length, left: whole.room.left, name: whole.name }),
      commands: {
        take: focus((part: Room) => {
          const place = ticket<string>();
          return hold({ ...part, waiting: [...part.waiting, place] }, place, {
            gone: (now: Room) => ({ waiting: now.waiting.filter((other) => other !== place), left: now.left + 1 }),
          });
        }, { get: (whole: { readonly room: Room; readonly name: string }) => whole.room, set: (whole, part) => ({ ...whole, room: part }) }),
        give: (whole, what: string, { after }) => {
          const [first, ...waiting] = whole.room.waiting;
          after(() => first?.answer(what));
          return { room: { ...whole.room, waiting }, name: 'b' };
        },
      },
    });
    const errors: unknown[] = [];
    room.with({ timeout: 5 }).ask.take().subscribe({ error: (error: unknown) => errors.push(error) });
    m.expect(room.ask.take()).toBeObservable('                           ------(r|)', { r: 'seat' });
    m.cold('                                                             ------g', { g: 'seat' }).subscribe((what) => room.tell.give(what));
    m.expect(room.select(({ waiting, left, name }) => `${waiting}${left}${name}`), '^------!').toBeObservable('a----bc', { a: '20a', b: '11a', c: '01b' });
    m.flush();
    expect(errors).toMatchObject([{ code: 'ASK_TIMEOUT' }]);
  }));

  it('an Observable, each emission put into the whole', marbles((m) => {
    const shop = m.store(shopWith((count: number) => concat(of(count + 1), timer(2).pipe(map(() => reply(count + 2, 'two'))))));
    m.expect(shop.ask.go()).toBeObservable('              --(r|)', { r: 'two' });
    m.expect(shop.select(), '^--!').toBeObservable('a-b-', { a: { visitors: 1, name: 'tea' }, b: { visitors: 2, name: 'tea' } });
  }));

  it('an Observable that is empty: the whole stays', async () => {
    const shop = createStore(shopWith((): Observable<number> => EMPTY));
    const before = shop.snapshot();
    expect(await shop.ask.go()).toBeUndefined();
    expect(shop.snapshot()).toBe(before);
  });

  it('an Observable that fails: what was shown before stays', async () => {
    const shop = createStore(shopWith((count: number) => concat(of(count + 1), throwError(() => no))));
    await expect(shop.ask.go()).rejects.toBe(no);
    expect(shop.snapshot()).toEqual({ visitors: 1, name: 'tea' });
  });

  it('a Promise of any of these: the owner waits', async () => {
    const shop = createStore(shopWith(async (count: number, by: number) => {
      await Promise.resolve();
      return by > 100 ? replyLater(count + by, of('later')) : reply(count + by, count + by);
    }));
    const answers = [shop.ask.go(1), shop.ask.go(2), shop.ask.go(1000)];
    shop.tell.rename('cake');
    expect(await Promise.all(answers)).toEqual([1, 3, 'later']);
    expect(shop.snapshot()).toEqual({ visitors: 1003, name: 'cake' });
  });

  it('a Promise of an Observable', async () => {
    const shop = createStore(shopWith(async (count: number) => of(count + 1, count + 5) as unknown as number));
    await shop.ask.go();
    expect(shop.snapshot()).toEqual({ visitors: 5, name: 'tea' });
  });

  it('whatever has a `then`, even one that gives nothing back', async () => {
    const given = { then: (resolve: (count: number) => void) => { resolve(7); } } as unknown as PromiseLike<number>;
    const shop = createStore(shopWith(() => given));
    await shop.ask.go();
    expect(shop.snapshot()).toEqual({ visitors: 7, name: 'tea' });
  });

  it('the reply of another store, waited for as a Promise is', async () => {
    const other = createStore({ state: 7, commands: { set: (_n, to: number) => to }, queries: { get: (n) => n } });
    const shop = createStore(shopWith(() => other.ask.get()));
    const settled = shop.ask.go();
    expect(shop.status().running).toBe(1);
    await settled;
    expect(shop.snapshot()).toEqual({ visitors: 7, name: 'tea' });
  });

  it('a throw or a rejection: the whole stays', async () => {
    const shop = createStore(shopWith((_count: number, how: 'throw' | 'reject'): number | Promise<number> => {
      if (how === 'throw') throw no;
      return Promise.reject(no);
    }));
    const before = shop.snapshot();
    await expect(shop.ask.go('throw')).rejects.toBe(no);
    await expect(shop.ask.go('reject')).rejects.toBe(no);
    expect(shop.snapshot()).toBe(before);
  });
});

describe('a focused handler gets', () => {
  it('the payload as it was sent: a default where there is none', async () => {
    const shop = createStore(shopWith((count: number, by: number = 5) => reply(count + by, by)));
    expect([await shop.ask.go(), await shop.ask.go(1), await shop.ask.go(undefined)]).toEqual([5, 1, 5]);
  });

  it('the context: what it announces, tells, sets and does afterwards is as ever', marbles((m) => {
    const lines: string[] = [];
    const shop = m.store({
      state: empty(),
      events: type<string>(),
      commands: {
        go: focus((count: number, _none: void, { emit, tell, after, timers, now }: Context<string>) => {
          emit(`at ${now()}`);
          tell('rename', 'told');
          timers.set('late', 4, 'rename', 'late');
          after(() => lines.push('after'));
          return count + 1;
        }, visitors),
        rename: (now, name: string) => ({ ...now, name }),
      },
    });
    m.cold('                                     -g').subscribe(() => shop.tell.go());
    m.expect(shop.events$, '^-----!').toBeObservable('-e', { e: 'at 1' });
    m.expect(shop.select(), '^-----!').toBeObservable('a(bc)d', { a: empty(), b: { visitors: 1, name: 'tea' }, c: { visitors: 1, name: 'told' }, d: { visitors: 1, name: 'late' } });
    m.flush();
    expect(lines).toEqual(['after']);
  }));

  it('what a focused handler gives it: a part of a part', async () => {
    interface Mall { readonly shop: Shop; readonly open: boolean }
    const shop = { get: (mall: Mall) => mall.shop, set: (mall: Mall, now: Shop) => ({ ...mall, shop: now }) };
    const enter = (count: number, by: number) => effect(count + by, { run: () => of(1), done: (now: number, one) => reply(now + one, now) });
    const mall = createStore({ state: (): Mall => ({ shop: empty(), open: true }), commands: { enter: focus(focus(enter, visitors), shop) } });
    expect(await mall.ask.enter(4)).toBe(4);
    expect(mall.snapshot()).toEqual({ shop: { visitors: 5, name: 'tea' }, open: true });
  });
});

describe('where', () => {
  it.each(['get', 'set'] as const)('that throws in `%s` fails the ask, and the whole stays', async (which) => {
    const bad = { ...visitors, [which]: () => { throw no; } };
    const forms: ((count: number) => HandlerOutcome<number>)[] = [
      (count) => count + 1, (count) => reply(count + 1, 1), (count) => of(count + 1), async (count) => count + 1,
      (count) => effect(count + 1, { run: () => of(1), done: (now: number) => now + 1 }),
    ];
    for (const form of forms) {
      const shop = createStore({ state: empty(), commands: { go: focus(form, bad) } });
      const before = shop.snapshot();
      await expect(shop.ask.go()).rejects.toBe(no);
      expect(shop.snapshot()).toBe(before);
    }
  });

  it.each<[string, (count: number) => HandlerOutcome<number>]>([
    ['a state', (count) => count],
    ['a reply', (count) => reply(count, 'same')],
    ['a later reply', (count) => replyLater(count, of('same'))],
    ['an effect', (count) => effect(count, { run: () => of(1), done: (now: number) => now })],
    ['a Promise', async (count) => count],
    ['an Observable', (count) => of(count, reply(count, 'same'))],
  ])('gives the very same whole for a part that stays, which shows nothing: %s', async (_form, form) => {
    const shop = createStore(shopWith(form));
    const seen: unknown[] = [];
    shop.select().subscribe((now) => seen.push(now));
    await shop.ask.go();
    expect(seen).toEqual([empty()]);
  });

  it('puts in a part that is changed in place each time, so that it is shown', () => {
    const names = { get: (whole: { readonly names: Set<string> }) => whole.names, set: (_whole: unknown, names: Set<string>) => ({ names }) };
    const guests = createStore({ state: { names: new Set<string>() }, commands: { add: focus((now: Set<string>, name: string) => now.add(name), names) } });
    const seen: number[] = [];
    guests.select().subscribe((now) => seen.push(now.names.size));
    guests.tell.add('Ada');
    expect(seen).toEqual([0, 1]);
  });
});

describe('what can not be focused is refused at once', () => {
  const wrong = focus as (handler: unknown, where: unknown) => unknown;

  it.each<[string, unknown, unknown, string]>([
    ['no handler', undefined, visitors, 'Expected `handler` to be a function, got undefined'],
    ['no place', (n: number) => n, undefined, 'Expected `where` to be an object, got undefined'],
    ['no get', (n: number) => n, { set: visitors.set }, 'Expected `get` to be a function, got undefined'],
    ['a set that is none', (n: number) => n, { ...visitors, set: 'visitors' }, "Expected `set` to be a function, got 'visitors'"],
  ])('%s', (_what, handler, where, message) => {
    expect(() => wrong(handler, where)).toThrow(new TypeError(message));
  });
});

describe('a store of focused handlers', () => {
  interface Part {
    readonly n: number;
    readonly held: readonly Ticket<number>[];
  }

  /** What a handler is to give back, and after how many milliseconds. */
  interface Plan {
    readonly form: (typeof forms)[number];
    readonly by: number;
    readonly ms: number;
    readonly policy: EffectPolicy;
    readonly key: number;
  }

  const forms = [
    'next', 'reply', 'throw', 'later', 'later fails', 'effect', 'effect fails', 'effect folds', 'effect replies', 'done throws', 'hold', 'give',
    'refuse', 'steps', 'steps fail', 'nothing', 'context', 'context fails',
  ] as const;

  /** A handler of all forms, in the time of `scheduler`. */
  const handler = (scheduler: SchedulerLike) => (part: Part, plan: Plan, context: Context<string>): HandlerOutcome<Part> => {
    const { form, by, ms, policy, key } = plan;
    const next = { ...part, n: part.n + by };
    const add = (more: number) => (now: Part) => ({ ...now, n: now.n + more });
    const wait = timer(ms, scheduler);
    const fails = wait.pipe(map(() => { throw no; }));
    switch (form) {
      case 'next': return next;
      case 'reply': return reply(next, next.n);
      case 'throw': throw no;
      case 'later': return replyLater(next, wait.pipe(map(() => by)));
      case 'later fails': return replyLater(next, fails);
      case 'effect': return effect(next, { policy, key, run: () => wait, done: (now: Part) => reply(add(100)(now), now.n) });
      case 'effect fails': return effect(next, { policy, key, run: () => fails, done: add(100) });
      case 'effect folds': return effect(next, { policy, key, run: () => fails, done: add(100), failed: add(200) });
      case 'effect replies': return effect(next, { policy, key, run: () => fails, done: add(100), failed: (now: Part) => reply(add(300)(now), now.n) });
      case 'done throws': return effect(next, { policy, key, run: () => wait, done: (): Part => { throw no; } });
      case 'hold': {
        const place = ticket<number>();
        const gone = (now: Part) => ({ n: now.n + 1000, held: now.held.filter((other) => other !== place) });
        return hold({ ...next, held: [...next.held, place] }, place, { gone, atShutdown: by > 0 ? 'fail' : 'wait' });
      }
      case 'give':
      case 'refuse': {
        const [first, ...held] = next.held;
        context.after(() => form === 'give' ? first?.answer(by) : first?.refuse(no));
        return { ...next, held };
      }
      case 'steps': return concat(of(next), wait.pipe(map(() => reply(add(10)(next), by))));
      case 'steps fail': return concat(of(next), fails);
      case 'nothing': return EMPTY;
      default: {
        context.emit(`event ${by} at ${context.now()}`);
        context.tell('add', by);
        context.timers.set(`t${key}`, ms, 'add', by);
        if (form === 'context fails') throw no;
        return next;
      }
    }
  };

  const commands = (scheduler: SchedulerLike) => ({ go: handler(scheduler), add: (part: Part, by: number = 1) => reply({ ...part, n: part.n + by }, part.n) });

  const first: Part = { n: 0, held: [] };

  interface Whole { readonly part: Part; readonly rest: string }
  const where = { get: (whole: Whole) => whole.part, set: (whole: Whole, part: Part) => ({ ...whole, part }) };

  const plain = (scheduler: SchedulerLike) =>
    ({ name: 'store', state: first, view: ({ n }: Part) => n, events: type<string>(), commands: commands(scheduler) });

  const focused = (scheduler: SchedulerLike) => {
    const { go, add } = commands(scheduler);
    return { name: 'store', state: { part: first, rest: 'rest' }, view: ({ part }: Whole) => part.n, events: type<string>(), commands: { go: focus(go, where), add: focus(add, where) } };
  };

  const step = fc.record({
    at: fc.nat({ max: 12 }),
    plan: fc.option(fc.record<Plan>({
      form: fc.constantFrom(...forms),
      by: fc.integer({ min: -3, max: 3 }),
      ms: fc.nat({ max: 4 }),
      policy: fc.constantFrom('concat', 'merge', 'switch', 'exhaust'),
      key: fc.nat({ max: 1 }),
    }), { nil: undefined }),
    how: fc.constantFrom('ask', 'ask', 'tell', 'impatient'),
  });
  const story = fc.record({ steps: fc.array(step, { minLength: 1, maxLength: 12 }), end: fc.option(fc.integer({ min: 2, max: 14 }), { nil: undefined }), capacity: fc.constantFrom(2, 100) });

  type Story = typeof story extends fc.Arbitrary<infer T> ? T : never;

  /** All that can be seen from outside, in order, with its time. */
  function happenings(make: (scheduler: SchedulerLike) => AnyDefinition, { steps, end, capacity }: Story): unknown[] {
    const scheduler = new VirtualTimeScheduler();
    const seen: unknown[] = [];
    const note = (what: string) => (value: unknown) => void seen.push([scheduler.frame, what, value]);
    // A cast: both definitions have the same commands, events and view for callers.
    const definition = make(scheduler) as unknown as ReturnType<typeof plain>;
    const store = createStore(definition, { scheduler, mailbox: { capacity }, timeout: 30 });
    store.trace$.subscribe({ next: note('trace'), complete: () => note('trace ends')(true) });
    store.errors$.subscribe(note('error'));
    store.events$.subscribe(note('event'));
    store.commands$.subscribe(note('command'));
    store.select().subscribe({ next: note('state'), complete: () => note('select ends')(true) });
    for (const [index, { at, plan, how }] of steps.entries()) {
      scheduler.schedule(() => {
        const client = how === 'impatient' ? store.with({ timeout: 3 }) : store;
        if (how === 'tell') return plan ? store.tell.go(plan) : store.tell.add();
        (plan ? client.ask.go(plan) : client.ask.add()).subscribe({ next: note(`reply ${index}`), error: note(`failed ${index}`) });
      }, at);
    }
    if (end !== undefined) scheduler.schedule(() => void store.shutdown({ timeout: 5 }), end);
    scheduler.schedule(() => void store.shutdown({ timeout: 50 }), 60);
    scheduler.flush();
    return [...seen, store.status(), store.snapshot()];
  }

  it('is the same from outside as one of the handlers themselves', () => fc.assert(fc.property(story, (told) => {
    expect(happenings(focused, told)).toEqual(happenings(plain, told));
  }), { numRuns: 400 }));

  it('is told apart when its handlers forget what came meanwhile', () => {
    // `set` that always begins with the first whole: what an effect folds later would be lost.
    const forgetful = (scheduler: SchedulerLike) => {
      const { go, add } = commands(scheduler);
      const stale = { get: where.get, set: (_whole: Whole, part: Part) => ({ part: { ...part, n: part.n % 7 }, rest: '' }) };
      return { ...focused(scheduler), commands: { go: focus(go, stale), add: focus(add, stale) } };
    };
    const told = fc.sample(story, { numRuns: 50, seed: 1 });
    expect(told.filter((one) => JSON.stringify(happenings(forgetful, one)) !== JSON.stringify(happenings(plain, one))).length).toBeGreaterThan(10);
  });

  it('and its rest is as it was', () => {
    const scheduler = new VirtualTimeScheduler();
    const { state, events, commands: table } = focused(scheduler);
    const store = createStore({ state, events, commands: table }, { scheduler });
    store.tell.add(4);
    expect(store.snapshot()).toEqual({ part: { n: 4, held: [] }, rest: 'rest' });
  });
});
