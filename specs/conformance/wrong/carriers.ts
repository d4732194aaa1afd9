/** Carriers that are wrong on purpose, one fault each, and the rule that the fault breaks. */
import { interval } from 'rxjs';
import type { Carrier } from '../carrier.js';
import { wire } from '../wire.js';
import { announcing, blind, hasty, impatient, overlapping, suspicious, timeless, unstoppable, untimely } from './in-handlers.js';
import {
  abrupt, cold, hanging, inheriting, losing, miscounting, overtaking, repeating, silent, soothing, stubborn, stuttering, vague,
} from './in-members.js';
import { nesting } from './nesting.js';
import { carrier, make, type Create } from './wrap.js';

/** A fault. */
export interface Wrong {
  /** The rule that it breaks. */
  readonly rule: string;
  /** The begin of the title of a clause of that rule which finds it. */
  readonly clause: string;
  /** The other rules that it breaks on the way. */
  readonly also: string;
  readonly carrier: Carrier;
}

/** Begins anew whenever a handler fails. */
const forgetful: Create = (definition, options) => {
  const { state } = definition;
  return make({ ...definition, state: typeof state === 'function' ? state : () => state }, { ...options, onHandlerError: 'reset' });
};

const mortal: Create = (definition, options) => make(definition, { ...options, onHandlerError: 'stop' });

const patient: Create = (definition, options) => make(definition, { timeout: 60_000, ...options });

const boundless: Create = (definition, options) => make(definition, { ...options, mailbox: {} });

const conservative: Create = (definition, options) => make(definition, { ...options, mailbox: { ...options.mailbox, overflow: 'reject' } });

const open: Create = (definition, options) => make(definition, { ...options, freeze: false });

const transparent: Create = (definition, options) => make({ ...definition, view: (state: unknown) => state }, options);

/** Makes something of anything. */
const careless: Create = (definition, options) => {
  try {
    return make(definition, options);
  } catch {
    return make({ state: 0, commands: { add: (n: number) => n } }, {});
  }
};

const tireless: Create = (definition, options) => make(definition, { ...options, slice: Infinity });

/** Arms a timer that nobody stops. */
const ticking: Create = (definition, options) => {
  interval(1000, options.scheduler).subscribe();
  return make(definition, options);
};

/** Traces always. */
const talkative: Create = (definition, options) => {
  const store = make(definition, options);
  store.trace$.subscribe();
  return store;
};

const faults: readonly (readonly [rule: string, name: string, create: Create, clause: string, also: string])[] = [
  ['S1', 'handlers that overlap', overlapping, 'of twenty updates', 'S2 S3 S4 S5 S6 S7 S8 S9 S11 S12 S13 S14'],
  ['S2', 'asks that overtake tells', overtaking, 'commands are handled in the order in which they were sent', 'S1 S3 S5 S6 S7 S8 S12'],
  ['S2', 'replies before their commit', hasty, 'who holds a reply sees its state', 'S1 S3 S4 S5 S7 S9 S10 S14'],
  ['S2', 'numbers with gaps', miscounting, 'each handled command has the next number', ''],
  ['S2', 'neither ticks nor timers', timeless, 'what a timer sends', 'S8 S9 S10 S14'],
  ['S3', 'commands within commands', nesting, 'what a handler sends waits', 'S1 S2 S4 S5 S6 S7 S8 S9 S10 S11 S12 S13 S14'],
  ['S3', 'states that are shown twice', stuttering, 'each observer sees each state once', 'S2 S4 S6 S9 S10'],
  ['S4', 'a state that is made anew at each failure', forgetful, 'a handler that fails changes nothing', 'S10 S12'],
  ['S4', 'a store that ends at each failure', mortal, 'a handler that fails changes nothing', 'S1 S2 S6 S7 S10 S11 S12'],
  ['S4', 'events of handlers that fail', announcing, 'events that a failing handler emitted', 'S2 S9'],
  ['S5', 'a lost reply', losing, 'of a hundred asks', 'S1 S2 S3 S4 S8 S9 S10 S11 S12 S14'],
  ['S5', 'a reply that comes twice', repeating, 'a reply gives one value', 'S2 S3 S9'],
  ['S5', 'asks that are sent when somebody watches', cold, 'an ask is handled whether or not', 'S2 S4 S6 S7 S9 S11'],
  ['S5', 'errors that tell nothing', vague, 'one that times out while it waits', 'S1 S4 S7 S8 S9 S10 S11'],
  ['S6', 'swallowed errors', silent, 'a failed tell appears', 'S7 S9'],
  ['S6', 'swallowed errors of observers', soothing, 'an observer that throws', ''],
  ['S7', 'what was given up and runs nonetheless', stubborn, 'one that times out while it waits', 'S1 S2 S3 S5 S10 S12 S14'],
  ['S7', 'a minute for each ask', patient, 'without a word an ask has 30,000 ms', ''],
  ['S8', 'a mailbox without a bound', boundless, "under 'reject'", 'S5 S6 S10'],
  ['S8', 'the newcomer refused where the oldest should be dropped', conservative, "under 'drop-oldest'", ''],
  ['S9', 'a shutdown that does not drain', abrupt, 'what came before is handled', 'S6 S8'],
  ['S9', 'a shutdown that never ends', hanging, 'to shut down again', 'S6 S8 S12 S14'],
  ['S9', 'a store that no handler can stop', unstoppable, 'a handler ends its store', ''],
  ['S10', 'a state that callers can change', open, 'what a caller does', ''],
  ['S10', 'a state that is shown as it is', transparent, 'each observer and each snapshot is given the view', 'S14'],
  ['S10', 'a store of anything', careless, 'no store is made of', ''],
  ['S10', 'commands that every object has', inheriting, 'handlers are found by names of their own', ''],
  ['S11', 'rings that nobody sees', blind, 'a handler that waits for its own store gets DeadlockError: later', ''],
  ['S11', 'rings where there are none', impatient, 'a row without a ring', ''],
  ['S11', 'tells that count as waiting', suspicious, 'to tell is not to wait', 'S1 S3'],
  ['S12', 'a clock of its own', untimely, "a handler's clock", ''],
  ['S13', 'a backlog in one go', tireless, 'a long backlog', 'S10'],
  ['S14', 'a timer that is left behind', ticking, 'when a store is shut down', ''],
  ['S14', 'a trace that nobody watches', talkative, 'no trace is built', ''],
];

/** At least one for each rule. */
export const wrongs: readonly Wrong[] = [
  ...faults.map(([rule, name, create, clause, also]) => ({ rule, clause, also, carrier: carrier(name, create) })),
  {
    rule: 'S3', clause: 'a command for an idle store', also: 'S9 S11',
    carrier: { name: 'a wire that nobody has told of', create: wire.create },
  },
];
