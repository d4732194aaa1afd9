/** Asks that others make while a handler is at work aren't the handler's own: it doesn't wait for them, and no ring closes. */
import { effect, replyLater, StoreError, type Context, type HandlerOutcome, type Store } from 'ownstate';
import { marbles, type Marbles } from 'ownstate/testing';
import { catchError, concat, defer, map, NEVER, of, Subject, type Observable } from 'rxjs';
import { describe, expect, it } from 'vitest';

type Work = (context: Context<never>) => HandlerOutcome<number>;

interface Definition {
  readonly name: string;
  readonly state: number;
  readonly commands: {
    /** Does whatever it's asked to. */
    readonly perform: (n: number, work: Work, context: Context<never>) => HandlerOutcome<number>;
    readonly touch: (n: number) => number;
  };
  readonly queries: { readonly get: (n: number) => number };
}

const performer = (name: string): Definition => ({
  name,
  state: 7,
  commands: { perform: (_n, work, context) => work(context), touch: (n) => n },
  queries: { get: (n) => n },
});

/** Stores `a` and `b`, the handler's and another one with room for one command. */
interface Scene {
  readonly m: Marbles;
  readonly a: Store<Definition>;
  readonly b: Store<Definition>;
}

/** Sets a scene in which `outsider` is called by what a handler of `a` does: gives that back. */
type Wake = (scene: Scene, outsider: () => void) => (context: Context<never>) => void;

const ignore = { error: () => undefined };

const wakes: [string, Wake, waits?: string][] = [
  ['the subscriber of a reply of the same store', ({ a }, outsider) => {
    const source = new Subject<number>();
    a.ask.perform(() => replyLater(7, source)).subscribe(outsider);
    return () => source.complete();
  }],
  ['the subscriber of a reply of another store', ({ b }, outsider) => {
    const source = new Subject<number>();
    b.ask.perform(() => replyLater(7, source)).subscribe(outsider);
    return () => source.complete();
  }],
  ['the subscriber of a reply of another store’s effect', ({ b }, outsider) => {
    const source = new Subject<number>();
    b.ask.perform(() => effect(7, { run: () => source, done: (n) => n })).subscribe(outsider);
    return () => source.complete();
  }],
  ['the subscriber of a reply of another store that was blocked', ({ b }, outsider) => {
    const source = new Subject<number>();
    b.ask.perform(() => source).subscribe(outsider);
    return () => source.complete();
  }],
  ['the error subscriber of an ask that it aborts', ({ b }, outsider) => {
    const controller = new AbortController();
    b.with({ signal: controller.signal }).ask.perform(() => NEVER).subscribe({ error: outsider });
    return () => controller.abort();
  }],
  ['the error subscriber of a dropped ask', ({ m }, outsider) => {
    const full = m.store(performer('full'), { mailbox: { capacity: 1, overflow: 'drop-oldest' } });
    full.tell.perform(() => m.cold('-(x|)', { x: 1 }));
    full.ask.touch().subscribe({ error: outsider });
    return () => full.tell.touch();
  }],
  ['a watcher of `errors$`, of a tell that is refused', ({ m }, outsider) => {
    const full = m.store(performer('full'), { mailbox: { capacity: 1 } });
    full.tell.perform(() => m.cold('-(x|)', { x: 1 }));
    full.tell.touch();
    full.errors$.subscribe(outsider);
    return () => full.tell.touch();
  }],
  ['a watcher of `errors$`, of a source’s error', ({ b }, outsider) => {
    b.errors$.subscribe(outsider);
    return () => b.commands$.error(new Error('no'));
  }],
  ['a watcher of `commands$`', ({ b }, outsider) => {
    b.commands$.subscribe(outsider);
    return () => b.tell.touch();
  }],
  ['a watcher of `trace$`, of a tell to a store that is idle', ({ b }, outsider) => {
    b.trace$.subscribe(({ kind }) => {
      if (kind === 'received') outsider();
    });
    return () => b.tell.touch();
  }],
  ['a watcher of `trace$`, of a tell to a store that is busy', ({ m, b }, outsider) => {
    b.tell.perform(() => m.cold('-(x|)', { x: 1 }));
    b.trace$.subscribe(({ kind }) => {
      if (kind === 'received') outsider();
    });
    return () => b.tell.touch();
  }],
  ['a watcher of `trace$`, of a tell to its own store', ({ a }, outsider) => {
    a.trace$.subscribe(({ kind, type }) => {
      if (kind === 'received' && type === 'touch') outsider();
    });
    return ({ tell }) => tell('touch');
  }],
  ['a watcher of `trace$`, of a timer that it clears', ({ m, a }, outsider) => {
    // The timer sends at 1 ms and waits; the handler that clears it is before it.
    a.tell.perform(({ timers }) => {
      timers.set('t', 1, 'touch');
      return m.cold('--(x|)', { x: 7 });
    });
    a.trace$.subscribe((event) => {
      if (event.kind === 'settled' && event.outcome === 'withdrawn') outsider();
    });
    return ({ timers }) => timers.clear('t');
  }, '--'],
  ['a watcher of `trace$`, of a store that it shuts down', ({ m }, outsider) => {
    const third = m.store(performer('third'));
    third.tell.perform(() => m.cold('-(x|)', { x: 1 }));
    third.trace$.subscribe((event) => {
      if (event.kind === 'phase') outsider();
    });
    return () => void third.shutdown();
  }],
  ['a watcher of `trace$`, of a store that it aborts', ({ m }, outsider) => {
    const end = new AbortController();
    const third = m.store(performer('third'), { signal: end.signal });
    third.trace$.subscribe((event) => {
      if (event.kind === 'phase') outsider();
    });
    return () => end.abort();
  }],
  ['whoever selects of a store that it aborts', ({ m }, outsider) => {
    const end = new AbortController();
    const third = m.store(performer('third'), { signal: end.signal });
    third.select().subscribe({ complete: outsider });
    return () => end.abort();
  }],
];

/** The code of an error in its place. */
const code = <T>(source: Observable<T>): Observable<unknown> =>
  source.pipe(catchError((error: unknown) => of(error instanceof StoreError ? error.code : error)));

describe.each(wakes)('an ask of %s, called while a handler is at work,', (_who, wake, waits = '') => {
  /**
   * Sets the scene, with `work` as the handler's: it works for 2 ms, and another store's handler waits for it. Holds what
   * the outsider is told by both: by `a` as the diagram says, by the other one when its handler has ended.
   */
  const holds = (work: (m: Marbles, wakeUp: () => void) => HandlerOutcome<number>, told: string) => marbles((m) => {
    const [a, b, asker] = [m.store(performer('a')), m.store(performer('b')), m.store(performer('asker'))];
    let calls = 0;
    const wakeUp = wake({ m, a, b }, () => {
      if (calls++ > 0) return;
      m.expect(code(a.ask.get())).toBeObservable(waits + told, { r: 7 });
      m.expect(code(asker.ask.get())).toBeObservable(`${waits}--(r|)`, { r: 7 });
    });
    const asked = () => a.ask.perform((context) => work(m, () => wakeUp(context)));
    m.expect(code(asker.ask.perform(() => asked().pipe(map(() => 7))))).toBeObservable(`${waits}--(r|)`, { r: undefined });
    m.flush();
    expect(calls).toBeGreaterThan(0);
  });

  it('is answered when a handler’s Observable has ended', holds((m, wakeUp) => {
    wakeUp();
    return m.cold('--(s|)', { s: 7 });
  }, '             --(r|)'));

  it('is answered then also where the subscription is what calls', holds((m, wakeUp) => defer(() => {
    wakeUp();
    return m.cold('--(s|)', { s: 7 });
  }), '            --(r|)'));

  it('is answered at once where an effect’s work is what calls', holds((m, wakeUp) => effect(7, {
    run: () => {
      wakeUp();
      return m.cold('--|');
    },
    done: (n) => n,
  }), '(r|)'));

  it('is answered at once where a later reply’s source is what calls', holds((m, wakeUp) => replyLater(7, defer(() => {
    wakeUp();
    return m.cold('--|');
  })), '(r|)'));

  it('does not keep a ring from being found', marbles((m) => {
    const [a, b] = [m.store(performer('a')), m.store(performer('b'))];
    const wakeUp = wake({ m, a, b }, () => undefined);
    m.expect(code(a.ask.perform((context) => {
      wakeUp(context);
      return concat(a.ask.get());
    }))).toBeObservable(`${waits}(d|)`, { d: 'DEADLOCK' });
  }));
});

describe('the asks of a handler', () => {
  it('are its own also after it has woken others', marbles((m) => {
    const a = m.store(performer('a'));
    const source = new Subject<number>();
    a.ask.perform(() => replyLater(7, source)).subscribe(() => a.ask.get().subscribe(ignore));
    m.expect(code(a.ask.perform(() => {
      source.complete();
      return concat(a.ask.get());
    }))).toBeObservable('(d|)', { d: 'DEADLOCK' });
  }));
});
