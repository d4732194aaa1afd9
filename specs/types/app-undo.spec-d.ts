/** What is inferred of undoable and optimistic definitions, and what doesn't compile. */
import { createStore, effect, reply, type, type Reply } from 'ownstate';
import { attempt, optimistic, replaceable, undoable, type UndoableView } from 'ownstate/app';
import { timer, map, type Observable } from 'rxjs';
import { describe, expectTypeOf, it } from 'vitest';

interface Todo { readonly id: number | undefined; readonly title: string; readonly done?: boolean }
interface Todos { readonly list: readonly Todo[]; readonly message?: string | undefined }

const none: Todos = { list: [] };

const save = async (title: string) => title.length;

const todos = createStore(optimistic({
  name: 'todos',
  state: none,
  events: type<'added'>(),
  commands: {
    add: (state, title: string, { emit }) => attempt({ ...state, list: [...state.list, { id: undefined, title }] }, {
      policy: 'concat',
      run: ({ signal }) => {
        expectTypeOf(signal).toEqualTypeOf<AbortSignal>();
        emit('added');
        return save(title);
      },
      done: (before, id) => {
        expectTypeOf(before).toEqualTypeOf<Todos>();
        expectTypeOf(id).toEqualTypeOf<number>();
        return reply({ ...before, list: [...before.list, { id, title }] }, id);
      },
      failed: (now, error) => ({ ...now, message: String(error) }),
    }),
    remove: (state, id: number) => attempt({ ...state, list: state.list.filter((todo) => todo.id !== id) }, { run: () => save('x') }),
    rename: (state, to: { id: number; title: string }) => attempt(state, {
      key: to.id,
      run: () => timer(1).pipe(map(() => to.title)),
      failed: (now) => reply(now, false),
    }),
    close: (state) => attempt(state, { run: () => save(''), done: (before) => before }),
    clear: (state) => ({ ...state, list: [] }),
    load: (state) => effect(state, { run: () => save(''), done: (now, n) => reply(now, n) }),
  },
  queries: { count: ({ list }) => list.length },
}));

describe('an optimistic definition', () => {
  it('is for callers what it was', () => {
    expectTypeOf(todos.snapshot()).toEqualTypeOf<Todos>();
    expectTypeOf(todos.events$).toEqualTypeOf<Observable<'added'>>();
    expectTypeOf(todos.ask.add('Buy milk')).toEqualTypeOf<Reply<number>>();
    expectTypeOf(todos.ask.remove(5)).toEqualTypeOf<Reply<number>>();
    expectTypeOf(todos.ask.rename({ id: 5, title: '' })).toEqualTypeOf<Reply<string | boolean | undefined>>();
    expectTypeOf(todos.ask.close()).toEqualTypeOf<Reply<undefined>>();
    expectTypeOf(todos.ask.clear()).toEqualTypeOf<Reply<undefined>>();
    expectTypeOf(todos.ask.load()).toEqualTypeOf<Reply<number>>();
    expectTypeOf(todos.ask.count()).toEqualTypeOf<Reply<number>>();
    // @ts-expect-error -- a payload of another type
    todos.tell.add(5);
    expectTypeOf(todos.tell).not.toHaveProperty('undo');
  });
});

describe('an attempt', () => {
  it('takes a state of its definition, and a plan that can be carried out', () => {
    const state: Todos = { list: [] };
    // @ts-expect-error -- a field that no plan has
    attempt(state, { run: () => save(''), undone: () => state });
    // @ts-expect-error -- no work
    attempt(state, { done: () => state });
    // @ts-expect-error -- work that gives nothing to wait for
    attempt(state, { run: () => 5 });
    // @ts-expect-error -- no such policy
    attempt(state, { run: () => save(''), policy: 'queue' });
    createStore(optimistic({
      state,
      // @ts-expect-error -- a state of another type
      commands: { add: () => attempt({ list: 5 }, { run: () => save('') }) },
    }));
    createStore(optimistic({
      state,
      // @ts-expect-error -- done gives a state of another type
      commands: { add: (now) => attempt(now, { run: () => save(''), done: () => 5 }) },
    }));
  });
});

const text = createStore(undoable({
  name: 'text',
  state: { words: [] as readonly string[] },
  events: type<'typed'>(),
  commands: {
    type: (now, word: string) => reply({ words: [...now.words, word] }, now.words.length),
    zoom: (now, factor: number = 1) => reply(now, factor),
    clear: () => ({ words: [] }),
  },
  queries: { count: ({ words }, more: number) => words.length + more },
  view: ({ words }) => words.join(' '),
  ticks: { clear: 1000 },
}, {
  limit: 10,
  record: (command) => {
    expectTypeOf(command.type).toEqualTypeOf<'type' | 'zoom' | 'clear'>();
    return command.type !== 'zoom';
  },
  group: ({ type, payload }) => {
    if (type === 'type') expectTypeOf(payload).toEqualTypeOf<string>();
    return type;
  },
}));

describe('an undoable definition', () => {
  it('has its commands, and those of a history', () => {
    expectTypeOf(text.snapshot()).toEqualTypeOf<UndoableView<string>>();
    expectTypeOf(text.select(({ canUndo }) => canUndo)).toEqualTypeOf<Observable<boolean>>();
    expectTypeOf(text.events$).toEqualTypeOf<Observable<'typed'>>();
    expectTypeOf(text.ask.type('a')).toEqualTypeOf<Reply<number>>();
    expectTypeOf(text.ask.clear()).toEqualTypeOf<Reply<undefined>>();
    expectTypeOf(text.ask.zoom()).toEqualTypeOf<Reply<number>>();
    expectTypeOf(text.ask.count(1)).toEqualTypeOf<Reply<number>>();
    expectTypeOf(text.ask.undo()).toEqualTypeOf<Reply<boolean>>();
    expectTypeOf(text.ask.redo()).toEqualTypeOf<Reply<boolean>>();
    expectTypeOf(text.ask.clearHistory()).toEqualTypeOf<Reply<undefined>>();
    // @ts-expect-error -- no payload
    text.tell.undo(2);
    // @ts-expect-error -- a payload of another type
    text.tell.type(5);
    expectTypeOf(text.snapshot()).not.toHaveProperty('words');
  });

  it('takes options of its commands', () => {
    const definition = { state: 0, commands: { add: (n: number, by: number) => n + by } };
    // @ts-expect-error -- no such option
    undoable(definition, { max: 5 });
    // @ts-expect-error -- says nothing
    undoable(definition, { record: () => 'yes' });
    // @ts-expect-error -- no such field
    undoable(definition, { group: ({ name }: { name: string }) => name });
    // @ts-expect-error -- a handler of another state
    undoable({ state: 0, commands: { add: (n: string) => n } });
  });

  it('may be optimistic, and replaceable within', () => {
    const all = createStore(optimistic(undoable(replaceable({
      state: none,
      commands: { add: (state, title: string) => attempt({ list: [...state.list, { id: 1, title }] }, { run: () => save(title) }) },
    }))));
    expectTypeOf(all.snapshot()).toEqualTypeOf<UndoableView<Todos>>();
    expectTypeOf(all.ask.add('a')).toEqualTypeOf<Reply<number>>();
    expectTypeOf(all.ask.undo()).toEqualTypeOf<Reply<boolean>>();
    all.tell.replace({ list: [] });
    all.tell.replace(({ list }) => ({ list }));
    // @ts-expect-error -- a state of another type
    all.tell.replace({ list: 5 });
  });
});
