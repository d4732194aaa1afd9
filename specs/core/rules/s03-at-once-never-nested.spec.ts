/** Rule S3: a command is handled at once where the store is idle, and never inside another: loop and delivery are iterative. */
import fc from 'fast-check';
import { createStore, reply, type, type Client, type Store, type TraceEvent } from 'ownstate';
import { marbles, type Marbles } from 'ownstate/testing';
import { concat, config, map, of, Subject, Subscription, take, takeUntil, throwError, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';

/** Counts, and answers with the count. */
const counting = {
  state: 0,
  commands: { add: (count: number) => reply(count + 1, count + 1) },
  queries: { get: (count: number) => count },
};

/** Frames on the stack where this is called. */
function depth(): number {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = Infinity;
  const frames = new Error().stack!.split('\n').length;
  Error.stackTraceLimit = stackTraceLimit;
  return frames;
}

/** Calls `test` with a list of the errors that rxjs reports as unhandled, and gives the report back afterwards. */
function withReports(test: (reported: unknown[]) => void): void {
  const reported: unknown[] = [];
  const before = config.onUnhandledError;
  config.onUnhandledError = (error) => reported.push(error);
  try {
    test(reported);
  } finally {
    config.onUnhandledError = before;
  }
}

describe('S3 At once when idle, never nested', () => {
  describe('a command for an idle store', () => {
    it('is handled before tell returns', () => {
      const store = createStore(counting);
      store.tell.add();
      expect(store.snapshot()).toBe(1);
    });

    it('is handled before ask returns, and its reply calls a subscriber before subscribe returns', () => {
      const store = createStore(counting);
      const asked = store.ask.add();
      expect(store.snapshot()).toBe(1);
      const seen: unknown[] = [];
      asked.subscribe({ next: (count) => seen.push(count), complete: () => seen.push('complete') });
      expect(seen).toEqual([1, 'complete']);
    });

    it('is handled at once also as a message, from a source, and as a query', () => {
      const store = createStore(counting);
      const seen: unknown[] = [];
      store.send({ type: 'add' }).subscribe((count) => seen.push(count));
      of({ type: 'add' } as const).subscribe(store.commands$);
      store.ask.get().subscribe((count) => seen.push(count));
      expect(seen).toEqual([1, 2]);
    });

    it('fails before ask returns if its handler throws', () => {
      const store = createStore({ state: 0, commands: { fail: (): number => { throw new Error('no'); } } });
      const seen: unknown[] = [];
      store.ask.fail().subscribe({ error: (error: unknown) => seen.push((error as Error).message) });
      expect(seen).toEqual(['no']);
    });

    it('is begun at once also if its outcome takes time', () => {
      const store = createStore({ state: 0, commands: { work: () => concat(of(1), timer(1000).pipe(map(() => 2))) } });
      store.tell.work();
      expect(store.snapshot()).toBe(1);
      expect(store.status().running).toBe(1);
      return store.shutdown({ timeout: 1 });
    });

    it('is refused before ask returns by a store that has closed', async () => {
      const store = createStore(counting);
      await store.shutdown();
      const seen: unknown[] = [];
      store.ask.add().subscribe({ error: (error: unknown) => seen.push((error as { code: string }).code) });
      expect(seen).toEqual(['STORE_CLOSED']);
    });
  });

  it('an observer sees the present state before subscribe returns', () => {
    const store = createStore(counting);
    const seen: number[] = [];
    store.select().subscribe((count) => seen.push(count));
    expect(seen).toEqual([0]);
  });

  it('what waited is worked off at the moment in which the running command ends', marbles((m) => {
    const sent = m.hot('-wabc-----');
    const states = '            0-----(abc)';
    const store = m.store({
      state: '0',
      commands: { work: (letter) => m.cold('-----(x|)').pipe(map(() => letter)), write: (_letter, next: string) => next },
    });
    sent.subscribe((letter) => letter === 'w' ? store.tell.work() : store.tell.write(letter));
    m.expect(store.select()).toBeObservable(states);
  }));

  describe('a command sent while another one is handled waits until that one is finished, notifications included, when it is sent by', () => {
    interface Hooks { handler?: () => void; reply?: () => void }

    /** Two commands, and a record of what happens. `first` is handled while the store is busy, so that its reply is awaited by then. */
    function record(m: Marbles, install: (store: Store<ReturnType<typeof two>>, send: () => void, hooks: Hooks) => void): unknown[] {
      const hooks: Hooks = {};
      const log: unknown[] = [];
      const store = m.store(two(log, hooks));
      let sent = false;
      install(store, () => {
        if (sent) return;
        sent = true;
        store.tell.second();
      }, hooks);
      store.select().subscribe((count) => log.push(`one sees ${count}`));
      store.events$.subscribe((event) => log.push(event));
      store.select().subscribe((count) => log.push(`two sees ${count}`));
      store.tell.wait();
      const asked = store.ask.first();
      asked.subscribe((answer) => {
        log.push(answer);
        hooks.reply?.();
      });
      asked.subscribe((answer) => log.push(`${answer} too`));
      m.flush();
      return log;
    }

    function two(log: unknown[], hooks: Hooks) {
      return {
        state: 0,
        events: type<string>(),
        commands: {
          wait: (count: number) => timer(1).pipe(map(() => count)),
          first: (count: number, _payload: void, { emit }: { emit: (event: string) => void }) => {
            emit('event');
            hooks.handler?.();
            log.push('first');
            return reply(count + 1, 'reply');
          },
          second: (count: number) => {
            log.push('second');
            return count + 1;
          },
        },
      };
    }

    const never = ['one sees 0', 'two sees 0'];
    const expected = [
      ...never,
      'first', 'one sees 1', 'two sees 1', 'event', 'reply', 'reply too',
      'second', 'one sees 2', 'two sees 2',
    ];

    it('its handler', marbles((m) => {
      expect(record(m, (_store, send, hooks) => { hooks.handler = send; })).toEqual(expected);
    }));

    it('an observer of select', marbles((m) => {
      expect(record(m, (store, send) => {
        store.select((count) => count === 1).subscribe((is) => {
          if (is) send();
        });
      })).toEqual(expected);
    }));

    it('a subscriber of its reply', marbles((m) => {
      expect(record(m, (_store, send, hooks) => { hooks.reply = send; })).toEqual(expected);
    }));

    it('a subscriber of an event', marbles((m) => {
      expect(record(m, (store, send) => void store.events$.subscribe(send))).toEqual(expected);
    }));

    it('a subscriber of the commands', marbles((m) => {
      expect(record(m, (store, send) => void store.commands$.subscribe((command) => {
        if (command.type === 'first') send();
      }))).toEqual(expected);
    }));

    for (const kind of ['received', 'started', 'state', 'event', 'settled'] satisfies TraceEvent['kind'][]) {
      it(`a watcher of the trace, at '${kind}'`, marbles((m) => {
        expect(record(m, (store, send) => void store.trace$.subscribe((event) => {
          if (event.kind === kind && event.type === 'first') send();
        }))).toEqual(expected);
      }));
    }

    it('a subscriber of errors', () => {
      const log: unknown[] = [];
      const store = createStore({
        state: 0,
        commands: {
          fail: (): number => {
            log.push('fail');
            throw new Error('no');
          },
          second: (count) => (log.push('second'), count + 1),
        },
      });
      store.errors$.subscribe(() => {
        store.tell.second();
        log.push('sent');
      });
      store.errors$.subscribe(() => log.push('error'));
      store.tell.fail();
      expect(log).toEqual(['fail', 'sent', 'error', 'second']);
    });

    it('an observer that is just shown the present state', () => {
      const store = createStore(counting);
      const log: string[] = [];
      store.select().subscribe((count) => {
        log.push(`begin ${count}`);
        if (count < 2) store.tell.add();
        log.push(`end ${count}`);
      });
      expect(log).toEqual(['begin 0', 'end 0', 'begin 1', 'end 1', 'begin 2', 'end 2']);
    });
  });

  describe('each observer sees each state once, in order,', () => {
    it('when one of them sends', () => {
      const store = createStore(counting);
      const [before, after]: [number[], number[]] = [[], []];
      store.select().subscribe((count) => before.push(count));
      store.select().subscribe((count) => {
        if (count > 0 && count < 4) store.tell.add();
      });
      store.select().subscribe((count) => after.push(count));
      store.tell.add();
      expect(before).toEqual([0, 1, 2, 3, 4]);
      expect(after).toEqual([0, 1, 2, 3, 4]);
    });

    it('and no update is lost, however many send', () => {
      const store = createStore(counting);
      for (let observer = 0; observer < 10; observer++) {
        store.select().subscribe((count) => {
          if (count < 100) store.tell.add();
        });
      }
      const answers: number[] = [];
      store.select((count) => Math.min(count, 50)).subscribe(() => store.ask.add().subscribe((count) => answers.push(count)));
      const { handled } = store.status();
      expect(store.snapshot()).toBe(handled);
      expect(handled).toBeGreaterThan(100);
      expect(answers).toEqual([...new Set(answers)]);
    });

    it('when one subscribes during a notification: it begins with the state that is being shown', () => {
      const store = createStore(counting);
      const late: number[] = [];
      store.select().subscribe((count) => {
        if (count === 1) store.select().subscribe((seen) => late.push(seen));
      });
      store.tell.add();
      expect(late).toEqual([1]);
      store.tell.add();
      expect(late).toEqual([1, 2]);
    });

    it('when one subscribes during a notification, also where view and projector make a new object for each look', () => {
      const store = createStore({ state: 0, view: (count) => ({ count }), commands: { add: (count) => count + 1 } });
      const late: unknown[] = [];
      store.select(({ count }) => count).subscribe((count) => {
        if (count !== 1) return;
        store.select().subscribe((view) => late.push(view.count));
        store.select((view) => [view.count]).subscribe((part) => late.push(part));
      });
      store.tell.add();
      store.tell.add();
      expect(late).toEqual([1, [1], 2, [2]]);
    });

    it('until it unsubscribes: then not even its projector is called', () => {
      const store = createStore(counting);
      const projected: number[] = [];
      const watching = store.select((count) => projected.push(count)).subscribe();
      store.tell.add();
      watching.unsubscribe();
      store.tell.add();
      expect(projected).toEqual([0, 1]);
    });

    it('when one unsubscribes itself during a notification', () => {
      const store = createStore(counting);
      const [once, after]: [number[], number[]] = [[], []];
      store.select().pipe(take(2)).subscribe((count) => once.push(count));
      store.select().subscribe((count) => after.push(count));
      store.tell.add();
      store.tell.add();
      expect(once).toEqual([0, 1]);
      expect(after).toEqual([0, 1, 2]);
    });

    it('when one unsubscribes others: those it comes before are not called any more, the rest are', () => {
      const store = createStore(counting);
      const seen: Record<string, number[]> = { a: [], b: [], c: [], d: [] };
      const others = new Subscription();
      const watch = (name: string) => store.select().subscribe((count) => {
        seen[name]!.push(count);
        if (name === 'b' && count === 1) others.unsubscribe();
      });
      others.add(watch('a'));
      watch('b');
      others.add(watch('c'));
      watch('d');
      store.tell.add();
      store.tell.add();
      expect(seen).toEqual({ a: [0, 1], b: [0, 1, 2], c: [0], d: [0, 1, 2] });
    });

    it('when an observer causes the next emission of the command that runs', () => {
      const source = new Subject<number>();
      const store = createStore({ state: 0, commands: { follow: () => source } });
      const [before, after]: [number[], number[]] = [[], []];
      store.select().subscribe((count) => before.push(count));
      store.select().subscribe((count) => {
        if (count > 0 && count < 3) source.next(count + 1);
        if (count === 3) source.complete();
      });
      store.select().subscribe((count) => after.push(count));
      store.tell.follow();
      source.next(1);
      expect(before).toEqual([0, 1, 2, 3]);
      expect(after).toEqual([0, 1, 2, 3]);
      expect(store.status().running).toBe(0);
    });

    it('whatever they subscribe, unsubscribe and send meanwhile', () => {
      interface Act { readonly by: number; readonly at: number; readonly what: 'subscribe' | 'unsubscribe' | 'send'; readonly whom: number }
      const what = fc.constantFrom('subscribe', 'unsubscribe', 'send');
      const acts = fc.array(fc.record<Act>({ by: fc.nat(6), at: fc.nat(5), what, whom: fc.nat(6) }), { maxLength: 15 });
      fc.assert(fc.property(fc.integer({ min: 1, max: 5 }), acts, (many, script) => {
        const store = createStore(counting);
        const observers: { seen: number[]; since: number; stop: Subject<void>; stopped: boolean }[] = [];
        let afterwards = 0;
        const subscribe = () => {
          const by = observers.length;
          const observer = { seen: [] as number[], since: store.snapshot(), stop: new Subject<void>(), stopped: false };
          observers.push(observer);
          store.select().pipe(takeUntil(observer.stop)).subscribe((count) => {
            if (observer.stopped) afterwards++;
            observer.seen.push(count);
            for (const act of script) {
              if (act.by !== by || act.at !== count) continue;
              const other = observers[act.whom];
              if (act.what === 'subscribe') subscribe();
              if (act.what === 'unsubscribe' && other !== undefined) {
                other.stopped = true;
                other.stop.next();
              }
              if (act.what === 'send') store.tell.add();
            }
          });
        };
        for (let time = 0; time < many; time++) subscribe();
        for (let time = 0; time < 4; time++) store.tell.add();
        expect(afterwards).toBe(0);
        for (const { seen, since, stopped } of observers) {
          expect(seen).toEqual(seen.map((_count, place) => since + place));
          if (!stopped) expect(seen.at(-1)).toBe(store.snapshot());
        }
      }));
    });
  });

  describe('an observer that throws', () => {
    it('harms neither the other observers nor the store, and is reported in a task of its own', marbles((m) => {
      withReports((reported) => {
        const store = m.store(counting);
        const [before, after]: [number[], number[]] = [[], []];
        const error = new Error('observer');
        store.select().subscribe((count) => before.push(count));
        store.select().subscribe((count) => {
          if (count === 1) throw error;
        });
        store.select().subscribe((count) => after.push(count));
        const answers: number[] = [];
        for (let time = 0; time < 2; time++) store.ask.add().subscribe((count) => answers.push(count));
        expect(before).toEqual([0, 1, 2]);
        expect(after).toEqual([0, 1, 2]);
        expect(answers).toEqual([1, 2]);
        expect(reported).toEqual([]);
        m.flush();
        expect(reported).toEqual([error]);
      });
    }));

    it('may be a subscriber of a reply, of an event, of the commands, of the trace or of errors', marbles((m) => {
      withReports((reported) => {
        const store = m.store({
          state: 0,
          events: type<string>(),
          commands: {
            add: (count, _payload: void, { emit }) => (emit('event'), count + 1),
            fail: (): number => { throw new Error('handler'); },
          },
        });
        const thrower = (name: string) => () => { throw new Error(name); };
        store.events$.subscribe(thrower('event'));
        store.commands$.subscribe(thrower('command'));
        store.errors$.subscribe(thrower('error'));
        store.trace$.subscribe(({ kind }) => {
          if (kind === 'settled') throw new Error('trace');
        });
        store.ask.add().subscribe(thrower('reply'));
        store.tell.fail();
        store.tell.add();
        expect(store.snapshot()).toBe(2);
        m.flush();
        expect(reported.map((error) => (error as Error).message).sort()).toEqual([
          'command', 'command', 'command', 'error', 'event', 'event', 'reply', 'trace', 'trace', 'trace',
        ]);
      });
    }));

    it('fails its own stream only, where its projector throws', () => {
      const store = createStore(counting);
      const seen: unknown[] = [];
      store.select((count) => {
        if (count === 1) throw new Error('projector');
        return count;
      }).subscribe({ next: (count) => seen.push(count), error: (error: unknown) => seen.push((error as Error).message) });
      store.select().subscribe((count) => seen.push(`other sees ${count}`));
      store.tell.add();
      store.tell.add();
      expect(seen).toEqual([0, 'other sees 0', 'projector', 'other sees 1', 'other sees 2']);
    });
  });

  describe('a settled reply', () => {
    it('calls who subscribes within the delivery of another after it, not inside it', () => {
      const store = createStore(counting);
      const log: string[] = [];
      store.ask.add().subscribe((first) => {
        store.ask.add().subscribe((second) => log.push(`reply ${second}`));
        log.push(`end of reply ${first}`);
      });
      expect(log).toEqual(['end of reply 1', 'reply 2']);
    });

    it('does not call who has unsubscribed before its turn', () => {
      const store = createStore(counting);
      const log: string[] = [];
      store.ask.add().subscribe(() => {
        store.ask.add().subscribe(() => log.push('function')).unsubscribe();
        store.ask.add().subscribe({ next: () => log.push('observer') }).unsubscribe();
        store.ask.add().subscribe(() => log.push('stayed'));
      });
      expect(log).toEqual(['stayed']);
    });
  });

  describe('runs on a flat stack:', () => {
    const many = 200_000;

    /** Goes on from step to step until `many`, and notes how deep the stack is on two of them. */
    function chain(begin: (next: () => boolean) => void): { steps: number; grown: number } {
      let steps = 0;
      const depths: number[] = [];
      begin(() => {
        if (++steps === 1000 || steps === 2000) depths.push(depth());
        return steps < many;
      });
      return { steps, grown: depths[1]! - depths[0]! };
    }

    const flat = { steps: many, grown: 0 };

    it('asks, each sent from the subscriber of the one before', () => {
      const store = createStore(counting);
      expect(chain((next) => {
        const ask = () => {
          if (next()) store.ask.add().subscribe(ask);
        };
        ask();
      })).toEqual(flat);
      expect(store.snapshot()).toBe(many - 1);
    });

    it('asks to two stores in turn', () => {
      const [a, b] = [createStore(counting), createStore(counting)];
      expect(chain((next) => {
        const askA = () => {
          if (next()) a.ask.add().subscribe(askB);
        };
        const askB = () => {
          if (next()) b.ask.add().subscribe(askA);
        };
        askA();
      })).toEqual(flat);
      expect(a.snapshot() + b.snapshot()).toBe(many - 1);
    });

    it('asks sent on completion, by an observer object', () => {
      const store = createStore(counting);
      expect(chain((next) => {
        const ask = () => {
          if (next()) store.ask.add().subscribe({ complete: ask });
        };
        ask();
      })).toEqual(flat);
    });

    it('asks through an operator', () => {
      const store = createStore(counting);
      expect(chain((next) => {
        const ask = () => {
          if (next()) store.ask.add().pipe(map((count) => count + 1)).subscribe(ask);
        };
        ask();
      })).toEqual(flat);
    });

    it('asks that fail, each sent from the error of the one before', () => {
      const error = new RangeError('no');
      const store = createStore({ state: 0, commands: { fail: (): number => { throw error; } } });
      expect(chain((next) => {
        const ask = () => {
          if (next()) store.ask.fail().subscribe({ error: ask });
        };
        ask();
      })).toEqual(flat);
    });

    it('asks whose outcome is an Observable that is at hand', () => {
      const store = createStore({ state: 0, commands: { add: (count) => of(count + 1) } });
      expect(chain((next) => {
        const ask = () => {
          if (next()) store.ask.add().subscribe(ask);
        };
        ask();
      })).toEqual(flat);
      expect(store.snapshot()).toBe(many - 1);
    });

    it('asks whose Observable fails at once', () => {
      const error = new RangeError('no');
      const store = createStore({ state: 0, commands: { fail: () => throwError(() => error) } });
      expect(chain((next) => {
        const ask = () => {
          if (next()) store.ask.fail().subscribe({ error: ask });
        };
        ask();
      })).toEqual(flat);
    });

    it('asks to a store that is busy meanwhile, begun by an observer', () => {
      const store = createStore(counting, { slice: Infinity });
      expect(chain((next) => {
        const ask = () => {
          if (next()) store.ask.add().subscribe(ask);
        };
        store.select().pipe(take(1)).subscribe(ask);
      })).toEqual(flat);
    });

    it('tells, each sent by the handler of the one before', () => {
      let next: () => boolean = () => false;
      const store = createStore({
        state: 0,
        commands: { add: (count, _payload: void, { tell }) => (next() && tell('add'), count + 1) },
      }, { slice: Infinity });
      expect(chain((go) => {
        next = go;
        store.tell.add();
      })).toEqual(flat);
      expect(store.snapshot()).toBe(many);
    });

    it('tells, each sent by an observer of the state before', () => {
      const store = createStore(counting, { slice: Infinity });
      expect(chain((next) => {
        store.select().subscribe(() => {
          if (next()) store.tell.add();
        });
      })).toEqual(flat);
      expect(store.snapshot()).toBe(many - 1);
    });

    it('two stores that tell each other', () => {
      let next: () => boolean = () => false;
      const play = (other: () => void) => (count: number) => {
        if (next()) other();
        return count + 1;
      };
      const player = (other: () => void) => createStore({ state: 0, commands: { hit: play(other) } }, { slice: Infinity });
      const a: ReturnType<typeof player> = player(() => b.tell.hit());
      const b = player(() => a.tell.hit());
      expect(chain((go) => {
        next = go;
        a.tell.hit();
      })).toEqual(flat);
      expect(a.snapshot() + b.snapshot()).toBe(many);
    });
  });

  describe('a long row of stores that wake each other', () => {
    const long = 10_000;

    interface Row { readonly reached: number; readonly deepest: number; readonly inOrder: boolean }

    /** Builds a row from its end, each store waking the next; `pass` says how. Gives what is known when the first has been told. */
    function row(pass: (wake: () => void) => { tell: () => void; seen: () => number }): Row {
      let nested = 0;
      let deepest = 0;
      const order: number[] = [];
      const stores: { tell: () => void; seen: () => number }[] = [];
      for (let place = 0; place < long; place++) {
        stores.push(pass(() => {
          order.push(place);
          deepest = Math.max(deepest, ++nested);
          stores[place + 1]?.tell();
          nested--;
        }));
      }
      stores[0]!.tell();
      return {
        reached: stores.filter(({ seen }) => seen() === 1).length,
        deepest,
        inOrder: order.length === long && order.every((place, time) => place === time),
      };
    }

    const whole = { reached: long, deepest: 64, inOrder: true };

    it('is gone through to its end before the first tell returns, 64 deep at most: by observers', () => {
      expect(row((wake) => {
        const store = createStore(counting);
        store.select((count) => count > 0).subscribe((woken) => {
          if (woken) wake();
        });
        return { tell: () => store.tell.add(), seen: () => store.snapshot() };
      })).toEqual(whole);
    });

    it('by handlers', () => {
      expect(row((wake) => {
        const store = createStore({ state: 0, commands: { add: (count) => (wake(), count + 1) } });
        return { tell: () => store.tell.add(), seen: () => store.snapshot() };
      })).toEqual(whole);
    });

    it('by subscribers of events', () => {
      expect(row((wake) => {
        const store = createStore({
          state: 0,
          events: type<'added'>(),
          commands: { add: (count, _payload: void, { emit }) => (emit('added'), count + 1) },
        });
        store.events$.subscribe(wake);
        return { tell: () => store.tell.add(), seen: () => store.snapshot() };
      })).toEqual(whole);
    });

    it('by subscribers of replies, which never nest', () => {
      expect(row((wake) => {
        const store = createStore(counting);
        return { tell: () => void store.ask.add().subscribe(wake), seen: () => store.snapshot() };
      })).toEqual({ ...whole, deepest: 1 });
    });

    it('shows each observer each state, also where it subscribes beyond the depth', () => {
      const seen: number[][] = [];
      expect(row((wake) => {
        const store = createStore(counting);
        const tell = () => {
          const mine: number[] = [];
          seen.push(mine);
          store.select().subscribe((count) => {
            mine.push(count);
            if (count === 1) wake();
          });
          store.tell.add();
        };
        return { tell, seen: () => store.snapshot() };
      })).toMatchObject({ reached: long, inOrder: true });
      expect(seen).toHaveLength(long);
      expect(seen.filter(([first, second, ...more]) => first === 0 && second === 1 && more.length === 0)).toHaveLength(long);
    });

    it('in a ring comes round to the first one, which is still busy: that command waits for its turn', () => {
      const handled: number[] = [];
      const ring: Client<{ state: number; commands: { pass: (count: number, place: number) => number } }>[] = [];
      for (let place = 0; place < 100; place++) {
        ring.push(createStore({
          state: 0,
          commands: {
            pass: (count: number, from: number) => {
              handled.push(from);
              if (from < 999) ring[(from + 1) % 100]!.tell.pass(from + 1);
              return count + 1;
            },
          },
        }));
      }
      ring[0]!.tell.pass(0);
      expect(handled).toEqual(Array.from({ length: 1000 }, (_, time) => time));
      expect(ring.map((store) => store.snapshot())).toEqual(Array.from({ length: 100 }, () => 10));
    });
  });
});
