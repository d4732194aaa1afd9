/** Whether a page is stable, by which a server writes it (by `PendingTasks`, of Angular 19), with asks that are pending. */
import { ApplicationRef, PLATFORM_ID } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { storeToken } from 'ownstate/angular';
import { firstValueFrom } from 'rxjs';
import { expect, it } from 'vitest';
import { tick } from '../../support/angular.js';

/** A save ends by hand. */
let saved: (n: number) => void;
const Form = storeToken({
  name: 'form',
  state: 0,
  commands: { save: () => new Promise<number>((resolve) => { saved = resolve; }) },
  queries: { count: (n) => n },
});

/** The store of a page, and whether that is stable. */
function open(platform: string) {
  TestBed.configureTestingModule({ providers: [{ provide: PLATFORM_ID, useValue: platform }] });
  const store = TestBed.inject(Form);
  tick();
  return { store, stable: () => firstValueFrom(TestBed.inject(ApplicationRef).isStable) };
}

it('on a server it is when what was asked is answered, a query as well', async () => {
  const { store, stable } = open('server');
  expect(await stable()).toBe(true);
  store.tell.save();
  expect(await stable()).toBe(true);
  const counted = store.ask.count();
  expect(await stable()).toBe(false);
  saved(3);
  expect(await counted).toBe(3);
  tick();
  expect(await stable()).toBe(true);
});

it('in a browser it is while an ask is pending, too', async () => {
  const { store, stable } = open('browser');
  const asked = store.ask.save();
  expect(await stable()).toBe(true);
  saved(3);
  await asked;
});
