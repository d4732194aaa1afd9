/** A source whose teardown throws when a bad emission ends it: its command ends once, and the throw is reported. */
import { createStore, reply, type StoreOptions } from 'ownstate';
import { config, Observable, Subject, type Subscriber } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const torn = new Error('torn');

/** A source that tears down by a throw. */
const brittle = (subscribe: (subscriber: Subscriber<number>) => void) => new Observable<number>((subscriber) => {
  subscribe(subscriber);
  return () => {
    throw torn;
  };
});

/** What no state can be. */
const bad = Promise.resolve(1) as never as number;

/** The moments of a bad emission: `begin` asks, `emit` is called afterwards. */
const moments: [string, () => { readonly source: Observable<number>; readonly emit: () => void }][] = [
  ['at once', () => ({ source: brittle((subscriber) => subscriber.next(bad)), emit: () => undefined })],
  ['later', () => {
    const emissions = new Subject<number>();
    return { source: brittle((subscriber) => subscriber.add(emissions.subscribe(subscriber))), emit: () => emissions.next(bad) };
  }],
];

describe.each(moments)('a source with a bad emission %s and a teardown that throws', (_moment, make) => {
  let reported: Promise<unknown>;

  beforeEach(() => {
    reported = new Promise((report) => (config.onUnhandledError = report));
  });

  // It's reported in a task of its own, whatever the spec is about.
  afterEach(async () => {
    await reported;
    config.onUnhandledError = null;
  });

  /** A store that has been asked for it, and what came of that. */
  function asked(options: StoreOptions = {}) {
    const { source, emit } = make();
    let made = 0;
    const store = createStore({
      state: () => {
        made++;
        return 0;
      },
      commands: { go: (_n: number, given: Observable<number>) => given, add: (n: number, by: number) => reply(n + by, n + by) },
    }, options);
    const errors: unknown[] = [];
    const ends: string[] = [];
    const phases: string[] = [];
    store.trace$.subscribe((event) => {
      if (event.kind === 'settled') ends.push(`${event.type} ${event.outcome}`);
      if (event.kind === 'phase') phases.push(event.phase);
    });
    store.tell.add(1);
    store.ask.go(source).subscribe({ error: (error: unknown) => errors.push(error) });
    emit();
    return { store, errors, ends, phases, made: () => made };
  }

  it('ends its command once: one failure, one end in the trace', () => {
    const { store, errors, ends } = asked();
    expect(errors).toEqual([expect.any(TypeError)]);
    expect(ends).toEqual(['add replied', 'go failed']);
    expect(store.status()).toMatchObject({ handled: 2, failed: 1, running: 0, waiting: 0 });
    expect(store.snapshot()).toBe(1);
  });

  it('has its throw reported as unhandled', async () => {
    asked();
    const error = await reported;
    expect(error === torn ? [torn] : (error as { readonly errors: unknown }).errors).toEqual([torn]);
  });

  it('leaves the store at work', async () => {
    const { store } = asked();
    expect(await store.ask.add(4)).toBe(5);
    expect(store.status()).toMatchObject({ handled: 3, failed: 1 });
  });

  it('has the state reset once, by the policy reset', () => {
    const { store, made } = asked({ onHandlerError: 'reset' });
    expect(made()).toBe(2);
    expect(store.snapshot()).toBe(0);
    expect(store.status()).toMatchObject({ phase: 'open', handled: 2, failed: 1 });
  });

  it('has the store end once, by the policy stop', () => {
    const { store, phases, ends } = asked({ onHandlerError: 'stop' });
    expect(phases).toEqual(['closed']);
    expect(ends).toEqual(['add replied', 'go failed']);
    expect(store.status()).toMatchObject({ phase: 'closed', handled: 2, failed: 1, running: 0 });
  });
});
