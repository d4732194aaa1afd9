/** Rule S14: what is not used costs nothing, and nothing is armed or kept alive without need. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { createStore, effect, reply, type, type TraceEvent } from 'ownstate';
import { marbles } from 'ownstate/testing';
import { merge, NEVER, of, Subject, VirtualTimeScheduler, type SchedulerLike } from 'rxjs';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';

/** A scheduler that notes each delay it is to arm, and how often its clock is read. */
function counting(): { readonly scheduler: SchedulerLike; readonly armed: () => number[]; readonly reads: () => number } {
  const scheduler = new VirtualTimeScheduler();
  const schedule = vi.spyOn(scheduler, 'schedule');
  const now = vi.spyOn(scheduler, 'now');
  return { scheduler, armed: () => schedule.mock.calls.map(([, delay]) => delay ?? 0), reads: () => now.mock.calls.length };
}

describe('S14 Quiet', () => {
  describe('what nobody watches is not built', () => {
    it('no trace event: neither the clock is read for it nor the view taken', () => {
      const { scheduler, reads } = counting();
      let viewed = 0;
      const store = createStore({
        state: 0,
        view: (n) => (viewed++, n),
        commands: { add: (n, by: number) => reply(n + by, n), fail: () => { throw new Error('no'); } },
        queries: { get: (n) => n },
      }, { scheduler });
      const use = () => {
        store.tell.add(1);
        store.ask.add(1).subscribe();
        store.ask.get().subscribe();
      };
      use();
      expect([reads(), viewed]).toEqual([0, 0]);
      const watching = store.trace$.subscribe();
      use();
      expect([reads() > 0, viewed]).toEqual([true, 2]);
      const before = reads();
      watching.unsubscribe();
      use();
      expect([reads(), viewed]).toEqual([before, 2]);
    });

    it('no view: it is taken for those who select, and for a snapshot, once for each state', () => {
      let viewed = 0;
      const store = createStore({ state: 0, view: (n) => (viewed++, n), commands: { add: (n, by: number) => n + by } });
      store.tell.add(1);
      expect(viewed).toBe(0);
      const watching = [store.select().subscribe(), store.select((n) => n > 3).subscribe()];
      expect(viewed).toBe(1);
      store.tell.add(1);
      expect(viewed).toBe(2);
      for (const each of watching) each.unsubscribe();
      store.tell.add(1);
      expect(viewed).toBe(2);
      store.snapshot();
      store.snapshot();
      expect(viewed).toBe(3);
    });

    it('no AbortController for a handler that does not look at its signal', async () => {
      let made = 0;
      vi.stubGlobal('AbortController', class extends AbortController {
        constructor() {
          super();
          made++;
        }
      });
      const store = createStore({
        state: 0,
        commands: {
          add: (n, by: number) => n + by,
          slow: async (n) => n,
          look: (n, _payload: void, { signal }) => reply(n, signal.aborted),
        },
      });
      store.tell.add(1);
      await store.ask.add(1);
      await store.ask.slow();
      expect(made).toBe(0);
      expect(await store.ask.look()).toBe(false);
      expect(made).toBe(1);
      vi.unstubAllGlobals();
    });

    it('trace events reach whoever watches from the moment of subscribing', () => {
      const store = createStore({ state: 0, commands: { add: (n, by: number) => n + by } });
      store.tell.add(1);
      const seen: TraceEvent['kind'][] = [];
      const watching = store.trace$.subscribe(({ kind }) => seen.push(kind));
      store.tell.add(1);
      watching.unsubscribe();
      store.tell.add(1);
      expect(seen).toEqual(['received', 'started', 'state', 'settled']);
    });
  });

  describe('a timer is armed only where it is needed', () => {
    const commands = {
      add: (n: number, by: number) => reply(n + by, n + by),
      hang: () => NEVER,
      work: (n: number) => effect(n, { run: () => of(1), done: (now: number) => now }),
      hangBeside: (n: number) => effect(n, { run: () => NEVER, done: (now: number) => now }),
    };

    it('none to make a store, to watch it, to use it while it answers at once, and to shut it down', () => {
      const { scheduler, armed } = counting();
      const store = createStore({ state: 0, commands, queries: { get: (n) => n }, events: type<string>() }, { scheduler });
      merge(store.select(), store.events$, store.errors$, store.trace$, store.commands$).subscribe();
      store.tell.add(1);
      store.tell.work();
      store.ask.add(1).subscribe();
      store.ask.work().subscribe();
      store.ask.get().subscribe();
      store.with({ timeout: 5, signal: new AbortController().signal }).ask.add(1).subscribe();
      store.snapshot();
      store.status();
      void store.shutdown();
      expect(store.status().phase).toBe('closed');
      expect(armed()).toEqual([]);
    });

    it('none for a tell, however long it takes', () => {
      const { scheduler, armed } = counting();
      const store = createStore({ state: 0, commands }, { scheduler });
      store.tell.hangBeside();
      store.tell.hang();
      store.tell.add(1);
      expect(store.status()).toMatchObject({ running: 1, waiting: 1, effects: 1 });
      expect(armed()).toEqual([]);
    });

    it('none for an ask without a limit', () => {
      const { scheduler, armed } = counting();
      const store = createStore({ state: 0, commands }, { scheduler, timeout: Infinity });
      store.ask.hang().subscribe();
      store.ask.add(1).subscribe();
      expect(armed()).toEqual([]);
    });

    it('none for a reply that fails before the eyes of an observer', () => {
      const { scheduler, armed } = counting();
      const source = new Subject<number>();
      const store = createStore({ state: 0, commands: { wait: () => source } }, { scheduler, timeout: Infinity });
      const errors: unknown[] = [];
      store.ask.wait().subscribe({ error: (error: unknown) => errors.push(error) });
      source.error(new Error('no'));
      expect(errors).toEqual([new Error('no')]);
      expect(armed()).toEqual([]);
    });

    it('one for all pending asks of a store together', () => {
      const { scheduler, armed } = counting();
      const store = createStore({ state: 0, commands }, { scheduler, timeout: 50 });
      store.ask.hang().subscribe();
      for (let i = 0; i < 100; i++) store.ask.add(i).subscribe();
      store.with({ timeout: 60 }).ask.add(1).subscribe();
      expect(armed()).toEqual([50]);
    });

    it('no new one for each ask, where asks come and go', async () => {
      const { scheduler, armed } = counting();
      const store = createStore({ state: 0, commands: { slow: async (n) => reply(n + 1, n + 1) } }, { scheduler });
      for (let i = 1; i <= 10; i++) expect(await store.ask.slow()).toBe(i);
      expect(armed()).toEqual([30_000]);
    });

    it('one for the end of draining, where something holds it up', () => {
      const { scheduler, armed } = counting();
      const store = createStore({ state: 0, commands }, { scheduler });
      store.tell.hang();
      void store.shutdown();
      expect(armed()).toEqual([30_000]);
    });

    it('and none goes off when it has become needless', marbles((m) => {
      const store = m.store({ state: 0, commands: { wait: () => m.cold('--(1|)', { 1: 1 }) } }, { timeout: 5 });
      const failed: unknown[] = [];
      store.errors$.subscribe((error) => failed.push(error));
      m.expect(store.ask.wait()).toBeObservable('--(r|)', { r: undefined });
      m.cold('                                   ----------x').subscribe(() => expect(store.status()).toMatchObject({ timedOut: 0, handled: 1 }));
      m.flush();
      expect(failed).toEqual([]);
    }));
  });

  describe('a Node process', () => {
    const root = fileURLToPath(new URL('../../..', import.meta.url));
    let library: string;

    beforeAll(() => {
      const contents = "export * from './lib/index.js';";
      const { outputFiles } = buildSync({
        stdin: { contents, resolveDir: root }, bundle: true, write: false, format: 'iife', globalName: 'ownstate', logLevel: 'silent',
      });
      library = outputFiles[0]!.text;
    });

    /** Runs a program with the library in a process of its own, which has to come to its end by itself. */
    function run(program: string): { readonly out: string; readonly error: string; readonly code: number | null } {
      const input = `${library}\nconst { createStore, reply } = ownstate;\n${program}`;
      const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module'], { input, timeout: 20_000, encoding: 'utf8' });
      return { out: stdout.trim(), error: stderr, code: status };
    }

    it('is not kept alive by ticks', () => {
      expect(run(`
        createStore({ state: 0, ticks: { sweep: 5 }, commands: { sweep: (n) => n } });
        console.log('end');
      `)).toEqual({ out: 'end', error: '', code: 0 });
    });

    it('is not kept alive by ticks that went off before', () => {
      expect(run(`
        const store = createStore({ state: 0, ticks: { sweep: 1 }, commands: { sweep: (n) => n + 1 } });
        setTimeout(() => console.log(store.snapshot() > 1), 100);
      `)).toEqual({ out: 'true', error: '', code: 0 });
    });

    it('is not kept alive by the deadline of an ask that was answered', () => {
      expect(run(`
        const store = createStore({ state: 0, commands: { slow: async (n) => reply(n, 'answered') } });
        console.log(await store.ask.slow());
      `)).toEqual({ out: 'answered', error: '', code: 0 });
    });

    it('is kept alive by the deadline of a pending ask', () => {
      expect(run(`
        const store = createStore({ state: 0, commands: { hang: () => new Promise(() => {}) } }, { timeout: 5 });
        store.ask.hang().subscribe({ error: (error) => console.log(error.code) });
      `)).toEqual({ out: 'ASK_TIMEOUT', error: '', code: 0 });
    });

    it('is kept alive by it also where an ask before was answered', () => {
      expect(run(`
        const store = createStore({ state: 0, commands: { slow: async (n) => n, hang: () => new Promise(() => {}) } }, { timeout: 50 });
        await store.ask.slow();
        store.ask.hang().subscribe({ error: (error) => console.log(error.code) });
      `)).toEqual({ out: 'ASK_TIMEOUT', error: '', code: 0 });
    });

    it('is kept alive by a named timer', () => {
      expect(run(`
        const store = createStore({
          state: 0,
          commands: { start: (n, _, { timers }) => (timers.set('t', 5, 'ring'), n), ring: (n) => (console.log('rang'), n) },
        });
        store.tell.start();
      `)).toEqual({ out: 'rang', error: '', code: 0 });
    });

    it('is kept alive until the error of a reply that nobody observes is reported', () => {
      const { error, code } = run(`
        const store = createStore({ state: 0, commands: { fail: () => { throw new Error('nobody looks') } } });
        store.ask.fail();
      `);
      expect(error).toContain('nobody looks');
      expect(code).toBe(1);
    });
  });

  describe('delays beyond 2^31 - 1 ms, which no platform timer takes', () => {
    const longest = 2 ** 31 - 1;

    beforeEach(() => {
      vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout', 'Date'] });
    });

    afterEach(() => {
      vi.restoreAllMocks();
      vi.useRealTimers();
    });

    it.each([
      ['a tick', longest + 5, (due: number, log: (what: unknown) => void) => {
        createStore({ state: 0, ticks: { sweep: due }, commands: { sweep: (n) => (log('due'), n) } });
      }],
      ['a named timer', 2 * longest + 7, (due: number, log: (what: unknown) => void) => {
        const start = (n: number, _payload: void, { timers }: { timers: { set(name: string, ms: number, command: string): void } }) => {
          timers.set('t', due, 'ring');
          return n;
        };
        createStore({ state: 0, commands: { start, ring: (n) => (log('due'), n) } }).tell.start();
      }],
      ["an ask's timeout", longest + 1, (due: number, log: (what: unknown) => void) => {
        const store = createStore({ state: 0, commands: { hang: () => NEVER } }, { timeout: due });
        store.ask.hang().subscribe({ error: () => log('due') });
      }],
      ["shutdown's timeout", longest + 1000, (due: number, log: (what: unknown) => void) => {
        const store = createStore({ state: 0, commands: { hang: () => NEVER } });
        store.tell.hang();
        void store.shutdown({ timeout: due });
        store.select().subscribe({ complete: () => log('due') });
      }],
    ])('are waited for in parts: %s', (_what, due, begin) => {
      const armed = [vi.spyOn(globalThis, 'setInterval'), vi.spyOn(globalThis, 'setTimeout')];
      const log: unknown[] = [];
      begin(due, (what) => log.push(what));
      vi.advanceTimersByTime(due - 1);
      expect(log).toEqual([]);
      vi.advanceTimersByTime(1);
      expect(log).toEqual(['due']);
      const delays = armed.flatMap(({ mock }) => mock.calls.map(([, delay]) => delay ?? 0));
      expect(delays.length).toBeGreaterThan(1);
      for (const delay of delays) expect(delay).toBeLessThanOrEqual(longest);
    });

    it('are waited for again by a tick', () => {
      let ticks = 0;
      createStore({ state: 0, ticks: { sweep: longest + 5 }, commands: { sweep: (n) => (ticks++, n) } });
      vi.advanceTimersByTime(3 * (longest + 5) - 1);
      expect(ticks).toBe(2);
      vi.advanceTimersByTime(1);
      expect(ticks).toBe(3);
    });
  });
});
