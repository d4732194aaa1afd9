/** The door `ownstate/devtools`: what is seen of stores while they're made and while they run. */
export { connectDevtools } from './connect.js';
export type { DevtoolsConnection, DevtoolsOptions } from './connect.js';
export type { DevtoolsConfig, DevtoolsExtension, DevtoolsFeatures, DevtoolsInstance } from './extension.js';
export type { ActionMeta, DevtoolsAction } from './actions.js';
export { recordTrace } from './record-trace.js';
export type { RecordTraceOptions, TraceRecorder } from './record-trace.js';
export type { TraceCommandRow, TraceCommit, TraceOutcome, TracePhaseRow, TraceRow } from './trace-row.js';
export type { DrawTableOptions } from './draw-table.js';
export { replay } from './replay.js';
export type { ReplayedCommand, ReplayOptions } from './replay.js';
export { readLog } from './recording.js';
export type { RecordedCommand, Recording } from './recording.js';
export type { Redaction, ShownPart } from './redaction.js';
export type { Inspectable, Traceable } from './sources.js';
