/** Effects whose asker gives up early, lanes of mixed policies, and what comes back as the store closes. */
import { createStore, DeadlockError, effect, reply, type EffectPolicy, type Outcome, type StoreError, type StoreOptions } from 'ownstate';
import { filter, firstValueFrom, NEVER, of, Subject, type Observable } from 'rxjs';
import { describe, expect, it } from 'vitest';

interface Job {
  readonly id: string;
  readonly source?: Observable<unknown> | (() => Observable<unknown>);
  readonly policy?: EffectPolicy;
  readonly concurrency?: number;
  /** What the handler waits for before it gives its effect. */
  readonly after?: Promise<unknown>;
  /** What `done` leads to. */
  readonly then?: Job;
}

/** A store whose state is the story of its jobs: `a` when it's committed, `A` done, `!a` failed; and which of them ran. */
function lab(options: StoreOptions = {}) {
  const ran: string[] = [];
  const begun = (state: string, { id, source = of('value'), then, policy = 'concat', concurrency = Infinity }: Job): Outcome<string, string> => effect(state + id, {
    policy,
    concurrency,
    run: ({ signal }) => {
      ran.push(signal.aborted ? `${id}, aborted` : id);
      return typeof source === 'function' ? source() : source;
    },
    done: (now: string) => then ? begun(now + id.toUpperCase(), then) : reply(now + id.toUpperCase(), id),
    failed: (now: string, error) => `${now}!${id} ${String((error as { readonly code?: string }).code)} `,
  });
  const store = createStore({
    name: 'lab',
    state: '',
    commands: { work: (state, job: Job) => job.after ? job.after.then(() => begun(state, job)) : begun(state, job) },
  }, options);
  const told = (story: string) => firstValueFrom(store.select().pipe(filter((state) => state === story)));
  return { store, ran, told };
}

const codeOf = (asked: PromiseLike<unknown>) => asked.then((value) => value, (error: unknown) => (error as { readonly code?: string }).code);

/** A promise, and what resolves it. */
function gate(): [Promise<void>, () => void] {
  let open: () => void = () => undefined;
  return [new Promise((resolve) => { open = resolve; }), () => open()];
}

describe('an asker who gives up before the effect comes to its lane', () => {
  it('while the handler is at work: where the lane is taken it never runs, and ends by `failed`', async () => {
    const { store, ran, told } = lab();
    const [first, asker, [after, go]] = [new Subject(), new AbortController(), gate()];
    store.tell.work({ id: 'a', source: first });
    const asked = codeOf(store.with({ signal: asker.signal }).ask.work({ id: 'b', after }));
    asker.abort();
    go();
    expect(await asked).toBe('ASK_ABORTED');
    await told('ab!b ASK_ABORTED ');
    first.complete();
    expect([store.snapshot(), ran, store.status().effects]).toEqual(['ab!b ASK_ABORTED A', ['a'], 0]);
  });

  it('as its state is shown: the same', async () => {
    const { store, ran } = lab();
    const [first, asker] = [new Subject(), new AbortController()];
    const codes: unknown[] = [];
    store.select().subscribe((state) => {
      if (state === 'a') void codeOf(store.with({ signal: asker.signal }).ask.work({ id: 'b' })).then((code) => codes.push(code));
      if (state === 'ab') asker.abort();
    });
    store.tell.work({ id: 'a', source: first });
    first.complete();
    await store.shutdown();
    expect([store.snapshot(), ran, codes, store.status().effects]).toEqual(['ab!b ASK_ABORTED A', ['a'], ['ASK_ABORTED'], 0]);
  });

  it('where the lane is free it runs, and finds its signal aborted', async () => {
    const { store, ran, told } = lab();
    const [asker, [after, go]] = [new AbortController(), gate()];
    const asked = codeOf(store.with({ signal: asker.signal }).ask.work({ id: 'a', after }));
    asker.abort();
    go();
    expect(await asked).toBe('ASK_ABORTED');
    await told('aA');
    expect(ran).toEqual(['a, aborted']);
  });

  it('does not end what a result leads to: that goes on, and waits for its turn', () => {
    const { store, ran } = lab();
    const [first, second, asker] = [new Subject(), new Subject(), new AbortController()];
    store.with({ signal: asker.signal }).ask.work({ id: 'a', source: first, then: { id: 'c' } }).subscribe({ error: () => undefined });
    store.tell.work({ id: 'b', source: second });
    asker.abort();
    first.complete();
    expect(store.snapshot()).toBe('abAc');
    second.complete();
    expect([store.snapshot(), ran]).toEqual(['abAcBC', ['a', 'b', 'c, aborted']]);
  });
});

describe('`failed` of one that was given up in its lane', () => {
  it.each<[string, unknown]>([
    ['a Promise', Promise.resolve(7)],
    ['an Observable', of(7)],
  ])('that gives %s is refused, as after an error of `run`', (_what, later) => {
    const asker = new AbortController();
    const errors: unknown[] = [];
    const store = createStore({
      state: 0,
      // A cast: the types refuse it as well.
      commands: { work: (n) => effect(n + 1, { run: () => NEVER, done: (now: number) => now, failed: () => later as never }) },
    });
    store.errors$.subscribe(({ error }) => errors.push((error as Error).message));
    store.tell.work();
    store.with({ signal: asker.signal }).ask.work().subscribe({ error: () => undefined });
    asker.abort();
    expect(errors).toEqual([expect.stringContaining('Expected `state` to be at hand')]);
    expect([store.snapshot(), store.status().running]).toEqual([2, 0]);
  });
});

describe('a lane of mixed policies', () => {
  it('has each begin by its own, in the order in which they came', () => {
    const { store, ran } = lab();
    const sources = { a: new Subject(), b: new Subject(), c: new Subject(), d: new Subject() };
    const give = (id: keyof typeof sources, policy: EffectPolicy) => store.tell.work({ id, source: sources[id], policy });
    give('a', 'merge');
    give('b', 'concat');
    give('c', 'merge');
    give('d', 'concat');
    expect(ran).toEqual(['a']);
    sources.a.complete();
    expect(ran).toEqual(['a', 'b', 'c']);
    sources.b.complete();
    expect(ran).toEqual(['a', 'b', 'c']);
    sources.c.complete();
    expect(ran).toEqual(['a', 'b', 'c', 'd']);
  });

  it.each<[string, (first: Subject<unknown>, store: ReturnType<typeof lab>['store']) => void]>([
    ['one leaves without making room', (first) => first.complete()],
    ['one leaves, and the next ends at once', (first, store) => {
      store.tell.work({ id: 'x', policy: 'merge', concurrency: 2 });
      first.complete();
    }],
  ])('fails a ring that closes when %s', (_when, leave) => {
    const { store } = lab();
    const first = new Subject();
    const errors: unknown[] = [];
    store.tell.work({ id: 'a', source: first });
    const waiting = new AbortController();
    store.with({ signal: waiting.signal }).ask.work({ id: 'b' }).subscribe({ error: () => undefined });
    store.ask.work({ id: 'c', policy: 'merge', concurrency: 2, source: () => store.ask.work({ id: 'd' }) }).subscribe({ error: (error: unknown) => errors.push(error) });
    // What stands before it leaves, so it runs beside the first, and asks for one that waits for both of them.
    waiting.abort();
    expect(errors).toEqual([]);
    leave(first, store);
    expect(errors).toEqual([expect.any(DeadlockError)]);
    expect(store.status().effects).toBe(0);
  });
});

describe('an effect that nobody waits for any longer and that fails as the store closes', () => {
  it('is not answered a second time', async () => {
    const [end, asker] = [new AbortController(), new AbortController()];
    const { store } = lab({ signal: end.signal });
    const settled: number[] = [];
    const errors: unknown[] = [];
    store.trace$.subscribe((event) => { if (event.kind === 'settled') settled.push(event.id); });
    store.errors$.subscribe(({ error }) => errors.push(error));
    // Its work is an ask whose handler is at work: that ends first.
    const [never] = gate();
    const source = () => store.ask.work({ id: 'b', after: never });
    const asked = store.with({ signal: asker.signal }).ask.work({ id: 'a', source });
    const first = codeOf(asked);
    asker.abort();
    end.abort();
    const later: unknown[] = [];
    asked.subscribe({ error: (error: unknown) => later.push((error as StoreError).code) });
    expect([await first, later]).toEqual(['ASK_ABORTED', ['ASK_ABORTED']]);
    expect([settled, errors]).toEqual([[1, 2], []]);
  });
});
