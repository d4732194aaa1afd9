/**
 * An optimistic definition against a plain model: a list of all commands, folded anew after each event, without those that
 * have failed. Whatever comes in whatever order, the view is the model's, each reply is, and nothing else is lost.
 */
import fc from 'fast-check';
import { createStore, effect, reply, SupersededError, BusyError, type EffectPolicy, type Reply } from 'ownstate';
import { attempt, CommandDroppedError, optimistic } from 'ownstate/app';
import { Subject } from 'rxjs';
import { expect, it } from 'vitest';

/** Steps that don't commute, and some that don't fit each state. */
interface Book { readonly items: readonly string[]; readonly n: number }

interface Order {
  readonly id: number;
  readonly key: number;
  /** What the result does: nothing, the same anew, something that may throw. */
  readonly done: 'none' | 'other' | 'throws';
  readonly failed: boolean;
  readonly picky: boolean;
}

const empty: Book = { items: [], n: 0 };

const guess = (book: Book, { id, picky }: Order): Book => {
  // It fits only where an even number of others is there.
  if (picky && book.items.length % 2 === 1) throw new RangeError(`${id} doesn't fit`);
  return { items: [...book.items, `${id}?`], n: book.n * 2 + id };
};
const finish = (book: Book, { id, done }: Order, value: number): Book => {
  if (done === 'throws' && book.n % 3 !== 0) throw new RangeError(`${id} can't be done`);
  return { items: [...book.items, `${id}=${value}`], n: book.n * 3 + value };
};
const mourn = (book: Book, { id }: Order): Book => ({ ...book, items: [...book.items, `${id} failed`] });
const rename = (book: Book, id: number): Book => {
  if (!book.items.includes(`${id}?`)) throw new RangeError(`no ${id}`);
  return { ...book, items: book.items.map((item) => item === `${id}?` ? `${id}!` : item) };
};
const double = (book: Book): Book => ({ ...book, n: book.n * 2 + 1 });
const loaded = (book: Book, value: number): Book => ({ items: book.items.slice(1), n: book.n + value });

const policies = ['merge', 'concat', 'switch', 'exhaust'] as const;

/** What runs. */
interface Work { readonly id: number; readonly result: Subject<number>; readonly signal: AbortSignal }

function bookStore(works: Work[]) {
  const run = (id: number) => ({ signal }: { signal: AbortSignal }) => {
    const work = { id, result: new Subject<number>(), signal };
    works.push(work);
    return work.result;
  };
  const sending = (policy: EffectPolicy) => (book: Book, order: Order) => {
    const plan = {
      policy, key: order.key, concurrency: 2, run: run(order.id),
      ...(order.done !== 'none' && { done: (before: Book, value: number) => reply(finish(before, order, value), `done ${value}`) }),
      ...(order.failed && { failed: (now: Book) => mourn(now, order) }),
    };
    return attempt<Book, number, typeof plan>(guess(book, order), plan);
  };
  return createStore(optimistic({
    name: 'book',
    state: empty,
    commands: {
      merge: sending('merge'), concat: sending('concat'), switch: sending('switch'), exhaust: sending('exhaust'),
      rename: (book, id: number) => reply(rename(book, id), 'renamed'),
      double: (book) => double(book),
      load: (book, id: number) => effect(double(book), { policy: 'merge', run: run(id), done: (now: Book, value) => reply(loaded(now, value), 'loaded') }),
    },
  }));
}

/** A command of the model: what it does, as far as it's known. */
interface Line {
  readonly id: number;
  readonly lane: string;
  fold: (book: Book) => Book;
  flying: boolean;
  order?: Order;
}

class Model {
  lines: Line[] = [];
  replies = new Map<number, unknown>();

  /** The state after all lines, or before one of them; a line that throws does nothing. */
  state(before?: Line): Book {
    let book = empty;
    for (const line of this.lines) {
      if (line === before) break;
      try {
        book = line.fold(book);
      } catch { /* It does nothing. */ }
    }
    return book;
  }

  send(policy: EffectPolicy, order: Order): void {
    const { id } = order;
    const lane = `${policy} ${order.key}`;
    const others = this.lines.filter((line) => line.flying && line.lane === lane);
    const line: Line = { id, lane, order, flying: true, fold: (book) => guess(book, order) };
    // The handler sees the state as it was shown.
    if (!this.#fits(line)) return;
    if (policy === 'exhaust' && others.length > 0) return void this.replies.set(id, BusyError);
    if (policy === 'switch') {
      const before = this.lines;
      this.lines = this.lines.filter((other) => !others.includes(other));
      if (!this.#fits(line)) return void (this.lines = before);
      for (const other of others) this.replies.set(other.id, SupersededError);
    }
    this.lines.push(line);
  }

  /** A command that's certain at once. */
  local(id: number, fold: Line['fold'], answer: unknown): void {
    const line = { id, lane: '', flying: false, fold };
    if (!this.#fits(line)) return;
    this.lines.push(line);
    if (answer !== undefined) this.replies.set(id, answer);
  }

  end(id: number, value: number, error: Error | undefined): void {
    const line = this.lines.find((other) => other.id === id && other.flying);
    if (!line) {
      if (error) this.replies.set(id, error.message);
      else this.local(id, (book) => loaded(book, value), 'loaded');
      return;
    }
    const order = line.order!;
    const fold = error || order.done === 'none' ? line.fold : (book: Book) => finish(book, order, value);
    const drop = (reason: unknown) => {
      this.replies.set(id, reason);
      this.lines = this.lines.filter((other) => other !== line);
    };
    try {
      if (error) throw error;
      fold(this.state(line));
      this.replies.set(id, order.done === 'none' ? value : `done ${value}`);
      Object.assign(line, { fold, flying: false });
    } catch (thrown) {
      drop((thrown as Error).message);
    }
    if (error && order.failed) this.lines.push({ id, lane: '', flying: false, fold: (book) => mourn(book, order) });
  }

  #fits({ id, fold }: Line): boolean {
    try {
      fold(this.state());
      return true;
    } catch (error) {
      this.replies.set(id, (error as Error).message);
      return false;
    }
  }
}

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({
    type: fc.constantFrom(...policies), key: fc.nat(1), done: fc.constantFrom('none', 'other', 'throws'), failed: fc.boolean(), picky: fc.boolean(),
  }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constantFrom('rename' as const, 'double' as const, 'load' as const), back: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('end' as const), which: fc.nat(20), fails: fc.boolean() }) },
);

it('is what is left of its commands, folded in their order, whatever fails and whenever', async () => {
  await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 30 }), fc.infiniteStream(fc.boolean()), async (steps, coins) => {
    const works: Work[] = [];
    const store = bookStore(works);
    const model = new Model();
    const replies = new Map<number, unknown>();
    const errors: unknown[] = [];
    store.errors$.subscribe(({ error }) => errors.push(error));
    const views: unknown[] = [];
    store.select().subscribe((view) => views.push(view));
    const listen = (id: number, given: Reply<unknown>) => {
      given.subscribe({
        next: (value) => replies.set(id, value),
        error: (error: unknown) => replies.set(id, error instanceof SupersededError || error instanceof BusyError ? error.constructor : (error as Error).message),
      });
    };
    const end = (index: number, fails: boolean) => {
      const [{ id, result }] = works.splice(index, 1) as [Work];
      const error = fails ? new Error(`${id} failed`) : undefined;
      model.end(id, id * 7, error);
      if (error) return result.error(error);
      result.next(id * 7);
      result.complete();
    };
    const same = () => {
      expect(store.snapshot()).toEqual(model.state());
      expect(views.at(-1)).toEqual(model.state());
      for (const [index, { signal }] of [...works.entries()].reverse()) if (signal.aborted) works.splice(index, 1);
      expect(Object.fromEntries(replies)).toEqual(Object.fromEntries(model.replies));
    };
    for (const [id, { type, ...given }] of steps.entries()) {
      if (type === 'end') {
        const { which, fails } = given as { which: number; fails: boolean };
        if (works.length > 0) end(which % works.length, fails);
      } else if (type === 'rename') {
        const { back } = given as { back: number };
        model.local(id, (book) => rename(book, id - back), 'renamed');
        listen(id, store.ask.rename(id - back));
      } else if (type === 'double') {
        model.local(id, double, undefined);
        store.tell.double();
      } else if (type === 'load') {
        model.local(id, double, undefined);
        listen(id, store.ask.load(id));
      } else {
        const order = { id, ...given } as Order;
        model.send(type, order);
        listen(id, store.ask[type](order));
      }
      same();
    }
    for (const coin of coins) {
      if (works.length === 0) break;
      end(works.length - 1, coin);
      same();
    }
    // What is certain stays what it is; every reply has settled; what was dropped was told.
    expect(store.status()).toMatchObject({ effects: 0, replies: 0, waiting: 0 });
    expect(errors.every((error) => error instanceof CommandDroppedError)).toBe(true);
    await store.shutdown();
    expect(views.at(-1)).toEqual(model.state());
  }), { numRuns: 400 });
});
