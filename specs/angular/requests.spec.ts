/** Requests of HttpClient as the work of effects, as the guide shows them: who ends them, and when. */
import { provideHttpClient } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { TestBed } from '@angular/core/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { Products } from '../../docs/examples/angular/products.js';

const TEA = { id: 1, name: 'tea' };

beforeEach(() => TestBed.configureTestingModule({ providers: [provideHttpClient(), provideHttpClientTesting()] }));

/** The store, and the server that answers by hand. */
const open = () => ({ store: TestBed.inject(Products), server: TestBed.inject(HttpTestingController) });

describe('a request in an effect', () => {
  it('is cancelled when the effect is switched away', () => {
    const { store, server } = open();
    store.tell.search('t');
    const first = server.expectOne('/api/products?text=t');
    store.tell.search('te');
    expect(first.cancelled).toBe(true);
    server.expectOne('/api/products?text=te').flush([TEA]);
    expect(store.snapshot().found).toEqual([TEA]);
  });

  it('is cancelled when the injector of the store is destroyed', () => {
    const { store, server } = open();
    store.tell.search('t');
    const request = server.expectOne('/api/products?text=t');
    TestBed.resetTestingModule();
    expect(request.cancelled).toBe(true);
  });

  it('goes on when its asker has given up, and what it gives is folded', () => {
    const { store, server } = open();
    const controller = new AbortController();
    store.with({ signal: controller.signal }).ask.search('t').subscribe({ error: () => undefined });
    controller.abort();
    server.expectOne('/api/products?text=t').flush([TEA]);
    expect(store.snapshot().found).toEqual([TEA]);
  });

  it('that heeds the signal is cancelled by it, and nothing is folded', async () => {
    const { store, server } = open();
    const controller = new AbortController();
    const asked = store.with({ signal: controller.signal }).ask.load(1);
    const request = server.expectOne('/api/products/1');
    controller.abort();
    await expect(asked).rejects.toMatchObject({ code: 'ASK_ABORTED' });
    expect([request.cancelled, store.snapshot().byId, store.status().effects]).toStrictEqual([true, {}, 0]);
  });

  it('is not made for what is known already', async () => {
    const { store, server } = open();
    const first = store.ask.load(1);
    server.expectOne('/api/products/1').flush(TEA);
    expect([await first, await store.ask.load(1)]).toEqual([TEA, TEA]);
    server.verify();
  });
});
