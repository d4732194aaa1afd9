/** What the door `ownstate/react` lets out: in order of the alphabet what can be used, and what are types only. */
export const REACT: { readonly values: readonly string[]; readonly types: readonly string[] } = {
  values: ['createStoreContext', 'useAsk', 'useSelect', 'useStore'],
  types: ['AskState', 'Asking', 'ComponentStoreOptions', 'StoreContext', 'StoreProviderProps'],
};
