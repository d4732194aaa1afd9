/** What a zone of Angular's sees of a store: nothing that it would wait for, and what it's to check for changes. */
import 'zone.js';
import '@angular/compiler';
import { Injector, NgZone } from '@angular/core';
import { effect, reply } from 'ownstate';
import { provideStore, storeToken } from 'ownstate/angular';
import { VirtualTimeScheduler, type SchedulerLike } from 'rxjs';
import { describe, expect, it } from 'vitest';

/** A store in a zone, and who was in that zone when what happened. */
function open(scheduler?: SchedulerLike) {
  const zone = new NgZone({ enableLongStackTrace: false });
  const inside: string[] = [];
  const note = (what: string) => inside.push(`${what} ${NgZone.isInAngularZone() ? 'inside' : 'outside'}`);
  const Shop = storeToken({
    name: 'shop',
    state: 0,
    ticks: { tick: 100 },
    commands: {
      load: (n: number) => effect(n, { run: () => Promise.resolve(5), done: (now: number, by: number) => reply(now + by, by) }),
      wait: (n: number, _payload: void, { timers }) => (timers.set('ring', 50, 'ring'), n),
      ring: (n: number) => (note('ring'), n),
      tick: (n: number) => (note('tick'), n),
    },
  }, { providedIn: null, ...(scheduler && { scheduler }) });
  const injector = Injector.create({ providers: [{ provide: NgZone, useValue: zone }, provideStore(Shop)] });
  return { zone, inside, store: zone.run(() => injector.get(Shop)), injector };
}

describe('with zone.js', () => {
  it('an ask that is answered leaves nothing to wait for, also where its deadline is armed still', async () => {
    const { zone, store, injector } = open();
    const asked = zone.run(() => store.ask.load());
    expect(await asked).toBe(5);
    expect(zone.hasPendingMacrotasks).toBe(false);
    injector.destroy();
  });

  it('ticks and timers keep no page from being stable, and are handled within the zone', () => {
    const scheduler = new VirtualTimeScheduler(undefined, 300);
    const { zone, inside, store, injector } = open(scheduler);
    zone.run(() => store.tell.wait());
    expect(zone.hasPendingMacrotasks).toBe(false);
    scheduler.maxFrames = 120;
    scheduler.flush();
    expect(inside).toEqual(['ring inside', 'tick inside']);
    injector.destroy();
  });
});
