/** Tokens and providers: which injector makes a store, of what, and with which options. */
import { ApplicationRef, Component, createEnvironmentInjector, EnvironmentInjector, inject, InjectionToken, Injector } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { By } from '@angular/platform-browser';
import { createStore, reply, type Store } from 'ownstate';
import { injectStore, provideStore, storeToken } from 'ownstate/angular';
import { defineCounter } from 'ownstate/stores';
import { VirtualTimeScheduler } from 'rxjs';
import { beforeEach, describe, expect, it } from 'vitest';
import { PrivateScheduler } from '../support/private-scheduler.js';

const definition = {
  name: 'counter',
  state: 0,
  commands: { increment: (count: number, by: number = 1) => reply(count + by, count + by) },
};
const Counter = storeToken(definition);
type CounterStore = Store<typeof definition>;

@Component({ selector: 'own-counter', standalone: true, template: '{{ count() }}', providers: [provideStore(Counter)] })
class OwnCounter {
  readonly store = inject(Counter);
  readonly count = () => this.store.snapshot();
}

@Component({ selector: 'counters-page', standalone: true, template: '<own-counter /><own-counter />', imports: [OwnCounter] })
class CountersPage {
  readonly root = inject(Counter);
}

describe('a token', () => {
  it('is one store for the whole application, made when it is first injected', () => {
    const Lazy = storeToken(() => (made++, definition));
    let made = 0;
    expect(made).toBe(0);
    const store = TestBed.inject(Lazy);
    expect(TestBed.inject(Lazy)).toBe(store);
    expect(made).toBe(1);
  });

  it('gives a new store to each application', async () => {
    await TestBed.inject(Counter).ask.increment(5);
    TestBed.resetTestingModule();
    expect(TestBed.inject(Counter).snapshot()).toBe(0);
  });

  it('is called by the name of its definition', () => {
    expect(String(Counter)).toBe('InjectionToken counter');
    expect(String(storeToken({ state: 0, commands: { reset: () => 0 } }))).toBe('InjectionToken store');
    function users() {
      return definition;
    }
    expect(String(storeToken(users))).toBe('InjectionToken users');
    expect(String(storeToken(() => users()))).toBe('InjectionToken store');
  });

  it('with providedIn: null has to be provided', () => {
    const Draft = storeToken(definition, { providedIn: null });
    expect(() => TestBed.inject(Draft)).toThrow('InjectionToken counter');
    const below = createEnvironmentInjector([provideStore(Draft)], TestBed.inject(EnvironmentInjector));
    expect(below.get(Draft).snapshot()).toBe(0);
  });

  it("with providedIn: 'platform' is one store for all applications of a page", () => {
    const Shared = storeToken(definition, { providedIn: 'platform' });
    const store = TestBed.inject(Shared);
    TestBed.resetTestingModule();
    expect(TestBed.inject(Shared)).toBe(store);
  });

  it('passes on the options of the store', () => {
    const scheduler = new VirtualTimeScheduler();
    const Timed = storeToken({ state: 0, commands: { wait: () => new Promise<number>(() => undefined) } }, { scheduler, timeout: 100 });
    const errors: unknown[] = [];
    TestBed.inject(Timed).ask.wait().subscribe({ error: (error: unknown) => errors.push(error) });
    scheduler.flush();
    expect(errors).toEqual([expect.objectContaining({ code: 'ASK_TIMEOUT', timeout: 100 })]);
  });

  it('goes by a scheduler whose fields are private', () => {
    const Timed = storeToken({ state: 0, commands: { look: (_state: number, _payload: void, { now }) => now() } }, { scheduler: new PrivateScheduler() });
    const store = TestBed.inject(Timed);
    store.tell.look();
    expect(store.snapshot()).toBe(5);
  });

  it('can be replaced in a test, as any token', () => {
    const store = createStore({ ...definition, state: 41 });
    TestBed.configureTestingModule({ providers: [{ provide: Counter, useValue: store }] });
    expect(TestBed.inject(Counter)).toBe(store);
  });

  it('fails where it is injected for a definition that createStore refuses', () => {
    const Wrong = storeToken({ ...definition, commands: {} } as typeof definition);
    expect(() => TestBed.inject(Wrong)).toThrow('Expected `commands` to be at least one handler');
    expect(() => TestBed.inject(storeToken(definition, { timeout: -1 }))).toThrow('Expected `timeout` to be a positive number, got -1');
  });
});

describe('a definition made by a function', () => {
  const Step = new InjectionToken<number>('step');
  const Stepper = storeToken(() => {
    const step = inject(Step);
    return { name: 'stepper', state: 0, commands: { go: (at) => reply(at + step, at + step) } };
  });

  it('is made in the injection context', async () => {
    TestBed.configureTestingModule({ providers: [{ provide: Step, useValue: 7 }] });
    expect(await TestBed.inject(Stepper).ask.go()).toBe(7);
  });

  it('is made anew for each store, by the injector that provides it', async () => {
    TestBed.configureTestingModule({ providers: [{ provide: Step, useValue: 7 }] });
    const below = createEnvironmentInjector([{ provide: Step, useValue: 1 }, provideStore(Stepper)], TestBed.inject(EnvironmentInjector));
    expect(await below.get(Stepper).ask.go()).toBe(1);
    expect(await TestBed.inject(Stepper).ask.go()).toBe(7);
  });
});

describe('provideStore', () => {
  it('gives each component a store of its own', async () => {
    const page = TestBed.createComponent(CountersPage);
    page.detectChanges();
    const { root } = page.componentInstance;
    const [first, second] = page.debugElement.queryAll(By.directive(OwnCounter)).map((found) => found.injector.get(Counter)) as [CounterStore, CounterStore];
    expect(new Set([root, first, second]).size).toBe(3);
    await first.ask.increment(5);
    expect([root, first, second].map((store) => store.snapshot())).toEqual([0, 5, 0]);
  });

  it('takes options that go before those of the token', () => {
    const errors: unknown[] = [];
    const scheduler = new VirtualTimeScheduler();
    const Waiting = storeToken({ state: 0, commands: { wait: () => new Promise<number>(() => undefined) } }, { timeout: 100, scheduler });
    const store = Injector.create({ providers: [provideStore(Waiting, { timeout: 50 })] }).get(Waiting);
    store.ask.wait().subscribe({ error: (error: unknown) => errors.push(error) });
    scheduler.flush();
    expect(errors).toEqual([expect.objectContaining({ timeout: 50 })]);
  });

  it('takes a definition, which is then its own key', () => {
    const visitors = defineCounter({ name: 'visitors' });
    TestBed.configureTestingModule({ providers: [provideStore(visitors)] });
    const store = TestBed.runInInjectionContext(() => injectStore(visitors));
    expect(store.name).toBe('visitors');
    expect(TestBed.runInInjectionContext(() => injectStore(visitors))).toBe(store);
  });

  it('refuses a token that is not of storeToken', () => {
    const foreign = new InjectionToken<CounterStore>('foreign');
    expect(() => provideStore(foreign)).toThrow(new TypeError('Expected `token` to be made by `storeToken`, got [object Object]'));
  });
});

describe('injectStore', () => {
  it('gives the same store as inject', () => {
    const [one, other] = TestBed.runInInjectionContext(() => [injectStore(Counter), inject(Counter)]);
    expect(one).toBe(other);
  });

  it('gives a definition that nobody provides one store for the whole application', () => {
    const own = { ...definition };
    const store = TestBed.runInInjectionContext(() => injectStore(own));
    const Below = new InjectionToken<CounterStore>('below');
    const below = createEnvironmentInjector([{ provide: Below, useFactory: () => injectStore(own) }], TestBed.inject(EnvironmentInjector));
    expect(below.get(Below)).toBe(store);
    expect(TestBed.runInInjectionContext(() => injectStore(definition))).not.toBe(store);
  });

  it('fails outside of an injection context', () => {
    expect(() => injectStore(Counter)).toThrow('NG0203');
  });
});

describe('setup', () => {
  let setUp: [CounterStore, ApplicationRef][];
  beforeEach(() => {
    setUp = [];
  });

  it('is called with each store that is made, once, in the injection context', async () => {
    const Ready = storeToken(definition, {
      setup: (store) => {
        setUp.push([store, inject(ApplicationRef)]);
        store.tell.increment(3);
      },
    });
    const store = TestBed.inject(Ready);
    TestBed.inject(Ready);
    expect(setUp).toEqual([[store, TestBed.inject(ApplicationRef)]]);
    expect(store.snapshot()).toBe(3);
  });
});
