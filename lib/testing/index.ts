/** The door for tests of stores: virtual time by marbles, a probe, and a check that nothing is left open. */
export { marbles } from './marbles.js';
export type { MarbleExpectation, Marbles, MarbleSource, MarblesOptions } from './marbles.js';
export { probe } from './probe.js';
export type { Probe, ProbedReply, ProbeOptions } from './probe.js';
export { openCheck } from './open-check.js';
export type { OpenCheck, OpenCheckOptions, Watchable } from './open-check.js';
export { checkScenario, explainSimulation, shrinkSimulation, simulate } from './simulate.js';
export type { CheckScenarioOptions, ShrinkOptions, SimulateOptions } from './simulate.js';
export type { Scenario, Simulation, SimulationFailure, SimulationResult } from './simulation/simulation.js';
export type { SimulatedSource } from './simulation/work.js';
export { recordHistory } from './history.js';
export type { HistoryOptions, RecordedHistory } from './history.js';
export type { History, Operation, OperationEnd } from './operation.js';
export { checkLinearizable } from './linearizable.js';
export type { Linearizability, LinearizableOptions } from './linearizable.js';
export type { LinearModel, LinearStep } from './linearizable/model.js';
export { drawHistory } from './draw-history.js';
export type { DrawOptions } from './draw-history.js';
