/** Undoable parts of a whole, and one command that is of several, or does several things to one. */
import { createStore, focus, type Context, type Outcome } from 'ownstate';
import { attempt, optimistic, undoable } from 'ownstate/app';
import { Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';

const made = undoable({ state: '', commands: { type: (now: string, more: string) => now + more } });
const { commands, view } = made;
type History = ReturnType<typeof made.state>;
interface Both { readonly left: History; readonly right: History }

const first = made.state({ now: () => 0 });
const left = { get: (both: Both) => both.left, set: (both: Both, part: History): Both => ({ ...both, left: part }) };
const right = { get: (both: Both) => both.right, set: (both: Both, part: History): Both => ({ ...both, right: part }) };
// Casts: each of these answers at once, with a state in it.
type Move = (both: Both, payload: undefined, context: Context<never>) => Outcome<Both, boolean>;
type Edit = (both: Both, more: string, context: Context<never>) => Outcome<Both, undefined>;
const edit = (where: typeof left) => {
  const focused = focus(commands.type as never, where) as unknown as (...given: Parameters<Edit>) => Both;
  return (...given: Parameters<Edit>): Both => focused(...given);
};
const move = (type: 'undo' | 'redo', where: typeof left) => {
  const focused = focus(commands[type] as never, where) as unknown as Move;
  return (both: Both, context: Context<never>): Both => focused(both, undefined, context).next;
};

const definition = {
  state: { left: first, right: first } as Both,
  commands: {
    left: edit(left),
    right: edit(right),
    both: (now: Both, more: string, context: Context<never>) => edit(right)(edit(left)(now, more, context), more, context),
    twice: (now: Both, more: string, context: Context<never>) => edit(left)(edit(left)(now, more, context), more, context),
    undoBoth: (now: Both, _payload: void, context: Context<never>) => move('undo', right)(move('undo', left)(now, context), context),
    undoTwo: (now: Both, _payload: void, context: Context<never>) => move('undo', left)(move('undo', left)(now, context), context),
    redoTwo: (now: Both, _payload: void, context: Context<never>) => move('redo', left)(move('redo', left)(now, context), context),
  },
  view: (both: Both) => [view(both.left).present, view(both.right).present],
};
const guessing = {
  ...definition,
  commands: {
    ...definition.commands,
    guess: (now: Both, { more, work }: { more: string; work: Subject<unknown> }, context: Context<never>) => (
      attempt<Both, unknown, object>(edit(left)(now, more, context), { run: () => work })
    ),
  },
};

describe.each([
  ['of a whole', () => createStore(definition)],
  ['of an optimistic whole', () => createStore(optimistic(definition))],
])('undoable parts %s', (_what, make) => {
  it('have one step of one command, whatever it does to them', () => {
    const store = make();
    store.tell.left('a');
    store.tell.twice('b');
    expect(store.snapshot()).toEqual(['abb', '']);
    store.tell.undoBoth();
    expect(store.snapshot()).toEqual(['a', '']);
  });

  it('are undone by one command, each by its own step', () => {
    const store = make();
    store.tell.left('a');
    store.tell.right('b');
    store.tell.both('c');
    store.tell.left('d');
    store.tell.undoBoth();
    expect(store.snapshot()).toEqual(['ac', 'b']);
    store.tell.undoBoth();
    expect(store.snapshot()).toEqual(['a', '']);
  });

  it('are undone and done again by one command, several steps at once', () => {
    const store = make();
    for (const letter of 'abc') store.tell.left(letter);
    store.tell.undoTwo();
    expect(store.snapshot()).toEqual(['a', '']);
    store.tell.redoTwo();
    expect(store.snapshot()).toEqual(['abc', '']);
  });
});

describe('undoable parts of an optimistic whole', () => {
  it.each([
    ['undoTwo', 'ab', ['a', '']],
    ['undoBoth', 'ab', ['ab', '']],
    ['undoBoth', '', ['', '']],
  ] as const)('keep what %s undid, behind an attempt that fails: %j before it', (how, before, expected) => {
    const store = createStore(optimistic(guessing));
    for (const letter of before) store.tell.left(letter);
    store.tell.right('r');
    const work = new Subject<unknown>();
    store.ask.guess({ more: '?', work }).subscribe({ error: () => undefined });
    store.tell[how]();
    work.error(new Error('no'));
    expect(store.snapshot()).toEqual(how === 'undoTwo' ? [expected[0], 'r'] : expected);
  });
});
