/** Errors that nobody handles reach Angular's ErrorHandler; what a store decides by itself doesn't. */
import { ErrorHandler, Injector } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { createStore, effect, StoreError, type ErrorEvent, type Store } from 'ownstate';
import { provideStore, storeToken, type InjectedStoreOptions } from 'ownstate/angular';
import { config, throwError, VirtualTimeScheduler } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

const BROKEN = new RangeError('broken');
const never = () => new Promise<never>(() => undefined);

const definition = {
  name: 'shop',
  state: 0,
  commands: {
    add: (sum: number, by: number) => sum + by,
    fail: (): number => { throw BROKEN; },
    failWith: (_sum: number, error: unknown): number => { throw error; },
    failLater: async (): Promise<number> => { throw BROKEN; },
    saveBy: (_sum: number, saved: Promise<number>) => saved,
    wait: (): Promise<number> => never(),
    switched: (sum: number) => effect(sum, { policy: 'switch', run: never, done: (now: number) => now }),
    exhausted: (sum: number) => effect(sum, { policy: 'exhaust', run: never, done: (now: number) => now }),
  },
};
const Shop = storeToken(definition);

const handled: unknown[] = [];
const unhandled = vi.fn();

/** A store whose errors go to a handler that notes them; time is virtual. */
function open(options: InjectedStoreOptions<typeof definition> = {}) {
  const scheduler = new VirtualTimeScheduler();
  const injector = Injector.create({
    providers: [
      { provide: ErrorHandler, useValue: { handleError: (error: unknown) => handled.push(error) } },
      provideStore(Shop, { scheduler, ...options }),
    ],
  });
  return { store: injector.get(Shop), injector, scheduler };
}

beforeEach(() => {
  handled.length = 0;
  unhandled.mockClear();
  config.onUnhandledError = unhandled;
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
  config.onUnhandledError = null;
});

/** What rxjs reports comes in a task of its own. */
const settled = () => vi.runAllTimersAsync();

describe('an error that nobody handles', () => {
  it.each<[string, (store: Store<typeof definition>) => unknown]>([
    ['of a handler that was told', (store) => store.tell.fail()],
    ['of an ask that nobody observes', (store) => store.ask.fail()],
    ['of a source of commands', (store) => throwError(() => BROKEN).subscribe(store.commands$)],
    ['of a handler that failed later', (store) => store.tell.failLater()],
  ])('%s reaches the ErrorHandler, once', async (_which, act) => {
    const { store, scheduler } = open();
    act(store);
    await settled();
    scheduler.flush();
    await settled();
    expect(handled).toEqual([BROKEN]);
    expect(unhandled).not.toHaveBeenCalled();
  });

  it('is told in TestBed to the ErrorHandler of the application', () => {
    TestBed.configureTestingModule({ providers: [{ provide: ErrorHandler, useValue: { handleError: (error: unknown) => handled.push(error) } }] });
    TestBed.inject(Shop).tell.fail();
    expect(handled).toEqual([BROKEN]);
  });

  it('may be anything that was thrown', () => {
    const { store } = open();
    for (const thrown of [undefined, null, 'text', 0, { code: 'BUSY' }]) store.tell.failWith(thrown);
    expect(handled).toEqual([undefined, null, 'text', 0, { code: 'BUSY' }]);
  });

  it('is not that of an ask that somebody observes', async () => {
    const { store, scheduler } = open();
    await expect(store.ask.fail()).rejects.toBe(BROKEN);
    scheduler.flush();
    expect(handled).toEqual([]);
  });

  it('of an unknown command is a fault of the program', () => {
    const { store } = open();
    // A cast: what comes from elsewhere may be anything.
    store.commands$.next({ type: 'substract' } as never);
    expect(handled).toEqual([expect.objectContaining({ code: 'UNKNOWN_COMMAND' })]);
  });

  it('of an ask without an answer that nobody observes is one, too', () => {
    const { store, scheduler } = open();
    store.ask.wait();
    scheduler.flush();
    expect(handled).toEqual([expect.objectContaining({ code: 'ASK_TIMEOUT' })]);
  });

  it('harms nobody if the ErrorHandler itself fails', async () => {
    const failing = new Error('handler');
    const injector = Injector.create({
      providers: [{ provide: ErrorHandler, useValue: { handleError: () => { throw failing; } } }, provideStore(Shop)],
    });
    const store = injector.get(Shop);
    store.tell.fail();
    store.tell.add(1);
    expect(store.snapshot()).toBe(1);
    await settled();
    expect(unhandled).toHaveBeenCalledExactlyOnceWith(failing);
  });
});

describe('a decision of the store', () => {
  it.each<[string, (store: Store<typeof definition>) => unknown]>([
    ['SUPERSEDED', (store) => [1, 2].forEach(() => store.tell.switched())],
    ['BUSY', (store) => [1, 2].forEach(() => store.tell.exhausted())],
    ['MAILBOX_FULL', (store) => [1, 2, 3, 4].forEach(() => store.tell.wait())],
    ['STORE_CLOSED', (store) => {
      store.tell.wait();
      void store.shutdown();
      store.tell.add(1);
    }],
  ])('%s reaches errors$ only', async (code, act) => {
    const { store, scheduler } = open({ mailbox: { capacity: 2 } });
    const errors: ErrorEvent[] = [];
    store.errors$.subscribe((event) => errors.push(event));
    act(store);
    scheduler.maxFrames = 10;
    scheduler.flush();
    await settled();
    expect(errors.map(({ error }) => (error as StoreError).code)).toEqual([code]);
    expect(handled).toEqual([]);
    expect(unhandled).not.toHaveBeenCalled();
  });

  it('is a fault where a handler fails by it', () => {
    const { store } = open();
    const aborted = new DOMException('aborted', 'AbortError');
    store.tell.failWith(aborted);
    expect(handled).toEqual([aborted]);
  });

  it.each(['other', 'shop'])('is not one of this store where a handler fails by that of another (called %s)', async (name) => {
    const { store } = open();
    const other = createStore({ name, state: 0, commands: { add: (sum) => sum + 1 } });
    await other.shutdown();
    const refusal: unknown = await other.ask.add().then(() => undefined, (error: unknown) => error);
    store.tell.failWith(refusal);
    expect(handled).toEqual([refusal]);
  });

  it('that another has closed is none of this store either while it drains', async () => {
    const { store, injector } = open({ onDestroy: 'drain' });
    const other = createStore({ name: 'other', state: 0, commands: { add: (sum) => sum + 1 } });
    await other.shutdown();
    const refusal = await other.ask.add().then(() => new Error('added'), (error: unknown) => error as Error);
    let save!: () => void;
    store.tell.saveBy(new Promise((_, reject) => { save = () => reject(refusal); }));
    injector.destroy();
    save();
    await store.closed;
    expect(handled).toEqual([refusal]);
  });

  it('is reported for an ask that nobody observes, since nobody else learns of it', () => {
    const { store, scheduler } = open();
    for (let count = 0; count < 2; count++) store.ask.exhausted();
    scheduler.maxFrames = 10;
    scheduler.flush();
    expect(handled).toEqual([expect.objectContaining({ code: 'BUSY' })]);
  });
});

describe('the end of the injector', () => {
  it.each(['abort', 'drain'] as const)('is no fault of asks and tells that nobody observes (%s)', async (onDestroy) => {
    const { store, injector, scheduler } = open({ onDestroy, timeout: Infinity });
    const errors: unknown[] = [];
    store.errors$.subscribe(({ error }) => errors.push(error));
    store.tell.wait();
    store.tell.add(1);
    store.ask.add(1);
    injector.destroy();
    store.ask.add(1);
    scheduler.flush();
    await settled();
    expect(errors).toContainEqual(expect.objectContaining({ code: 'STORE_CLOSED' }));
    expect(handled).toEqual([]);
    expect(unhandled).not.toHaveBeenCalled();
  });
});

describe("errors: 'leave'", () => {
  it('leaves them to who subscribes to errors$', () => {
    const { store } = open({ errors: 'leave' });
    const errors: unknown[] = [];
    store.errors$.subscribe(({ error }) => errors.push(error));
    store.tell.fail();
    expect([errors, handled]).toEqual([[BROKEN], []]);
  });

  it('else to rxjs, as without Angular', async () => {
    open({ errors: 'leave' }).store.tell.fail();
    await settled();
    expect(unhandled).toHaveBeenCalledExactlyOnceWith(BROKEN);
    expect(handled).toEqual([]);
  });
});

it('an injector without an ErrorHandler leaves errors to rxjs', async () => {
  Injector.create({ providers: [provideStore(Shop)] }).get(Shop).tell.fail();
  await settled();
  expect(unhandled).toHaveBeenCalledExactlyOnceWith(BROKEN);
});
