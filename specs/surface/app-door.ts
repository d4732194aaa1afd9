/** What the door `ownstate/app` lets out: in order of the alphabet what can be used, and what are types only. */
export const APP: { readonly values: readonly string[]; readonly types: readonly string[] } = {
  values: [
    'CommandDroppedError', 'LogFullError', 'PersistError', 'attempt', 'entities', 'optimistic', 'persist', 'replaceable',
    'undoable',
  ],
  types: [
    'AttemptPlan', 'EntitiesOptions', 'EntityFunctions', 'EntityId', 'EntityIdOf', 'EntityState', 'EntityUpdate',
    'Hydration', 'Optimistic', 'OptimisticOptions', 'PersistErrorCode', 'PersistFormat', 'PersistNeeds', 'PersistOptions',
    'PersistPage', 'PersistStatus', 'PersistStorage', 'PersistStorageSource', 'Persistable', 'Persistence', 'Replaceable',
    'ReplaceableOptions', 'Replacement', 'SavedState', 'Undoable', 'UndoableOptions', 'UndoableView',
  ],
};
