// @vitest-environment happy-dom
/**
 * The behaviour matrix: the same questions to ownstate and to the stores that people use, each written in the form of its
 * users. docs/comparison.md shows the questions and the answers; a library that changes its mind fails here.
 */
import { libraries, type Library, type Name } from './behaviour/libraries.js';
import { ngrxStore } from './behaviour/ngrx-store.js';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { configureStore, createListenerMiddleware, createSlice } from '@reduxjs/toolkit';
import { createStore } from 'ownstate';
import { describe, expect, it } from 'vitest';
import { answers } from './behaviour/answers.js';
import { serverSays, type Counter } from './behaviour/counter.js';
import { during } from './behaviour/during.js';
import { reduxToolkit } from './behaviour/redux-toolkit.js';
import { cellsOf, draw } from './behaviour/tables.js';
import * as questions from './behaviour/questions.js';

const read = (file: string): string => readFileSync(resolve(import.meta.dirname, '../..', file), 'utf8');

/** Specifies the answers of all libraries to some of the questions. */
const asked = (table: string, ...names: (keyof typeof questions)[]) => {
  for (const library of libraries) {
    const known = answers[library.name];
    it(`${library.name}: ${cellsOf(table, known)}`, async () => {
      for (const name of names) {
        const counter: Counter = await library.counter();
        expect(await questions[name](counter), name).toEqual(known[name]);
      }
    });
  }
};

describe('an observer that updates while it\'s told, and one behind it', () => asked('reentrant', 'reentrant', 'deferred'));
describe('an update that throws, between two that don\'t', () => asked('failing', 'failing'));
describe('two updates that read before they wait', () => asked('awaiting', 'awaiting'));
describe('an update within an update', () => asked('nested', 'nested', 'inTurn'));
describe('an observer that throws, and one behind it', () => asked('observed', 'observed'));
describe('an update, to whoever makes it,', () => asked('answered', 'answered'));

describe('the remedies that the page names', () => {
  it('keep NgRx Store alive: a meta-reducer that catches', async () => {
    const counter = await ngrxStore((reducer) => (state, action): unknown => {
      try {
        return reducer(state, action);
      } catch (error) {
        console.error(error);
        return state;
      }
    });
    const told = [{ who: 'console', message: 'too much' }];
    expect(await questions.failing(counter)).toEqual({ told, seen: [1, 2], count: 2 });
  });

  it('show each state in Redux Toolkit: a listener that reacts, instead of a subscriber', async () => {
    const { actions, reducer } = createSlice({
      name: 'counter',
      initialState: { count: 0 },
      reducers: { increment: ({ count }) => ({ count: count + 1 }) },
    });
    const listener = createListenerMiddleware();
    listener.startListening({
      actionCreator: actions.increment,
      effect: (_action, api) => {
        if ((api.getState() as { count: number }).count === 1) api.dispatch(actions.increment());
      },
    });
    const store = configureStore({ reducer, middleware: (defaults) => defaults().prepend(listener.middleware) });
    const seen: number[] = [];
    store.subscribe(() => seen.push(store.getState().count));
    await during(() => store.dispatch(actions.increment()));
    expect(seen).toEqual([1, 2]);
  });

  it('answer in Redux Toolkit: a thunk, unwrapped', async () => {
    expect(await reduxToolkit().readThenWait()).toBe(1);
  });
});

describe('ownstate', () => {
  it('loses one of two updates as well, where they read and wait outside of its handlers', async () => {
    const store = createStore({ state: 0, commands: { set: (_count, count: number) => count } });
    const add = async () => {
      const before = store.snapshot();
      await store.ask.set(before + await serverSays(1));
    };
    await Promise.all([add(), add()]);
    expect(store.snapshot()).toBe(1);
  });
});

describe('docs/comparison.md', () => {
  const page = read('docs/comparison.md');
  const rows = libraries.map((library: Library) => {
    const own = answers[library.name as Name];
    if (library.package === undefined) return { name: `**${library.name}**`, answers: own };
    const { version } = JSON.parse(read(`node_modules/${library.package}/package.json`)) as { version: string };
    // The version stands behind the name and before the way of observing.
    return { name: library.name.replace(/,|$/, ` ${version}$&`), answers: own };
  });

  it.each([...draw(rows)])('has the table `%s` as the answers draw it', (name, table) => {
    const [begin, end] = [`<!-- begin ${name} -->\n`, `\n<!-- end ${name} -->`];
    expect(page.split(begin)[1]?.split(end)[0]).toBe(table);
  });

  it('has no other tables of answers', () => {
    expect([...page.matchAll(/<!-- begin (\w+) -->/g)].map(([, name]) => name)).toEqual([...draw(rows).keys()]);
  });

  it('links the counter of each library', () => {
    for (const { file } of libraries) expect(page).toContain(`(../specs/models/behaviour/${file})`);
  });
});
