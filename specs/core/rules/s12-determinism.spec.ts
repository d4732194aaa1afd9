/** Rule S12: the same commands at the same times give the same states, replies and events in the same order. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { createStore, effect, reply, replyLater, type, type Context } from 'ownstate';
import { marbles } from 'ownstate/testing';
import { concat, map, of, throwError, timer, VirtualTimeScheduler, type Observable } from 'rxjs';
import ts from 'typescript';
import { afterEach, describe, expect, it, vi } from 'vitest';

/** A store with something of everything: outcomes of each form, effects of each policy, a tick, timers, events. */
function definition(scheduler: VirtualTimeScheduler) {
  const after = (ms: number) => timer(ms, scheduler);
  const load = (policy: 'concat' | 'merge' | 'switch' | 'exhaust') => (state: readonly string[], ms: number) => effect([...state, `${policy}…`], {
    policy,
    run: () => after(ms),
    done: (now: readonly string[]) => reply([...now, policy], policy),
  });
  return {
    state: [] as readonly string[],
    events: type<string>(),
    commands: {
      add: (state: readonly string[], ms: number, { emit, now }: Context<string>) => {
        emit(`added at ${now()}`);
        return reply([...state, `add ${ms}`], state.length);
      },
      fail: (_state: readonly string[], ms: number): readonly string[] => { throw new Error(`no ${ms}`); },
      work: (state: readonly string[], ms: number) => after(ms).pipe(map(() => reply([...state, 'work'], now(scheduler)))),
      steps: (state: readonly string[], ms: number) => concat(of([...state, 'one']), after(ms).pipe(map(() => [...state, 'one', 'two']))),
      breaks: (state: readonly string[], ms: number) => concat(of([...state, 'begun']), after(ms), throwError(() => new Error('broken'))) as never,
      ring: (state: readonly string[], ms: number) => replyLater([...state, 'ring'], after(ms)),
      twice: (state: readonly string[], ms: number, { tell }: Context<string>) => {
        tell('work', ms);
        tell('add', ms);
        return state;
      },
      alarm: (state: readonly string[], ms: number, { timers }: Context<string>) => {
        timers.set(`alarm ${ms % 2}`, ms, 'add', ms);
        return [...state, 'alarm'];
      },
      concat: load('concat'),
      merge: load('merge'),
      switch: load('switch'),
      exhaust: load('exhaust'),
      tick: (state: readonly string[]) => [...state, 'tick'],
    },
    queries: { count: (state: readonly string[]) => state.length },
    ticks: { tick: 7 },
  };
}

function now(scheduler: VirtualTimeScheduler): number {
  return scheduler.now();
}

const commands = ['add', 'fail', 'work', 'steps', 'breaks', 'ring', 'twice', 'alarm', 'concat', 'merge', 'switch', 'exhaust'] as const;

interface Sent {
  readonly at: number;
  readonly command: (typeof commands)[number] | 'count';
  readonly ms: number;
  readonly timeout: number;
}

const scripts = fc.array(fc.record<Sent>({
  at: fc.nat(30),
  command: fc.constantFrom(...commands, 'count'),
  ms: fc.nat(6),
  timeout: fc.constantFrom(3, 1000),
}), { maxLength: 12 });

const ends = fc.record({ at: fc.integer({ min: 20, max: 45 }), drains: fc.boolean() });
type End = typeof ends extends fc.Arbitrary<infer E> ? E : never;

/** Plays a script to a new store in virtual time, and writes down what its askers got, and with `watched` all that can be seen. */
function play(script: readonly Sent[], end: End, watched: boolean): { replies: unknown[]; last: unknown; status: unknown; seen: unknown[] } {
  const scheduler = new VirtualTimeScheduler();
  const abort = new AbortController();
  const store = createStore(definition(scheduler), { scheduler, signal: abort.signal, mailbox: { capacity: 5, overflow: 'drop-oldest' } });
  const replies: unknown[] = [];
  const seen: unknown[] = [];
  const note = (what: string) => (value: unknown) => seen.push([scheduler.now(), what, value]);
  store.errors$.subscribe(watched ? note('error') : undefined);
  if (watched) {
    store.select().subscribe(note('state'));
    store.select(({ length }) => length % 3).subscribe(note('projection'));
    store.events$.subscribe(note('event'));
    store.commands$.subscribe(note('command'));
    store.trace$.subscribe(note('trace'));
  }
  for (const [place, { at, command, ms, timeout }] of script.entries()) {
    const settled = (outcome: string) => (value: unknown) => replies.push([scheduler.now(), place, outcome, value]);
    scheduler.schedule(() => {
      const ask: Record<Sent['command'], (ms: number) => Observable<unknown>> = store.with({ timeout }).ask;
      ask[command](ms).subscribe({ next: settled('replied'), error: settled('failed') });
    }, at);
  }
  scheduler.schedule(() => end.drains ? void store.shutdown({ timeout: 10 }) : abort.abort(), end.at);
  scheduler.flush();
  return { replies, last: store.snapshot(), status: store.status(), seen };
}

const lib = fileURLToPath(new URL('../../../lib/', import.meta.url));

/** The sources of a folder of the library, parsed: comments aren't among their identifiers. */
function sources(folder: string): ts.SourceFile[] {
  return readdirSync(lib + folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => ts.createSourceFile(`${folder}/${path}`, readFileSync(`${lib}${folder}/${path}`, 'utf8'), ts.ScriptTarget.Latest, true));
}

/** The names that a source uses; one after a dot counts alone and together with what stands before it: `Math.random`. */
function names(file: ts.SourceFile): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node) => {
    if (ts.isPropertyAccessExpression(node)) found.push(node.getText(file));
    if (ts.isIdentifier(node)) found.push(node.text);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

/** The names that a source imports from rxjs. */
function imported(file: ts.SourceFile): string[] {
  return file.statements.filter(ts.isImportDeclaration)
    .filter(({ moduleSpecifier }) => ts.isStringLiteral(moduleSpecifier) && moduleSpecifier.text.startsWith('rxjs'))
    .flatMap(({ importClause }) => importClause?.namedBindings)
    .flatMap((bindings) => bindings !== undefined && ts.isNamedImports(bindings) ? [...bindings.elements] : [])
    .map(({ name, propertyName }) => (propertyName ?? name).text);
}

describe('S12 Determinism', () => {
  it('the same commands at the same times give the same states, replies, events, errors and traces in the same order', () => {
    fc.assert(fc.property(scripts, ends, (script, end) => {
      expect(play(script, end, true)).toEqual(play(script, end, true));
    }), { numRuns: 150 });
  });

  it('watching changes nothing: neither states nor replies nor their times', () => {
    fc.assert(fc.property(scripts, ends, (script, end) => {
      const [watched, unwatched] = [play(script, end, true), play(script, end, false)];
      expect(unwatched).toEqual({ ...watched, seen: [] });
    }), { numRuns: 150 });
  });

  it('a store beside it changes nothing', () => {
    fc.assert(fc.property(scripts, ends, (script, end) => {
      const alone = play(script, end, true);
      const other = createStore({ state: 0, commands: { add: (count) => count + 1 } });
      let beside: unknown;
      other.select((count) => count === 1).subscribe((is) => {
        // Played inside the busy section of the other one.
        if (is) beside = play(script, end, true);
      });
      other.tell.add();
      expect(beside).toEqual(alone);
    }), { numRuns: 50 });
  });

  it('what commands$ has given can be sent again to a new store, and leads to the same state', marbles((m) => {
    const make = () => m.store({
      state: '',
      commands: {
        write: (text, letter: string) => text + letter,
        work: (text) => m.cold('--(x|)').pipe(map(() => `${text}:`)),
      },
    });
    const sent = m.hot('-abwcdw--e-');
    const [first, second] = [make(), make()];
    first.commands$.subscribe(second.commands$);
    sent.subscribe((letter) => letter === 'w' ? first.tell.work() : first.tell.write(letter));
    m.flush();
    expect(first.snapshot()).toBe('ab:cd:e');
    expect(second.snapshot()).toBe(first.snapshot());
  }));

  it('promises settle in the same order each time', async () => {
    const way = fc.constantFrom('exclusive', 'beside', 'later');
    const hops = fc.array(fc.record({ hops: fc.nat(3), fails: fc.boolean(), way }), { maxLength: 8 });
    interface Hop { hops: number; fails: boolean }
    const wait = async ({ hops: many, fails }: Hop) => {
      for (let hop = 0; hop < many; hop++) await Promise.resolve();
      if (fails) throw new Error('no');
      return many;
    };
    const once = async (script: readonly (Hop & { way: 'exclusive' | 'beside' | 'later' })[]) => {
      const store = createStore({
        state: [] as readonly number[],
        commands: {
          exclusive: async (state, hop: Hop) => [...state, await wait(hop)],
          beside: (state, hop: Hop) => effect(state, {
            policy: 'merge',
            run: () => wait(hop),
            done: (after: readonly number[], value) => [...after, value],
          }),
          later: (state, hop: Hop) => replyLater([...state, hop.hops], wait(hop)),
        },
      });
      const seen: unknown[] = [];
      store.select().subscribe((state) => seen.push(state));
      const note = (place: number, outcome: string) => () => seen.push([place, outcome]);
      await Promise.all(script.map(({ way: how, ...hop }, place) => store.ask[how](hop).then(note(place, 'replied'), note(place, 'failed'))));
      return seen;
    };
    await fc.assert(fc.asyncProperty(hops, async (script) => {
      expect(await once(script)).toEqual(await once(script));
    }), { numRuns: 50 });
  });

  it('time is the scheduler\'s: context.now, timers and ticks', marbles((m) => {
    const sent = m.hot('   --s---------|   ');
    const times = '        --a--b--c----   ';
    const until = '        ^--------!      ';
    const store = m.store({
      state: -1,
      commands: {
        start: (_state, _payload: void, { timers, now: clock }) => {
          timers.set('once', 3, 'note');
          return clock();
        },
        note: (_state, _payload: void, { now: clock }) => clock(),
        tick: (_state, _payload: void, { now: clock }) => clock(),
      },
      ticks: { tick: 8 },
    });
    sent.subscribe(() => store.tell.start());
    m.expect(store.commands$.pipe(map(() => 'abc'[[2, 5, 8].indexOf(m.scheduler.now())]!)), until).toBeObservable(times);
    const shown: number[] = [];
    store.select().subscribe((time) => shown.push(time));
    m.flush();
    expect(shown.slice(0, 4)).toEqual([-1, 2, 5, 8]);
  }));

  describe('nothing in the library reads a clock, a timer or randomness but through the scheduler', () => {
    afterEach(() => {
      vi.restoreAllMocks();
    });

    it('in whatever it does', () => {
      const read: string[] = [];
      const globals = ['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask'] as const;
      for (const name of globals) {
        vi.spyOn(globalThis, name).mockImplementation((() => {
          read.push(name);
          return 0;
        }));
      }
      vi.spyOn(Date, 'now').mockImplementation(() => read.push('Date.now'));
      vi.spyOn(performance, 'now').mockImplementation(() => read.push('performance.now'));
      vi.spyOn(Math, 'random').mockImplementation(() => read.push('Math.random'));
      const all = commands.map((command, place): Sent => ({ at: place * 3, command, ms: place % 6, timeout: place % 2 === 0 ? 3 : 1000 }));
      for (const drains of [true, false]) play([...all, ...all], { at: 40, drains }, true);
      expect(read).toEqual([]);
    });

    for (const folder of ['core', 'stores'].filter((name) => existsSync(lib + name))) {
      it(`in any line of lib/${folder}`, () => {
        const forbidden = new Set([
          'Date', 'performance', 'Math.random', 'crypto', 'setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'requestAnimationFrame',
          'requestIdleCallback', 'process.hrtime', 'process.nextTick',
        ]);
        // What ids and random numbers come from, unless a store is given another source.
        const files = sources(folder).filter(({ fileName }) => !fileName.endsWith('stores/structures/chance.ts'));
        expect(files.length).toBeGreaterThan(0);
        const found = files.flatMap((file) => names(file).filter((name) => forbidden.has(name)).map((name) => `${file.fileName}: ${name}`));
        // The moment at which a cookie expires, as text: it's given, not read.
        expect(found.filter((name) => name !== 'stores/sessions/express.ts: Date')).toEqual([]);
      });
    }

    it('in any operator of rxjs that lib/core imports', () => {
      const timed = /^(timer|interval|delay|delayWhen|debounce|throttle|audit|sample|timeout|timeoutWith|timeInterval|timestamp|\w+Time|\w+Timestamp)$/;
      const files = sources('core');
      expect(files.flatMap(imported)).toContain('Observable');
      const found = files.flatMap((file) => imported(file).filter((name) => timed.test(name)).map((name) => `${file.fileName}: ${name}`));
      expect(found).toEqual([]);
    });

    it('a scheduler is named in one place of lib/core, where options get their defaults', () => {
      const files = sources('core').filter((file) => imported(file).some((name) => /^(async|asap|queue|animationFrame)(Scheduler)?$/.test(name)));
      expect(files).toHaveLength(1);
    });
  });
});
