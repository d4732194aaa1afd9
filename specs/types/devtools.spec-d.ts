/** What is inferred of the DevTools, and what doesn't compile. */
import { createStore, type Store } from 'ownstate';
import { replaceable } from 'ownstate/app';
import {
  connectDevtools, readLog, recordTrace, replay, type DevtoolsConnection, type RecordedCommand, type Recording, type ReplayedCommand,
  type TraceCommandRow, type TracePhaseRow, type TraceRecorder, type TraceRow,
} from 'ownstate/devtools';
import { createCache, createCounter } from 'ownstate/stores';
import { combineViews } from 'ownstate';
import type { Observable } from 'rxjs';
import { describe, expectTypeOf, it } from 'vitest';

const counter = createStore({ state: 0, commands: { add: (n, by: number) => n + by, reset: () => 0 }, queries: { get: (n) => n } });

describe('the DevTools', () => {
  it('take any store, any client, and arrays of them', () => {
    expectTypeOf(connectDevtools(counter)).toEqualTypeOf<DevtoolsConnection>();
    connectDevtools(counter.client);
    connectDevtools(counter.with({ timeout: 5 }));
    connectDevtools([counter, createCache<string, { a: number }>(), createCounter(), createStore(replaceable({ state: 0, commands: { add: (n: number) => n } }))]);
    connectDevtools([] as readonly Store<{ state: number; commands: { add: (n: number) => number } }>[]);
    // @ts-expect-error -- no store
    connectDevtools({ name: 'counter' });
    // @ts-expect-error -- a view has no commands
    connectDevtools(combineViews(counter));
  });

  it('take options, and no others', () => {
    connectDevtools(counter, { name: 'a', maxAge: 5, latency: 100, queries: true, ignore: ['tick'], travel: false, redact: ['password'] });
    connectDevtools(counter, { sanitize: (value, { store, type, part }) => {
      expectTypeOf(value).toEqualTypeOf<unknown>();
      expectTypeOf(part).toEqualTypeOf<'payload' | 'state' | 'reply' | 'error' | 'event'>();
      return `${store} ${type}`;
    } });
    // @ts-expect-error -- no such option
    connectDevtools(counter, { trace: true });
    // @ts-expect-error -- names, not one name
    connectDevtools(counter, { redact: 'password' });
  });
});

describe('a recorder', () => {
  it('takes any store, any client, and arrays of them', () => {
    expectTypeOf(recordTrace(counter)).toEqualTypeOf<TraceRecorder>();
    recordTrace([counter.client, createCounter()]);
    recordTrace([counter], { limit: 5, since: 0, redact: ['a.*.b'] });
    // @ts-expect-error -- no store
    recordTrace(5);
    // @ts-expect-error -- no such option
    recordTrace(counter, { most: 5 });
  });

  it('tells its rows apart by their kind, and lets nobody write them', () => {
    const recorder = recordTrace(counter);
    expectTypeOf(recorder.rows).toEqualTypeOf<readonly TraceRow[]>();
    for (const row of recorder.rows) {
      if (row.kind === 'phase') expectTypeOf(row).toEqualTypeOf<TracePhaseRow>();
      else {
        expectTypeOf(row).toEqualTypeOf<TraceCommandRow>();
        expectTypeOf(row.form).toEqualTypeOf<'ask' | 'query' | 'tell' | 'own' | undefined>();
      }
      // @ts-expect-error -- a phase has no outcome
      expectTypeOf(row.outcome).toBeString();
      // @ts-expect-error -- not to be written
      row.time = 5;
    }
    expectTypeOf(recorder.rows).not.toHaveProperty('push');
    expectTypeOf(recorder.draw({ longest: 5, most: 5 })).toEqualTypeOf<string>();
    expectTypeOf(recorder.recording('counter')).toEqualTypeOf<Recording>();
  });
});

describe('a replay', () => {
  it('takes a store and what was recorded', () => {
    expectTypeOf(replay(counter, recordTrace(counter).recording())).toEqualTypeOf<Observable<ReplayedCommand>>();
    expectTypeOf(readLog('{}')).toEqualTypeOf<readonly RecordedCommand[]>();
    replay(counter.client, readLog({}, 'counter'), { timing: 'recorded', ignore: ['tick'] });
    // @ts-expect-error -- no time
    replay(counter, [{ type: 'add' }]);
    // @ts-expect-error -- no such timing
    replay(counter, [], { timing: 'fast' });
  });
});
