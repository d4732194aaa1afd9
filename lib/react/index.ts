/** The door `ownstate/react`: stores in components. */
export { useSelect } from './use-select.js';
export { useStore } from './use-store.js';
export type { ComponentStoreOptions } from './use-store.js';
export { useAsk } from './use-ask.js';
export type { Asking, AskState } from './use-ask.js';
export { createStoreContext } from './store-context.js';
export type { StoreContext, StoreProviderProps } from './store-context.js';
