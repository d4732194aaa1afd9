/** What travels with a page, where there's nothing for it to do: in a browser, and for what belongs to no page. */
import { makeStateKey, TransferState } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { storeToken } from 'ownstate/angular';
import { expect, it, vi } from 'vitest';

const definition = { name: 'visits', state: 0, commands: { visit: (n: number) => n + 1 } };

/** What came in the page. */
function arrived(key: string, state: unknown): void {
  TestBed.inject(TransferState).set(makeStateKey<unknown>(key), state);
}

it('a store in a browser begins with what came, and has nothing to be written', () => {
  const warned = vi.spyOn(console, 'warn');
  arrived('visits', 7);
  expect(TestBed.inject(storeToken(definition, { transfer: 'visits' })).snapshot()).toBe(7);
  expect(TestBed.inject(TransferState).toJson()).toBe('{}');
  expect(warned).not.toHaveBeenCalled();
  warned.mockRestore();
});

it('a store of the whole platform begins as ever: what came belongs to one page', () => {
  arrived('visits', 7);
  expect(TestBed.inject(storeToken(definition, { transfer: 'visits', providedIn: 'platform' })).snapshot()).toBe(0);
});
