/** The platform's timers behind a store: how many are armed, when, and which of them keep a Node process alive (rule S14). */
import { createStore, reply, type Context, type StoreError, type StoreOptions } from 'ownstate';
import { Subject, VirtualTimeScheduler, type SchedulerAction, type SchedulerLike, type Subscription } from 'rxjs';
import { describe, expect, it } from 'vitest';

/** Virtual time whose actions have a platform's timer, as those of rxjs on Node do; `alive` are those that keep a process. */
function platform() {
  const clock = new VirtualTimeScheduler();
  const armed = new Map<object, { readonly delay: number; alive: boolean }>();
  const withTimer = (action: Subscription, delay: number): Subscription => {
    const timer = { delay, alive: true };
    armed.set(action, timer);
    action.add(() => armed.delete(action));
    return Object.assign(action, {
      id: { ref: () => { timer.alive = true; }, unref: () => { timer.alive = false; } },
    });
  };
  const scheduler: SchedulerLike = {
    now: () => clock.now(),
    schedule: (work, delay = 0, state) => withTimer(clock.schedule(function (this: SchedulerAction<unknown>, given) {
      const again = { ...this, schedule: (next: never, ms = 0) => withTimer(clock.schedule(() => work.call(again as never, next), ms), ms) };
      armed.delete(this);
      work.call(again as never, given as never);
    }, delay, state), delay),
  };
  const pass = (ms: number) => {
    clock.maxFrames = clock.frame + ms;
    clock.flush();
    clock.frame = clock.maxFrames;
  };
  return { scheduler, pass, clock, timers: () => [...armed.values()].map(({ delay, alive }) => `${delay} ${alive ? 'alive' : 'quiet'}`) };
}

const codeOf = (error: unknown) => (error as StoreError).code;

function desk(options: StoreOptions) {
  const gates: Subject<number>[] = [];
  const store = createStore({
    name: 'desk',
    state: 0,
    commands: {
      work: () => {
        const gate = new Subject<number>();
        gates.push(gate);
        return gate;
      },
      add: (n, by: number) => reply(n + by, n + by),
      remind: (n, ms: number, { timers }: Context<never>) => (timers.set('a', ms, 'add', 1), n),
    },
    ticks: {},
  }, options);
  /** Ends the work that goes on. */
  const end = () => gates.shift()?.complete();
  return { store, end };
}

describe('the alarm of deadlines', () => {
  it('is armed once for all pending asks, and keeps the process alive while one is pending', () => {
    const { scheduler, timers } = platform();
    const { store, end } = desk({ scheduler, timeout: 100 });
    expect(timers()).toEqual([]);
    store.ask.work();
    store.ask.add(1);
    expect(timers()).toEqual(['100 alive']);
    end();
    expect(store.status()).toMatchObject({ running: 0, waiting: 0 });
    expect(timers()).toEqual(['100 quiet']);
    store.ask.work();
    expect(timers()).toEqual(['100 alive']);
    store.ask.work();
    end();
    expect(timers()).toEqual(['100 alive']);
    end();
    expect(timers()).toEqual(['100 quiet']);
  });

  it('is none of an ask that is answered at once, or that has no timeout', () => {
    const { scheduler, timers } = platform();
    const { store, end } = desk({ scheduler, timeout: 100 });
    store.ask.add(1);
    expect(timers()).toEqual([]);
    store.ask.work();
    end();
    expect(timers()).toEqual(['100 quiet']);
    store.with({ timeout: Infinity }).ask.work();
    expect(timers()).toEqual(['100 quiet']);
  });

  it('is armed for the earliest, and again for the next', () => {
    const { scheduler, timers, pass } = platform();
    const { store } = desk({ scheduler, timeout: 100 });
    store.ask.work().subscribe({ error: () => undefined });
    const codes: string[] = [];
    store.with({ timeout: 30 }).ask.add(1).subscribe({ error: (error: unknown) => codes.push(codeOf(error)) });
    expect(timers()).toEqual(['30 alive']);
    pass(30);
    expect(codes).toEqual(['ASK_TIMEOUT']);
    expect(timers()).toEqual(['70 alive']);
    pass(70);
    expect(timers()).toEqual([]);
  });

  it('forgets no ask, however many timeouts there are and whatever ends before it', () => {
    const { scheduler, pass } = platform();
    const { store } = desk({ scheduler });
    store.with({ timeout: Infinity }).ask.work();
    const ended: string[] = [];
    const ask = (timeout: number, signal?: AbortSignal) => store.with({ timeout, ...signal && { signal } }).ask.add(1)
      .subscribe({ error: (error: unknown) => ended.push(`${timeout} ${codeOf(error)}`) });
    for (let timeout = 1; timeout <= 12; timeout++) ask(timeout);
    const abort = new AbortController();
    ask(12, abort.signal);
    abort.abort();
    ended.length = 0;
    pass(20);
    expect(ended).toEqual(Array.from({ length: 12 }, (_, i) => `${i + 1} ASK_TIMEOUT`));
    expect(store.status()).toMatchObject({ waiting: 0, timedOut: 12 });
  });

  it('is gone with the store', async () => {
    const { scheduler, timers, pass } = platform();
    const { store, end } = desk({ scheduler });
    store.ask.work();
    end();
    const closed = store.shutdown();
    pass(0);
    await closed;
    expect(timers()).toEqual([]);
  });
});

describe('timers', () => {
  it('of a name keep the process alive, ticks do not, also when they are armed again', () => {
    const { scheduler, timers, pass } = platform();
    const { store } = desk({ scheduler });
    store.tell.remind(50);
    expect(timers()).toEqual(['50 alive']);
    const ticking = platform();
    createStore({ state: 0, commands: { beat: (n) => n + 1 }, ticks: { beat: 10 } }, { scheduler: ticking.scheduler });
    expect(ticking.timers()).toEqual(['10 quiet']);
    ticking.pass(10);
    expect(ticking.timers()).toEqual(['10 quiet']);
    pass(50);
    expect(store.snapshot()).toBe(1);
    expect(timers()).toEqual([]);
  });

  it('beyond 2^31 - 1 ms are armed in parts, each of which keeps the process alive as the whole does', () => {
    const most = 2 ** 31 - 1;
    const named = platform();
    const { store } = desk({ scheduler: named.scheduler });
    store.tell.remind(most + 5);
    expect(named.timers()).toEqual([`${most} alive`]);
    named.pass(most);
    expect(named.timers()).toEqual(['5 alive']);
    named.pass(5);
    expect(store.snapshot()).toBe(1);
    const ticking = platform();
    createStore({ state: 0, commands: { beat: (n) => n + 1 }, ticks: { beat: most + 5 } }, { scheduler: ticking.scheduler });
    ticking.pass(most);
    expect(ticking.timers()).toEqual(['5 quiet']);
  });
});
