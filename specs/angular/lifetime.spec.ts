/** A store ends with the injector that made it: a component's, a route's, the application's. */
import { AsyncPipe } from '@angular/common';
import { Component, createEnvironmentInjector, EnvironmentInjector, inject, Injector, signal } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { TestBed } from '@angular/core/testing';
import { AskAbortedError, effect, reply, StoreClosedError } from 'ownstate';
import { provideStore, storeToken } from 'ownstate/angular';
import { config, startWith, VirtualTimeScheduler } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { stable } from '../support/angular.js';

/** Loads end by hand. */
let land: (text: string) => void;
const Page = storeToken({
  name: 'page',
  state: '',
  commands: {
    load: (text) => effect(text, {
      run: () => new Promise<string>((resolve) => { land = resolve; }),
      done: (_text, loaded) => reply(loaded, loaded.length),
    }),
    wait: () => new Promise<string>(() => undefined),
    write: (_text, text: string) => text,
  },
});

/** How each reply ended, as text. */
const outcomes: string[] = [];
const note = (name: string) => ({
  next: (value: unknown) => outcomes.push(`${name}: ${String(value)}`),
  error: (error: { code: string; started: boolean }) => outcomes.push(`${name}: ${error.code}, started: ${error.started}`),
});

@Component({ selector: 'page-text', standalone: true, template: '{{ text() }}', providers: [provideStore(Page)] })
class PageText {
  readonly store = inject(Page);
  readonly text = toSignal(this.store.select(), { requireSync: true });
}

@Component({ selector: 'page-drafts', standalone: true, template: '', providers: [provideStore(Page, { onDestroy: 'drain' })] })
class PageDrafts {
  readonly store = inject(Page);
}

@Component({ selector: 'page-shell', standalone: true, template: '@if (open()) { <page-text /> }', imports: [PageText] })
class Shell {
  readonly open = signal(true);
}

@Component({ selector: 'page-loading', standalone: true, template: '{{ length | async }}', imports: [AsyncPipe], providers: [provideStore(Page)] })
class Loading {
  // An Observable made of the reply: of a promise, as the reply itself is one too, the pipe before Angular 20 throws what it fails with.
  readonly length = inject(Page).ask.load().pipe(startWith('…'));
}

const unhandled = vi.fn();
beforeEach(() => {
  outcomes.length = 0;
  unhandled.mockClear();
  config.onUnhandledError = unhandled;
  process.on('unhandledRejection', unhandled);
});
afterEach(() => {
  config.onUnhandledError = null;
  process.off('unhandledRejection', unhandled);
  vi.useRealTimers();
});

/** What nobody handles is reported in a task of its own. */
const settled = () => vi.runAllTimersAsync();

describe('a store of a component', () => {
  it('closes at once when the component is destroyed: pending asks fail, and are told whether they had begun', async () => {
    const page = TestBed.createComponent(PageText);
    const { store } = page.componentInstance;
    store.ask.load().subscribe(note('load'));
    store.ask.wait().subscribe(note('wait'));
    store.ask.write('waits').subscribe(note('write'));
    page.destroy();
    expect(outcomes.sort()).toEqual([
      'load: STORE_CLOSED, started: true',
      'wait: STORE_CLOSED, started: true',
      'write: STORE_CLOSED, started: false',
    ]);
    expect(store.status()).toMatchObject({ phase: 'closed', waiting: 0, running: 0, effects: 0 });
    await store.closed;
    await expect(store.ask.write('late')).rejects.toBeInstanceOf(StoreClosedError);
  });

  it('closes when what shows the component goes', async () => {
    const shell = TestBed.createComponent(Shell);
    shell.detectChanges();
    const { store } = shell.debugElement.children[0]!.componentInstance as PageText;
    expect(store.status().phase).toBe('open');
    shell.componentInstance.open.set(false);
    await stable(shell);
    expect(store.status().phase).toBe('closed');
  });

  it('with onDestroy: "drain" finishes what it took, and takes no more', async () => {
    const page = TestBed.createComponent(PageDrafts);
    const { store } = page.componentInstance;
    store.ask.load().subscribe(note('load'));
    page.destroy();
    expect(store.status().phase).toBe('draining');
    store.ask.write('late').subscribe(note('late'));
    land('saved');
    await store.closed;
    expect(outcomes).toEqual(['late: STORE_CLOSED, started: false', 'load: 5']);
    expect(store.snapshot()).toBe('saved');
  });

  it('that drains for too long is aborted after 30 seconds', () => {
    const scheduler = new VirtualTimeScheduler();
    const injector = Injector.create({ providers: [provideStore(Page, { onDestroy: 'drain', scheduler })] });
    const store = injector.get(Page);
    store.with({ timeout: Infinity }).ask.wait().subscribe(note('wait'));
    injector.destroy();
    scheduler.maxFrames = 29_999;
    scheduler.flush();
    expect(outcomes).toEqual([]);
    scheduler.maxFrames = 30_000;
    scheduler.flush();
    expect(outcomes).toEqual(['wait: STORE_CLOSED, started: true']);
  });

  it('leaves no failure behind that nobody handled: neither by asks and tells that were pending, nor by late results', async () => {
    vi.useFakeTimers();
    const page = TestBed.createComponent(Loading);
    page.detectChanges();
    const store = page.debugElement.injector.get(Page);
    void store.ask.write('nobody looks');
    store.tell.wait();
    store.tell.write('waits');
    store.ask.wait();
    page.destroy();
    land('late');
    await settled();
    expect(unhandled).not.toHaveBeenCalled();
  });
});

describe('a store of a route or of the application', () => {
  it('closes with its environment injector', () => {
    const route = createEnvironmentInjector([provideStore(Page)], TestBed.inject(EnvironmentInjector));
    const store = route.get(Page);
    const root = TestBed.inject(Page);
    route.destroy();
    expect([store, root].map((each) => each.status().phase)).toEqual(['closed', 'open']);
  });

  it('closes with the application', () => {
    const store = TestBed.inject(Page);
    TestBed.resetTestingModule();
    expect(store.status().phase).toBe('closed');
  });
});

describe('the end', () => {
  it('comes by the signal of the options, too', () => {
    const controller = new AbortController();
    const Signalled = storeToken({ state: 0, commands: { add: (sum) => sum + 1 } }, { signal: controller.signal });
    const [first, second] = [1, 2].map(() => Injector.create({ providers: [provideStore(Signalled)] }));
    const stores = [first!.get(Signalled), second!.get(Signalled)];
    first!.destroy();
    expect(stores.map((store) => store.status().phase)).toEqual(['closed', 'open']);
    controller.abort();
    expect(stores.map((store) => store.status().phase)).toEqual(['closed', 'closed']);
  });

  it.each(['abort', 'drain'] as const)('may come within a handler of the store (%s)', async (onDestroy) => {
    vi.useFakeTimers();
    const Suicidal = storeToken(() => {
      const injector = inject(Injector) as Injector & { destroy(): void };
      return { state: 0, commands: { end: (count) => (injector.destroy(), count + 1) } };
    });
    const store = Injector.create({ providers: [provideStore(Suicidal, { onDestroy })] }).get(Suicidal);
    store.ask.end().subscribe(note('end'));
    await store.closed;
    await settled();
    expect(outcomes).toHaveLength(1);
    expect(unhandled).not.toHaveBeenCalled();
  });

  it('comes once, whatever was shut down before', async () => {
    const page = TestBed.createComponent(PageDrafts);
    const { store } = page.componentInstance;
    await store.shutdown();
    page.destroy();
    expect(store.status().phase).toBe('closed');
  });

  it('leaves an ask that was aborted before as it was', async () => {
    const page = TestBed.createComponent(PageText);
    const controller = new AbortController();
    const aborted = page.componentInstance.store.with({ signal: controller.signal }).ask.wait();
    controller.abort();
    page.destroy();
    await expect(aborted).rejects.toBeInstanceOf(AskAbortedError);
  });
});
