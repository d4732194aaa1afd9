/** Keys that are watched: what readers get, and what becomes of those who leave. */
import { createKeyValue, TooManyWatchersError, watch } from 'ownstate/stores';
import { config } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';

describe('watch', () => {
  it('shows the present value, then each that is written, and undefined when it is gone', async () => {
    const store = createKeyValue<string>();
    const seen: unknown[] = [];
    await store.ask.set({ key: 'k', value: 'a' });
    watch(store, 'k').subscribe((value) => seen.push(value));
    await store.ask.setMany([{ key: 'k', value: 'b' }, { key: 'k', value: 'b' }, { key: 'l', value: 'x' }]);
    await store.ask.delete('k');
    await store.ask.delete('k');
    await store.ask.update({ key: 'k', with: () => 'c' });
    await store.ask.take('k');
    await store.ask.compareAndSet({ key: 'k', expected: undefined, value: 'd' });
    await store.ask.clear();
    expect(seen).toEqual(['a', 'b', 'b', undefined, 'c', undefined, 'd', undefined]);
  });

  it('shows an evicted key as gone', async () => {
    const store = createKeyValue<string>({ maxKeys: 1, onFull: 'evict' });
    const seen: unknown[] = [];
    watch(store.client, 'k').subscribe((value) => seen.push(value));
    await store.ask.setMany([{ key: 'k', value: 'a' }, { key: 'l', value: 'b' }]);
    expect(seen).toEqual([undefined, 'a', undefined]);
  });

  it('shows nothing of a command that fails', async () => {
    const store = createKeyValue<number>({ maxKeys: 1 });
    const seen: unknown[] = [];
    watch(store, 'k').subscribe((value) => seen.push(value));
    await expect(store.ask.setMany([{ key: 'k', value: 1 }, { key: 'l', value: 2 }])).rejects.toThrow('at most 1');
    expect(seen).toEqual([undefined]);
  });

  it('shows what an observer writes after what it has seen', async () => {
    const store = createKeyValue<number>();
    const seen: unknown[] = [];
    watch(store, 'k').subscribe((value = 0) => {
      if (value < 3) store.tell.set({ key: 'k', value: value + 1 });
      seen.push(value);
    });
    await store.ask.get('k');
    expect(seen).toEqual([0, 1, 2, 3]);
  });

  it('tells several watchers alike, of whom one that throws harms none', async () => {
    const store = createKeyValue<number>();
    const seen: unknown[] = [];
    const thrown: unknown[] = [];
    config.onUnhandledError = (error) => thrown.push(error);
    const failure = new Error('thrown by a watcher');
    watch(store, 'k').subscribe((value) => {
      seen.push(['one', value]);
      if (value === 1) throw failure;
    });
    watch(store, 'k').subscribe((value) => seen.push(['other', value]));
    expect(await store.ask.set({ key: 'k', value: 1 })).toBe(true);
    expect(seen).toEqual([['one', undefined], ['other', undefined], ['one', 1], ['other', 1]]);
    await vi.waitFor(() => expect(thrown).toEqual([failure]));
    config.onUnhandledError = null;
  });

  it('forgets a watcher who has left, also one who leaves before the answer comes', async () => {
    const store = createKeyValue<number>();
    const watching = [watch(store, 'k').subscribe(), watch(store, 'k').subscribe(), watch(store, 'l').subscribe()];
    expect(await store.ask.stats()).toMatchObject({ watchers: 3 });
    for (const each of watching) each.unsubscribe();
    expect(await store.ask.stats()).toMatchObject({ watchers: 0 });
    // Within an observer the store is busy, so the answer comes later.
    store.select().subscribe(() => watch(store, 'k').subscribe().unsubscribe());
    await store.ask.set({ key: 'k', value: 1 });
    expect(await store.ask.stats()).toMatchObject({ watchers: 0 });
  });

  it('refuses more watchers than there may be, until one leaves', async () => {
    const store = createKeyValue<number>({ maxWatchers: 1 });
    const first = watch(store, 'k').subscribe();
    const refused = store.ask.watch('l');
    await expect(refused).rejects.toThrow(TooManyWatchersError);
    await expect(refused).rejects.toMatchObject({ code: 'TOO_MANY_WATCHERS', maxWatchers: 1 });
    first.unsubscribe();
    await store.ask.watch('l');
    expect(await store.ask.stats()).toMatchObject({ watchers: 1 });
  });

  it('fails for what is no key, completes when the store closes, and fails after that', async () => {
    const store = createKeyValue<number>();
    const ends: unknown[] = [];
    const noted = { error: (error: { code: string }) => ends.push(error.code), complete: () => ends.push('complete') };
    watch(store, NaN).subscribe(noted);
    watch(store, 'k').subscribe(noted);
    await store.shutdown();
    watch(store, 'k').subscribe(noted);
    expect(ends).toEqual(['INVALID_PAYLOAD', 'complete', 'STORE_CLOSED']);
  });
});

describe('a feed of a key', () => {
  it('keeps the last value for a reader who is slow', async () => {
    const store = createKeyValue<number>();
    const feed = await store.ask.watch('k');
    const seen: unknown[] = [];
    for (let value = 1; value <= 3; value++) store.tell.set({ key: 'k', value });
    for await (const value of feed) {
      seen.push(value);
      for (let more = 1; more <= 3; more++) store.tell.set({ key: 'k', value: (value ?? 0) * 10 + more });
      if (seen.length === 3) break;
    }
    expect(seen).toEqual([3, 33, 333]);
    expect(await store.ask.stats()).toMatchObject({ watchers: 0 });
  });
});
