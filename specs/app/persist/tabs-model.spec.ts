/** For any changes, saves and failures in several tabs: when they've come to rest, all have what is saved. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { browser, kept, shelf, slow, virtualTime, type Settings, type Shelf, type Time } from './support.js';

interface Step {
  readonly kind: 'change' | 'pass' | 'flush' | 'hide' | 'fail' | 'work';
  readonly tab: number;
  readonly ms: number;
}

const steps: fc.Arbitrary<Step[]> = fc.array(fc.record({
  kind: fc.constantFrom('change', 'change', 'pass', 'pass', 'flush', 'hide', 'fail', 'work'), tab: fc.nat(2), ms: fc.nat(150),
}), { maxLength: 25 });

/** How tabs come to their storage, and how long it takes them to hear of each other's saves. */
type World = 'localStorage' | 'a BroadcastChannel' | 'a BroadcastChannel, slowly';

function open(world: World, time: Time, inner: Shelf): () => ReturnType<typeof kept> & { readonly hide: () => unknown } {
  const { tab } = browser();
  const tabs: { readonly area: object; readonly emit: (type: string, fields: object) => unknown }[] = [];
  return () => {
    const { page, emit } = tab();
    const area = {
      ...world === 'a BroadcastChannel, slowly' ? slow(inner, time, 20) : inner,
      ...world === 'localStorage' && {
        [Symbol.toStringTag]: 'Storage',
        setItem: (key: string, value: unknown) => {
          inner.setItem(key, value);
          const others = tabs.filter((other) => other.area !== area);
          void time.sleep(3).then(() => others.forEach((other) => other.emit('storage', { storageArea: other.area, key })));
        },
      },
    };
    tabs.push({ area, emit });
    return { ...kept(time, area, { page, throttle: 50 }), hide: () => emit('pagehide', {}) };
  };
}

async function check(plan: readonly Step[], world: World): Promise<void> {
  const time = virtualTime();
  const inner = shelf();
  const set = inner.setItem;
  let fails = false;
  inner.setItem = (key, value) => {
    if (fails) throw new Error('full');
    return set(key, value);
  };
  const begin = open(world, time, inner);
  const tabs = [begin(), begin(), begin()];
  await time.pass(100);
  let stamp = 0;
  for (const { kind, tab, ms } of plan) {
    const { store, keeping, hide } = tabs[tab]!;
    if (kind === 'change') store.tell.use(String(stamp++));
    else if (kind === 'pass') await time.pass(ms);
    else if (kind === 'flush') void keeping.flush();
    else if (kind === 'hide') hide();
    else if (kind === 'work') store.tell.work(time.sleep(ms));
    else fails = !fails;
  }
  fails = false;
  await time.pass(5000);
  for (const { keeping } of tabs) {
    void keeping.flush();
    await time.pass(1000);
  }
  expect(time.timers()).toBe(0);
  expect(tabs.map(({ keeping }) => keeping.status())).toMatchObject(tabs.map(() => ({ unsaved: false, busy: false })));
  const saved = inner.saved as string | undefined;
  const theme = saved === undefined ? 'light' : (JSON.parse(saved) as { state: Settings }).state.theme;
  expect(tabs.map(({ store }) => store.snapshot().theme)).toEqual([theme, theme, theme]);
  if (stamp > 0) expect(saved).toBeDefined();
}

it.each<World>(['localStorage', 'a BroadcastChannel', 'a BroadcastChannel, slowly'])('tabs that hear of each other by %s', async (world) => {
  await fc.assert(fc.asyncProperty(steps, (plan) => check(plan, world)), { numRuns: 150 });
});
