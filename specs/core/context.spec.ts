/** What a handler may do besides giving back an outcome: have something done after it, and read the time. */
import { createStore, effect, reply, type ErrorEvent } from 'ownstate';
import { marbles } from 'ownstate/testing';
import { concat, map, mergeMap, throwError, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';

describe('context.after', () => {
  it('does it when the state is shown and the events are announced, before the reply', () => {
    const seen: unknown[] = [];
    const store = createStore({
      state: 0,
      commands: {
        add: (n, _payload: void, { after, emit }) => {
          after(() => seen.push('deed'));
          emit('event' as never);
          seen.push('handled');
          return reply(n + 1, 'reply');
        },
      },
    });
    store.select().subscribe((n) => seen.push(n));
    store.events$.subscribe((event) => seen.push(event));
    store.ask.add().subscribe((value) => seen.push(value));
    expect(seen).toEqual([0, 'handled', 1, 'event', 'deed', 'reply']);
  });

  it('does several in their order', () => {
    const seen: number[] = [];
    const store = createStore({
      state: 0,
      commands: { add: (n, _payload: void, { after }) => ([1, 2, 3].forEach((each) => after(() => seen.push(each))), n) },
    });
    store.tell.add();
    expect(seen).toEqual([1, 2, 3]);
  });

  it('does nothing for a handler that fails, at once or later', marbles((m) => {
    const seen: unknown[] = [];
    const store = m.store({
      state: 0,
      commands: {
        now: (_n, _payload: void, { after }) => {
          after(() => seen.push('now'));
          throw new Error('no');
        },
        later: (_n, _payload: void, { after }) => {
          after(() => seen.push('later'));
          return timer(1).pipe(map((): number => { throw new Error('no'); }));
        },
      },
    });
    store.errors$.subscribe(() => seen.push('error'));
    store.tell.now();
    store.tell.later();
    m.flush();
    expect(seen).toEqual(['error', 'error']);
  }));

  it('does it with the first state of an Observable that is committed, also if that fails later', marbles((m) => {
    const seen: unknown[] = [];
    const store = m.store({
      state: 0,
      commands: {
        go: (n, _payload: void, { after }) => {
          after(() => seen.push('deed'));
          return concat(timer(1).pipe(map(() => n + 1)), throwError(() => new Error('no')));
        },
      },
    });
    store.errors$.subscribe(() => seen.push('error'));
    store.tell.go();
    m.flush();
    expect(seen).toEqual(['deed', 'error']);
  }));

  it('has what is sent by a deed wait until the command is finished', () => {
    const seen: unknown[] = [];
    const store = createStore({
      state: 0,
      commands: {
        first: (n, _payload: void, { after }) => {
          after(() => {
            store.tell.second();
            seen.push('told');
          });
          return n;
        },
        second: (n: number) => (seen.push('second'), n),
      },
    });
    store.tell.first();
    expect(seen).toEqual(['told', 'second']);
  });

  it('reports a deed that throws, does the others, and gives the reply', async () => {
    const errors: ErrorEvent[] = [];
    const seen: string[] = [];
    const failed = new Error('no');
    const store = createStore({
      name: 'odd',
      state: 0,
      commands: {
        go: (n, _payload: void, { after }) => {
          after(() => { throw failed; });
          after(() => seen.push('another'));
          return reply(n, 'reply');
        },
      },
    });
    store.errors$.subscribe((error) => errors.push(error));
    expect(await store.ask.go()).toBe('reply');
    expect(seen).toEqual(['another']);
    expect(errors).toEqual([{ store: 'odd', seq: 1, type: 'go', error: failed, started: true, quiet: false }]);
  });

  it('refuses what is no function', async () => {
    const store = createStore({ state: 0, commands: { go: (n, _payload: void, { after }) => (after(1 as never), n) } });
    await expect(store.ask.go()).rejects.toThrow('Expected `deed` to be a function, got 1');
  });
});

describe('the time', () => {
  it('is given to queries', marbles((m) => {
    const store = m.store({ state: 0, commands: { touch: (n) => n }, queries: { time: (_n, _payload: void, { now }) => now() } });
    const asked = m.cold('--a---b').pipe(mergeMap(() => store.ask.time()));
    m.expect(asked).toBeObservable('--a---b', { a: 2, b: 6 });
  }));

  it('is given to the maker of the first state, also when it makes it anew', marbles((m) => {
    const store = m.store(
      { state: ({ now }) => ({ since: now() }), commands: { fail: () => { throw new Error('no'); } } },
      { onHandlerError: 'reset' },
    );
    store.errors$.subscribe();
    m.cold('                                    ---f').subscribe(() => store.tell.fail());
    m.expect(store.select(({ since }) => since)).toBeObservable('a--b', { a: 0, b: 3 });
  }));
});

describe('the results of an effect', () => {
  it('are folded with a context', marbles((m) => {
    const done = m.store({
      state: 0,
      commands: {
        work: (n) => effect(n, { run: () => timer(2), done: (now, _value, context) => (context.emit('done'), reply(now + 1, context.now())) }),
      },
    });
    m.expect(done.events$).toBeObservable('       --d', { d: 'done' as never });
    m.expect(done.ask.work()).toBeObservable('    --(t|)', { t: 2 });
    const failed = m.store({
      state: 0,
      commands: {
        work: (n) => effect(n, {
          run: () => throwError(() => new Error('no')), done: (now) => now, failed: (now, _error, context) => reply(now, context.now()),
        }),
      },
    });
    m.expect(failed.ask.work()).toBeObservable('  (t|)', { t: 0 });
  }));
});

describe('a quiet timer', () => {
  const timed = (quiet: boolean | undefined) => createStore({
    state: 0,
    commands: {
      start: (n, _payload: void, { timers }) => (timers.set('later', 60_000, 'ring', undefined, quiet === undefined ? undefined : { quiet }), n),
      stop: (n, _payload: void, { timers }) => (timers.clear('later'), n),
      ring: (n) => n,
    },
  });
  const active = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;

  it.each([[true, 0], [false, 1], [undefined, 1]] as const)('with quiet: %s keeps %s timers of the process alive', (quiet, kept) => {
    const before = active();
    const store = timed(quiet);
    store.tell.start();
    expect(active() - before).toBe(kept);
    store.tell.stop();
  });

  it('sends its command like any other', marbles((m) => {
    const store = m.store({
      state: 0,
      commands: { start: (n, _payload: void, { timers }) => (timers.set('later', 3, 'ring', 5, { quiet: true }), n), ring: (n, by: number) => n + by },
    });
    store.tell.start();
    // Something else has to keep virtual time going.
    m.expect(timer(5)).toBeObservable('     -----(t|)', { t: 0 as const });
    m.expect(store.select(), '              ^----!').toBeObservable('0--5', { 0: 0, 5: 5 });
  }));

  it('is refused with options that are none', async () => {
    const store = createStore({ state: 0, commands: { start: (n, _payload: void, { timers }) => (timers.set('later', 3, 'start', 5, null as never), n) } });
    await expect(store.ask.start()).rejects.toThrow('Expected `options` to be an object, got null');
  });
});
