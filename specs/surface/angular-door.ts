/** What the door `ownstate/angular` lets out: in order of the alphabet what can be used, and what are types only. */
export const ANGULAR: { readonly values: readonly string[]; readonly types: readonly string[] } = {
  values: ['injectStore', 'provideStore', 'selectSignal', 'storeToken'],
  types: ['InjectedStoreOptions', 'SelectSignalOptions', 'StoreKey', 'StoreTokenOptions', 'Transfer'],
};
