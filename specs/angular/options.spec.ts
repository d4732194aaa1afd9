/** Options of an injected store that none has are refused, also where they come from untyped code. */
import { createEnvironmentInjector, EnvironmentInjector } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { provideStore, storeToken } from 'ownstate/angular';
import { expect, it } from 'vitest';

const Count = storeToken({ name: 'count', state: 0, commands: { add: (sum) => sum + 1 } }, { providedIn: null });

/** The store of a provider with these options. */
const open = (options: object) =>
  createEnvironmentInjector([provideStore(Count, options)], TestBed.inject(EnvironmentInjector)).get(Count);

it.each([
  [{ onDestroy: 'darin' }, "Expected `onDestroy` to be one of abort, drain, got 'darin'"],
  [{ errors: 'leaves' }, "Expected `errors` to be one of report, leave, got 'leaves'"],
])('%o is refused where the store is injected', (options, message) => {
  expect(() => open(options)).toThrow(new TypeError(message));
});

it('an option that is undefined is the default', () => {
  expect(open({ onDestroy: undefined, errors: undefined, transfer: undefined, setup: undefined }).status().phase).toBe('open');
});
