/** Feeds and tickets that are made in a handler of a part: what becomes of them is folded into the part, wherever it stands. */
import { createFeed, createStore, focus, reply, type Context, type Feed, type FeedSource, type Store } from 'ownstate';
import { attempt, optimistic, undoable } from 'ownstate/app';
import { Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';

interface Sources { readonly sources: readonly FeedSource<string>[]; readonly left: readonly string[] }

/** Readers that follow news; who leaves is noted. */
function follow(now: Sources, name: string, context: Context<never>): ReturnType<typeof reply<Sources, Feed<string>>> {
  const source: FeedSource<string> = createFeed<Sources, string>(context, {
    capacity: 1,
    gone: ({ sources, left }, _context, why) => ({ sources: sources.filter((other) => other !== source), left: [...left, `${name} ${why}`] }),
  });
  return reply({ ...now, sources: [...now.sources, source] }, source.feed);
}

const definition = {
  name: 'news',
  state: { sources: [], left: [] } as Sources,
  commands: {
    follow,
    followLater: async (now: Sources, name: string, context: Context<never>) => {
      await Promise.resolve();
      return follow(now, name, context);
    },
    shelve: (now: Sources) => ({ ...now, left: [...now.left, 'shelved'] }),
  },
  view: ({ sources, left }: Sources) => [sources.length, ...left],
};
const { commands, state } = definition;

interface Paper { readonly news: Sources; readonly title: string }
const where = { get: (paper: Paper) => paper.news, set: (paper: Paper, now: Sources): Paper => ({ ...paper, news: now }) };
const inner = { get: ({ part }: { readonly part: Sources }) => part, set: (_all: object, part: Sources) => ({ part }) };
const outer = { get: ({ whole }: { readonly whole: { readonly part: Sources } }) => whole, set: (_all: object, whole: { readonly part: Sources }) => ({ whole }) };

type Asks = Pick<Store<typeof definition>, 'ask'> & { snapshot(): unknown };
const makers: Record<string, () => Asks> = {
  'of itself': () => createStore(definition),
  'focused': () => createStore({
    state: (): Paper => ({ news: state, title: 'Times' }),
    commands: { follow: focus(commands.follow, where), followLater: focus(commands.followLater, where), shelve: focus(commands.shelve, where) },
    view: ({ news: { sources, left } }) => [sources.length, ...left],
  }),
  'focused twice': () => createStore({
    state: { whole: { part: state } },
    commands: { follow: focus(focus(commands.follow, inner), outer), followLater: focus(focus(commands.followLater, inner), outer), shelve: focus(focus(commands.shelve, inner), outer) },
    view: ({ whole: { part: { sources, left } } }) => [sources.length, ...left],
  }),
  'undoable': () => {
    const store = createStore(undoable(definition));
    return { ask: store.ask, snapshot: () => store.snapshot().present };
  },
  'optimistic': () => createStore(optimistic(definition)),
  'optimistic and undoable': () => {
    const store = createStore(optimistic(undoable(definition)));
    return { ask: store.ask, snapshot: () => store.snapshot().present };
  },
};

describe.each(Object.entries(makers))('a feed of a definition that is %s', (_what, make) => {
  it.each(['follow', 'followLater'] as const)('tells the part that its reader has left: %s', async (how) => {
    const store = make();
    const feed = await store.ask[how]('ann');
    const other = await store.ask[how]('bob');
    const reading = feed.subscribe();
    other.subscribe();
    expect(store.snapshot()).toEqual([2]);
    await store.ask.shelve();
    reading.unsubscribe();
    expect(store.snapshot()).toEqual([1, 'shelved', 'ann left']);
  });
});

describe('a feed of an undoable definition', () => {
  it('whose reader has left takes that into the step of its command while that is the latest, and can be undone', async () => {
    const store = createStore(undoable(definition));
    (await store.ask.follow('ann')).subscribe().unsubscribe();
    expect(store.snapshot()).toMatchObject({ present: [0, 'ann left'], canUndo: true });
    await store.ask.undo();
    expect(store.snapshot()).toMatchObject({ present: [0], canUndo: false });
  });
});

describe('a feed of an optimistic definition', () => {
  it('whose reader leaves while an attempt is in flight stays gone when that fails', async () => {
    const store = createStore(optimistic({
      ...definition,
      commands: { ...commands, guess: (now, done: Subject<unknown>) => attempt({ ...now, left: [...now.left, 'guess'] }, { run: () => done }) },
    }));
    const reading = (await store.ask.follow('ann')).subscribe();
    const work = new Subject<unknown>();
    const guessed = store.ask.guess(work).then(undefined, (error: unknown) => error);
    reading.unsubscribe();
    expect(store.snapshot()).toEqual([0, 'guess', 'ann left']);
    work.error(new Error('no'));
    expect(await guessed).toEqual(new Error('no'));
    expect(store.snapshot()).toEqual([0, 'ann left']);
  });
});
