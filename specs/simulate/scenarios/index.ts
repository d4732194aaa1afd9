/** All scenarios, by name. */
import type { Scenario } from 'ownstate/testing';
import { bank } from './bank.js';
import { allEffects } from './effects.js';
import { failures } from './failures.js';
import { floods } from './floods.js';
import { rings } from './rings.js';
import { shutdown } from './shutdown.js';
import { timers } from './timers.js';

export const scenarios: readonly Scenario[] = [bank, rings, ...floods, ...allEffects, shutdown, ...failures, timers];
