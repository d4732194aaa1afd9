/** Rule S1: a store never handles two commands at once, also not across an `await`. */
import fc from 'fast-check';
import { createStore, effect, reply, type AskTimeoutError } from 'ownstate';
import { marbles } from 'ownstate/testing';
import { map, Observable, of, tap, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';

/** What a state that is a text shows in a diagram: each letter stands for itself, `0` for the empty text. */
const texts = { 0: '', a: 'a', b: 'ab', c: 'abc' };

describe('S1 One at a time', () => {
  it('a store to which nothing was sent runs nothing', () => {
    const store = createStore({ state: 0, commands: { add: (sum, by: number) => sum + by } });
    expect(store.status()).toMatchObject({ running: 0, waiting: 0, handled: 0 });
  });

  it('a command whose outcome takes time holds the next ones back until it has ended', marbles((m) => {
    const sent = m.hot('-abc--------');
    const handled = '           -a--b--c----';
    const states = '            0---a--b--c-';
    const store = m.store({ state: '', commands: { write: (text, letter: string) => m.cold('---(x|)').pipe(map(() => text + letter)) } });
    sent.subscribe((letter) => store.tell.write(letter));
    m.expect(store.commands$.pipe(map(({ payload }) => payload))).toBeObservable(handled);
    m.expect(store.select()).toBeObservable(states, texts);
  }));

  it('a command ends when its Observable completes, not when it emits', marbles((m) => {
    const sent = m.hot('-ab------');
    const handled = '           -a---b---';
    const states = '            0a-b-cd--';
    const store = m.store({
      state: '0',
      commands: { write: (_text, letter: string) => letter === 'a' ? m.cold('a-b-|') : m.cold('cd|') },
    });
    sent.subscribe((letter) => store.tell.write(letter));
    m.expect(store.commands$.pipe(map(({ payload }) => payload))).toBeObservable(handled);
    m.expect(store.select()).toBeObservable(states);
  }));

  it('a read, an await and a write are one step', async () => {
    const store = createStore({
      state: 0,
      commands: {
        increment: async (count) => {
          await Promise.resolve();
          await new Promise((resolve) => setImmediate(resolve));
          return reply(count + 1, count + 1);
        },
      },
    });
    const replies = Array.from({ length: 20 }, () => store.ask.increment());
    expect(await Promise.all(replies)).toEqual(Array.from({ length: 20 }, (_, place) => place + 1));
    expect(store.snapshot()).toBe(20);
  });

  it('a handler that sends to its own store is not interrupted by what it sends', () => {
    const steps: string[] = [];
    const store = createStore({
      state: 0,
      commands: {
        outer: (count) => {
          steps.push(`outer finds ${count}`);
          store.tell.inner();
          steps.push('outer ends');
          return count + 1;
        },
        inner: (count) => {
          steps.push(`inner finds ${count}`);
          return count + 10;
        },
      },
    });
    store.tell.outer();
    expect(steps).toEqual(['outer finds 0', 'outer ends', 'inner finds 1']);
    expect(store.snapshot()).toBe(11);
  });

  it('a query waits like a command, and reads what the command before it has left', marbles((m) => {
    const sent = m.hot('-cq---------');
    const answers = '           ----(q|)----';
    const store = m.store({
      state: 'old',
      commands: { change: () => m.cold('n--|', { n: 'new' }) },
      queries: { read: (state) => state },
    });
    const read = new Observable<string>((subscriber) => sent.subscribe((type) => {
      if (type === 'c') store.tell.change();
      else store.ask.read().subscribe(subscriber);
    }));
    m.expect(read).toBeObservable(answers, { q: 'new' });
  }));

  it('ticks and timers wait for the command that runs', marbles((m) => {
    // The tick is due at 5, the timer at 6, while the work lasts from 1 to 8.
    const sent = m.hot('-w-------    ');
    const handled = '           -w------(ts) ';
    const until = '             ^--------!   ';
    const store = m.store({
      state: 0,
      commands: {
        work: (count, _payload: void, { timers }) => {
          timers.set('alarm', 5, 'sound');
          return m.cold('-------(x|)').pipe(map(() => count + 1));
        },
        tick: (count) => count,
        sound: (count) => count,
      },
      ticks: { tick: 5 },
    });
    sent.subscribe(() => store.tell.work());
    m.expect(store.commands$.pipe(map(({ type }) => type[0]!)), until).toBeObservable(handled);
  }));

  it('an effect runs beside the fold, its result waits for the command that runs', marbles((m) => {
    //                              the effect's work lasts from 1 to 3, the write from 2 to 7
    const sent = m.hot('-ew---------');
    const states = '            0l-----(wd)-';
    const store = m.store({
      state: '0',
      commands: {
        load: (state) => effect(`${state} loading`, { run: () => m.cold('--(x|)'), done: (now) => `${now}, done` }),
        write: () => m.cold('-----(w|)', { w: 'written' }),
      },
    });
    sent.subscribe((type) => type === 'e' ? store.tell.load() : store.tell.write());
    m.expect(store.select()).toBeObservable(states, { 0: '0', l: '0 loading', w: 'written', d: 'written, done' });
  }));

  it('a handler that fails lets the next one in, at the moment of its failure', marbles((m) => {
    const sent = m.hot('-abc--------');
    const handled = '           -a--b--c----';
    const store = m.store({ state: 0, commands: { work: (_state, letter: string) => m.cold<number>('---#', {}, letter) } });
    store.errors$.subscribe();
    sent.subscribe((letter) => store.tell.work(letter));
    m.expect(store.commands$.pipe(map(({ payload }) => payload))).toBeObservable(handled);
  }));

  it('an asker who gives up does not let the next one in', marbles((m) => {
    const sent = m.hot('-ab---------');
    const handled = '           -a-----b----';
    const answers = '           ---#        ';
    const store = m.store({ state: '', commands: { work: (text, letter: string) => m.cold('------(x|)').pipe(map(() => text + letter)) } });
    const first = new Observable<unknown>((subscriber) => sent.subscribe((letter) => {
      const asked = store.with({ timeout: letter === 'a' ? 2 : 100 }).ask.work(letter);
      if (letter === 'a') asked.subscribe({ error: (error: unknown) => subscriber.error((error as AskTimeoutError).code) });
    }));
    m.expect(first).toBeObservable(answers, {}, 'ASK_TIMEOUT');
    m.expect(store.commands$.pipe(map(({ payload }) => payload))).toBeObservable(handled);
  }));

  it('an asker who unsubscribes does not let the next one in, nor end what runs', marbles((m) => {
    const sent = m.hot('-ab---------');
    const handled = '           -a---b------';
    const states = '            0----a---b--';
    const store = m.store({ state: '', commands: { write: (text, letter: string) => m.cold('----(x|)').pipe(map(() => text + letter)) } });
    sent.subscribe((letter) => store.ask.write(letter).subscribe().unsubscribe());
    m.expect(store.commands$.pipe(map(({ payload }) => payload))).toBeObservable(handled);
    m.expect(store.select()).toBeObservable(states, texts);
  }));

  it('a command that never ends holds back all that come after it', marbles((m) => {
    const sent = m.hot('-abc--------');
    const handled = '           -a----------';
    const store = m.store({ state: '', commands: { work: (_text, letter: string) => m.cold(`-${letter}---`) } });
    sent.subscribe((letter) => store.tell.work(letter));
    m.expect(store.commands$.pipe(map(({ payload }) => payload))).toBeObservable(handled);
    m.flush();
    expect(store.status()).toMatchObject({ running: 1, waiting: 2, handled: 0 });
  }));

  it('one store does not wait for another', marbles((m) => {
    const sent = m.hot('-x----------');
    const slow = '              0-----1-----';
    const fast = '              0--1--------';
    const work = (diagram: string) => ({ state: 0, commands: { work: (count: number) => m.cold(diagram).pipe(map(() => count + 1)) } });
    const [a, b] = [m.store(work('-----(x|)')), m.store(work('--(x|)'))];
    sent.subscribe(() => {
      a.tell.work();
      b.tell.work();
    });
    m.expect(a.select()).toBeObservable(slow, { 0: 0, 1: 1 });
    m.expect(b.select()).toBeObservable(fast, { 0: 0, 1: 1 });
  }));

  it('after an abort, what ran changes nothing any more and nothing else is handled', marbles((m) => {
    const sent = m.hot('-ab---------');
    const ended = '             ----x       ';
    const handled = '           -a--|       ';
    const states = '            0a--|       ';
    const abort = new AbortController();
    const store = m.store({
      state: '0',
      commands: { work: (_state, letter: string) => m.cold(`${letter}-----(x|)`) },
    }, { signal: abort.signal });
    store.errors$.subscribe();
    sent.subscribe((letter) => store.tell.work(letter));
    m.hot(ended).subscribe(() => abort.abort());
    m.expect(store.commands$.pipe(map(({ payload }) => payload))).toBeObservable(handled);
    m.expect(store.select()).toBeObservable(states);
    m.flush();
    expect(store.snapshot()).toBe('a');
    expect(store.status()).toMatchObject({ running: 0, waiting: 0 });
  }));

  it('handlers never overlap, whatever they give back and whoever sends', async () => {
    const kinds = fc.constantFrom('value', 'throw', 'promise', 'rejection', 'of', 'timer', 'effect', 'query');
    await fc.assert(fc.asyncProperty(fc.array(kinds, { minLength: 1, maxLength: 12 }), async (script) => {
      let inside = 0;
      let most = 0;
      const enter = () => { most = Math.max(most, ++inside); };
      const leave = <T>(value: T) => {
        inside--;
        return value;
      };
      const store = createStore({
        state: 0,
        commands: {
          value: (count) => (enter(), leave(count + 1)),
          throw: (): number => {
            enter();
            throw leave(new Error('thrown'));
          },
          promise: async (count) => {
            enter();
            await Promise.resolve();
            return leave(count + 1);
          },
          rejection: async (): Promise<number> => {
            enter();
            await Promise.resolve();
            throw leave(new Error('rejected'));
          },
          of: (count) => (enter(), of(count, count + 1).pipe(tap({ complete: () => leave(undefined) }))),
          timer: (count) => (enter(), timer(0).pipe(map(() => count + 1), tap({ complete: () => leave(undefined) }))),
          effect: (count) => (enter(), leave(effect(count, {
            run: () => Promise.resolve(1),
            done: (now, by) => (enter(), leave(now + by)),
          }))),
        },
        queries: { query: (count) => (enter(), leave(count)) },
      });
      store.select().subscribe(() => {
        // An observer sends as well, in the middle of it all.
        if (store.status().handled < script.length) store.tell.value();
      });
      await Promise.allSettled(script.map((type) => store.ask[type]()));
      await store.shutdown();
      expect(most).toBe(1);
      expect(inside).toBe(0);
    }), { numRuns: 30 });
  });
});
