/** The libraries that are asked, in the order of the page. NgRx is imported first: its packages want Angular's compiler before all else. */
import { ngrxStore } from './ngrx-store.js';
import { signalStoreByEffect, signalStoreByWatchState } from './signal-store.js';
import type { Counter } from './counter.js';
import { elf } from './elf.js';
import { ownstate } from './ownstate.js';
import { reduxToolkit } from './redux-toolkit.js';
import { xstateStore } from './xstate-store.js';
import { zustand } from './zustand.js';

/** One library. */
export interface Library {
  /** What people call it, and how it's observed where that makes a difference. */
  readonly name: string;
  /** Its package; none for the one that stands here. */
  readonly package?: string;
  /** The file of its counter. */
  readonly file: string;
  readonly counter: () => Counter | Promise<Counter>;
}

export const libraries = [
  { name: 'ownstate', file: 'ownstate.ts', counter: ownstate },
  { name: 'NgRx Store', package: '@ngrx/store', file: 'ngrx-store.ts', counter: () => ngrxStore() },
  { name: 'NgRx SignalStore, by `effect`', package: '@ngrx/signals', file: 'signal-store.ts', counter: signalStoreByEffect },
  { name: 'NgRx SignalStore, by `watchState`', package: '@ngrx/signals', file: 'signal-store.ts', counter: signalStoreByWatchState },
  { name: 'Redux Toolkit', package: '@reduxjs/toolkit', file: 'redux-toolkit.ts', counter: reduxToolkit },
  { name: 'zustand', package: 'zustand', file: 'zustand.ts', counter: zustand },
  { name: 'Elf', package: '@ngneat/elf', file: 'elf.ts', counter: elf },
  { name: 'XState Store', package: '@xstate/store', file: 'xstate-store.ts', counter: xstateStore },
] as const satisfies readonly Library[];

/** The name of one of them. */
export type Name = typeof libraries[number]['name'];
