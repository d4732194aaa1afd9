/** What the monitor's buttons do to stores. */
import { createStore, reply } from 'ownstate';
import { attempt, optimistic, replaceable, undoable, type UndoableView } from 'ownstate/app';
import { connectDevtools, type DevtoolsOptions } from 'ownstate/devtools';
import { marbles } from 'ownstate/testing';
import { map, Subject, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { fakeExtension } from './support/fake-extension.js';

const counter = {
  name: 'counter',
  state: { count: 0 },
  commands: {
    add: ({ count }: { count: number }, by: number) => reply({ count: count + by }, count + by),
    reset: () => ({ count: 0 }),
  },
};

/** A counter that may be travelled with, at 6 after three commands. */
function travelling(options: DevtoolsOptions = {}) {
  const extension = fakeExtension();
  const store = createStore(replaceable(counter));
  const connection = connectDevtools(store, { extension, ...options });
  for (const by of [1, 2, 3]) store.tell.add(by);
  return { store, connection, monitor: extension.instances[0]! };
}

describe('the monitor', () => {
  it('is told what a store with `replace` can do', () => {
    const { connection, monitor } = travelling();
    expect(connection.travels).toBe(true);
    expect(monitor.config.features).toEqual({
      pause: true, lock: false, persist: false, export: true, import: 'custom', jump: true, skip: false, reorder: false, dispatch: true, test: false,
    });
  });

  it.each(['jumpToAction', 'jumpToState'] as const)('travels by %s to a state that was shown, and shows no command for it', (jump) => {
    const { store, monitor } = travelling();
    monitor[jump](1);
    expect(store.snapshot()).toEqual({ count: 1 });
    monitor[jump](3);
    expect(store.snapshot()).toEqual({ count: 6 });
    monitor[jump](0);
    expect(store.snapshot()).toEqual({ count: 0 });
    expect(monitor.types()).toEqual(['@@INIT', 'add', 'add', 'add']);
    expect(monitor.errors).toEqual([]);
  });

  it('shows what comes after a travel on the state that was travelled to', () => {
    const { store, monitor } = travelling();
    monitor.jumpToAction(1);
    store.tell.add(10);
    expect(monitor.states().at(-1)).toEqual({ count: 11 });
  });

  it('resets to the state at the begin, and begins the log anew', () => {
    const { store, monitor } = travelling();
    monitor.reset();
    expect(store.snapshot()).toEqual({ count: 0 });
    expect(monitor.types()).toEqual(['@@INIT']);
    expect(monitor.states()).toEqual([{ count: 0 }]);
  });

  it('commits, and rolls back to what was committed', () => {
    const { store, monitor } = travelling();
    monitor.commit();
    expect(monitor.types()).toEqual(['@@INIT']);
    store.tell.add(10);
    monitor.rollback();
    expect(store.snapshot()).toEqual({ count: 6 });
    expect(monitor.states()).toEqual([{ count: 6 }]);
  });

  it('rolls back to the oldest state that is kept, when older ones have been committed by themselves', () => {
    const { store, monitor } = travelling({ maxAge: 3 });
    monitor.rollback();
    expect(store.snapshot()).toEqual({ count: 1 });
  });

  it('travels with several stores at once', () => {
    const extension = fakeExtension();
    const one = createStore(replaceable({ ...counter, name: 'one' }));
    const two = createStore(replaceable({ ...counter, name: 'two' }));
    connectDevtools([one, two], { extension });
    one.tell.add(1);
    two.tell.add(2);
    one.tell.add(3);
    const [monitor] = extension.instances;
    const handled = two.status().handled;
    monitor!.jumpToAction(2);
    expect([one.snapshot(), two.snapshot()]).toEqual([{ count: 1 }, { count: 2 }]);
    // The other one is there already.
    expect(two.status().handled).toBe(handled);
    monitor!.reset();
    expect([one.snapshot(), two.snapshot()]).toEqual([{ count: 0 }, { count: 0 }]);
    expect(monitor!.types()).toEqual(['@@INIT']);
  });

  it('travels to the very state: with what was redacted, and with what has no text', () => {
    const extension = fakeExtension();
    const now = new Date(5);
    const first = { token: 'one', since: new Date(1) };
    const store = createStore(replaceable({ state: first, commands: { enter: (_state, token: string) => ({ token, since: now }) } }));
    connectDevtools(store, { extension, redact: ['token'] });
    store.tell.enter('two');
    store.tell.enter('three');
    const [monitor] = extension.instances;
    expect(monitor!.states()[1]).toEqual(monitor!.states()[2]);
    monitor!.jumpToAction(1);
    expect(store.snapshot()).toEqual({ token: 'two', since: now });
    monitor!.jumpToAction(0);
    expect(store.snapshot()).toBe(first);
    monitor!.jumpToAction(2);
    expect(store.snapshot()).toEqual({ token: 'three', since: now });
    monitor!.jumpToState(1);
    expect(store.snapshot()).toEqual({ token: 'two', since: now });
    monitor!.commit();
    store.tell.enter('four');
    monitor!.rollback();
    expect(store.snapshot()).toEqual({ token: 'two', since: now });
  });

  it('travels to the very state, also among those that look alike, and with others between that it did not record', () => {
    const extension = fakeExtension();
    const store = createStore(replaceable({ state: { token: '' }, commands: { enter: (_state, token: string) => ({ token }) } }));
    connectDevtools(store, { extension, redact: ['token'] });
    const [monitor] = extension.instances;
    store.tell.enter('one');
    monitor!.pause(true);
    store.tell.enter('unseen');
    monitor!.pause(false);
    for (const token of ['two', 'three', 'four']) store.tell.enter(token);
    expect(monitor!.states()).toHaveLength(5);
    for (const [id, token] of ['', 'one', 'two', 'three', 'four'].entries()) {
      monitor!.jumpToAction(id);
      expect(store.snapshot()).toEqual({ token });
      monitor!.jumpToState(4 - id);
      expect(store.snapshot()).toEqual({ token: ['four', 'three', 'two', 'one', ''][id] });
    }
    // Of one that is gone only the look is known: that's the latest of its look.
    monitor!.post({ type: 'DISPATCH', payload: { type: 'JUMP_TO_ACTION', actionId: 99 }, state: '{"token":"[redacted]"}' });
    expect(store.snapshot()).toEqual({ token: 'four' });
  });

  it('waits for its turn, as every command does', marbles((m) => {
    const extension = fakeExtension();
    const store = m.store(replaceable({ state: 0, commands: { slow: (n) => timer(5).pipe(map(() => n + 1)), add: (n) => n + 1 } }));
    connectDevtools(store, { extension });
    store.tell.add();
    store.tell.slow();
    const [monitor] = extension.instances;
    m.cold('-x').subscribe(() => monitor!.reset());
    timer(4).subscribe(() => expect(monitor!.types()).toEqual(['@@INIT', 'add']));
    m.flush();
    expect(store.snapshot()).toBe(0);
    expect(monitor!.types()).toEqual(['@@INIT']);
  }));

  it('travels with a store whose view is not its state, if told how', () => {
    const extension = fakeExtension();
    const store = createStore(optimistic(undoable(replaceable(counter))));
    const travel = ({ present }: UndoableView<{ count: number }>) => present;
    expect(connectDevtools(store, { extension, travel }).travels).toBe(true);
    const [monitor] = extension.instances;
    for (const by of [1, 2, 3]) store.tell.add(by);
    monitor!.jumpToAction(1);
    expect(store.snapshot()).toEqual({ present: { count: 1 }, canUndo: true, canRedo: false });
    store.tell.undo();
    expect(store.snapshot().present).toEqual({ count: 6 });
    expect(monitor!.errors).toEqual([]);
  });

  it('stays where it has travelled to when an attempt fails that was in flight', () => {
    const extension = fakeExtension();
    const answer = new Subject<number>();
    const store = createStore(optimistic(replaceable({
      name: 'counter',
      state: { count: 0 },
      commands: {
        add: ({ count }, by: number) => ({ count: count + by }),
        guess: ({ count }, by: number) => attempt({ count: count + by }, { run: () => answer }),
      },
    })));
    const dropped: unknown[] = [];
    store.errors$.subscribe(({ error }) => dropped.push(error));
    connectDevtools(store, { extension });
    const [monitor] = extension.instances;
    for (const by of [1, 2]) store.tell.add(by);
    store.ask.guess(10).subscribe({ error: () => undefined });
    monitor!.jumpToAction(1);
    expect(store.snapshot()).toEqual({ count: 1 });
    answer.error(new Error('no'));
    expect(store.snapshot()).toEqual({ count: 1 });
    expect(dropped).toEqual([]);
  });

  describe('of a store that cannot travel', () => {
    it('is told so', () => {
      const extension = fakeExtension();
      expect(connectDevtools(createStore(counter), { extension }).travels).toBe(false);
      expect(extension.instances[0]!.config.features).toMatchObject({ jump: false, import: false, pause: true, dispatch: true });
    });

    it('is told so where one of several cannot', () => {
      const stores = [createStore(counter), createStore(replaceable({ ...counter, name: 'other' }))];
      expect(connectDevtools(stores as never, { extension: fakeExtension() }).travels).toBe(false);
    });

    it.each(['reset', 'rollback'] as const)('reports a %s', (press) => {
      const extension = fakeExtension();
      const store = createStore(counter);
      connectDevtools(store, { extension });
      store.tell.add(1);
      extension.instances[0]![press]();
      expect(store.snapshot()).toEqual({ count: 1 });
      expect(extension.instances[0]!.errors).toEqual([expect.stringMatching(/`replace`/)]);
      expect(extension.instances[0]!.types()).toEqual(['@@INIT', 'add']);
    });

    it('and has another command of that name is left alone, if told so', () => {
      const { connection, monitor } = travelling({ travel: false });
      expect(connection.travels).toBe(false);
      monitor.jumpToAction(1);
      expect(monitor.errors).toHaveLength(1);
    });

    it('because its view is not its state keeps its state, and that is reported', async () => {
      const extension = fakeExtension();
      const store = createStore(replaceable({
        name: 'vault', state: { open: 0, hidden: 'x' }, view: ({ open }) => ({ open }), queries: { all: (state) => state },
        commands: { knock: (state) => ({ ...state, open: state.open + 1 }) },
      }));
      connectDevtools(store, { extension });
      store.tell.knock();
      extension.instances[0]!.jumpToAction(0);
      expect(extension.instances[0]!.errors).toEqual(['Expected vault to show its state itself, got one with a `view`: it can\'t travel in time, unless `travel` says how']);
      expect(await store.ask.all()).toEqual({ open: 1, hidden: 'x' });
    });
  });

  it('reports what `check` refuses, and the state stays', () => {
    const extension = fakeExtension();
    const check = () => {
      throw new RangeError('not that one');
    };
    const store = createStore(replaceable(counter, { check }));
    connectDevtools(store, { extension });
    store.tell.add(1);
    extension.instances[0]!.reset();
    expect(extension.instances[0]!.errors).toEqual(['not that one']);
    expect(store.snapshot()).toEqual({ count: 1 });
    expect(extension.instances[0]!.types()).toEqual(['@@INIT', 'add']);
  });

  it('reports a state that is not kept any more', () => {
    const { store, monitor } = travelling();
    monitor.post({ type: 'DISPATCH', payload: { type: 'JUMP_TO_ACTION', actionId: 1 }, state: '{"count":77}' });
    monitor.post({ type: 'DISPATCH', payload: { type: 'JUMP_TO_ACTION', actionId: 1 } });
    monitor.post({ type: 'DISPATCH', payload: { type: 'JUMP_TO_ACTION', actionId: 1 }, state: 'no JSON' });
    const gone = 'Expected a state that was shown and is still kept, got another one';
    expect(monitor.errors).toEqual([gone, gone, expect.stringContaining('JSON')]);
    expect(store.snapshot()).toEqual({ count: 6 });
  });

  it('keeps as many states as the monitor does', () => {
    const { store, monitor } = travelling({ maxAge: 2 });
    expect(monitor.states()).toEqual([{ count: 3 }, { count: 6 }]);
    monitor.post({ type: 'DISPATCH', payload: { type: 'JUMP_TO_ACTION', actionId: 1 }, state: '{"count":1}' });
    expect(monitor.errors).toEqual(['Expected a state that was shown and is still kept, got another one']);
    expect(store.snapshot()).toEqual({ count: 6 });
  });

  it('reports what cannot be done: skip, lock', () => {
    const { store, monitor } = travelling();
    monitor.toggle(1);
    monitor.lock(true);
    expect(monitor.errors).toEqual(['TOGGLE_ACTION', 'LOCK_CHANGES'].map((type) => `Expected what a store of ownstate can do, got ${type}`));
    expect(store.snapshot()).toEqual({ count: 6 });
  });

  it('passes over messages that it does not know', () => {
    const { monitor } = travelling();
    for (const message of [undefined, null, 5, {}, { type: 'START' }, { type: 'DISPATCH' }, { type: 'DISPATCH', payload: { type: 'SWEEP' } }]) monitor.post(message);
    expect(monitor.errors).toEqual([]);
  });
});

describe('the dispatcher', () => {
  it('lists the commands', () => {
    const { monitor } = travelling();
    expect(Object.keys(monitor.config.actionCreators)).toEqual(['add', 'reset', 'replace']);
    expect(monitor.config.actionCreators['add']!(5)).toEqual({ type: 'add', payload: 5 });
  });

  it('sends a command that was typed in, and one that was picked', () => {
    const { store, monitor } = travelling();
    monitor.dispatch('{ "type": "add", "payload": 4 }');
    expect(store.snapshot()).toEqual({ count: 10 });
    monitor.dispatch({ name: 'add', args: ['-9'] });
    expect(store.snapshot()).toEqual({ count: 1 });
    monitor.dispatch({ name: 'reset', args: [] });
    expect(store.snapshot()).toEqual({ count: 0 });
    expect(monitor.types().slice(-3)).toEqual(['add', 'add', 'reset']);
    for (const payload of [{ name: 'reset' }, { name: 'reset', args: [''] }]) {
      store.tell.add(5);
      monitor.post({ type: 'ACTION', payload });
      expect(store.snapshot()).toEqual({ count: 0 });
    }
    expect(monitor.errors).toEqual([]);
  });

  it('sends to the store that is named, where there are several', () => {
    const extension = fakeExtension();
    const [one, two] = [createStore({ ...counter, name: 'one' }), createStore({ ...counter, name: 'two' })];
    connectDevtools([one, two], { extension });
    extension.instances[0]!.dispatch('{ "type": "two/add", "payload": 4 }');
    expect(two.snapshot()).toEqual({ count: 4 });
    extension.instances[0]!.dispatch('{ "type": "add", "payload": 4 }');
    expect(extension.instances[0]!.errors).toEqual(["Expected a type such as 'one/add', got add"]);
  });

  it('tells stores apart whose names begin alike', () => {
    const extension = fakeExtension();
    const [shop, cart] = [createStore({ ...counter, name: 'shop' }), createStore({ ...counter, name: 'shop/cart' })];
    for (const stores of [[shop, cart], [cart, shop]]) connectDevtools(stores, { extension });
    for (const monitor of extension.instances) {
      expect(Object.keys(monitor.config.actionCreators).sort()).toEqual(['shop/add', 'shop/cart/add', 'shop/cart/reset', 'shop/reset']);
      monitor.dispatch('{ "type": "shop/cart/add", "payload": 4 }');
      monitor.dispatch('{ "type": "shop/add", "payload": 1 }');
      expect(monitor.errors).toEqual([]);
    }
    expect([shop.snapshot(), cart.snapshot()]).toEqual([{ count: 2 }, { count: 8 }]);
  });

  it.each([
    ['an unknown command', '{ "type": "jump" }', /jump/],
    ['a text that is no JSON', "{ type: 'add' }", /^Expected JSON such as \{ "type": "add", "payload": 5 \}, got \{ type: 'add' \}$/],
    ['a message without a type', '{ "payload": 5 }', /^Expected a type such as 'add', got undefined$/],
    ['what is no message', '5', /^Expected a type/],
  ])('reports %s', (_what, text, message) => {
    const { store, monitor } = travelling();
    monitor.dispatch(text);
    expect(monitor.errors).toEqual([expect.stringMatching(message)]);
    expect(store.snapshot()).toEqual({ count: 6 });
  });

  it('reports a command that fails', () => {
    const extension = fakeExtension();
    connectDevtools(createStore({ state: 0, commands: { fail: (): number => { throw new Error('no'); } } }), { extension });
    extension.instances[0]!.dispatch('{ "type": "fail" }');
    expect(extension.instances[0]!.errors).toEqual(['no']);
  });
});

describe('a log', () => {
  it('that is exported is imported again: states, actions, and travels within it', () => {
    const file = travelling().monitor.exportLog();
    const { store, monitor } = (() => {
      const extension = fakeExtension();
      const made = createStore(replaceable(counter));
      connectDevtools(made, { extension });
      return { store: made, monitor: extension.instances[0]! };
    })();
    monitor.importLog(file);
    expect(store.snapshot()).toEqual({ count: 6 });
    expect(monitor.types()).toEqual(['@@INIT', 'add', 'add', 'add']);
    monitor.jumpToAction(2);
    expect(store.snapshot()).toEqual({ count: 3 });
    store.tell.add(10);
    expect(monitor.states().at(-1)).toEqual({ count: 13 });
    monitor.jumpToAction(4);
    monitor.jumpToAction(0);
    expect(store.snapshot()).toEqual({ count: 0 });
    expect(monitor.errors).toEqual([]);
  });

  it('is put in with the state that it was left at, else with its last', () => {
    const { monitor } = travelling();
    monitor.jumpToAction(2);
    const file = monitor.exportLog();
    const other = travelling();
    other.monitor.importLog(file);
    expect(other.store.snapshot()).toEqual({ count: 3 });
    other.monitor.importLog(JSON.stringify({ computedStates: [{ state: { count: 1 } }, { state: { count: 2 } }] }));
    expect(other.store.snapshot()).toEqual({ count: 2 });
    expect(other.monitor.errors).toEqual([]);
  });

  it('with redacted fields is not put in', () => {
    const extension = fakeExtension();
    const store = createStore(replaceable({ state: { token: 'x' }, commands: { enter: (_state, token: string) => ({ token }) } }));
    connectDevtools(store, { extension, redact: ['token'] });
    store.tell.enter('y');
    const [monitor] = extension.instances;
    monitor!.importLog(monitor!.exportLog());
    expect(monitor!.errors).toEqual(["Expected the state to be whole, got one with [redacted] in it, which can't be put back"]);
    expect(store.snapshot()).toEqual({ token: 'y' });
  });

  it('with redacted fields in another state is put in, and not travelled to that state', () => {
    const extension = fakeExtension();
    const first: { readonly token?: string } = { token: 'x' };
    const store = createStore(replaceable({ state: first, commands: { leave: () => ({}) } }));
    connectDevtools(store, { extension, redact: ['token'] });
    store.tell.leave();
    const [monitor] = extension.instances;
    monitor!.importLog(monitor!.exportLog());
    expect(monitor!.errors).toEqual([]);
    monitor!.jumpToAction(0);
    expect(monitor!.errors).toEqual(["Expected the state to be whole, got one with [redacted] in it, which can't be put back"]);
    expect(store.snapshot()).toEqual({});
  });

  it('is gone on with: what comes after it is told apart, also where it looks alike', () => {
    const open = (maxAge: number) => {
      const extension = fakeExtension();
      const first: { readonly token?: string } = {};
      const store = createStore(replaceable({ state: first, commands: { enter: (_state, token: string) => ({ token }), leave: () => ({}) } }));
      connectDevtools(store, { extension, redact: ['token'], maxAge });
      return { store, monitor: extension.instances[0]! };
    };
    const left = open(3);
    for (let i = 0; i < 4; i++) left.store.tell.leave();
    const { store, monitor } = open(50);
    monitor.importLog(left.monitor.exportLog());
    for (const token of ['one', 'two', 'three']) store.tell.enter(token);
    for (const [i, token] of ['one', 'two', 'three'].entries()) {
      monitor.jumpToAction(5 + i);
      expect(store.snapshot()).toEqual({ token });
    }
    expect(monitor.errors).toEqual([]);
  });

  it('that the extension refuses is reported', () => {
    const file = travelling().monitor.exportLog();
    const inner = fakeExtension();
    const extension = {
      connect: (config: Parameters<typeof inner.connect>[0]) => {
        const instance = inner.connect(config);
        // The real one reads `action.type` of what is no action, if a person has set a filter in its options.
        const send: typeof instance.send = (action, state) => {
          if (action === null) throw new TypeError('Cannot read properties of null');
          instance.send(action, state);
        };
        return { ...instance, send };
      },
    };
    connectDevtools(createStore(replaceable(counter)), { extension });
    inner.instances[0]!.importLog(file);
    expect(inner.instances[0]!.errors).toEqual(['Cannot read properties of null']);
  });

  it('that is longer than maxAge is kept as long as the monitor keeps it', () => {
    const file = travelling().monitor.exportLog();
    const { store, monitor } = travelling({ maxAge: 2 });
    monitor.importLog(file);
    store.tell.add(10);
    expect(monitor.states()).toEqual([{ count: 6 }, { count: 16 }]);
    monitor.post({ type: 'DISPATCH', payload: { type: 'JUMP_TO_STATE', index: 0 }, state: '{"count":1}' });
    expect(monitor.errors).toEqual(['Expected a state that was shown and is still kept, got another one']);
    monitor.jumpToState(0);
    expect(store.snapshot()).toEqual({ count: 6 });
  });

  it('with what has no JSON is not put in, and with text that only looks like it, is', () => {
    const first: { readonly when: unknown } = { when: 0 };
    for (const [when, whole] of [[new Date(5), false], [NaN, false], [5n, false], ['[WIP]', true], ['[Draft]', true]] as const) {
      const extension = fakeExtension();
      const store = createStore(replaceable({ state: first, commands: { put: (_state, value: unknown) => ({ when: value }) } }));
      connectDevtools(store, { extension });
      const [monitor] = extension.instances;
      store.tell.put(when);
      const file = monitor!.exportLog();
      store.tell.put(1);
      monitor!.importLog(file);
      expect([when, monitor!.errors.length]).toEqual([when, whole ? 0 : 1]);
      expect(store.snapshot()).toEqual({ when: whole ? when : 1 });
    }
  });

  it('that is none, or is of other stores, is reported', () => {
    const extension = fakeExtension();
    const one = createStore(replaceable({ ...counter, name: 'one' }));
    const two = createStore(replaceable({ ...counter, name: 'two' }));
    connectDevtools([one, two], { extension });
    const [monitor] = extension.instances;
    monitor!.importLog('{}');
    monitor!.importLog('{ "computedStates": [] }');
    monitor!.importLog(JSON.stringify({ computedStates: [{ state: { one: { count: 5 } } }] }));
    expect(monitor!.errors).toEqual(['Expected a log with states, got none', 'Expected a log with states, got none', 'Expected a state with one, two, got none of two']);
    expect(one.snapshot()).toEqual({ count: 0 });
  });
});
