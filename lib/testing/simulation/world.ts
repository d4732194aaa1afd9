/** The making of a simulation's members, and of what a run has to look after. */
import { isObservable, type Observable, type SchedulerLike } from 'rxjs';
import type { AnyDefinition, createStore, Store, StoreOptions } from '../../index.js';
import { Watch, type Watchable } from '../open-check.js';
import { show } from '../show.js';
import { Agenda } from './agenda.js';
import type { Choices } from './choices.js';
import type { Chronicle } from './chronicle.js';
import { Clock } from './clock.js';
import { isThenable } from '../../internal/thenable.js';
import { expect, expectFunction, expectInteger, expectSynchronous } from '../expect.js';
import type { Generator } from './generator.js';
import { counted, either } from './runaway.js';
import type { Simulation } from './simulation.js';
import { platformTurn } from './turn.js';
import { Unhandled } from './unhandled.js';
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
  /** Turns of the platform so far. */
  #turns = 0;
  /** Clients and steps that go on, replies that are open: what is not to be left waiting. */
  readonly #pending = new Set<{ readonly what: string }>();

  constructor(choices: Choices, generator: Generator, chronicle: Chronicle) {
    this.#choices = choices;
    this.#chronicle = chronicle;
    this.agenda = new Agenda(this.clock, choices, generator);
  }

  // A cast: what a definition may be is said once, by `createStore` itself, and passed on here as it is.
  readonly createStore = ((definition: AnyDefinition, options?: StoreOptions) => {
    const { name = 'store' } = Object(definition) as Partial<AnyDefinition>;
    const end = new AbortController();
    const scheduler = this.clock.scheduler(name);
    const limited = counted(definition, name, () => this.#turns, (type, error) => {
      this.break(`${name}.${type}`, error);
      end.abort(error);
    });
    const signal = either(end.signal, options?.signal);
    const store: Store<AnyDefinition> = this.open.createStore(limited as never, { ...options, scheduler, signal });
    // As the store gives it out: the simulation is no watcher of its own.
    const { errors$ } = store;
    const unhandled = new Unhandled(store);
    store.trace$.subscribe((event) => {
      this.#chronicle.event(event);
      unhandled.follow(event);
    });
    errors$.subscribe((event) => {
      this.#chronicle.error(event);
      if (unhandled.has(event)) this.break(`errors$ of ${name}${event.type === '' ? '' : `.${event.type}`}`, event.error);
    });
    return store;
  }) as typeof createStore;

  readonly watch = <W extends Watchable>(store: W): W => this.open.watch(store);
  readonly steps = (): number => this.done;

  readonly int = (n: number): number => {
    expect(Number.isSafeInteger(n) && n > 0, 'n', 'a positive integer', n);
    return this.#choices.take(n);
  };

  readonly pick = <T>(among: readonly T[]): T => {
    if (among.length === 0) throw new TypeError('Expected `among` to hold something to pick, got []');
    // A cast: there's something at each place, and it may be `undefined`.
    return among[this.#choices.take(among.length)] as T;
  };

  readonly chance = (probability: number): boolean => {
    expect(typeof probability === 'number' && probability >= 0 && probability <= 1, 'probability', 'a number from 0 to 1', probability);
    return this.#choices.take(2, (generator) => generator.chance(probability) ? 1 : 0) === 1;
  };

  readonly promise = <T>(result: T | (() => T), what?: string): Promise<T> => simulatedPromise(this.agenda, result, what);
  readonly observable: Simulation['observable'] = (values, options) => simulatedObservable(this.agenda, values, options);

  readonly sleep = (ms: number): Promise<void> => {
    expect(typeof ms === 'number' && ms >= 0, 'ms', 'a number from 0 on', ms);
    return new Promise((resolve) => {
      this.scheduler.schedule(() => resolve(), ms);
    });
  };

  readonly stall = (ms: number): void => {
    expect(Number.isFinite(ms) && ms >= 0, 'ms', 'a finite number from 0 on', ms);
    this.clock.time += ms;
  };

  readonly client: Simulation['client'] = (name, run) => {
    expectFunction(run, 'run');
    const turn = () => new Promise<void>((resolve) => {
      this.agenda.add(name, resolve);
    });
    this.#await(`client ${name}`, turn().then(() => run(turn)));
  };

  readonly step = (what: string, work: () => unknown): void => {
    expectFunction(work, 'work');
    this.agenda.add(what, () => this.#do(what, work));
  };

  readonly afterStep = (n: number, what: string, work: () => unknown): void => {
    expectInteger(n, 'n', 0);
    expectFunction(work, 'work');
    this.#after.set(n, [...this.#after.get(n) ?? [], { what, check: work }]);
  };

  readonly settled = <T>(what: string, reply: Observable<T>): Promise<PromiseSettledResult<T>> => {
    expect(isObservable(reply), 'reply', 'a reply or another Observable', reply);
    const open = { what: `reply to ${what}` };
    this.#pending.add(open);
    return new Promise((resolve) => {
      // A cast: a reply has given its value before it completes.
      let last: T = undefined as T;
      const settle = (result: PromiseSettledResult<T>) => {
        this.#pending.delete(open);
        this.note(`${what} ${result.status === 'fulfilled' ? `gets ${show(result.value)}` : `fails: ${show(result.reason)}`}`);
        // A client that asks again and again, whatever comes, would otherwise never let the run end.
        if (this.broken === undefined) resolve(result);
      };
      reply.subscribe({
        next: (value) => { last = value; },
        error: (reason: unknown) => settle({ status: 'rejected', reason }),
        complete: () => settle({ status: 'fulfilled', value: last }),
      });
    });
  };

  readonly always = (what: string, check: () => unknown): void => {
    expectFunction(check, 'check');
    this.#always.push({ what, check });
  };

  readonly atEnd = (what: string, check: () => unknown): void => {
    expectFunction(check, 'check');
    this.#atEnd.push({ what, check });
  };

  readonly note = (text: string): void => this.#chronicle.note(text);

  /** Something went wrong where nobody could be told. */
  break(what: string, error: unknown): void {
    this.broken ??= new Broken(what, error);
  }

  /** Lets every promise do what it can. */
  async turn(): Promise<void> {
    await platformTurn();
    this.#turns++;
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
      if (isThenable(result)) this.#await(what, result);
    } catch (error) {
      this.break(what, error);
    }
  }

  /** A promise's failure is no less a failure, and neither is its silence. */
  #await(what: string, work: PromiseLike<unknown>): void {
    const waiting = { what };
    this.#pending.add(waiting);
    Promise.resolve(work).then(() => this.#pending.delete(waiting), (error: unknown) => this.break(what, error));
  }
}

function verify(what: string, check: () => unknown): void {
  let held: unknown;
  try {
    held = check();
    expectSynchronous(held, what);
  } catch (error) {
    throw new Broken(what, error);
  }
  if (held === false) throw new Broken(what, new Error(`Expected \`${what}\` to hold, got false`));
}
