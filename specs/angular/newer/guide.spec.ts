/** The examples of the guide on a page that a server rendered: nothing is loaded twice, nothing is shown too early. */
import { provideHttpClient } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { ApplicationRef, ErrorHandler, makeStateKey, TransferState } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { CartPage } from '../../../docs/examples/angular/cart-page.js';
import { CartApi } from '../../../docs/examples/angular/cart.js';
import { Settings } from '../../../docs/examples/angular/settings.js';
import { Wishes } from '../../../docs/examples/angular/wishes.js';

afterEach(() => localStorage.clear());

/** Puts into the page what a server wrote. */
function bring(key: string, state: unknown): void {
  TestBed.inject(TransferState).set(makeStateKey<unknown>(key), state);
}

describe('the page of the cart', () => {
  it.each([
    ['loads what did not come', undefined, 1],
    ['does not load again what came', { items: [{ id: 1, name: 'tea' }], loading: false }, 0],
  ])('%s', async (_title, state, times) => {
    const load = vi.fn(async () => [{ id: 1, name: 'tea' }]);
    TestBed.configureTestingModule({ providers: [{ provide: CartApi, useValue: { load } }] });
    if (state) bring('cart', state);
    const page = TestBed.createComponent(CartPage);
    await page.whenStable();
    expect((page.nativeElement as HTMLElement).querySelector('h1')?.textContent).toBe('1 items');
    expect(load).toHaveBeenCalledTimes(times);
  });
});

describe('the wishes', () => {
  it('begin with what came, and take back what the server refuses', () => {
    TestBed.configureTestingModule({ providers: [provideHttpClient(), provideHttpClientTesting()] });
    bring('wishes', ['tea']);
    const wishes = TestBed.inject(Wishes);
    wishes.ask.add('a horse').subscribe({ error: () => undefined });
    expect(wishes.snapshot()).toEqual(['tea', 'a horse']);
    TestBed.inject(HttpTestingController).expectOne('/api/wishes').flush('no', { status: 409, statusText: 'Conflict' });
    expect(wishes.snapshot()).toEqual(['tea']);
  });
});

describe('the settings', () => {
  it('are those of the server until the page was rendered, and then those that were kept', () => {
    localStorage.setItem('settings', '{"version":0,"state":{"theme":"dark"}}');
    const settings = TestBed.inject(Settings);
    expect(settings.snapshot().theme).toBe('light');
    TestBed.inject(ApplicationRef).tick();
    expect(settings.snapshot().theme).toBe('dark');
  });

  it('tell the ErrorHandler what goes wrong', () => {
    const handleError = vi.fn();
    TestBed.configureTestingModule({ providers: [{ provide: ErrorHandler, useValue: { handleError } }] });
    localStorage.setItem('settings', 'broken');
    TestBed.inject(Settings);
    TestBed.inject(ApplicationRef).tick();
    expect(handleError).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ code: 'STATE_BROKEN' }));
  });
});
