/** `trace$`: what happens in a store, step by step, for a command of each kind. */
import {
  BusyError, createStore, effect, MailboxFullError, reply, replyLater, StoreClosedError, type, UnknownCommandError, type Store, type TraceEvent,
} from 'ownstate';
import { marbles, type Marbles } from 'ownstate/testing';
import { config, map, NEVER, Subject, timer, VirtualTimeScheduler, type Observable } from 'rxjs';
import { afterEach, describe, expect, it } from 'vitest';

const no = new Error('no');

const desk = {
  name: 'desk',
  state: 0,
  events: type<string>(),
  commands: {
    add: (n: number, by: number) => reply(n + by, n + by),
    announce: (n: number, what: string, { emit }: { emit: (event: string) => void }) => {
      emit(what);
      emit(`${what}!`);
      return n + 1;
    },
    fail: (): number => {
      throw no;
    },
    slow: (n: number, source: Observable<number>) => source.pipe(map((by) => n + by)),
    later: (n: number, source: Observable<string>) => replyLater(n + 1, source),
    work: (n: number, source: Observable<number>) => effect(n + 1, {
      run: () => source, done: (now: number, by) => reply(now + by, 'done'), failed: (now: number) => now - 1,
    }),
    exhaust: (n: number, source: Observable<number>) => effect(n + 1, { policy: 'exhaust', run: () => source, done: (now: number) => now }),
  },
  queries: { get: (n: number) => n },
};

/** What the trace of a store says from now on. */
function traceOf({ trace$ }: Pick<Store<typeof desk>, 'trace$'>): TraceEvent[] {
  const seen: TraceEvent[] = [];
  trace$.subscribe((event) => seen.push(event));
  return seen;
}

/** A payload in a word. */
function shown(payload: unknown): string {
  return typeof payload === 'string' || typeof payload === 'number' ? String(payload) : typeof payload === 'object' ? 'source' : '';
}

/** An event in a line: time, kind, `id/seq`, type, and what it holds. */
function line(event: TraceEvent): string {
  const { time, kind, id, seq, type: name } = event;
  const start = `${time} ${kind} ${id}/${seq} ${name}`.trim();
  if (kind === 'received') return `${start} ${shown(event.payload)}`.trim();
  if (kind === 'state') return `${start} ${String(event.view)}`;
  if (kind === 'event') return `${start} ${String(event.event)}`;
  if (kind === 'settled') return `${start} ${event.outcome}${event.error === undefined ? '' : ` ${(event.error as Error).name}`} ${event.waited}+${event.ran}`;
  if (kind === 'dropped') return `${start} ${(event.error as Error).name}`;
  if (kind === 'phase') return `${start} ${event.phase}`;
  return start;
}

/** A marble test of what the trace of a desk says. */
const traced = (test: (m: Marbles, store: Store<typeof desk>) => void, expected: readonly string[]) => marbles((m) => {
  const store = m.store(desk);
  const seen = traceOf(store);
  test(m, store);
  m.flush();
  expect(seen.map(line)).toEqual(expected);
});

describe('trace$', () => {
  describe('of a command that', () => {
    it('is asked: received, started, state, settled', traced((_m, store) => store.ask.add(5).subscribe(), [
      '0 received 1/0 add 5',
      '0 started 1/1 add',
      '0 state 1/1 add 5',
      '0 settled 1/1 add replied 0+0',
    ]));

    it('is told: the same', traced((_m, store) => store.tell.add(5), [
      '0 received 1/0 add 5',
      '0 started 1/1 add',
      '0 state 1/1 add 5',
      '0 settled 1/1 add replied 0+0',
    ]));

    it('is a query: no state', traced((_m, store) => {
      store.tell.add(5);
      store.ask.get().subscribe();
    }, [
      '0 received 1/0 add 5',
      '0 started 1/1 add',
      '0 state 1/1 add 5',
      '0 settled 1/1 add replied 0+0',
      '0 received 2/1 get',
      '0 started 2/1 get',
      '0 settled 2/1 get replied 0+0',
    ]));

    it('announces events: after the state, before it is settled', traced((_m, store) => store.tell.announce('hear'), [
      '0 received 1/0 announce hear',
      '0 started 1/1 announce',
      '0 state 1/1 announce 1',
      '0 event 1/1 announce hear',
      '0 event 1/1 announce hear!',
      '0 settled 1/1 announce replied 0+0',
    ]));

    it('throws: no state, settled with the error', traced((_m, store) => store.ask.fail().subscribe({ error: () => undefined }), [
      '0 received 1/0 fail',
      '0 started 1/1 fail',
      '0 settled 1/1 fail failed Error 0+0',
    ]));

    it('takes time: a state for each step, settled at the end', traced((m, store) => {
      m.cold('-x').subscribe(() => store.tell.slow(m.cold('-a--b-|', { a: 10, b: 20 }).pipe()));
    }, [
      '1 received 1/0 slow source',
      '1 started 1/1 slow',
      '2 state 1/1 slow 10',
      '5 state 1/1 slow 20',
      '7 settled 1/1 slow replied 0+6',
    ]));

    it('waits: how long it waited, and then how long it ran', traced((m, store) => {
      store.tell.slow(m.cold('   ---(x|)', { x: 1 }));
      m.cold('                   -x     ').subscribe(() => store.tell.slow(m.cold('--(y|)', { y: 10 })));
    }, [
      '0 received 1/0 slow source',
      '0 started 1/1 slow',
      '1 received 2/1 slow source',
      '3 state 1/1 slow 1',
      '3 settled 1/1 slow replied 0+3',
      '3 started 2/2 slow',
      '5 state 2/2 slow 11',
      '5 settled 2/2 slow replied 2+2',
    ]));

    it('is answered later: the state at once, settled with its source', traced((m, store) => {
      store.ask.later(m.cold('   ---(x|)')).subscribe();
      m.cold('                   -x     ').subscribe(() => store.tell.add(5));
    }, [
      '0 received 1/0 later source',
      '0 started 1/1 later',
      '0 state 1/1 later 1',
      '1 received 2/1 add 5',
      '1 started 2/2 add',
      '1 state 2/2 add 6',
      '1 settled 2/2 add replied 0+0',
      '3 settled 1/1 later replied 0+3',
    ]));

    it('has an effect: its result begins anew, under the same id and the next seq', traced((m, store) => {
      store.ask.work(m.cold('    ---(x|)', { x: 10 })).subscribe();
      m.cold('                   -x     ').subscribe(() => store.tell.add(5));
    }, [
      '0 received 1/0 work source',
      '0 started 1/1 work',
      '0 state 1/1 work 1',
      '1 received 2/1 add 5',
      '1 started 2/2 add',
      '1 state 2/2 add 6',
      '1 settled 2/2 add replied 0+0',
      '3 started 1/3 work',
      '3 state 1/3 work 16',
      '3 settled 1/3 work replied 0+3',
    ]));

    it('has an effect that fails: the same, settled with the error', traced((m, store) => {
      store.ask.work(m.cold('    --#', {}, no)).subscribe({ error: () => undefined });
    }, [
      '0 received 1/0 work source',
      '0 started 1/1 work',
      '0 state 1/1 work 1',
      '2 started 1/2 work',
      '2 state 1/2 work 0',
      '2 settled 1/2 work failed Error 0+2',
    ]));

    it('is refused by its lane: started, and settled without a state', marbles((m) => {
      const store = m.store(desk);
      store.tell.exhaust(m.cold('--|'));
      const seen = traceOf(store);
      store.ask.exhaust(NEVER).subscribe({ error: () => undefined });
      expect(seen.map(line)).toEqual(['0 received 2/1 exhaust source', '0 started 2/2 exhaust', '0 settled 2/2 exhaust failed BusyError 0+0']);
      expect(seen.at(-1)).toMatchObject({ error: expect.any(BusyError) as unknown });
    }));

    it('times out while it waits: settled without having started', traced((m, store) => {
      store.tell.slow(m.cold('   ----(x|)', { x: 1 }));
      store.with({ timeout: 2 }).ask.add(5).subscribe({ error: () => undefined });
    }, [
      '0 received 1/0 slow source',
      '0 started 1/1 slow',
      '0 received 2/1 add 5',
      '2 settled 2/1 add failed AskTimeoutError 2+undefined',
      '4 state 1/1 slow 1',
      '4 settled 1/1 slow replied 0+4',
    ]));

    it('times out while it runs: settled once, at that time; what it gives is a state all the same', traced((m, store) => {
      store.with({ timeout: 2 }).ask.slow(m.cold('----(x|)', { x: 1 })).subscribe({ error: () => undefined });
    }, [
      '0 received 1/0 slow source',
      '0 started 1/1 slow',
      '2 settled 1/1 slow failed AskTimeoutError 0+2',
      '4 state 1/1 slow 1',
    ]));

    it('is unknown: settled at once, it never came to the mailbox', marbles((m) => {
      const store = m.store(desk);
      const seen = traceOf(store);
      store.send({ type: 'nope' } as never).subscribe({ error: () => undefined });
      expect(seen).toMatchObject([{ kind: 'settled', type: 'nope', outcome: 'failed', error: expect.any(UnknownCommandError) as unknown }]);
    }));

    it('comes too late: settled at once, it never came to the mailbox', marbles((m) => {
      const store = m.store(desk);
      store.tell.slow(m.cold('--|'));
      void store.shutdown();
      const seen = traceOf(store);
      store.ask.add(5).subscribe({ error: () => undefined });
      expect(seen).toMatchObject([{ kind: 'settled', id: 2, seq: 1, type: 'add', outcome: 'failed', error: expect.any(StoreClosedError) as unknown }]);
    }));

    it.each([
      ['reject', ['0 received 3/1 add 3', '0 dropped 3/1 add MailboxFullError']],
      ['drop-oldest', ['0 received 3/1 add 3', '0 dropped 2/1 add MailboxFullError']],
    ] as const)('finds the mailbox full: one is dropped, and by overflow %s that is', (overflow, expected) => marbles((m) => {
      const store = m.store(desk, { mailbox: { capacity: 1, overflow } });
      store.tell.slow(m.cold('--|'));
      store.tell.add(2);
      store.errors$.subscribe();
      const seen = traceOf(store);
      store.tell.add(3);
      expect(seen.map(line)).toEqual(expected);
      expect(seen.at(-1)).toMatchObject({ kind: 'dropped', error: expect.any(MailboxFullError) as unknown });
    })());

    it('comes from a tick, a timer, or the store itself: like any other', marbles((m) => {
      const store = m.store({
        name: 'clock',
        state: 0,
        ticks: { sweep: 3 },
        commands: {
          begin: (n, _payload: void, { tell, timers }) => {
            timers.set('t', 2, 'ring', 'r');
            tell('note', 'n');
            return n + 1;
          },
          note: (n, what: string) => n + what.length,
          ring: (n, what: string) => n + what.length,
          sweep: (n) => n + 1,
        },
      });
      const seen = traceOf(store);
      store.tell.begin();
      m.expect(NEVER, '^---!').toBeObservable('-');
      m.flush();
      expect(seen.map(line)).toEqual([
        '0 received 1/0 begin', '0 started 1/1 begin', '0 received 2/1 note n', '0 state 1/1 begin 1', '0 settled 1/1 begin replied 0+0',
        '0 started 2/2 note', '0 state 2/2 note 2', '0 settled 2/2 note replied 0+0',
        '2 received 3/2 ring r', '2 started 3/3 ring', '2 state 3/3 ring 3', '2 settled 3/3 ring replied 0+0',
        '3 received 4/3 sweep', '3 started 4/4 sweep', '3 state 4/4 sweep 4', '3 settled 4/4 sweep replied 0+0',
      ]);
    }));
  });

  describe('of the store', () => {
    it('tells its phases, and completes with the last one', marbles((m) => {
      const store = m.store(desk);
      const seen: string[] = [];
      store.trace$.subscribe({ next: (event) => seen.push(line(event)), complete: () => seen.push(`${m.scheduler.now()} complete`) });
      store.tell.slow(m.cold('   --(x|)', { x: 1 }));
      m.cold('                   -x').subscribe(() => void store.shutdown());
      m.flush();
      expect(seen).toEqual([
        '0 received 1/0 slow source', '0 started 1/1 slow',
        '1 phase 0/1 draining',
        '2 state 1/1 slow 1', '2 settled 1/1 slow replied 0+2',
        '2 phase 0/1 closed',
        '2 complete',
      ]);
    }));

    it('settles what is open when it is aborted, before it completes', marbles((m) => {
      const end = new AbortController();
      const store = m.store(desk, { signal: end.signal });
      const seen: string[] = [];
      store.trace$.subscribe({ next: (event) => seen.push(line(event)), complete: () => seen.push('complete') });
      store.errors$.subscribe();
      store.tell.slow(NEVER);
      store.ask.add(2).subscribe({ error: () => undefined });
      m.cold('--x').subscribe(() => end.abort());
      m.flush();
      expect(seen).toEqual([
        '0 received 1/0 slow source', '0 started 1/1 slow', '0 received 2/1 add 2',
        '2 phase 0/1 closed',
        '2 settled 1/1 slow failed StoreClosedError 0+2',
        '2 settled 2/1 add failed StoreClosedError 2+undefined',
        'complete',
      ]);
    }));

    it('completes at once for whoever comes after the end', () => {
      const store = createStore(desk);
      void store.shutdown();
      const seen: string[] = [];
      store.trace$.subscribe({ next: ({ kind }) => seen.push(kind), complete: () => seen.push('complete') });
      expect(seen).toEqual(['complete']);
    });
  });

  describe('an event', () => {
    it('is a plain object with store, kind, id, seq, type and time', () => {
      const store = createStore(desk);
      const seen = traceOf(store);
      store.tell.announce('hear');
      void store.shutdown();
      expect(seen.map(({ kind }) => kind)).toEqual(['received', 'started', 'state', 'event', 'event', 'settled', 'phase', 'phase']);
      for (const event of seen) {
        expect(Object.getPrototypeOf(event)).toBe(Object.prototype);
        expect(event).toMatchObject({ store: 'desk', kind: expect.any(String) as unknown, id: expect.any(Number) as unknown, seq: expect.any(Number) as unknown });
        expect(event).toMatchObject({ type: event.kind === 'phase' ? '' : 'announce', time: expect.any(Number) as unknown });
      }
      expect(Object.keys(seen[0]!).sort()).toEqual(['form', 'id', 'kind', 'payload', 'seq', 'store', 'time', 'type']);
      expect(Object.keys(seen[1]!).sort()).toEqual(['id', 'kind', 'seq', 'store', 'time', 'type']);
      expect(Object.keys(seen[5]!).sort()).toEqual(['error', 'id', 'kind', 'outcome', 'ran', 'seq', 'store', 'time', 'type', 'value', 'waited']);
    });

    it('says in which form a command came', () => {
      const store = createStore({
        state: 0,
        commands: { add: (sum: number, by: number) => reply(sum + by, sum + by), twice: (sum: number, _: void, { tell }) => (tell('add', sum), sum) },
        queries: { get: (sum) => sum },
      });
      const seen = traceOf(store);
      store.ask.add(1).subscribe();
      store.ask.get().subscribe();
      store.tell.twice();
      expect(seen.flatMap((event) => event.kind === 'received' ? [[event.type, event.form]] : [])).toEqual([
        ['add', 'ask'], ['get', 'query'], ['twice', 'tell'], ['add', 'own'],
      ]);
    });

    it('says so of timers that were set before anybody watched, and of ticks', () => {
      const scheduler = new VirtualTimeScheduler(undefined, 12);
      const store = createStore({
        state: 0,
        ticks: { tick: 10 },
        commands: { set: (n: number, _: void, { timers }) => (timers.set('ring', 5, 'ring'), n), ring: (n) => n + 1, tick: (n) => n },
      }, { scheduler });
      store.tell.set();
      const seen = traceOf(store);
      scheduler.flush();
      expect(seen.flatMap((event) => event.kind === 'received' ? [[event.type, event.form]] : [])).toEqual([['ring', 'own'], ['tick', 'own']]);
    });

    it('carries the reply, also that of a tell, which nobody gets', () => {
      const store = createStore({ state: 0, commands: { add: (sum: number, by: number) => reply(sum + by, { sum: sum + by }) }, queries: { get: (sum) => sum } });
      const seen = traceOf(store);
      const replied: unknown[] = [];
      store.ask.add(1).subscribe((value) => replied.push(value));
      store.tell.add(1);
      store.ask.get().subscribe();
      const values = seen.flatMap((event) => event.kind === 'settled' ? [event.value] : []);
      expect(values).toEqual([{ sum: 1 }, { sum: 2 }, 2]);
      expect(values[0]).toBe(replied[0]);
    });

    it('carries the very error', () => {
      const store = createStore(desk);
      const seen = traceOf(store);
      store.ask.fail().subscribe({ error: () => undefined });
      expect(seen.at(-1)).toMatchObject({ kind: 'settled', outcome: 'failed' });
      expect((seen.at(-1) as { error?: unknown }).error).toBe(no);
    });

    it('of a command that came before anybody watched does not say how long it waited, nor ran', marbles((m) => {
      const store = m.store(desk);
      store.tell.slow(m.cold('   --(x|)', { x: 1 }));
      store.tell.slow(m.cold('     --(y|)', { y: 1 }));
      m.cold('                   -x').subscribe(() => {
        const seen = traceOf(store);
        timer(9).subscribe(() => {
          expect(seen.map(line)).toEqual([
            '2 state 1/1 slow 1', '2 settled 1/1 slow replied undefined+undefined',
            '2 started 2/2 slow', '4 state 2/2 slow 2', '4 settled 2/2 slow replied undefined+2',
          ]);
        });
      });
    }));
  });

  describe('numbers', () => {
    it('id counts what was sent, seq what is handled, without gaps', marbles((m) => {
      const store = m.store(desk);
      const seen = traceOf(store);
      store.errors$.subscribe();
      store.tell.work(m.cold('   -(x|)', { x: 10 }));
      store.tell.slow(m.cold('   ---(y|)', { y: 1 }));
      store.with({ timeout: 1 }).ask.add(1).subscribe({ error: () => undefined });
      store.ask.get().subscribe();
      store.tell.fail();
      store.tell.add(2);
      m.flush();
      const received = seen.filter(({ kind }) => kind === 'received').map(({ id, type: name }) => `${id} ${name}`);
      const started = seen.filter(({ kind }) => kind === 'started').map(({ id, seq, type: name }) => `${id}/${seq} ${name}`);
      expect(received).toEqual(['1 work', '2 slow', '3 add', '4 get', '5 fail', '6 add']);
      // The result of the effect came after them all; the ask that timed out has no seq, and the query that of the last command.
      expect(started).toEqual(['1/1 work', '2/2 slow', '4/2 get', '5/3 fail', '6/4 add', '1/5 work']);
    }));

    it('of each command exactly one settled or dropped comes, and nothing of it but a state after that', marbles((m) => {
      const store = m.store(desk, { mailbox: { capacity: 3 } });
      const seen = traceOf(store);
      store.errors$.subscribe();
      store.with({ timeout: 1 }).ask.slow(m.cold('--(x|)', { x: 1 })).subscribe({ error: () => undefined });
      store.tell.later(m.cold('--#', {}, no));
      store.tell.work(m.cold('--(x|)', { x: 10 }));
      store.tell.announce('hear');
      store.tell.add(9);
      m.flush();
      void store.shutdown();
      const ends = seen.filter(({ kind }) => kind === 'settled' || kind === 'dropped');
      expect(ends.map(({ id }) => id).sort()).toEqual([1, 2, 3, 4, 5]);
      for (const end of ends) {
        const after = seen.slice(seen.indexOf(end) + 1).filter(({ id }) => id === end.id);
        expect(after.every(({ kind }) => kind === 'state')).toBe(true);
      }
    }));

    it('of errors$ are the same', () => {
      const store = createStore(desk);
      const seen = traceOf(store);
      const errors: unknown[] = [];
      store.errors$.subscribe((event) => errors.push(event));
      store.tell.add(1);
      store.tell.fail();
      expect(seen.at(-1)).toMatchObject({ kind: 'settled', seq: 2, type: 'fail' });
      expect(errors).toEqual([{ store: 'desk', seq: 2, type: 'fail', error: no, started: true, quiet: false }]);
    });

    it('are each store’s own', () => {
      const one = createStore(desk);
      const other = createStore(desk);
      one.tell.add(1);
      const seen = traceOf(other);
      other.tell.add(1);
      expect(seen[0]).toMatchObject({ id: 1, seq: 0 });
      expect(seen[1]).toMatchObject({ id: 1, seq: 1 });
    });
  });

  describe('whoever watches', () => {
    afterEach(() => {
      config.onUnhandledError = null;
    });

    it.each(['received', 'started', 'state', 'settled'] as const)('and sends on seeing `%s` has it handled after that command', (kind) => {
      const store = createStore(desk);
      const seen: string[] = [];
      let sent = false;
      store.trace$.subscribe((event) => {
        seen.push(`${event.kind} ${event.id}`);
        if (event.kind !== kind || sent) return;
        sent = true;
        store.tell.add(10);
      });
      store.ask.add(1).subscribe((sum) => seen.push(`reply ${sum}`));
      const order = seen.filter((what) => !what.startsWith('received') && !what.startsWith('reply'));
      expect(order).toEqual(['started 1', 'state 1', 'settled 1', 'started 2', 'state 2', 'settled 2']);
      expect(seen).toContain('reply 1');
    });

    it('and throws harms no one', async () => {
      const store = createStore(desk);
      const reported = new Promise((report) => (config.onUnhandledError = report));
      store.trace$.subscribe(({ kind }) => {
        if (kind === 'started') throw no;
      });
      const seen = traceOf(store);
      expect(await store.ask.add(1)).toBe(1);
      expect(seen.map(({ kind }) => kind)).toEqual(['received', 'started', 'state', 'settled']);
      expect(await reported).toBe(no);
    });

    it('sees a state before those who select, and it is settled before its reply is', () => {
      const store = createStore(desk);
      const seen: unknown[] = [];
      store.trace$.subscribe(({ kind }) => seen.push(kind));
      store.select().subscribe((n) => seen.push(n));
      const gate = new Subject<number>();
      store.ask.slow(gate).subscribe(() => seen.push('reply'));
      gate.next(5);
      gate.complete();
      expect(seen).toEqual([0, 'received', 'started', 'state', 5, 'settled', 'reply']);
    });
  });
});
