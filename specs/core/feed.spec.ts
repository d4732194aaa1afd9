/** Feeds: a bounded buffer between the owner, who never waits, and one reader. */
import {
  createFeed, createStore, FeedFullError, reply, type Feed, type FeedOptions, type FeedSource, type StoreOptions,
} from 'ownstate';
import { marbles } from 'ownstate/testing';
import { config, map, take, timer } from 'rxjs';
import { afterEach, describe, expect, it, vi } from 'vitest';

interface Desk {
  readonly sources: readonly FeedSource<string>[];
  readonly gone: readonly string[];
}

type Plan = Partial<Pick<FeedOptions<Desk, string>, 'capacity' | 'overflow' | 'notice'>>;

/** News for whoever follows. */
const newsOf = (plan: Plan = {}, options: StoreOptions = {}) => createStore({
  name: 'news',
  state: (): Desk => ({ sources: [], gone: [] }),
  commands: {
    follow: ({ sources, gone }, name: string, context) => {
      const source: FeedSource<string> = createFeed<Desk, string>(context, {
        capacity: 3,
        ...plan,
        gone: (desk, _context, why): Desk => ({ sources: desk.sources.filter((other) => other !== source), gone: [...desk.gone, `${name} ${why}`] }),
      });
      return reply({ sources: [...sources, source], gone }, source.feed);
    },
    say: (desk, text: string, { after }) => {
      after(() => desk.sources.forEach((source) => source.push(text)));
      return desk;
    },
    end: (desk, error: unknown, { after }) => {
      after(() => desk.sources.forEach((source) => source.end(error)));
      return { ...desk, sources: [] };
    },
  },
  queries: { lost: ({ sources }) => sources.map(({ lost }) => lost) },
  view: ({ sources, gone }) => ({ open: sources.length, gone }),
}, { timeout: Infinity, ...options });

type News = ReturnType<typeof newsOf>;

const follow = (news: News, name = 'ann'): Feed<string> => {
  let feed: Feed<string> | undefined;
  news.ask.follow(name).subscribe((given) => { feed = given; });
  return feed!;
};

const say = (news: News, ...texts: string[]) => texts.forEach((text) => news.tell.say(text));

/** What an error is called: its code, else its message, else itself. */
const codeOf = (error: unknown) => {
  const { code, message } = Object(error) as { code?: string; message?: string };
  return code ?? message ?? String(error);
};

/** What a subscriber saw: items, `|` and errors' codes or messages. */
const listen = (feed: Feed<string>) => {
  const seen: string[] = [];
  const subscription = feed.subscribe({
    next: (item) => seen.push(item),
    error: (error: unknown) => seen.push(codeOf(error)),
    complete: () => seen.push('|'),
  });
  return { seen, subscription };
};

/** What waits for a loop, up to the end if it has come. */
const readAll = async (feed: Feed<string>, most = Infinity) => {
  const seen: string[] = [];
  try {
    if (most > 0) for await (const item of feed) if (seen.push(item) === most) break;
  } catch (error) {
    seen.push(codeOf(error));
  }
  return seen;
};

const notice = (lost: number) => `-${lost}`;

describe('a subscriber', () => {
  it('gets each item at once, after the state is shown and before the reply', () => {
    const news = newsOf();
    const order: string[] = [];
    news.select().subscribe(() => order.push('state'));
    follow(news).subscribe((item) => order.push(item));
    order.length = 0;
    news.ask.say('a').subscribe(() => order.push('reply'));
    expect(order).toEqual(['state', 'a', 'reply']);
  });

  it('gets what came before it, and then what comes', () => {
    const news = newsOf();
    const feed = follow(news);
    say(news, 'a', 'b');
    const { seen } = listen(feed);
    say(news, 'c');
    expect(seen).toEqual(['a', 'b', 'c']);
  });

  it('sees items in time', marbles((m) => {
    const news = m.watch(newsOf({}, { scheduler: m.scheduler }));
    const feed = follow(news);
    m.cold('                  -a-(bc)-d').subscribe((text) => news.tell.say(text));
    m.expect(feed).toBeObservable('-a-(bc)-d');
  }));

  it('needs no room in the buffer, however much comes', async () => {
    const news = newsOf({ capacity: 1 });
    const { seen } = listen(follow(news));
    say(news, 'a', 'b', 'c', 'd', 'e', 'f');
    expect(seen.join('')).toBe('abcdef');
    expect(await news.ask.lost()).toEqual([0]);
  });

  it('who unsubscribes leaves for good, and the store is told once', () => {
    const news = newsOf();
    const { seen, subscription } = listen(follow(news));
    say(news, 'a');
    subscription.unsubscribe();
    subscription.unsubscribe();
    say(news, 'b');
    expect(seen).toEqual(['a']);
    expect(news.snapshot()).toEqual({ open: 0, gone: ['ann left'] });
  });

  it('who leaves upon an item isn\'t shown the rest', () => {
    const news = newsOf();
    const feed = follow(news);
    say(news, 'a', 'b', 'c');
    const seen: string[] = [];
    feed.pipe(take(2)).subscribe((item) => seen.push(item));
    expect(seen).toEqual(['a', 'b']);
    expect(news.snapshot().gone).toEqual(['ann left']);
  });

  it('who leaves upon an item shown at once leaves by a command after that one', () => {
    const news = newsOf();
    follow(news).pipe(take(1)).subscribe();
    const handled: string[] = [];
    news.trace$.subscribe((event) => { if (event.kind === 'started') handled.push(`${event.seq} ${event.type}`); });
    say(news, 'a');
    expect(handled).toEqual(['2 say', '3 follow']);
    expect(news.snapshot().open).toBe(0);
  });

  it('may be gone before it begins', () => {
    const news = newsOf();
    follow(news).pipe(take(0)).subscribe();
    const controller = listen(follow(news, 'bob'));
    say(news, 'a');
    expect(controller.seen).toEqual(['a']);
  });
});

describe('a subscriber who speaks while it is shown something', () => {
  it('sees what it said after that, once and in order', () => {
    const news = newsOf();
    const seen: string[] = [];
    follow(news).subscribe((item) => {
      seen.push(`${item} begins`);
      if (item === 'a') say(news, 'b', 'c');
      seen.push(`${item} ends`);
    });
    say(news, 'a');
    expect(seen).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  });

  it('sees it after what has waited, where it speaks while it is shown that', () => {
    const news = newsOf({ capacity: 4 });
    const feed = follow(news);
    say(news, 'a', 'b');
    const seen: string[] = [];
    feed.subscribe((item) => {
      seen.push(item);
      if (item === 'a') say(news, 'c', 'd');
    });
    expect(seen).toEqual(['a', 'b', 'c', 'd']);
    say(news, 'e');
    expect(seen.at(-1)).toBe('e');
  });

  it('may end it, and sees the end after that', () => {
    const news = newsOf();
    const feed = follow(news);
    say(news, 'a', 'b');
    const seen: string[] = [];
    feed.subscribe({ next: (item) => { seen.push(item); if (item === 'a') news.tell.end(undefined); }, complete: () => seen.push('|') });
    expect(seen).toEqual(['a', 'b', '|']);
  });

  it('may close the store, and sees the end after that', () => {
    const news = newsOf();
    const seen: string[] = [];
    follow(news).subscribe({ next: (item) => { seen.push(item); void news.shutdown(); }, complete: () => seen.push('|') });
    say(news, 'a');
    expect(seen).toEqual(['a', '|']);
  });

  it('comes to 100,000 answers on a flat stack', () => {
    const news = newsOf({}, { slice: Infinity });
    let count = 0;
    follow(news).subscribe(() => { if (++count < 100_000) news.tell.say('again'); });
    say(news, 'once');
    expect(count).toBe(100_000);
  });
});

describe('a loop', () => {
  it('gets what waits and what comes, one each time it comes round', async () => {
    const news = newsOf();
    const feed = follow(news);
    say(news, 'a', 'b');
    const seen: string[] = [];
    for await (const item of feed) {
      seen.push(item);
      if (item === 'b') say(news, 'c');
      if (item === 'c') news.tell.end(undefined);
    }
    expect(seen).toEqual(['a', 'b', 'c']);
    expect(news.snapshot()).toEqual({ open: 0, gone: [] });
  });

  it('that breaks off leaves for good', async () => {
    const news = newsOf();
    const feed = follow(news);
    say(news, 'a', 'b');
    expect(await readAll(feed, 1)).toEqual(['a']);
    expect(news.snapshot()).toEqual({ open: 0, gone: ['ann left'] });
  });

  it('throws the error with which the feed ends, after what waits', async () => {
    const news = newsOf();
    const feed = follow(news);
    say(news, 'a');
    news.tell.end('why');
    expect(await readAll(feed)).toEqual(['a', 'why']);
  });

  it('may ask for several at a time, and gets them in order', async () => {
    const news = newsOf();
    const reader = follow(news)[Symbol.asyncIterator]();
    const results = Promise.all([reader.next(), reader.next(), reader.next()]);
    say(news, 'a', 'b');
    news.tell.end(undefined);
    expect(await results).toEqual([{ done: false, value: 'a' }, { done: false, value: 'b' }, { done: true, value: undefined }]);
    expect(await reader.next()).toEqual({ done: true, value: undefined });
  });

  it('that returns while it waits gets the end', async () => {
    const news = newsOf();
    const reader = follow(news)[Symbol.asyncIterator]();
    const next = reader.next();
    expect(await reader.return?.()).toEqual({ done: true, value: undefined });
    expect(await next).toEqual({ done: true, value: undefined });
    expect(await reader.return?.()).toEqual({ done: true, value: undefined });
    expect(news.snapshot().gone).toEqual(['ann left']);
  });

  it('takes the falsy as items like any other', async () => {
    const store = createStore({
      state: undefined as FeedSource<unknown> | undefined,
      commands: {
        follow: (_state, _payload: void, context) => {
          const source = createFeed<unknown, unknown>(context, { capacity: 9 });
          context.after(() => [undefined, null, 0, '', false].forEach((item) => source.push(item)));
          context.after(() => source.end());
          return reply(source, source.feed);
        },
      },
      view: () => 0,
    });
    const seen: unknown[] = [];
    for await (const item of await store.ask.follow()) seen.push(item);
    expect(seen).toEqual([undefined, null, 0, '', false]);
  });
});

describe('a full buffer', () => {
  it.each<[NonNullable<Plan['overflow']>, string[], number]>([
    ['drop-newest', ['a', 'b', 'c'], 2],
    ['drop-oldest', ['c', 'd', 'e'], 2],
    ['disconnect', ['a', 'b', 'c', 'FEED_FULL'], 0],
  ])('by the overflow %s', async (overflow, expected, lost) => {
    const news = newsOf({ overflow });
    const feed = follow(news);
    say(news, 'a', 'b', 'c', 'd', 'e');
    const [source = 0] = await news.ask.lost();
    expect(source).toBe(lost);
    if (overflow !== 'disconnect') news.tell.end(undefined);
    expect(await readAll(feed)).toEqual(expected);
  });

  it('drops the newest unless it\'s told otherwise, and tells nobody', () => {
    const news = newsOf();
    const feed = follow(news);
    say(news, 'a', 'b', 'c', 'd', 'e');
    const { seen } = listen(feed);
    say(news, 'f');
    expect(seen).toEqual(['a', 'b', 'c', 'f']);
  });

  it('disconnects with an error of the family, and the store is told why', () => {
    const news = newsOf({ overflow: 'disconnect', capacity: 1 });
    const feed = follow(news);
    say(news, 'a', 'b', 'c');
    expect(news.snapshot()).toEqual({ open: 0, gone: ['ann full'] });
    const errors: unknown[] = [];
    feed.subscribe({ error: (error: unknown) => errors.push(error) });
    expect(errors).toEqual([new FeedFullError({ store: 'news', type: 'follow', started: true }, 1)]);
    expect(news.snapshot().gone).toEqual(['ann full']);
  });

  it('of one reader holds up no other', () => {
    const news = newsOf({ capacity: 1 });
    follow(news, 'slow');
    const { seen } = listen(follow(news, 'fast'));
    say(news, 'a', 'b', 'c');
    expect(seen).toEqual(['a', 'b', 'c']);
  });
});

describe('a notice', () => {
  it('stands behind what waits, where the newest are dropped', () => {
    const news = newsOf({ notice });
    const feed = follow(news);
    say(news, 'a', 'b', 'c', 'd', 'e');
    const { seen } = listen(feed);
    say(news, 'f');
    expect(seen).toEqual(['a', 'b', 'c', '-2', 'f']);
  });

  it('stands before what waits, where the oldest are dropped', () => {
    const news = newsOf({ notice, overflow: 'drop-oldest' });
    const feed = follow(news);
    say(news, 'a', 'b', 'c', 'd', 'e');
    expect(listen(feed).seen).toEqual(['-2', 'c', 'd', 'e']);
  });

  it('stands at each place where some were lost, and takes no room from items', async () => {
    const news = newsOf({ notice, capacity: 2 });
    const reader = follow(news)[Symbol.asyncIterator]();
    const seen: unknown[] = [];
    for (const texts of [['a', 'b', 'c'], ['d', 'e', 'f'], ['g', 'h', 'i']]) {
      say(news, ...texts);
      seen.push((await reader.next()).value);
    }
    news.tell.end(undefined);
    for (let next = await reader.next(); next.done !== true; next = await reader.next()) seen.push(next.value);
    // a b (c lost), a read: -1 d (e f lost), b read: -2 g? there's room for it only behind the notice that is read.
    expect(seen).toEqual(['a', 'b', '-1', 'd', '-2', 'g', '-2']);
  });

  it('tells of those that are lost before the end', async () => {
    const news = newsOf({ notice, capacity: 1 });
    const feed = follow(news);
    say(news, 'a', 'b', 'c');
    news.tell.end('why');
    expect(await readAll(feed)).toEqual(['a', '-2', 'why']);
  });

  it('that throws ends its own feed only, and the store is told', () => {
    const news = newsOf({ capacity: 1, notice: () => { throw new Error('no words'); } });
    const feed = follow(news, 'slow');
    const other = listen(follow(news, 'fast'));
    say(news, 'a', 'b');
    const { seen } = listen(feed);
    expect(seen).toEqual(['a', 'no words']);
    say(news, 'c');
    expect(other.seen).toEqual(['a', 'b', 'c']);
    expect(news.snapshot()).toEqual({ open: 1, gone: ['slow left'] });
  });
});

describe('the end', () => {
  it('comes after what waits, and the store isn\'t told of it', () => {
    const news = newsOf();
    const feed = follow(news);
    say(news, 'a');
    news.tell.end(undefined);
    expect(listen(feed).seen).toEqual(['a', '|']);
    expect(news.snapshot()).toEqual({ open: 0, gone: [] });
  });

  it('is the first one: a later one, and what is pushed after it, is nothing', () => {
    let kept: FeedSource<string> | undefined;
    const store = createStore({
      state: 0,
      commands: { follow: (n, _payload: void, context) => (kept = createFeed(context, { capacity: 2 }), reply(n, kept.feed)) },
    });
    let feed: Feed<string> | undefined;
    store.ask.follow().subscribe((given) => { feed = given; });
    kept!.push('a');
    kept!.end('first');
    kept!.end('second');
    kept!.push('b');
    expect(listen(feed!).seen).toEqual(['a', 'first']);
    expect(kept!.lost).toBe(0);
  });

  it('comes when the store has closed, behind what waits', async () => {
    const news = newsOf();
    const [read, unread] = [listen(follow(news, 'ann')), follow(news, 'bob')];
    say(news, 'a');
    await news.shutdown();
    expect(read.seen).toEqual(['a', '|']);
    expect(listen(unread).seen).toEqual(['a', '|']);
    expect(news.snapshot().gone).toEqual([]);
  });

  it('comes to a loop that waits when the store is aborted', async () => {
    const controller = new AbortController();
    const news = newsOf({}, { signal: controller.signal });
    const seen = readAll(follow(news));
    controller.abort();
    expect(await seen).toEqual([]);
  });

  it('of a feed that was made while its store closed comes too', async () => {
    const controller = new AbortController();
    let kept: Feed<string> | undefined;
    const store = createStore({
      state: 0,
      commands: {
        follow: (n, _payload: void, context) => {
          kept = createFeed<number, string>(context, { capacity: 1 }).feed;
          controller.abort();
          return n;
        },
      },
    }, { signal: controller.signal });
    await expect(store.ask.follow()).rejects.toMatchObject({ code: 'STORE_CLOSED' });
    expect(await readAll(kept!)).toEqual([]);
  });

  it('leaves nothing behind in the store', () => {
    const news = newsOf({ overflow: 'disconnect', capacity: 1 });
    const left = listen(follow(news, 'ann'));
    follow(news, 'bob');
    left.subscription.unsubscribe();
    say(news, 'a', 'b');
    follow(news, 'eve');
    news.tell.end(undefined);
    expect(news.snapshot()).toEqual({ open: 0, gone: ['ann left', 'bob full'] });
    expect(news.status()).toMatchObject({ waiting: 0, running: 0, effects: 0, replies: 0 });
  });
});

describe('a feed', () => {
  it('has one reader: another one gets an error, and the first one notices nothing', () => {
    const news = newsOf();
    const feed = follow(news);
    const first = listen(feed);
    expect(listen(feed).seen).toEqual(['Expected a feed to have one reader, got another']);
    expect(() => feed[Symbol.asyncIterator]()).toThrow(new TypeError('Expected a feed to have one reader, got another'));
    say(news, 'a');
    expect(first.seen).toEqual(['a']);
    expect(news.snapshot().gone).toEqual([]);
  });

  it('has one reader also after that has left', () => {
    const news = newsOf();
    const feed = follow(news);
    listen(feed).subscription.unsubscribe();
    expect(listen(feed).seen).toEqual(['Expected a feed to have one reader, got another']);
  });

  it('isn\'t there for a handler that fails', async () => {
    let kept: FeedSource<string> | undefined;
    const store = createStore({
      state: 0,
      commands: {
        follow: (_n, _payload: void, context) => {
          kept = createFeed<number, string>(context, { capacity: 1 });
          throw new RangeError('no');
        },
      },
    });
    await expect(store.ask.follow()).rejects.toThrow('no');
    await store.shutdown();
    const seen = listen(kept!.feed).seen;
    expect(seen).toEqual([]);
  });

  it('can be made by a handler that takes time', marbles((m) => {
    const store = m.store({
      state: 0,
      commands: {
        follow: (n, _payload: void, context) => timer(2).pipe(map(() => {
          const source = createFeed<number, string>(context, { capacity: 1 });
          context.after(() => source.push('a'));
          context.after(() => source.end());
          return reply(n, source.feed);
        })),
      },
    });
    const seen: string[] = [];
    store.ask.follow().subscribe((feed) => { feed?.subscribe((item) => seen.push(item)); });
    m.flush();
    expect(seen).toEqual(['a']);
  }));

  it('can\'t be written within a handler, since the state is to be shown before', async () => {
    const message = 'Expected a feed to be written in `context.after`, got it within a handler';
    const store = createStore({
      state: undefined as FeedSource<string> | undefined,
      commands: {
        follow: (_state, _payload: void, context) => createFeed(context, { capacity: 1 }),
        push: (source) => (source?.push('early'), source),
        end: (source) => (source?.end(), source),
      },
      view: () => 0,
    });
    await store.ask.follow();
    await expect(store.ask.push()).rejects.toThrow(new TypeError(message));
    await expect(store.ask.end()).rejects.toThrow(new TypeError(message));
  });

  it.each<[string, unknown, string]>([
    ['no options', null, 'Expected `options` to be an object, got null'],
    ['no capacity', {}, 'Expected `capacity` to be a positive integer, got undefined'],
    ['a capacity of 0', { capacity: 0 }, 'Expected `capacity` to be a positive integer, got 0'],
    ['a fraction', { capacity: 1.5 }, 'Expected `capacity` to be a positive integer, got 1.5'],
    ['NaN', { capacity: NaN }, 'Expected `capacity` to be a positive integer, got NaN'],
    ['Infinity', { capacity: Infinity }, 'Expected `capacity` to be a positive integer, got Infinity'],
    ['an unknown overflow', { capacity: 1, overflow: 'x' }, 'Expected `overflow` to be one of drop-oldest, drop-newest, disconnect, got \'x\''],
    ['a notice that is no function', { capacity: 1, notice: 1 }, 'Expected `notice` to be a function, got 1'],
    ['a `gone` that is no function', { capacity: 1, gone: 1 }, 'Expected `gone` to be a function, got 1'],
  ])('is refused with %s', async (_what, options, message) => {
    const store = createStore({ state: 0, commands: { follow: (n, _payload: void, context) => (createFeed(context, options as never), n) } });
    await expect(store.ask.follow()).rejects.toThrow(new TypeError(message));
  });

  it('is refused for a context that no handler got', () => {
    expect(() => createFeed({} as never, { capacity: 1 })).toThrow(TypeError);
  });
});

describe('a reader that throws', () => {
  afterEach(() => { config.onUnhandledError = null; });

  it('harms no other, and is reported', async () => {
    const reported: unknown[] = [];
    config.onUnhandledError = (error) => reported.push(error);
    const news = newsOf();
    follow(news, 'bad').subscribe(() => { throw new Error('mine'); });
    const good = listen(follow(news, 'good'));
    say(news, 'a', 'b');
    await news.ask.say('c');
    expect(good.seen).toEqual(['a', 'b', 'c']);
    await vi.waitFor(() => expect(reported).toHaveLength(3));
  });

  it('harms no other where rxjs itself lets it through', async () => {
    const reported: unknown[] = [];
    config.onUnhandledError = (error) => reported.push(error);
    const news = newsOf();
    const bad = follow(news, 'bad').subscribe();
    // A subscription is rxjs's own subscriber.
    Object.assign(bad, { next: () => { throw new Error('broken'); } });
    const good = listen(follow(news, 'good'));
    say(news, 'a');
    expect(good.seen).toEqual(['a']);
    await vi.waitFor(() => expect(reported).toEqual([new Error('broken')]));
  });
});

describe('`gone`', () => {
  it('is folded as one more numbered command, with a context', () => {
    const told: string[] = [];
    const store = createStore({
      state: 0,
      commands: {
        follow: (n, _payload: void, context) => {
          const { feed } = createFeed<number, string>(context, { capacity: 1, gone: (now, { tell }, why) => (told.push(why), tell('note'), now + 1) });
          return reply(n, feed);
        },
        note: (n) => (told.push('note'), n + 10),
      },
    });
    store.ask.follow().subscribe((feed) => { feed.subscribe().unsubscribe(); });
    expect(told).toEqual(['left', 'note']);
    expect(store.snapshot()).toBe(11);
  });

  it('waits its turn where the store is at work', marbles((m) => {
    const store = m.store({
      state: 0,
      commands: {
        follow: (n, _payload: void, context) => reply(n, createFeed<number, string>(context, { capacity: 1, gone: (now) => now + 1 }).feed),
        work: () => timer(3).pipe(map(() => 10)),
      },
    });
    store.ask.follow().subscribe((feed) => {
      store.tell.work();
      feed.subscribe().unsubscribe();
    });
    m.expect(store.select()).toBeObservable('a--(bc)', { a: 0, b: 10, c: 11 });
  }));
});
