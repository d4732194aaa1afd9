/** `ownstate/angular` in a real browser: the page of the guide, from its first render to its end. */
import './support/angular.js';
import { TestBed } from '@angular/core/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { Cart, CartApi } from '../../docs/examples/angular/cart.js';
import { CartPage } from '../../docs/examples/angular/cart-page.js';

describe('the page of a cart', () => {
  let answer: (names: readonly string[]) => void;
  beforeEach(() => {
    const loaded = new Promise<readonly string[]>((resolve) => { answer = resolve; });
    const load = async () => (await loaded).map((name, index) => ({ id: index + 1, name }));
    TestBed.configureTestingModule({ providers: [{ provide: CartApi, useValue: { load } }] });
  });

  function open() {
    const page = TestBed.createComponent(CartPage);
    document.body.append(page.nativeElement as HTMLElement);
    const find = (selector: string) => (page.nativeElement as HTMLElement).querySelector<HTMLInputElement>(selector);
    return { page, find, text: (selector: string) => find(selector)?.textContent.trim(), cart: TestBed.inject(Cart) };
  }

  it('shows what is loaded, and meanwhile that it is', async () => {
    const { page, text } = open();
    await page.whenStable();
    expect([text('h1'), text('p')]).toEqual(['0 items', 'loading']);
    answer(['tea', 'cake']);
    await expect.poll(() => text('ul')).toBe('teacake');
    expect([text('h1'), text('p'), text('cart-item')]).toEqual(['2 items', undefined, 'tea']);
  });

  it('adds what was typed, and shows the reply by the async pipe', async () => {
    const { page, find, text } = open();
    answer([]);
    await page.whenStable();
    find('input')!.value = 'milk';
    find('input')!.dispatchEvent(new Event('input'));
    find('button')!.click();
    await expect.poll(() => text('output')).toBe('1');
    expect([text('h1'), text('ul')]).toEqual(['1 items', 'milk']);
  });

  it('leaves the cart of the application open when it goes, and ends its own draft', async () => {
    const { page, cart } = open();
    answer([]);
    await page.whenStable();
    const { draftStore } = page.componentInstance;
    page.destroy();
    expect([draftStore.status().phase, cart.status().phase]).toEqual(['closed', 'open']);
    expect((await cart.ask.add('tea').then(String))).toBe('1');
    TestBed.resetTestingModule();
    expect(cart.status().phase).toBe('closed');
  });
});
