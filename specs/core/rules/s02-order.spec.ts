/** Rule S2: commands are handled in the order in which they were sent, numbered, and shown before they are answered. */
import fc from 'fast-check';
import { createStore, effect, reply, replyLater, type, type HandlerOutcome } from 'ownstate';
import { marbles } from 'ownstate/testing';
import { concat, map, of, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';

describe('S2 Order', () => {
  it('the first command of a store is number 1', () => {
    const store = createStore({ state: 0, commands: { add: (sum, by: number) => sum + by } });
    const numbers: number[] = [];
    store.trace$.subscribe(({ kind, seq }) => {
      if (kind === 'started') numbers.push(seq);
    });
    expect(numbers).toEqual([]);
    store.tell.add(1);
    expect(numbers).toEqual([1]);
  });

  it('commands to an idle store are handled in the order in which they were sent', () => {
    const store = createStore({ state: '', commands: { write: (text, letter: string) => text + letter } });
    for (const letter of 'abc') store.tell.write(letter);
    expect(store.snapshot()).toBe('abc');
  });

  it('commands to a busy store are handled in the order in which they were sent, whoever sent them and how', marbles((m) => {
    const store = m.store({
      state: '',
      commands: { write: (text, letter: string) => text + letter, work: (text) => m.cold('--(x|)').pipe(map(() => `${text}:`)) },
      queries: { read: (text, note: string) => `${note} ${text}` },
    });
    const read: string[] = [];
    store.tell.work();
    store.tell.write('a');
    store.ask.write('b').subscribe();
    store.send({ type: 'write', payload: 'c' }).subscribe();
    store.ask.read('asked after c:').subscribe((answer) => read.push(answer));
    of({ type: 'write', payload: 'd' } as const).subscribe(store.commands$);
    store.client.tell.write('e');
    store.with({ timeout: 100 }).ask.write('f').subscribe();
    m.flush();
    expect(store.snapshot()).toBe(':abcdef');
    expect(read).toEqual(['asked after c: :abc']);
  }));

  it('ticks and timers stand in the same queue, each where it fell due', marbles((m) => {
    // The work lasts from 1 to 8; the tick falls due at 3, the timer at 5.
    const sent = m.hot('-wa-b-c-        ');
    const handled = '           -w------(atbsc) ';
    const until = '             ^--------!      ';
    const store = m.store({
      state: 0,
      commands: {
        w: (state, _payload: void, { timers }) => {
          timers.set('alarm', 4, 's');
          return m.cold('-------(x|)').pipe(map(() => state));
        },
        a: (state) => state,
        b: (state) => state,
        c: (state) => state,
        t: (state) => state,
        s: (state) => state,
      },
      ticks: { t: 3 },
    });
    sent.subscribe((letter) => store.tell[letter as 'a']());
    m.expect(store.commands$.pipe(map((command) => command.type)), until).toBeObservable(handled);
  }));

  it('the result of an effect stands in the same queue, where the work ended', marbles((m) => {
    //                               the effect's work ends at 4, the write lasts from 2 to 6
    const sent = m.hot('-ewa-b-------');
    const states = '            0-----(waxb)-';
    const store = m.store({
      state: '0',
      commands: {
        load: (state) => effect(state, { run: () => m.cold('---(x|)'), done: (_now, value) => value }),
        work: () => m.cold('----(w|)'),
        write: (_state, letter: string) => letter,
      },
    });
    sent.subscribe((letter) => {
      if (letter === 'e') store.tell.load();
      else if (letter === 'w') store.tell.work();
      else store.tell.write(letter);
    });
    m.expect(store.select()).toBeObservable(states);
  }));

  it('what a handler tells its own store stands behind what waits already', marbles((m) => {
    const store = m.store({
      state: '',
      commands: {
        work: (text, _payload: void, { tell }) => {
          tell('write', 'c');
          return m.cold('--(x|)').pipe(map(() => `${text}:`));
        },
        twice: (text, _payload: void, { tell }) => {
          tell('write', 'd');
          tell('write', 'e');
          return `${text}2`;
        },
        write: (text, letter: string) => text + letter,
      },
    });
    store.tell.work();
    store.tell.twice();
    store.tell.write('b');
    m.flush();
    expect(store.snapshot()).toBe(':c2bde');
  }));

  it('each handled command has the next number: failed ones, results of effects, timers too; a query carries the last one', marbles((m) => {
    const sent = m.hot('-afql-i---q');
    const handled: unknown[] = [];
    const store = m.store({
      state: 0,
      commands: {
        add: (sum) => sum + 1,
        fail: (): number => { throw new Error('no'); },
        load: (sum) => effect(sum, { run: () => m.cold<number>('---(1|)'), done: (now) => now + 1 }),
        invite: (sum, _payload: void, { timers }) => (timers.set('guest', 2, 'add'), sum),
      },
      queries: { query: (sum) => sum },
    });
    const types = { a: 'add', f: 'fail', q: 'query', l: 'load', i: 'invite' } as const;
    store.trace$.subscribe((event) => {
      if (event.kind === 'started') handled.push([event.time, event.type, event.seq]);
    });
    sent.subscribe((letter) => store.send({ type: types[letter as 'a'] }).subscribe({ error: () => undefined }));
    m.flush();
    expect(handled).toEqual([
      [1, 'add', 1],
      [2, 'fail', 2],
      [3, 'query', 2],
      [4, 'load', 3],
      [6, 'invite', 4],
      [7, 'load', 5],
      [8, 'add', 6],
      [10, 'query', 6],
    ]);
  }));

  it('every step of a command carries its number in the trace', () => {
    const store = createStore({
      state: 0,
      events: type<string>(),
      commands: { add: (sum, by: number, { emit }) => (emit('added'), sum + by) },
    });
    const steps: unknown[] = [];
    store.trace$.subscribe(({ kind, seq }) => {
      if (kind !== 'received') steps.push([kind, seq]);
    });
    store.tell.add(1);
    store.tell.add(1);
    expect(steps).toEqual([
      ['started', 1], ['state', 1], ['event', 1], ['settled', 1],
      ['started', 2], ['state', 2], ['event', 2], ['settled', 2],
    ]);
  });

  it('errors carry the number of the command that failed', () => {
    const store = createStore({ state: 0, commands: { add: (sum) => sum + 1, fail: (): number => { throw new Error('no'); } } });
    const numbers: number[] = [];
    store.errors$.subscribe(({ seq }) => numbers.push(seq));
    store.tell.add();
    store.tell.fail();
    store.tell.add();
    store.tell.fail();
    expect(numbers).toEqual([2, 4]);
  });

  it('what never begins takes no number: withdrawn, dropped, refused', marbles((m) => {
    const store = m.store({
      state: '',
      commands: { work: () => m.cold('-----(x|)'), note: (_last, note: string) => note },
    }, { mailbox: { capacity: 2 } });
    const handled: unknown[] = [];
    store.errors$.subscribe();
    store.trace$.subscribe((event) => {
      if (event.kind === 'started') handled.push([event.id, event.type, event.seq]);
    });
    store.tell.work();
    store.with({ timeout: 2 }).ask.note('withdrawn').subscribe({ error: () => undefined });
    store.tell.note('waits');
    store.tell.note('refused');
    m.flush();
    store.tell.note('last');
    expect(handled).toEqual([[1, 'work', 1], [3, 'note', 2], [5, 'note', 3]]);
  }));

  it('what is withdrawn or dropped leaves the others in their order', marbles((m) => {
    const store = m.store({
      state: '',
      commands: { work: (text) => m.cold('-----(x|)').pipe(map(() => text)), write: (text, letter: string) => text + letter },
    }, { mailbox: { capacity: 4, overflow: 'drop-oldest' } });
    store.errors$.subscribe();
    store.tell.work();
    for (const letter of 'abc') store.tell.write(letter);
    store.with({ timeout: 1 }).ask.write('x').subscribe({ error: () => undefined });
    store.tell.write('d');
    m.hot('--x').subscribe(() => {
      for (const letter of 'ef') store.tell.write(letter);
    });
    m.flush();
    expect(store.snapshot()).toBe('cdef');
  }));

  it('a command that fails leaves the others in their order', () => {
    const store = createStore({
      state: '',
      commands: {
        all: (text, letters: string, { tell }) => {
          for (const letter of letters) tell('write', letter);
          return text;
        },
        write: (text, letter: string) => {
          if (letter === '!') throw new Error('no letter');
          return text + letter;
        },
      },
    });
    store.errors$.subscribe();
    store.tell.all('a!b!c');
    expect(store.snapshot()).toBe('abc');
  });

  it('an asker who unsubscribes does not lose its place', marbles((m) => {
    const store = m.store({
      state: '',
      commands: { work: (text) => m.cold('--(x|)').pipe(map(() => text)), write: (text, letter: string) => text + letter },
    });
    store.tell.work();
    for (const letter of 'abc') {
      const asked = store.ask.write(letter).subscribe();
      if (letter === 'b') asked.unsubscribe();
    }
    m.flush();
    expect(store.snapshot()).toBe('abc');
  }));

  it('a closed store handles and numbers nothing', async () => {
    const store = createStore({ state: 0, commands: { add: (sum, by: number) => sum + by } });
    store.tell.add(1);
    await store.shutdown();
    store.tell.add(2);
    await expect(store.ask.add(3)).rejects.toMatchObject({ code: 'STORE_CLOSED', started: false });
    expect(store.snapshot()).toBe(1);
    expect(store.status().handled).toBe(1);
  });

  const forms: Record<string, (count: number) => HandlerOutcome<number>> = {
    'a value and a reply': (count) => reply(count + 1, count + 1),
    'an Observable': (count) => timer(1).pipe(map(() => reply(count + 1, count + 1))),
    'an Observable of several states': (count) => concat(of(reply(count, -1)), timer(1).pipe(map(() => reply(count + 1, count + 1)))),
    'a later reply': (count) => replyLater(count + 1, of(count + 1)),
    'the result of an effect': (count) => effect(count, { run: () => timer(1), done: (now: number) => reply(now + 1, now + 1) }),
  };
  for (const [form, work] of Object.entries(forms)) {
    it(`the state is shown before the reply settles: ${form}`, marbles((m) => {
      const store = m.store({ state: 0, commands: { wait: (count) => timer(1).pipe(map(() => count)), work } });
      const seen: unknown[] = [];
      store.select().subscribe((count) => void seen.push(['shown', count]));
      store.tell.wait();
      for (let time = 0; time < 2; time++) store.ask.work().subscribe((answer) => seen.push(['reply', answer, 'sees', store.snapshot()]));
      m.flush();
      expect(seen).toEqual([
        ['shown', 0],
        ['shown', 1], ['reply', 1, 'sees', 1],
        ['shown', 2], ['reply', 2, 'sees', 2],
      ]);
    }));
  }

  it('the state is shown before the reply settles, also where a plain object is changed in place behind a view', () => {
    const store = createStore({
      state: () => ({ words: [] as string[] }),
      view: ({ words }) => words.join(' '),
      commands: {
        add: (state, word: string) => {
          state.words.push(word);
          return reply(state, state.words.length);
        },
      },
    });
    const seen: unknown[] = [];
    store.select().subscribe((words) => seen.push(words));
    for (const word of ['one', 'two']) store.ask.add(word).subscribe((count) => seen.push([count, store.snapshot()]));
    expect(seen).toEqual(['', 'one', [1, 'one'], 'one two', [2, 'one two']]);
  });

  it('events are announced after the state is shown and before the reply', marbles((m) => {
    const store = m.store({
      state: 0,
      events: type<string>(),
      commands: {
        wait: (count) => timer(1).pipe(map(() => count)),
        work: (count, _payload: void, { emit }) => {
          emit('one');
          emit('two');
          return reply(count + 1, 'done');
        },
      },
    });
    const seen: unknown[] = [];
    store.events$.subscribe((event) => void seen.push(event));
    store.select().subscribe((count) => void seen.push(count));
    store.tell.wait();
    store.ask.work().subscribe((answer) => seen.push(answer));
    m.flush();
    expect(seen).toEqual([0, 1, 'one', 'two', 'done']);
  }));

  it('who awaits reply n sees state n or a later one', async () => {
    const ways = fc.array(fc.constantFrom('value', 'promise', 'effect'), { minLength: 1, maxLength: 10 });
    await fc.assert(fc.asyncProperty(ways, async (script) => {
      const store = createStore({
        state: 0,
        commands: {
          value: (count) => reply(count + 1, count + 1),
          promise: async (count) => {
            await Promise.resolve();
            return reply(count + 1, count + 1);
          },
          effect: (count) => effect(count, { run: () => Promise.resolve(1), done: (now: number, by) => reply(now + by, now + by) }),
        },
      });
      let shown = 0;
      store.select().subscribe((count) => { shown = count; });
      const replies = await Promise.all(script.map(async (way) => {
        const answer = await store.ask[way]();
        expect(shown).toBeGreaterThanOrEqual(answer);
        return answer;
      }));
      expect([...replies].sort((a, b) => a - b)).toEqual(script.map((_way, place) => place + 1));
    }), { numRuns: 30 });
  });
});
