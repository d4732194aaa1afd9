/** Replies as they are in the async pipe (since Angular 20 it leaves alone what has failed after its component). */
import { AsyncPipe } from '@angular/common';
import { Component, inject } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { provideStore, storeToken } from 'ownstate/angular';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

const Page = storeToken({ name: 'page', state: '', commands: { load: () => new Promise<string>(() => undefined) } });

@Component({ selector: 'page-loading', template: '{{ (loaded | async) ?? "…" }}', imports: [AsyncPipe], providers: [provideStore(Page)] })
class Loading {
  readonly loaded = inject(Page).ask.load();
}

const unhandled = vi.fn();
beforeEach(() => {
  vi.useFakeTimers();
  process.on('unhandledRejection', unhandled);
});
afterEach(() => {
  vi.useRealTimers();
  process.off('unhandledRejection', unhandled);
});

it('a reply whose component is destroyed leaves no failure behind that nobody handled', async () => {
  const page = TestBed.createComponent(Loading);
  page.detectChanges();
  const { loaded } = page.componentInstance;
  page.destroy();
  await vi.runAllTimersAsync();
  expect(unhandled).not.toHaveBeenCalled();
  await expect(loaded).rejects.toMatchObject({ code: 'STORE_CLOSED' });
});
