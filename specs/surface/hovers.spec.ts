/** What an editor shows: the types that are read most, as the compiler prints them, and what it says of the commonest mistakes. */
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { compile, fileOf } from './program.js';

const FILE = 'specs/surface/hovered.ts';

/** Constants that are hovered over, and mistakes. */
const program = compile([], {
  [FILE]: `
    import { createStore, effect, reply, type } from 'ownstate';
    const counter = createStore({
      state: 0,
      events: type<'even' | 'odd'>(),
      commands: {
        increment: (count, by: number = 1) => reply(count + by, count + by),
        set: (_count, to: number) => to,
        reset: () => 0,
        load: (count, url: string) => effect(count, { run: async () => url, done: (now, text) => reply(now + 1, text) }),
      },
      queries: { get: (count) => count },
    });
    export const asked = counter.ask.increment();
    export const awaited = await asked;
    export const bare = counter.ask.reset();
    export const loaded = counter.ask.load('/');
    export const queried = counter.ask.get();
    export const sent = counter.send({ type: 'increment', payload: 2 });
    export const increment = counter.ask.increment;
    export const set = counter.tell.set;
    export const reset = counter.tell.reset;
    export const get = counter.ask.get;
    export const view = counter.select();
    export const projected = counter.select((count) => count > 3);
    export const several = counter.select({ many: (count) => count > 3, text: (count) => String(count) });
    export const events = counter.events$;
    export const small = createStore({ state: 0, commands: { add: (sum, by: number) => sum + by } });
    export const client = small.client;

    counter.ask.set('5');
    counter.ask.set();
    counter.ask.reset(1);
    counter.commands$.next({ type: 'set', payload: '5' });
    createStore({ state: 0, commands: { reset: () => 'zero' } });
    createStore({ state: 0, commands: { set: (count) => effect(count, { run: async () => 1, done: (now) => now, policy: 'queue' }) } });
  `,
});
const source = fileOf(program, FILE);

describe('hovering shows', () => {
  const checker = program.getTypeChecker();
  const exported = new Map(checker.getExportsOfModule(checker.getSymbolAtLocation(source)!).map((symbol) => [symbol.name, symbol]));

  it.each([
    ['asked', 'Reply<number>'],
    ['awaited', 'number'],
    ['bare', 'Reply<undefined>'],
    ['loaded', 'Reply<string>'],
    ['queried', 'Reply<number>'],
    ['sent', 'Reply<number>'],
    ['increment', '(payload?: number | undefined) => Reply<number>'],
    ['set', '(payload: number) => void'],
    ['reset', '() => void'],
    ['get', '() => Reply<number>'],
    ['view', 'Observable<number>'],
    ['projected', 'Observable<boolean>'],
    ['several', 'Observable<{ many: boolean; text: string; }>'],
    ['events', 'Observable<"even" | "odd">'],
    ['small', 'Store<{ state: number; commands: { add: (sum: number, by: number) => number; }; }>'],
    ['client', 'Client<{ state: number; commands: { add: (sum: number, by: number) => number; }; }>'],
  ])('%s: %s', (name, shown) => {
    expect(checker.typeToString(checker.getTypeOfSymbol(exported.get(name)!))).toBe(shown);
  });
});

describe('a mistake is named', () => {
  const said = new Map(program.getSemanticDiagnostics(source).map(({ start = 0, messageText }) => {
    const { line } = source.getLineAndCharacterOfPosition(start);
    return [source.text.split('\n')[line]!.trim(), ts.flattenDiagnosticMessageText(messageText, '\n')];
  }));

  it.each([
    ["counter.ask.set('5');", "Argument of type 'string' is not assignable to parameter of type 'number'."],
    ['counter.ask.set();', 'Expected 1 arguments, but got 0.'],
    ['counter.ask.reset(1);', 'Expected 0 arguments, but got 1.'],
    ["counter.commands$.next({ type: 'set', payload: '5' });", "Type 'string' is not assignable to type 'number'."],
    ["createStore({ state: 0, commands: { reset: () => 'zero' } });", "Type 'string' is not assignable to type 'HandlerOutcome<number>'."],
    [
      "createStore({ state: 0, commands: { set: (count) => effect(count, { run: async () => 1, done: (now) => now, policy: 'queue' }) } });",
      "Type '\"queue\"' is not assignable to type 'EffectPolicy'.",
    ],
  ])('%s %s', (line, message) => {
    expect(said.get(line)).toContain(message);
  });

  it('and nothing else is one', () => {
    expect(said.size).toBe(6);
  });
});
