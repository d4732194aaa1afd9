/** The door `ownstate/angular`: stores in the hands of Angular's injectors, signals and server rendering. */
export { storeToken } from './store-token.js';
export { injectStore, provideStore } from './provide-store.js';
export { selectSignal } from './select-signal.js';
export type { SelectSignalOptions } from './select-signal.js';
export type { InjectedStoreOptions, StoreTokenOptions, Transfer } from './options.js';
export type { StoreKey } from './store-token.js';
