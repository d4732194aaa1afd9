/**
 * The same definition in different places: optimistic as it is, as a part of an optimistic whole, of handlers of a part, and
 * as an optimistic part of a whole. Whatever is sent, and whatever fails: all show, answer and announce the same.
 */
import fc from 'fast-check';
import { createStore, effect, focus, reply, type Context } from 'ownstate';
import { attempt, optimistic, undoable } from 'ownstate/app';
import { VirtualTimeScheduler, Subject } from 'rxjs';
import { expect, it } from 'vitest';

interface Note { readonly id: number; readonly key: number; readonly done: boolean; readonly failed: boolean; readonly picky: boolean }
type List = readonly string[];
type Handle = (state: never, ...given: never[]) => never;

/** The commands of a list; what runs stands in `works`, until it ends. */
function commandsOf(works: Map<number, Subject<number>>) {
  const run = (id: number) => () => {
    const work = new Subject<number>();
    works.set(id, work);
    return work;
  };
  const guess = (policy: 'merge' | 'switch' | 'concat') => (list: List, { id, key, done, failed, picky }: Note, { now, emit }: Context<string>) => {
    if (picky && list.length % 2 === 1) throw new RangeError(`${id} doesn't fit`);
    emit(`guess ${id}`);
    return attempt<List, number, object>([...list, `${id}?${now()}`], {
      policy, key, run: run(id),
      ...(done && { done: (before: List, value: number, context: Context) => reply([...before, `${id}=${value}@${context.now()}`], 'done') }),
      ...(failed && { failed: (state: List, _error: unknown, context: Context) => [...state, `${id} failed@${context.now()}`] }),
    });
  };
  return {
    merge: guess('merge'), switch: guess('switch'), concat: guess('concat'),
    edit: (list: List, { id }: Note, context: Context<string>) => [...list, `${id}@${context.now()}`],
    drop: (list: List) => list.slice(1),
    load: (list: List, { id, picky }: Note) => effect([...list, `load ${id}`], {
      policy: 'merge', run: run(id),
      done: (state: List, value: number, { now, emit }: Context) => {
        if (picky && state.length % 2 === 1) throw new RangeError(`${id} doesn't fit`);
        emit(`loaded ${id}`);
        return [...state, `${id}=${value}@${now()}`];
      },
    }),
  };
}

const options = { limit: 4, group: ({ type, payload }: { type: string; payload?: unknown }) => type === 'edit' ? (payload as Note).key : undefined };
const inner = { get: ({ list }: { list: never }) => list, set: (whole: object, list: never) => ({ ...whole, list }) };
const focused = (commands: object) => Object.fromEntries(Object.entries(commands).map(([type, handle]) => [type, focus(handle as Handle, inner as never)]));

/** The definitions. Casts: the places differ, and so do their states, which are nobody's business. */
const places: Record<string, (works: Map<number, Subject<number>>) => { definition: never; see: (view: never) => unknown }> = {
  'as it is': (works) => ({
    definition: optimistic(undoable({ state: [] as List, commands: commandsOf(works) as never }, options as never)) as never,
    see: (view) => view,
  }),
  'of handlers of a part': (works) => ({
    definition: optimistic(undoable({ state: { list: [] as List }, commands: focused(commandsOf(works)) as never }, options as never)) as never,
    see: ({ present: { list }, ...rest }: { present: { list: List } }) => ({ present: list, ...rest }),
  }),
  'a part of an optimistic whole': (works) => {
    const { state, commands, view } = undoable({ state: [] as List, commands: commandsOf(works) as never }, options as never);
    return {
      definition: optimistic({ state: { list: state({ now: () => 0 }) }, commands: focused(commands) as never, view: ({ list }: { list: never }) => view(list) } as never) as never,
      see: (shown) => shown,
    };
  },
  'an optimistic part': (works) => {
    const { state, commands, view } = optimistic(undoable({ state: [] as List, commands: commandsOf(works) as never }, options as never));
    return {
      definition: { state: { list: (state as (clock: object) => unknown)({ now: () => 0 }) }, commands: focused(commands), view: ({ list }: { list: never }) => view(list) } as never,
      see: (shown) => shown,
    };
  },
};

const note = fc.record({
  type: fc.constantFrom('merge', 'switch', 'concat', 'edit', 'edit', 'drop', 'load'), key: fc.nat(1), done: fc.boolean(), failed: fc.boolean(), picky: fc.boolean(),
});
const move = fc.record({ type: fc.constantFrom('undo', 'redo', 'undo', 'clearHistory') });
const end = fc.record({ type: fc.constant('end'), which: fc.nat(9), fails: fc.boolean() });

it('is the same wherever it stands', () => {
  fc.assert(fc.property(fc.array(fc.oneof(note, move, end), { maxLength: 25, size: 'max' }), (steps) => {
    const runs = Object.entries(places).map(([place, make]) => {
      const works = new Map<number, Subject<number>>();
      const scheduler = new VirtualTimeScheduler();
      const { definition, see } = make(works);
      const store = createStore(definition, { scheduler, timeout: Infinity }) as never as {
        send(message: object): { subscribe(observer: object): void }; snapshot(): never;
        events$: { subscribe(next: (event: unknown) => void): void };
        errors$: { subscribe(next: (event: { error: Error }) => void): void };
      };
      const seen: unknown[] = [];
      store.events$.subscribe((event) => seen.push(event));
      store.errors$.subscribe(({ error }) => seen.push(`error ${error.message}`));
      steps.forEach((step, id) => {
        scheduler.frame++;
        if (step.type === 'end') {
          const { which, fails } = step as { which: number; fails: boolean };
          const [name, work] = [...works][which % works.size] ?? [];
          if (work === undefined) return;
          works.delete(name!);
          if (fails) work.error(new Error(`${name} fails`));
          else {
            work.next(id);
            work.complete();
          }
        } else {
          store.send({ type: step.type, payload: { id, ...step } }).subscribe({
            next: (value: unknown) => seen.push([id, value]), error: (error: Error) => seen.push([id, error.message]),
          });
        }
        seen.push(see(store.snapshot()));
      });
      return [place, seen] as const;
    });
    const [[, expected]] = runs as [readonly [string, unknown[]]];
    for (const [place, seen] of runs) expect([place, seen]).toEqual([place, expected]);
  }), { numRuns: 300 });
});
