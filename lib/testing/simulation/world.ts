/** The making of a simulation's members, and of what a run has to look after. */
import type { Observable, SchedulerLike } from 'rxjs';
import type { createStore } from '../../index.js';
import { Watch, type Watchable } from '../open-check.js';
import { show } from '../show.js';
import { Agenda } from './agenda.js';
import type { Choices } from './choices.js';
import type { Chronicle } from './chronicle.js';
import { Clock } from './clock.js';
import type { Generator } from './generator.js';
import type { Simulation } from './simulation.js';
import { simulatedObservable, simulatedPromise } from './work.js';

/** Something that can be broken, by its name. */
interface Check {
  readonly what: string;
  readonly check: () => unknown;
}

/** A failure on its way to the run: what failed, and its error as the cause. @internal */
export class Broken extends Error {
  readonly what: string;

  constructor(what: string, cause: unknown) {
    super(what, { cause });
    this.what = what;
  }
}

/** @internal */
export class World implements Simulation {
  readonly clock: Clock = new Clock();
  readonly agenda: Agenda;
  readonly scheduler: SchedulerLike = this.clock.scheduler('sim');
  /** Steps done. */
  done = 0;
  /** The first thing that went wrong outside a check. */
  broken: Broken | undefined = undefined;
  readonly open: Watch = new Watch(this.scheduler);
  readonly #choices: Choices;
  readonly #chronicle: Chronicle;
  readonly #always: Check[] = [];
  readonly #atEnd: Check[] = [];
  readonly #after = new Map<number, Check[]>();
  /** Clients that go on, replies that are open: what is not to be left waiting. */
  readonly #pending = new Set<{ readonly what: string }>();

  constructor(choices: Choices, generator: Generator, chronicle: Chronicle) {
    this.#choices = choices;
    this.#chronicle = chronicle;
    this.agenda = new Agenda(this.clock, choices, generator);
  }

  readonly createStore: typeof createStore = (definition, options) => {
    const scheduler = this.clock.scheduler(definition.name ?? 'store');
    const store = this.open.createStore(definition, { ...options, scheduler });
    store.trace$.subscribe((event) => this.#chronicle.event(event));
    store.errors$.subscribe((event) => this.#chronicle.error(event));
    return store;
  };

  readonly watch = <W extends Watchable>(store: W): W => this.open.watch(store);
  readonly steps = (): number => this.done;

  readonly int = (n: number): number => {
    if (!(Number.isSafeInteger(n) && n > 0)) throw new TypeError(`Expected \`n\` to be a positive integer, got ${show(n)}`);
    return this.#choices.take(n);
  };

  readonly pick = <T>(among: readonly T[]): T => {
    if (among.length === 0) throw new TypeError('Expected `among` to hold something to pick, got []');
    // A cast: there's something at each place, and it may be `undefined`.
    return among[this.#choices.take(among.length)] as T;
  };

  readonly chance = (probability: number): boolean => this.#choices.take(2, (generator) => generator.chance(probability) ? 1 : 0) === 1;

  readonly promise = <T>(result: T | (() => T), what?: string): Promise<T> => simulatedPromise(this.agenda, result, what);
  readonly observable: Simulation['observable'] = (values, options) => simulatedObservable(this.agenda, values, options);

  readonly sleep = (ms: number): Promise<void> => new Promise((resolve) => {
    this.scheduler.schedule(() => resolve(), ms);
  });

  readonly stall = (ms: number): void => {
    this.clock.time += ms;
  };

  readonly client: Simulation['client'] = (name, run) => {
    const turn = () => new Promise<void>((resolve) => {
      this.agenda.add(name, resolve);
    });
    const client = { what: `client ${name}` };
    this.#pending.add(client);
    turn().then(() => run(turn)).then(() => this.#pending.delete(client), (error: unknown) => this.break(client.what, error));
  };

  readonly step = (what: string, work: () => unknown): void => void this.agenda.add(what, () => this.#do(what, work));

  readonly afterStep = (n: number, what: string, work: () => unknown): void => {
    this.#after.set(n, [...this.#after.get(n) ?? [], { what, check: work }]);
  };

  readonly settled = <T>(what: string, reply: Observable<T>): Promise<PromiseSettledResult<T>> => {
    const open = { what: `reply to ${what}` };
    this.#pending.add(open);
    return new Promise((resolve) => {
      // A cast: a reply has given its value before it completes.
      let last: T = undefined as T;
      const settle = (result: PromiseSettledResult<T>) => {
        this.#pending.delete(open);
        this.note(`${what} ${result.status === 'fulfilled' ? `gets ${show(result.value)}` : `fails: ${show(result.reason)}`}`);
        resolve(result);
      };
      reply.subscribe({
        next: (value) => { last = value; },
        error: (reason: unknown) => settle({ status: 'rejected', reason }),
        complete: () => settle({ status: 'fulfilled', value: last }),
      });
    });
  };

  readonly always = (what: string, check: () => unknown): void => void this.#always.push({ what, check });
  readonly atEnd = (what: string, check: () => unknown): void => void this.#atEnd.push({ what, check });
  readonly note = (text: string): void => this.#chronicle.note(text);

  /** Something went wrong where nobody could be told. */
  break(what: string, error: unknown): void {
    this.broken ??= new Broken(what, error);
  }

  /** Does what was to happen after this step, and gives whether there was anything. */
  followUp(): boolean {
    const works = this.#after.get(this.done);
    this.#after.delete(this.done);
    for (const { what, check } of works ?? []) {
      this.#chronicle.note(what);
      this.#do(what, check);
    }
    return works !== undefined;
  }

  /** @throws Broken if something doesn't hold that has to hold after each step */
  check(): void {
    if (this.broken !== undefined) throw this.broken;
    for (const { what, check } of this.#always) verify(what, check);
  }

  /** @throws Broken if somebody waits though nothing is left to happen */
  checkWaiting(): void {
    const [first, ...others] = this.#pending;
    if (first === undefined) return;
    const more = others.length === 0 ? '' : `, and ${others.length} more`;
    throw new Broken(first.what, new Error(`Expected it to come to an end, got nothing left to happen: ${first.what} still waits${more}`));
  }

  /** @throws Broken if something doesn't hold that has to hold at the end */
  checkEnd(): void {
    verify('the end', this.open.check);
    for (const { what, check } of this.#atEnd) verify(what, check);
  }

  #do(what: string, work: () => unknown): void {
    try {
      const result = work();
      // A promise's failure is no less a failure.
      if (result instanceof Promise) result.catch((error: unknown) => this.break(what, error));
    } catch (error) {
      this.break(what, error);
    }
  }
}

function verify(what: string, check: () => unknown): void {
  let held: unknown;
  try {
    held = check();
  } catch (error) {
    throw new Broken(what, error);
  }
  if (held === false) throw new Broken(what, new Error(`Expected \`${what}\` to hold, got false`));
}
