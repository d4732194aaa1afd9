/** With zones, as every page of Angular 17: what a store brings about is checked for changes, without anybody's doing. */
import { ChangeDetectionStrategy, Component, inject } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { effect, type Context } from 'ownstate';
import { provideStore, selectSignal, storeToken } from 'ownstate/angular';
import { VirtualTimeScheduler } from 'rxjs';
import { expect, it } from 'vitest';

/** A load ends by hand. */
let land: (name: string) => void;

const Shop = storeToken({
  name: 'shop',
  state: 'nothing',
  commands: {
    load: () => effect('loading', {
      run: () => new Promise<string>((resolve) => { land = resolve; }),
      done: (_loading: string, name) => name,
    }),
    remind: (now: string, _payload: void, { timers }: Context<never>) => (timers.set('closing', 1000, 'close'), now),
    close: () => 'closed',
  },
}, { providedIn: null });

const scheduler = new VirtualTimeScheduler();

@Component({
  selector: 'shop-page',
  standalone: true,
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: '<button (click)="store.tell.load()">load</button><i (click)="store.tell.remind()"></i><b>{{ text() }}</b>',
  providers: [provideStore(Shop, { scheduler })],
})
class ShopPage {
  readonly store = inject(Shop);
  readonly text = selectSignal(this.store);
}

/** A page that its zone has looked at, and nobody else. */
function open() {
  const page = TestBed.createComponent(ShopPage);
  page.autoDetectChanges();
  const element = page.nativeElement as HTMLElement;
  return { page, click: (on: string) => element.querySelector<HTMLElement>(on)!.click(), text: () => element.querySelector('b')!.textContent };
}

it('a page shows what its store was told by a click, and what came of it later', async () => {
  const { page, click, text } = open();
  expect(text()).toBe('nothing');
  click('button');
  expect(text()).toBe('loading');
  land('tea');
  await page.whenStable();
  expect(text()).toBe('tea');
});

it('a page shows what its store does by its timers', () => {
  const { page, click, text } = open();
  click('i');
  expect([text(), page.isStable()]).toEqual(['nothing', true]);
  scheduler.flush();
  expect(text()).toBe('closed');
});
