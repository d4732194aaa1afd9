/** What is inferred where stores are combined and handlers focused; and what isn't taken. */
import {
  combineViews, createStore, effect, focus, hold, reply, replyLater, ticket, type,
  type Client, type Context, type Focus, type Focused, type Outcome, type Reply, type StateOf, type Viewable, type Views,
} from 'ownstate';
import { replaceable, type Replaceable, type Replacement } from 'ownstate/app';
import { of, type Observable } from 'rxjs';
import { describe, expectTypeOf, it } from 'vitest';

const a = createStore({ state: 0, commands: { add: (n, by: number) => n + by } });
const b = createStore({ state: { text: '' }, view: ({ text }) => text.length, commands: { set: (_now, text: string) => ({ text }) } });

describe('combineViews', () => {
  it('has the views of its sources, in their order', () => {
    const view = combineViews(a, b.client);
    expectTypeOf(view).toEqualTypeOf<Viewable<readonly [number, number]>>();
    expectTypeOf(view.snapshot()).toEqualTypeOf<readonly [number, number]>();
    expectTypeOf(view.select()).toEqualTypeOf<Observable<readonly [number, number]>>();
    expectTypeOf(combineViews(view, a).snapshot()).toEqualTypeOf<readonly [readonly [number, number], number]>();
    expectTypeOf<Views<[Viewable<string>, Viewable<boolean>]>>().toEqualTypeOf<readonly [string, boolean]>();
  });

  it('projects them, by one function or several', () => {
    const view = combineViews(a, b);
    expectTypeOf(view.select(([n, length]) => n > length)).toEqualTypeOf<Observable<boolean>>();
    expectTypeOf(view.select({ n: ([n]) => n, long: ([, length]) => length > 3 })).toEqualTypeOf<Observable<{ n: number; long: boolean }>>();
    view.select(([n]) => n, (before, after) => {
      expectTypeOf([before, after]).toEqualTypeOf<number[]>();
      return before === after;
    });
    // @ts-expect-error: there are two
    view.select(([, , third]) => third);
  });

  it('takes a list of stores', () => {
    const list: readonly Viewable<number>[] = [a, b];
    expectTypeOf(combineViews(...list).snapshot()).toEqualTypeOf<readonly number[]>();
  });

  it('takes what can be watched and is always there', () => {
    expectTypeOf(a).toExtend<Viewable<number>>();
    expectTypeOf(a.client).toExtend<Viewable<number>>();
    // @ts-expect-error: an Observable may have nothing to show yet
    combineViews(a, of(1));
    // @ts-expect-error: a value is no source
    combineViews(5);
  });
});

interface Shop {
  readonly visitors: number;
  readonly name: string;
}

const visitors: Focus<Shop, number> = { get: (shop) => shop.visitors, set: (shop, count) => ({ ...shop, visitors: count }) };

describe('focus', () => {
  const shop = createStore({
    state: (): Shop => ({ visitors: 0, name: '' }),
    commands: {
      bare: focus((count: number) => count + 1, visitors),
      reset: focus(() => 0, visitors),
      by: focus((count: number, by: number) => count + by, visitors),
      optional: focus((count: number, by: number = 1) => reply(count + by, `${count}`), visitors),
      later: focus((count: number) => replyLater(count, Promise.resolve('late')), visitors),
      effect: focus((count: number, by: string) => effect(count, { run: () => of(by.length), done: (now: number, n) => reply(now + n, [n]) }), visitors),
      held: focus((count: number) => hold(count, ticket<Date>()), visitors),
      promise: focus(async (count: number) => reply(count, true), visitors),
      steps: focus((count: number) => of(reply(count, 1n)), visitors),
      rename: (now, name: string) => ({ ...now, name }),
    },
  });

  it('keeps payloads', () => {
    expectTypeOf(shop.ask.bare).parameters.toEqualTypeOf<[]>();
    expectTypeOf(shop.ask.reset).parameters.toEqualTypeOf<[]>();
    expectTypeOf(shop.ask.by).parameters.toEqualTypeOf<[payload: number]>();
    expectTypeOf(shop.ask.optional).parameters.toEqualTypeOf<[payload?: number | undefined]>();
    expectTypeOf(shop.ask.effect).parameters.toEqualTypeOf<[payload: string]>();
    // @ts-expect-error: a number is wanted
    shop.tell.by('1');
  });

  it('keeps replies', () => {
    expectTypeOf(shop.ask.bare()).toEqualTypeOf<Reply<undefined>>();
    expectTypeOf(shop.ask.optional()).toEqualTypeOf<Reply<string>>();
    expectTypeOf(shop.ask.later()).toEqualTypeOf<Reply<string>>();
    expectTypeOf(shop.ask.effect('a')).toEqualTypeOf<Reply<number[]>>();
    expectTypeOf(shop.ask.held()).toEqualTypeOf<Reply<Date>>();
    expectTypeOf(shop.ask.promise()).toEqualTypeOf<Reply<boolean>>();
    expectTypeOf(shop.ask.steps()).toEqualTypeOf<Reply<bigint | undefined>>();
  });

  it('makes a handler of the whole', () => {
    const handler = (count: number, by: number) => reply(count + by, 'a');
    expectTypeOf(focus(handler, visitors)).toEqualTypeOf<Focused<typeof handler, Shop>>();
    expectTypeOf<Focused<typeof handler, Shop>>().toEqualTypeOf<(whole: Shop, by: number) => Outcome<Shop, string>>();
    expectTypeOf(shop.snapshot()).toEqualTypeOf<Shop>();
  });

  it('hands the context on', () => {
    const told = createStore({
      state: (): Shop => ({ visitors: 0, name: '' }),
      events: type<'full'>(),
      commands: { enter: focus((count: number, _none: void, { emit }: Context<'full'>) => (emit('full'), count + 1), visitors) },
    });
    expectTypeOf(told.events$).toEqualTypeOf<Observable<'full'>>();
  });

  it('takes a handler of that very part', () => {
    // @ts-expect-error: the part is a number
    focus((name: string) => name, visitors);
    // @ts-expect-error: and so is the next one
    focus((count: number) => `${count}`, visitors);
    // @ts-expect-error: and what is replied with
    focus((count: number) => reply(`${count}`, 1), visitors);
    // @ts-expect-error: both ways are wanted
    focus((count: number) => count, { get: (now: Shop) => now.visitors });
  });
});

describe('replaceable', () => {
  const definition = { name: 'counter', state: 0, commands: { add: (n: number, by: number) => reply(n + by, n) }, queries: { get: (n: number) => n } };
  const counter = createStore(replaceable(definition));

  it('adds the command `replace`, for a state or a function of it', () => {
    expectTypeOf(counter).toExtend<Client<Replaceable<typeof definition>>>();
    expectTypeOf(counter.tell.replace).parameters.toEqualTypeOf<[payload: Replacement<number>]>();
    expectTypeOf(counter.ask.replace(1)).toEqualTypeOf<Reply<undefined>>();
    counter.tell.replace((n) => n + 1);
    counter.tell.replace(async (n) => n + 1);
    // @ts-expect-error: the state is a number
    counter.tell.replace('1');
    // @ts-expect-error: and so is what a function gives
    counter.tell.replace((n) => `${n}`);
  });

  it('keeps the rest', () => {
    expectTypeOf(counter.ask.add(1)).toEqualTypeOf<Reply<number>>();
    expectTypeOf(counter.ask.get()).toEqualTypeOf<Reply<number>>();
    expectTypeOf<StateOf<Replaceable<typeof definition>>>().toEqualTypeOf<number>();
  });

  it('infers a definition as createStore does', () => {
    const made = createStore(replaceable({
      state: () => ({ n: 0 }),
      view: ({ n }) => n,
      commands: { add: (now, by: number) => ({ n: now.n + by }) },
    }, {
      check: (state) => {
        expectTypeOf(state).toEqualTypeOf<{ n: number }>();
        return state;
      },
    }));
    expectTypeOf(made.snapshot()).toEqualTypeOf<number>();
    made.tell.replace({ n: 5 });
    // @ts-expect-error: the view isn't the state
    made.tell.replace(5);
    // @ts-expect-error: a misspelt field isn't passed over
    replaceable({ state: 0, comands: {}, commands: { add: (n) => n + 1 } });
    // @ts-expect-error: `check` gives a state
    replaceable({ state: 0, commands: { add: (n) => n + 1 } }, { check: (n) => `${n}` });
  });
});
