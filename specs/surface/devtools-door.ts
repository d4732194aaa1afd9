/** What the door `ownstate/devtools` lets out: in order of the alphabet what can be used, and what are types only. */
export const DEVTOOLS: { readonly values: readonly string[]; readonly types: readonly string[] } = {
  values: ['connectDevtools', 'readLog', 'recordTrace', 'replay'],
  types: [
    'ActionMeta', 'DevtoolsAction', 'DevtoolsConfig', 'DevtoolsConnection', 'DevtoolsExtension', 'DevtoolsFeatures', 'DevtoolsInstance',
    'DevtoolsOptions', 'DrawTableOptions', 'Inspectable', 'RecordTraceOptions', 'RecordedCommand', 'Recording', 'Redaction', 'ReplayOptions',
    'ReplayedCommand', 'ShownPart', 'TraceCommandRow', 'TraceCommit', 'TraceOutcome', 'TracePhaseRow', 'TraceRecorder', 'TraceRow', 'Traceable',
  ],
};
