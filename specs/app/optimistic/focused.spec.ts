/** An optimistic definition as a part of a larger one: what its handlers give back can be lifted, failures too. */
import { createStore, focus, reply, type Focus } from 'ownstate';
import { attempt, optimistic, type OptimisticOptions } from 'ownstate/app';
import { Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';

/** A store of a list that is a part of it; each attempt ends as its work says. */
function whole(works: Record<string, () => Subject<string>>, options: OptimisticOptions = {}, capacity = 9) {
  const { state, commands, view } = optimistic({
    name: 'list',
    state: [] as readonly string[],
    commands: {
      add: (list, what: string) => attempt([...list, what], { run: () => works[what]!() }),
      twice: (list, what: string) => attempt([...list, what], {
        run: () => works[what]!(),
        done: (before) => attempt([...before, `${what}?`], { run: () => works[what]!() }),
      }),
    },
  }, options);
  // Casts here and below: the state of an optimistic definition is nobody's business.
  interface Whole { readonly list: never; readonly notes: number }
  const where: Focus<Whole, never> = { get: ({ list }) => list, set: (now, list) => ({ ...now, list }) };
  const lifted = (handle: (...given: never[]) => unknown) => focus(handle as never, where) as unknown as (now: Whole, what: string) => Whole;
  const store = createStore({
    state: (): Whole => ({ list: state({ now: () => 0 }) as never, notes: 0 }),
    commands: { add: lifted(commands.add), twice: lifted(commands.twice), note: (now) => reply({ ...now, notes: now.notes + 1 }, now.notes) },
    view: ({ list, notes }: Whole) => ({ list: view(list), notes }),
  }, { mailbox: { capacity } });
  return store;
}

const messageOf = (asked: PromiseLike<unknown>) => asked.then((value) => value, (error: unknown) => (error as Error).message);

describe('an optimistic part', () => {
  it('takes back an attempt that failed, and leaves the rest as it is', async () => {
    const work = new Subject<string>();
    const store = whole({ tea: () => work });
    const asked = messageOf(store.ask.add('tea'));
    store.tell.note();
    expect(store.snapshot()).toEqual({ list: ['tea'], notes: 1 });
    work.error(new Error('no'));
    expect(await asked).toBe('no');
    expect(store.snapshot()).toEqual({ list: [], notes: 1 });
  });

  it('whose log is full stays as it is', async () => {
    const store = whole({ tea: () => new Subject(), milk: () => new Subject() }, { limit: 1 });
    store.ask.add('tea').subscribe({ error: () => undefined });
    expect(await messageOf(store.ask.add('milk'))).toContain('still in flight after 1 commands');
    expect(store.snapshot().list).toEqual(['tea']);
  });

  it('takes back an attempt whose next one has no room', async () => {
    const [work, other] = [new Subject<string>(), new Subject<string>()];
    const store = whole({ tea: () => work, milk: () => other }, {}, 1);
    const asked = messageOf(store.ask.twice('tea'));
    // The room that it leaves is taken before its result is folded.
    store.select(({ notes }) => notes).subscribe((notes) => {
      if (notes !== 1) return;
      store.ask.add('milk').subscribe({ error: () => undefined });
      work.complete();
    });
    store.tell.note();
    expect(await asked).toContain('mailbox');
    expect(store.snapshot()).toEqual({ list: ['milk'], notes: 1 });
  });
});
