// @ts-check
/** What the threads of both pools do. Loaded by either. */
import { serveTasks } from 'ownstate/stores';
import { isMainThread, parentPort, workerData } from 'node:worker_threads';

const work = (/** @type {number} */ task) => task;

// piscina gives its threads data of its own, and calls what is exported.
if (!isMainThread && parentPort && !Array.isArray(workerData)) serveTasks(parentPort, work);

export default work;
