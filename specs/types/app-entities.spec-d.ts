/** What is inferred of collections: the type of ids, the payloads of handlers; and what isn't taken. */
import { createStore, focus, type Reply } from 'ownstate';
import { entities, type EntityFunctions, type EntityId, type EntityIdOf, type EntityState, type EntityUpdate } from 'ownstate/app';
import { describe, expectTypeOf, it } from 'vitest';

interface Todo {
  readonly id: number;
  readonly text: string;
  readonly due?: string;
}

interface Book {
  readonly isbn: string;
  readonly title: string;
}

const todos = entities<Todo>({ id: ({ id }) => id });
const books = entities({ id: (book: Book) => book.isbn, sort: (a, b) => a.title.localeCompare(b.title) });

describe('the type of ids', () => {
  it('is that of the field `id`, or what the function gives', () => {
    expectTypeOf(todos).toEqualTypeOf<EntityFunctions<Todo, number>>();
    expectTypeOf(entities<Todo>()).toEqualTypeOf<EntityFunctions<Todo, number>>();
    expectTypeOf(entities<Todo>({ sort: (a, b) => a.id - b.id })).toEqualTypeOf<EntityFunctions<Todo, number>>();
    // @ts-expect-error: a book has no field `id`
    entities<Book>();
    // @ts-expect-error: nor is one named by its order
    entities<Book>({ sort: (a, b) => a.title.localeCompare(b.title) });
    // @ts-expect-error: a date is no id
    entities<{ readonly id: Date }>();
    expectTypeOf(books).toEqualTypeOf<EntityFunctions<Book, string>>();
    expectTypeOf(entities<Book>({ id: ({ isbn }) => isbn })).toEqualTypeOf<EntityFunctions<Book>>();
    expectTypeOf(entities<Book, string>({ id: ({ isbn }) => isbn })).toEqualTypeOf<EntityFunctions<Book, string>>();
    expectTypeOf<EntityIdOf<Todo>>().toEqualTypeOf<number>();
    expectTypeOf<EntityIdOf<Book>>().toEqualTypeOf<EntityId>();
    expectTypeOf<EntityIdOf<{ readonly id: Date }>>().toEqualTypeOf<EntityId>();
  });

  it('may be a brand of one\'s own', () => {
    type UserId = string & { readonly brand: 'user' };
    const users = entities({ id: (user: { readonly id: UserId }) => user.id });
    expectTypeOf(users.byId).parameter(1).toEqualTypeOf<UserId>();
    // @ts-expect-error: any text is no id of a user
    users.byId(users.none, 'ada');
  });
});

describe('a collection', () => {
  it('is plain and readonly', () => {
    expectTypeOf(todos.none).toEqualTypeOf<EntityState<Todo, number>>();
    expectTypeOf(todos.none.ids).toEqualTypeOf<readonly number[]>();
    expectTypeOf(todos.none.entities['a']).toEqualTypeOf<Todo | undefined>();
    expectTypeOf(todos.all(todos.none)).toEqualTypeOf<readonly Todo[]>();
    expectTypeOf(todos.byId(todos.none, 1)).toEqualTypeOf<Todo | undefined>();
    expectTypeOf(todos.none.ids).not.toHaveProperty('push');
    expectTypeOf(todos.all(todos.none)).not.toHaveProperty('sort');
    // @ts-expect-error: it's never changed in place
    todos.none.entities['a'] = { id: 1, text: 'a' };
  });

  it('takes items and ids of its own type only', () => {
    // @ts-expect-error: a book is no todo
    todos.add(todos.none, { isbn: '1', title: 'a' });
    // @ts-expect-error: without a text it's no todo
    todos.set(todos.none, { id: 1 });
    // @ts-expect-error: the id of a todo is a number
    todos.remove(todos.none, '1');
    // @ts-expect-error: a collection of books is none of todos
    todos.all(books.none);
    // @ts-expect-error: a todo has no title
    todos.update(todos.none, { id: 1, changes: { title: 'a' } });
    // @ts-expect-error: a function makes a whole item
    todos.update(todos.none, { id: 1, changes: () => ({ text: 'a' }) });
    // @ts-expect-error: an id is a string or a number
    entities({ id: (todo: Todo) => new Date(todo.id) });
    // @ts-expect-error: a text isn't an item
    entities<string>({ id: (text: string) => text });
  });
});

describe('its functions', () => {
  const store = createStore({
    state: todos.none,
    commands: { add: todos.add, update: todos.update, remove: todos.remove, clear: todos.clear, replaceAll: todos.replaceAll },
    queries: { byId: todos.byId, all: todos.all },
  });

  it('are handlers whose payload is inferred', () => {
    expectTypeOf(store.snapshot()).toEqualTypeOf<EntityState<Todo, number>>();
    expectTypeOf(store.ask.add).parameters.toEqualTypeOf<[Todo | readonly Todo[]]>();
    expectTypeOf(store.ask.add({ id: 1, text: 'a' })).toEqualTypeOf<Reply<undefined>>();
    expectTypeOf(store.tell.update).parameters.toEqualTypeOf<
      [EntityUpdate<Todo, number> | readonly EntityUpdate<Todo, number>[] | ((item: Todo) => Todo)]
    >();
    expectTypeOf(store.tell.remove).parameters.toEqualTypeOf<[number | readonly number[] | ((item: Todo) => boolean)]>();
    expectTypeOf(store.tell.clear).parameters.toEqualTypeOf<[]>();
    // @ts-expect-error: a todo has a text
    store.tell.add({ id: 1 });
    // @ts-expect-error: nothing can't be added
    store.tell.add();
  });

  it('are queries and projectors as they are', () => {
    expectTypeOf(store.ask.byId).parameters.toEqualTypeOf<[number]>();
    expectTypeOf(store.ask.byId(1)).toEqualTypeOf<Reply<Todo | undefined>>();
    store.select(todos.all).subscribe((all) => expectTypeOf(all).toEqualTypeOf<readonly Todo[]>());
    store.select(todos.count).subscribe((count) => expectTypeOf(count).toEqualTypeOf<number>());
  });

  it('change a part of a state by focus', () => {
    interface App { readonly todos: EntityState<Todo, number>; readonly filter: string }
    const app = createStore({
      state: (): App => ({ todos: todos.none, filter: '' }),
      commands: { add: focus(todos.add, { get: (whole: App) => whole.todos, set: (whole, part) => ({ ...whole, todos: part }) }) },
    });
    expectTypeOf(app.tell.add).parameters.toEqualTypeOf<[Todo | readonly Todo[]]>();
    expectTypeOf(app.snapshot()).toEqualTypeOf<App>();
  });
});
