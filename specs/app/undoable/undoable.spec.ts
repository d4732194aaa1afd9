/** What undo, redo and clearHistory do, and which commands make a step. */
import { createStore, effect, reply, type, type Definition } from 'ownstate';
import { replaceable, undoable } from 'ownstate/app';
import { marbles } from 'ownstate/testing';
import { concat, map, of, Subject, throwError, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';

/** A text that is typed. */
const text = {
  name: 'text',
  state: '',
  commands: {
    type: (now: string, more: string) => reply(now + more, now.length + more.length),
    select: (now: string) => now,
    fail: (): string => { throw new RangeError('no'); },
  },
  queries: { length: (now: string) => now.length },
} satisfies Definition<string, never>;

/** What can be seen, in short. */
const seen = (store: { snapshot(): { present: unknown; canUndo: boolean; canRedo: boolean } }): unknown[] => {
  const { present, canUndo, canRedo } = store.snapshot();
  return [present, canUndo ? 'undo' : '', canRedo ? 'redo' : ''];
};

describe('an undoable definition', () => {
  it('has the commands, replies and queries that it had', async () => {
    const store = createStore(undoable(text));
    expect(store.name).toBe('text');
    expect(await store.ask.type('ab')).toBe(2);
    expect(await store.ask.length()).toBe(2);
  });

  it('shows its present, and whether there is something to undo and to redo', () => {
    const store = createStore(undoable(text));
    expect(seen(store)).toEqual(['', '', '']);
    store.tell.type('a');
    expect(seen(store)).toEqual(['a', 'undo', '']);
    store.tell.undo();
    expect(seen(store)).toEqual(['', '', 'redo']);
  });

  it('shows the view of its definition as the present', () => {
    const store = createStore(undoable({ state: { n: 1 }, commands: { add: ({ n }) => ({ n: n + 1 }) }, view: ({ n }) => n }));
    store.tell.add();
    expect(store.snapshot()).toEqual({ present: 2, canUndo: true, canRedo: false });
  });

  it('announces what it announced', () => {
    const store = createStore(undoable({ state: 0, events: type<string>(), commands: { add: (n, _payload: void, { emit }) => (emit('added'), n + 1) } }));
    const events: string[] = [];
    store.events$.subscribe((event) => events.push(event));
    store.tell.add();
    expect(events).toEqual(['added']);
  });

  it('shows nothing new where nothing has changed', () => {
    const store = createStore(undoable(text));
    const views: unknown[] = [];
    store.select().subscribe((view) => views.push(view));
    store.tell.select();
    store.tell.undo();
    store.tell.redo();
    store.tell.clearHistory();
    expect(views).toHaveLength(1);
  });
});

describe('undo and redo', () => {
  it('go back and on, and reply whether they did', async () => {
    const store = createStore(undoable(text));
    expect(await store.ask.undo()).toBe(false);
    store.tell.type('a');
    store.tell.type('b');
    expect([await store.ask.undo(), await store.ask.undo(), await store.ask.undo()]).toEqual([true, true, false]);
    expect(seen(store)).toEqual(['', '', 'redo']);
    expect([await store.ask.redo(), await store.ask.redo(), await store.ask.redo()]).toEqual([true, true, false]);
    expect(seen(store)).toEqual(['ab', 'undo', '']);
  });

  it('give back the very states that were', () => {
    const first = { n: 0 };
    const store = createStore(undoable({ state: first, commands: { add: ({ n }) => ({ n: n + 1 }) } }));
    store.tell.add();
    const second = store.snapshot().present;
    store.tell.undo();
    expect(store.snapshot().present).toBe(first);
    store.tell.redo();
    expect(store.snapshot().present).toBe(second);
  });

  it('take no payload: a click is none', () => {
    const store = createStore(undoable(text));
    store.tell.type('a');
    (store.tell.undo as (event: unknown) => void)({ type: 'click' });
    expect(seen(store)).toEqual(['', '', 'redo']);
  });

  it('are at an end after a new step', () => {
    const store = createStore(undoable(text));
    store.tell.type('a');
    store.tell.undo();
    store.tell.type('b');
    store.tell.redo();
    expect(seen(store)).toEqual(['b', 'undo', '']);
  });

  it('begin anew after clearHistory, which leaves the state', async () => {
    const store = createStore(undoable(text));
    for (const letter of 'ab') store.tell.type(letter);
    store.tell.undo();
    expect(await store.ask.clearHistory()).toBe(undefined);
    expect(seen(store)).toEqual(['a', '', '']);
    store.tell.type('c');
    store.tell.undo();
    expect(seen(store)).toEqual(['a', '', 'redo']);
  });
});

describe('a step', () => {
  it('is one command, however many states its Observable emits', marbles((m) => {
    const store = m.store(undoable({
      state: '',
      commands: { play: () => m.cold('-a-b-c|') },
    }));
    store.tell.play();
    m.flush();
    expect(seen(store)).toEqual(['c', 'undo', '']);
    store.tell.undo();
    expect(seen(store)).toEqual(['', '', 'redo']);
  }));

  it('is none where the state stays, at last', marbles((m) => {
    const store = m.store(undoable({ state: 'x', commands: { play: () => m.cold('-a-x|') } }));
    store.tell.play();
    m.flush();
    expect(seen(store)).toEqual(['x', '', '']);
  }));

  it('is made by a Promise when it is there', async () => {
    const store = createStore(undoable({ state: 0, commands: { add: async (n, by: number) => reply(n + by, by) } }));
    expect(await store.ask.add(5)).toBe(5);
    expect(seen(store)).toEqual([5, 'undo', '']);
  });

  it('is none of a command that fails, and ends no future', async () => {
    const store = createStore(undoable(text));
    store.tell.type('a');
    store.tell.undo();
    await expect(store.ask.fail()).rejects.toThrow('no');
    expect(seen(store)).toEqual(['', '', 'redo']);
  });

  it('is what an Observable showed before it failed', async () => {
    const store = createStore(undoable({ state: 0, commands: { play: () => concat(of(1, 2), throwError(() => new Error('no'))) } }));
    await expect(store.ask.play()).rejects.toThrow('no');
    expect(seen(store)).toEqual([2, 'undo', '']);
    store.tell.undo();
    expect(seen(store)).toEqual([0, '', 'redo']);
  });

  it('is made by ticks and timers as well, unless they are left out', marbles((m) => {
    const clock = { state: 0, commands: { tick: (n: number) => n + 1 }, ticks: { tick: 10 } };
    const all = m.store(undoable(clock));
    const none = m.store(undoable(clock, { record: () => false }));
    const later = m.store(undoable({
      state: '', commands: { start: (now, _payload: void, { timers }) => (timers.set('end', 5, 'end'), now), end: () => 'over' },
    }));
    later.tell.start();
    m.expect(all.select(), '^ 24ms !').toBeObservable('a 9ms b 9ms c', {
      a: { present: 0, canUndo: false, canRedo: false },
      b: { present: 1, canUndo: true, canRedo: false },
      c: { present: 2, canUndo: true, canRedo: false },
    });
    m.flush();
    expect([seen(none), seen(later)]).toEqual([[2, '', ''], ['over', 'undo', '']]);
  }));

  it('goes when it is older than `limit` others', () => {
    const store = createStore(undoable(text, { limit: 2 }));
    for (const letter of 'abcd') store.tell.type(letter);
    for (let times = 0; times < 5; times++) store.tell.undo();
    expect(seen(store)).toEqual(['ab', '', 'redo']);
    for (let times = 0; times < 5; times++) store.tell.redo();
    expect(seen(store)).toEqual(['abcd', 'undo', '']);
  });

  it('is kept among 100 others unless said otherwise, and for ever by Infinity', async () => {
    const undos = async (limit?: number) => {
      const store = createStore(undoable(text, limit === undefined ? {} : { limit }));
      for (let n = 0; n < 150; n++) store.tell.type('x');
      let count = 0;
      while (await store.ask.undo()) count++;
      return count;
    };
    expect([await undos(), await undos(Infinity)]).toEqual([100, 150]);
  });
});

describe('an effect', () => {
  function loader() {
    const work = new Subject<string>();
    const store = createStore(undoable({
      state: '',
      commands: {
        load: (now) => effect(`${now}…`, { run: () => work, done: (then: string, what) => then.replace('…', what), failed: (then) => then.replace('…', '') }),
        type: (now, more: string) => now + more,
        quietly: (now) => effect(now, { run: () => work, done: (then: string, what) => then + what }),
      },
    }));
    const end = (what: string) => {
      work.next(what);
      work.complete();
    };
    return { store, work, end };
  }

  it('joins the step of its command while that is the latest', () => {
    const { store, end } = loader();
    store.tell.load();
    end('hits');
    expect(seen(store)).toEqual(['hits', 'undo', '']);
    store.tell.undo();
    expect(seen(store)).toEqual(['', '', 'redo']);
    store.tell.redo();
    expect(seen(store)).toEqual(['hits', 'undo', '']);
  });

  it('that fails joins it, too: what leads back to where the step began is no step', () => {
    const { store, work } = loader();
    store.errors$.subscribe();
    store.tell.load();
    work.error(new Error('no'));
    expect(seen(store)).toEqual(['', '', '']);
  });

  it('makes a step of its own where others came between', () => {
    const { store, end } = loader();
    store.tell.load();
    store.tell.type('a');
    end('hits');
    expect(store.snapshot().present).toBe('hitsa');
    store.tell.undo();
    expect(store.snapshot().present).toBe('…a');
    store.tell.undo();
    expect(store.snapshot().present).toBe('…');
  });

  it('makes a step of its own where its command changed nothing', () => {
    const { store, end } = loader();
    store.tell.type('a');
    store.tell.quietly();
    expect(seen(store)).toEqual(['a', 'undo', '']);
    end('b');
    store.tell.undo();
    expect(seen(store)).toEqual(['a', 'undo', 'redo']);
  });

  it('is folded into the present where its command was undone, which ends the future', () => {
    const { store, end } = loader();
    store.tell.type('a');
    store.tell.quietly();
    store.tell.undo();
    end('b');
    expect(seen(store)).toEqual(['b', 'undo', '']);
    store.tell.undo();
    expect(seen(store)).toEqual(['', '', 'redo']);
  });

  it('joins the step of its command when those behind it were undone, which ends the future', () => {
    const { store, end } = loader();
    store.tell.load();
    store.tell.type('a');
    store.tell.undo();
    end('hits');
    expect(seen(store)).toEqual(['hits', 'undo', '']);
    store.tell.undo();
    expect(seen(store)).toEqual(['', '', 'redo']);
  });
});

describe('record', () => {
  it('leaves out commands: they change the present, and neither past nor future', () => {
    const notes = createStore(undoable({
      state: { text: '', zoom: 1 },
      commands: { type: (now, more: string) => ({ ...now, text: now.text + more }), zoom: (now, zoom: number) => ({ ...now, zoom }) },
    }, { record: ({ type, payload }) => type !== 'zoom' || payload > 9 }));
    notes.tell.zoom(2);
    expect(seen(notes)).toEqual([{ text: '', zoom: 2 }, '', '']);
    notes.tell.type('a');
    notes.tell.zoom(3);
    notes.tell.undo();
    expect(seen(notes)).toEqual([{ text: '', zoom: 2 }, '', 'redo']);
    notes.tell.zoom(4);
    expect(seen(notes)).toEqual([{ text: '', zoom: 4 }, '', 'redo']);
    notes.tell.zoom(10);
    expect(seen(notes)).toEqual([{ text: '', zoom: 10 }, 'undo', '']);
  });

  it('leaves out what their effects change', async () => {
    const store = createStore(undoable({
      state: 0, commands: { load: (n) => effect(n, { run: async () => 5, done: (_now: number, loaded) => loaded }) },
    }, { record: () => false }));
    await store.ask.load();
    expect(seen(store)).toEqual([5, '', '']);
  });

  it('that throws fails the command, and changes nothing', async () => {
    const store = createStore(undoable(text, { record: () => { throw new RangeError('odd'); } }));
    await expect(store.ask.type('a')).rejects.toThrow('odd');
    expect(seen(store)).toEqual(['', '', '']);
  });
});

describe('group', () => {
  const make = () => createStore(undoable(text, { group: ({ type, payload }) => type === 'type' && payload !== ' ' ? 'word' : undefined }));

  it('joins steps of the same key that follow each other', () => {
    const store = make();
    for (const letter of 'ab cd') store.tell.type(letter);
    store.tell.undo();
    expect(seen(store)).toEqual(['ab ', 'undo', 'redo']);
    store.tell.undo();
    expect(seen(store)).toEqual(['ab', 'undo', 'redo']);
    store.tell.undo();
    expect(seen(store)).toEqual(['', '', 'redo']);
    store.tell.redo();
    expect(seen(store)).toEqual(['ab', 'undo', 'redo']);
  });

  it('does not join what an undo or a redo stands between', () => {
    const store = make();
    for (const letter of 'ab ') store.tell.type(letter);
    store.tell.undo();
    store.tell.type('c');
    store.tell.undo();
    expect(store.snapshot().present).toBe('ab');
    store.tell.redo();
    store.tell.type('d');
    store.tell.undo();
    expect(store.snapshot().present).toBe('abc');
  });

  it('joins effects of each command of the group', () => {
    const works = [new Subject<string>(), new Subject<string>()];
    const store = createStore(undoable({
      state: '',
      commands: { load: (now, n: number) => effect(`${now}${n}`, { policy: 'merge', run: () => works[n]!, done: (then: string, what) => then + what }) },
    }, { group: () => 'loads' }));
    store.tell.load(0);
    store.tell.load(1);
    for (const [n, work] of works.entries()) {
      work.next('ab'[n]!);
      work.complete();
    }
    expect(store.snapshot().present).toBe('01ab');
    store.tell.undo();
    expect(seen(store)).toEqual(['', '', 'redo']);
  });

  it('joins the effect of a command to the step that this has joined, also after an undo and a redo', () => {
    const work = new Subject<string>();
    const store = createStore(undoable({
      state: '',
      commands: {
        type: (now, more: string) => now + more,
        load: (now) => effect(`${now}…`, { run: () => work, done: (then: string, what) => then.replace('…', what) }),
      },
    }, { group: () => 'word' }));
    store.tell.type('a');
    store.tell.load();
    store.tell.undo();
    store.tell.redo();
    work.next('b');
    work.complete();
    expect(seen(store)).toEqual(['ab', 'undo', '']);
    store.tell.undo();
    expect(seen(store)).toEqual(['', '', 'redo']);
  });

  it('whose step is none, since all of it was taken back, is joined no more: what comes next is no part of the step before', () => {
    const edits = createStore(undoable({
      state: '',
      commands: { paste: (now, more: string) => now + more, type: (now, more: string) => now + more, erase: (now) => now.slice(0, -1) },
    }, { group: ({ type }) => type === 'paste' ? undefined : 'keys' }));
    edits.tell.paste('pasted');
    edits.tell.type('a');
    edits.tell.erase();
    edits.tell.type('b');
    edits.tell.undo();
    expect(seen(edits)).toEqual(['pasted', 'undo', 'redo']);
  });

  it('that throws fails the command, and changes nothing', async () => {
    const store = createStore(undoable(text, { group: () => { throw new RangeError('odd'); } }));
    await expect(store.ask.type('a')).rejects.toThrow('odd');
    expect(seen(store)).toEqual(['', '', '']);
  });
});

describe('with replaceable', () => {
  it('a state that is put in is a step, unless it is left out', async () => {
    const definition = replaceable(text);
    const all = createStore(undoable(definition));
    const saved = createStore(undoable(definition, { record: ({ type }) => type !== 'replace' }));
    for (const store of [all, saved]) await store.ask.replace(async (now) => `${now}saved`);
    expect([seen(all), seen(saved)]).toEqual([['saved', 'undo', ''], ['saved', '', '']]);
  });
});

describe('what can not be', () => {
  it.each<[string, unknown, unknown, string]>([
    ['no definition', null, {}, 'Expected `definition` to be an object, got null'],
    ['no commands', { state: 0 }, {}, 'Expected `commands` to be an object, got undefined'],
    ['a handler', { state: 0, commands: { add: 5 } }, {}, 'Expected `add` to be a function, got 5'],
    ['queries', { ...text, queries: null }, {}, 'Expected `queries` to be an object, got null'],
    ['a query', { ...text, queries: { get: 5 } }, {}, 'Expected `get` to be a function, got 5'],
    ['a view', { ...text, view: 'all' }, {}, "Expected `view` to be a function, got 'all'"],
    ...['undo', 'redo', 'clearHistory'].map((type): [string, unknown, unknown, string] => [
      `a command ${type}`, { state: 0, commands: { [type]: () => 0 } }, {}, `Expected \`commands\` to be a table without a command \`${type}\`, got [object Object]`,
    ]),
    ['no options', text, null, 'Expected `options` to be an object, got null'],
    ...[0, -1, 1.5, NaN, '5', null].map((limit): [string, unknown, unknown, string] => [
      `the limit ${String(limit)}`, text, { limit }, 'Expected `limit` to be a positive integer or Infinity, got ',
    ]),
    ['a record', text, { record: true }, 'Expected `record` to be a function, got true'],
    ['a group', text, { group: 'word' }, "Expected `group` to be a function, got 'word'"],
  ])('%s is refused at once', (_what, definition, options, message) => {
    expect(() => undoable(definition as never, options as never)).toThrow(TypeError);
    expect(() => undoable(definition as never, options as never)).toThrow(message);
  });

  class Basket { readonly items = []; }

  it.each<[string, unknown]>([['Map', new Map()], ['Set', new Set()], ['class instance', new Basket()], ['Date', new Date(0)]])('a %s is refused as the first state, when the store is made', (_what, state) => {
    const definition = undoable({ state, commands: { stay: (now) => now } });
    expect(() => createStore(definition)).toThrow(TypeError);
    expect(() => createStore(definition)).toThrow('Expected `state` to be plain data, which is replaced and not mutated in place, since undoable keeps former states, got [object ');
  });

  it('is refused as a later state: the command fails, and nothing has changed', async () => {
    const zero: unknown = 0;
    const store = createStore(undoable({ state: zero, commands: { spoil: () => new Map(), set: (_now, to: number) => to } }));
    store.tell.set(1);
    await expect(store.ask.spoil()).rejects.toThrow('since undoable keeps former states, got [object Map]');
    expect(seen(store)).toEqual([1, 'undo', '']);
  });

  it.each([null, undefined, 0, 'a', [], Object.create(null)])('%o is plain data', (state: unknown) => {
    expect(createStore(undoable({ state, commands: { stay: (now) => now } })).snapshot().present).toEqual(state);
  });
});

it('a handler that asks for a state in time gets it as before', marbles((m) => {
  const store = m.store(undoable({ state: 0, commands: { wait: (n) => timer(5).pipe(map(() => reply(n + 1, 'waited'))) } }));
  m.expect(store.ask.wait()).toBeObservable('5ms (r|)', { r: 'waited' });
}));
