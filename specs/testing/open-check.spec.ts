/** The check that nothing is left open. */
import { createStore, effect, replyLater } from 'ownstate';
import { openCheck } from 'ownstate/testing';
import { asyncScheduler, NEVER, Observable, queueScheduler, Subscription, timer } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';

const counting = { name: 'counter', state: 0, commands: { click: (count: number) => count + 1 } };
const hanging = { name: 'slow', state: 0, commands: { hang: () => NEVER as Observable<number>, click: (count: number) => count + 1 } };

type NoReply = Observable<number>;

/** Time that stands still until it's flushed. */
function virtual(): TestScheduler {
  return new TestScheduler(() => {});
}

describe('the open check', () => {
  it('passes where there is nothing', () => {
    expect(() => openCheck().check()).not.toThrow();
  });

  it('passes when all is closed', async () => {
    const open = openCheck();
    const store = open.createStore({
      ...hanging,
      ticks: { click: 10 },
      commands: { ...hanging.commands, later: (n: number) => replyLater(n, timer(0)), set: (n: number, _: void, { timers }) => (timers.set('a', 1000, 'click'), n) },
    });
    store.tell.set();
    await store.ask.later();
    store.ask.hang().subscribe({ error: () => {} });
    store.ask.click().subscribe({ error: () => {} });
    expect(() => open.check()).toThrow();
    await store.shutdown({ timeout: 1 });
    open.check();
  });

  it('catches an open store', () => {
    const open = openCheck();
    open.createStore(counting);
    expect(() => open.check()).toThrow(new Error('Expected nothing to be left open, got counter: open'));
  });

  it('catches a store that still drains', () => {
    const open = openCheck({ scheduler: virtual() });
    const store = open.createStore(hanging);
    store.tell.hang();
    void store.shutdown();
    expect(() => open.check()).toThrow('slow: draining, 1 command running, 1 timer armed, due in 30000 ms');
  });

  it('catches each store by name', async () => {
    const open = openCheck();
    open.createStore({ ...counting, name: 'a' });
    await open.createStore({ ...counting, name: 'b' }).shutdown();
    open.createStore({ ...counting, name: 'c' });
    expect(() => open.check()).toThrow(new Error('Expected nothing to be left open, got a: open; c: open'));
  });

  it('catches armed timers: a tick, a named one, a deadline', () => {
    const open = openCheck({ scheduler: virtual() });
    const definition = {
      name: 'clock',
      state: 0,
      ticks: { beat: 500 },
      commands: {
        beat: (n: number) => n,
        wake: (n: number, ms: number, { timers }: { timers: { set(name: string, ms: number, command: string): void } }) => (timers.set('up', ms, 'beat'), n),
        hang: () => NEVER as Observable<number>,
      },
    };
    const store = open.createStore(definition);
    store.tell.wake(700);
    store.ask.hang().subscribe({ error: () => {} });
    expect(() => open.check()).toThrow('clock: open, 1 command running, 3 timers armed, due in 500 ms, 700 ms, 30000 ms');
  });

  it('catches a timer of what is no store', () => {
    const scheduler = virtual();
    const open = openCheck({ scheduler });
    const armed = open.scheduler.schedule(() => {}, 20);
    expect(() => open.check()).toThrow(new Error('Expected nothing to be left open, got scheduler: 1 timer armed, due in 20 ms'));
    armed.unsubscribe();
    open.check();
    open.scheduler.schedule(() => {}, 20);
    scheduler.flush();
    open.check();
  });

  it('catches a timer that is armed again, however often', () => {
    const scheduler = virtual();
    const open = openCheck({ scheduler });
    let left = 3;
    open.scheduler.schedule(function () {
      if (--left > 0) this.schedule(undefined, 50);
      if (left === 1) expect(() => open.check()).toThrow('1 timer armed, due in 50 ms');
    }, 50);
    scheduler.flush();
    expect(left).toBe(0);
    expect(scheduler.now()).toBe(150);
    open.check();
  });

  it('does not call a task a timer', () => {
    const open = openCheck({ scheduler: virtual() });
    open.scheduler.schedule(() => {}, 1);
    open.check();
  });

  it.each([
    ['that runs', { hang: () => NEVER as Observable<number> }, '1 command running'],
    ['that runs, by a promise', { hang: () => new Promise<number>(() => {}) }, '1 command running'],
    ['that comes later', { hang: (n: number) => replyLater(n, NEVER) }, '1 reply pending'],
    ['of an effect', { hang: (n: number) => effect(n, { run: () => NEVER, done: (state: number) => state }) }, '1 effect in flight'],
  ] as const)('catches a pending reply %s', (_title, commands, what) => {
    const open = openCheck();
    const store = open.createStore({ name: 'slow', state: 0, commands: commands as { hang: () => NoReply } }, { timeout: Infinity });
    store.ask.hang();
    expect(() => open.check()).toThrow(new Error(`Expected nothing to be left open, got slow: open, ${what}`));
  });

  it('catches pending replies that wait', () => {
    const open = openCheck();
    const store = open.createStore(hanging, { timeout: Infinity });
    store.tell.hang();
    store.ask.click();
    store.ask.click();
    expect(() => open.check()).toThrow('slow: open, 1 command running, 2 commands waiting');
  });

  it('watches a store that comes from elsewhere', async () => {
    const open = openCheck();
    const store = createStore(counting, { scheduler: open.scheduler });
    expect(open.watch(store)).toBe(store);
    expect(() => open.check()).toThrow('counter: open');
    await store.shutdown();
    open.check();
  });

  it('leaves the scheduler that a store is given in charge', () => {
    const scheduler = virtual();
    const open = openCheck();
    const store = open.createStore({ ...counting, ticks: { click: 10 } }, { scheduler });
    expect(() => open.check()).toThrow('1 timer armed, due in 10 ms');
    scheduler.maxFrames = 35;
    scheduler.flush();
    expect(store.snapshot()).toBe(3);
  });
});

describe('the watched scheduler', () => {
  it('has the time of the one below', () => {
    const scheduler = virtual();
    const open = openCheck({ scheduler });
    scheduler.schedule(() => expect(open.scheduler.now()).toBe(12), 12);
    scheduler.flush();
    expect.assertions(2);
    expect(Math.abs(openCheck().scheduler.now() - asyncScheduler.now())).toBeLessThan(1000);
  });

  it('hands the state on', () => {
    const scheduler = virtual();
    const seen: number[] = [];
    openCheck({ scheduler }).scheduler.schedule<number>(function (n) {
      seen.push(n);
      if (n < 3) this.schedule(n + 1, 5);
    }, 5, 1);
    scheduler.flush();
    expect(seen).toEqual([1, 2, 3]);
  });

  it('arms nothing that is never due, or that has been unsubscribed', () => {
    const scheduler = virtual();
    const open = openCheck({ scheduler });
    open.scheduler.schedule(() => {}, Infinity);
    open.check();
    const action = open.scheduler.schedule(function () {
      action.unsubscribe();
      this.schedule(undefined, 50);
    }, 5);
    scheduler.flush();
    expect(scheduler.now()).toBe(5);
    open.check();
  });

  it('takes a scheduler that does its work at once', () => {
    const open = openCheck({ scheduler: queueScheduler });
    let left = 3;
    open.scheduler.schedule(function () {
      if (--left > 0) this.schedule();
    });
    expect(left).toBe(0);
    open.check();
  });

  it('passes on the error of a piece of work, which is not armed afterwards', () => {
    const scheduler = virtual();
    const open = openCheck({ scheduler });
    open.scheduler.schedule(function () {
      this.schedule(undefined, 50);
      throw new Error('broken');
    }, 5);
    expect(() => scheduler.flush()).toThrow('broken');
    open.check();
  });

  it('keeps a process alive, or not, as the one below would', () => {
    const calls: string[] = [];
    const id = { ref: () => calls.push('ref'), unref: () => calls.push('unref') };
    const { scheduler } = openCheck({ scheduler: { now: () => 0, schedule: () => Object.assign(new Subscription(), { id }) } });
    const action = scheduler.schedule(() => {}, 10) as unknown as { id: typeof id };
    expect(calls).toEqual([]);
    action.id.unref();
    action.id.ref();
    expect(calls).toEqual(['unref', 'ref']);
  });
});
