/** The part of docs/comparison.md that only the compiler knows: what an update gives, and who may write. */
import { patchState, signalStore, withState } from '@ngrx/signals';
import type { Reply } from 'ownstate';
import { describe, expectTypeOf, it } from 'vitest';
import type { elf } from '../models/behaviour/elf.js';
import type { ngrxStore } from '../models/behaviour/ngrx-store.js';
import type { ownstate } from '../models/behaviour/ownstate.js';
import type { reduxToolkit } from '../models/behaviour/redux-toolkit.js';
import type { signalStoreByEffect } from '../models/behaviour/signal-store.js';
import type { xstateStore } from '../models/behaviour/xstate-store.js';
import type { zustand } from '../models/behaviour/zustand.js';

/** What an update of a library's counter gives. */
type Given<Make extends () => unknown> = Awaited<ReturnType<Make>> extends { increment: () => infer R } ? R : never;

describe('an update', () => {
  it('of ownstate gives a reply of the type that its handler replies with', () => {
    expectTypeOf<Given<typeof ownstate>>().toEqualTypeOf<Reply<number>>();
  });

  it('of NgRx Store, NgRx SignalStore, zustand, Elf and XState Store gives nothing', () => {
    expectTypeOf<Given<typeof ngrxStore>>().toBeVoid();
    expectTypeOf<Given<typeof signalStoreByEffect>>().toBeVoid();
    expectTypeOf<Given<typeof zustand>>().toBeVoid();
    expectTypeOf<Given<typeof elf>>().toBeVoid();
    expectTypeOf<Given<typeof xstateStore>>().toBeVoid();
  });

  it('of Redux Toolkit gives the action; a thunk of it, unwrapped, what it resolves with', () => {
    expectTypeOf<Given<typeof reduxToolkit>>().toEqualTypeOf<{ payload: undefined; type: 'counter/increment' }>();
    expectTypeOf<ReturnType<ReturnType<typeof reduxToolkit>['readThenWait']>>().resolves.toEqualTypeOf<number>();
  });
});

describe('the state of an NgRx SignalStore', () => {
  it('is not written from outside of the store, unless it says so', () => {
    const Counter = signalStore(withState({ count: 0 }));
    const Open = signalStore({ protectedState: false }, withState({ count: 0 }));
    const write = () => {
      // @ts-expect-error -- its state is protected
      patchState(new Counter(), { count: 1 });
      patchState(new Open(), { count: 1 });
    };
    expectTypeOf(write).toBeFunction();
  });
});
