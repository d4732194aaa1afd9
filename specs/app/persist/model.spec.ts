/** For any changes, saves, failures, crashes and restarts: what comes back was shown once, and is not older than the last save that was through. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { browser, kept, shelf, virtualTime, type Settings, type Shelf, type Time } from './support.js';

type Step =
  | { readonly kind: 'change' | 'flush' | 'hide' | 'clear' | 'stop' | 'shutdown' | 'crash' }
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: 'fail'; readonly fails: boolean };

const steps: fc.Arbitrary<Step[]> = fc.array(fc.oneof(
  { weight: 6, arbitrary: fc.constant<Step>({ kind: 'change' }) },
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 150 }).map((ms): Step => ({ kind: 'pass', ms })) },
  { weight: 2, arbitrary: fc.boolean().map((fails): Step => ({ kind: 'fail', fails })) },
  { weight: 4, arbitrary: fc.constantFrom<Step>({ kind: 'flush' }, { kind: 'hide' }, { kind: 'crash' }, { kind: 'stop' }, { kind: 'shutdown' }) },
  { weight: 1, arbitrary: fc.constant<Step>({ kind: 'clear' }) },
), { maxLength: 40 });

/** How a storage answers: at once; after a while, having done it at the end of it, or at its beginning. */
type Manner = 'at once' | 'done at the end' | 'done at the beginning';

/** The number of a state: the later the higher, -1 for the first of all. */
const numberOf = ({ theme }: Settings) => theme === 'light' ? -1 : Number(theme);

const stateIn = (text: unknown): Settings => (JSON.parse(text as string) as { state: Settings }).state;

/** A storage in one life of a page, whose writes may fail; `through` is told of each write that is. */
function storageIn(inner: Shelf, { sleep }: Time, manner: Manner, fails: () => boolean, through: (value: unknown) => void) {
  const act = (work: () => unknown, done: () => void = () => undefined): unknown => {
    if (manner === 'at once') {
      const value = work();
      done();
      return value;
    }
    const ends = async () => {
      await sleep(40);
      const value = work();
      done();
      return value;
    };
    const begins = async () => {
      const value = work();
      await sleep(40);
      done();
      return value;
    };
    return manner === 'done at the end' ? ends() : begins();
  };
  const set = (key: string, value: unknown) => {
    if (fails()) throw new Error('full');
    inner.setItem(key, value);
  };
  return {
    getItem: (key: string) => act(() => inner.getItem(key)),
    setItem: (key: string, value: unknown) => act(() => set(key, value), () => through(value)),
    removeItem: (key: string) => act(() => inner.removeItem(key), () => through(undefined)),
  };
}

async function check(plan: readonly Step[], manner: Manner): Promise<void> {
  const inner = shelf();
  const shown = new Set([-1]);
  let stamp = 0;
  let failing = false;
  let last = -1;
  const begin = async () => {
    const time = virtualTime();
    const life = { open: true };
    const { page, emit } = browser().tab();
    const storage = storageIn(inner, time, manner, () => failing, (value) => {
      if (life.open) last = value === undefined ? -1 : numberOf(stateIn(value));
    });
    const { store, keeping } = kept(time, storage, { page, crossTab: false });
    await time.pass(40);
    expect(keeping.status().hydration).not.toBe('pending');
    const came = numberOf(store.snapshot());
    expect(shown.has(came)).toBe(true);
    expect(came).toBeGreaterThanOrEqual(last);
    store.select().subscribe((state) => shown.add(numberOf(state)));
    return { time, store, keeping, emit, life };
  };
  let now = await begin();
  for (const step of plan) {
    const { time, store, keeping, emit, life } = now;
    if (step.kind === 'change') store.tell.use(String(stamp++));
    else if (step.kind === 'pass') await time.pass(step.ms);
    else if (step.kind === 'fail') failing = step.fails;
    else if (step.kind === 'hide') emit('pagehide');
    else if (step.kind === 'flush' || step.kind === 'clear') {
      const showed = numberOf(store.snapshot());
      const done = keeping[step.kind]();
      await time.pass(200);
      // What flush says is true. (What was cleared, and has not changed since, is nowhere.)
      if (await done && inner.saved !== undefined) expect(numberOf(stateIn(inner.saved))).toBeGreaterThanOrEqual(showed);
    } else {
      if (step.kind !== 'crash') {
        const ended = step.kind === 'stop' ? keeping.stop() : store.shutdown().then(() => keeping.stop());
        await time.pass(200);
        await ended;
        const { unsaved } = keeping.status();
        if (!failing) expect(unsaved).toBe(false);
      }
      life.open = false;
      now = await begin();
    }
  }
}

it.each<Manner>(['at once', 'done at the end', 'done at the beginning'])('a storage that answers %s', async (manner) => {
  await fc.assert(fc.asyncProperty(steps, (plan) => check(plan, manner)), { numRuns: 150 });
});
