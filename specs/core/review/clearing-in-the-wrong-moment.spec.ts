/** A named timer that is cleared between its sending and its handler, by a watcher who kept the handler's timers. */
import { createStore, type AnyDefinition, type Context, type ContextTimers, type Store } from 'ownstate';
import { probe } from 'ownstate/testing';
import { concatMap, type Observable } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { timely } from '../../support/timely.js';

/** A store as any watcher sees it. */
type Watched = Pick<Store<AnyDefinition>, 'trace$'> & { readonly commands$: Observable<{ readonly type: string }> };

type Watch = (store: Watched, name: string, call: () => void) => void;

const onCommands: Watch = (store, name, call) => {
  store.commands$.subscribe(({ type }) => {
    if (type === name) call();
  });
};

const onTrace = (kind: 'received' | 'started'): Watch => (store, name, call) => {
  store.trace$.subscribe((event) => {
    if (event.kind === kind && event.type === name) call();
  });
};

/** A store with a timer that is due 2 ms after `arm`, and a hand on its timers. */
function alarm() {
  const kept: ContextTimers[] = [];
  const definition = {
    name: 'alarm',
    state: 0,
    commands: {
      arm: (n: number, _payload: void, { timers }: Context<never>) => {
        kept.push(timers);
        timers.set('t', 2, 'expire');
        return n;
      },
      expire: (n: number) => n + 1,
      add: (n: number, by: number) => n + by,
    },
  };
  return { definition, clear: () => kept[0]!.clear('t') };
}

/** Those who hear of it before its handler runs, what then is seen of it, and how it ends in the trace. */
const watchers: [string, Watch, seen: string, sum: number, end: string][] = [
  ['`commands$`', onCommands, '           0-1a', 11, 'replied'],
  // Nothing has begun then, so it's taken back.
  ['`received` of `trace$`', onTrace('received'), '0--a', 10, 'withdrawn'],
  ['`started` of `trace$`', onTrace('started'), '  0-1a', 11, 'replied'],
];

describe('a timer that is cleared between its sending and its handler', () => {
  it.each(watchers)('by a watcher of %s leaves a store that handles the next tell at once', (_what, watch, seen, sum) => timely((m, options) => {
    const { definition, clear } = alarm();
    const store = m.watch(createStore(definition, options));
    watch(store, 'expire', clear);
    store.tell.arm();
    m.cold('---x').subscribe(() => store.tell.add(10));
    m.expect(store.select()).toBeObservable(seen, { 0: 0, 1: 1, a: sum });
    m.flush();
    expect(store.status()).toMatchObject({ phase: 'open', running: 0, waiting: 0 });
  })());

  it.each(watchers)('by a watcher of %s ends in the trace once', (_what, watch, _seen, _sum, end) => timely((m, options) => {
    const { definition, clear } = alarm();
    const store = m.watch(createStore(definition, options));
    watch(store, 'expire', clear);
    const { replies, errors } = probe(store);
    store.tell.arm();
    m.flush();
    expect(replies.map(({ type, outcome }) => `${type} ${outcome}`)).toEqual(['arm replied', `expire ${end}`]);
    expect(errors).toEqual([]);
    expect(store.status()).toMatchObject({ running: 0, waiting: 0 });
  })());

  it.each(watchers)('by a watcher of %s does not keep the store from draining', (_what, watch) => timely((m, options) => {
    const { definition, clear } = alarm();
    const store = m.watch(createStore(definition, options));
    watch(store, 'expire', clear);
    store.tell.arm();
    m.cold('---x').subscribe(() => void store.shutdown());
    const phases = store.trace$.pipe(concatMap((event) => event.kind === 'phase' ? [event.phase] : []));
    m.expect(phases).toBeObservable('---(dc|)', { d: 'draining', c: 'closed' });
  })());
});
