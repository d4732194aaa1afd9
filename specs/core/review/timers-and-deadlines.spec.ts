/** Timers that are taken back while they wait, deadlines that pass while the thread is held, and what a deadline leaves behind. */
import { createStore, reply, StoreClosedError, StoreError, type Context, type TraceEvent } from 'ownstate';
import { marbles, probe } from 'ownstate/testing';
import { map, NEVER, timer, VirtualTimeScheduler } from 'rxjs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';

/** A store whose timer sends `expire` at 1 ms, behind a command that works until 3 ms and then does something to it. */
const alarm = (then: (context: Context<never>) => void) => ({
  name: 'alarm',
  state: 0,
  commands: {
    arm: (n: number, _payload: void, { timers }: Context<never>) => {
      timers.set('t', 1, 'expire', 10);
      return n;
    },
    slow: (n: number, _payload: void, context: Context<never>) => timer(3).pipe(map(() => {
      then(context);
      return n + 1;
    })),
    expire: (n: number, by: number) => n + by,
  },
});

/** Where and how the timer's commands ended, and how long they waited. */
const endsOf = (trace: readonly TraceEvent[]) => trace.flatMap((event) => event.kind === 'settled' && event.type === 'expire'
  ? [`${event.time} #${event.id} ${event.outcome} after ${event.waited}`]
  : []);

describe('a timer’s command that waits', () => {
  it('and is cleared ends in the trace as withdrawn, and never runs', marbles((m) => {
    const store = m.store(alarm(({ timers }) => timers.clear('t')));
    const { trace, errors, commands } = probe(store);
    store.tell.arm();
    store.tell.slow();
    m.expect(store.select()).toBeObservable('0--1', { 0: 0, 1: 1 });
    m.expect(NEVER, '                        ^------!').toBeObservable('-');
    m.flush();
    expect(endsOf(trace)).toEqual(['3 #3 withdrawn after 2']);
    expect(commands.map(({ type }) => type)).toEqual(['arm', 'slow']);
    expect(errors).toEqual([]);
  }));

  it('and is set anew ends in the trace as withdrawn; the new one comes in its own time', marbles((m) => {
    const store = m.store(alarm(({ timers }) => timers.set('t', 2, 'expire', 20)));
    const { trace, errors } = probe(store);
    store.tell.arm();
    store.tell.slow();
    m.expect(store.select()).toBeObservable('0--1-b', { 0: 0, 1: 1, b: 21 });
    m.flush();
    expect(endsOf(trace)).toEqual(['3 #3 withdrawn after 2', '5 #4 replied after 0']);
    expect(errors).toEqual([]);
  }));

  it('counts neither as failed nor as dropped when it is taken back', marbles((m) => {
    const store = m.store(alarm(({ timers }) => timers.clear('t')));
    store.tell.arm();
    store.tell.slow();
    m.flush();
    expect(store.status()).toMatchObject({ handled: 2, failed: 0, dropped: 0, waiting: 0 });
  }));

  it('and has not been sent yet leaves no word in the trace when it is cleared', marbles((m) => {
    const store = m.store({
      state: 0,
      commands: {
        arm: (n: number, _payload: void, { timers }) => {
          timers.set('t', 1, 'arm');
          timers.clear('t');
          return n + 1;
        },
      },
    });
    const { replies } = probe(store);
    store.tell.arm();
    m.flush();
    expect(replies).toHaveLength(1);
  }));

  it.each([
    ['timer', {}, 1],
    ['tick', { ticks: { expire: 1 } }, 2],
  ])('when the store is aborted fails with StoreClosedError, on errors$ and in the trace: a %s', (_what, ticks, count) => marbles((m) => {
    const end = new AbortController();
    const store = m.store({ ...alarm(() => undefined), ...ticks }, { signal: end.signal });
    const { replies, errors } = probe(store);
    store.tell.arm();
    store.tell.slow();
    m.cold('--x').subscribe(() => end.abort());
    m.flush();
    const closed = expect.objectContaining({ code: 'STORE_CLOSED', type: 'expire', started: false }) as unknown;
    const failed = { time: 2, type: 'expire', error: closed };
    expect(errors.filter(({ type }) => type === 'expire')).toEqual(Array(count).fill(failed));
    expect(replies.filter(({ type }) => type === 'expire')).toEqual(Array(count).fill({ ...failed, outcome: 'failed' }));
    expect(errors.every(({ error }) => error instanceof StoreClosedError)).toBe(true);
  })());
});

describe('an ask that waits while a handler holds the thread', () => {
  /** Virtual time that a handler may use up. */
  function busyClock() {
    const clock = new VirtualTimeScheduler();
    let used = 0;
    clock.now = () => clock.frame + used;
    return { clock, work: (ms: number) => { used += ms; } };
  }

  const waiting = (ms: number) => {
    const { clock, work } = busyClock();
    const ran: string[] = [];
    const got: unknown[] = [];
    const store = createStore({
      state: 0,
      commands: {
        hold: (n: number) => {
          store.with({ timeout: 5 }).ask.add(1).subscribe({
            next: (sum) => got.push(sum),
            error: (error: unknown) => got.push(error instanceof StoreError ? [error.code, error.started] : error),
          });
          work(ms);
          return n;
        },
        add: (n: number, by: number) => {
          ran.push('add');
          return reply(n + by, n + by);
        },
      },
    }, { scheduler: clock });
    return { store, ran, got, clock };
  };

  it('never runs once its deadline has passed: it fails with AskTimeoutError, not started', () => {
    const { store, ran, got } = waiting(6);
    const ends: unknown[] = [];
    store.trace$.subscribe((event) => {
      if (event.kind === 'settled') ends.push([event.type, event.outcome, event.time]);
    });
    store.tell.hold();
    expect(ran).toEqual([]);
    expect(got).toEqual([['ASK_TIMEOUT', false]]);
    expect(ends).toEqual([['hold', 'replied', 6], ['add', 'failed', 6]]);
    expect(store.snapshot()).toBe(0);
    expect(store.status()).toMatchObject({ timedOut: 1, handled: 1, failed: 0, waiting: 0, running: 0 });
  });

  it('times out once: its alarm finds nothing more to do', () => {
    const { store, got, clock } = waiting(6);
    store.tell.hold();
    clock.flush();
    expect(got).toEqual([['ASK_TIMEOUT', false]]);
    expect(store.status()).toMatchObject({ timedOut: 1 });
  });

  it('runs while its time is not up', () => {
    const { store, ran, got } = waiting(4);
    store.tell.hold();
    expect(ran).toEqual(['add']);
    expect(got).toEqual([1]);
    expect(store.status()).toMatchObject({ timedOut: 0, handled: 2 });
  });

  it('leaves those behind it to their turn', () => {
    const { store, got } = waiting(6);
    store.commands$.subscribe(({ type }) => {
      if (type === 'hold') store.ask.add(3).subscribe((sum) => got.push(sum));
    });
    store.tell.hold();
    expect(got).toEqual([3, ['ASK_TIMEOUT', false]]);
  });
});

describe('commands that were given up', () => {
  // What is collected can be seen without a flag of the process, and without waiting for it.
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;

  it('behind one that never ends are let go, also when that one has been given up itself', async () => {
    const clock = new VirtualTimeScheduler();
    const store = createStore({
      state: 0,
      commands: { hang: () => NEVER, keep: (n: number, payload: object) => n + Object.keys(payload).length },
    }, { scheduler: clock, timeout: 5 });
    const ignore = { error: () => undefined };
    const payloads: WeakRef<object>[] = [];
    store.ask.hang().subscribe(ignore);
    for (let round = 0; round < 500; round++) {
      const payload = { round };
      payloads.push(new WeakRef(payload));
      store.ask.keep(payload).subscribe(ignore);
    }
    clock.flush();
    expect(store.status()).toMatchObject({ running: 1, waiting: 0, timedOut: 501 });
    // What a WeakRef was made of in this task stays until it's over.
    await new Promise((done) => setImmediate(done));
    collect();
    // The mailbox keeps the room of a few that were withdrawn until half of it is.
    expect(payloads.filter((payload) => payload.deref() !== undefined).length).toBeLessThan(64);
    expect(store.status()).toMatchObject({ running: 1 });
  });
});
