/** The rules of DESIGN.md that hold for any store in any run, checked from what the store lets out. */
import { StoreError, type AnyDefinition, type ErrorEvent, type Store, type StoreOptions, type TraceEvent } from 'ownstate';
import type { Simulation } from 'ownstate/testing';

/** What of a store the checks have to know. */
export interface RuleOptions {
  /** Names of its queries, whose handling has no number of its own. */
  readonly queries?: readonly string[];
  /** The capacity of its mailbox. */
  readonly capacity?: number;
  /** Which errors may come to `errors$` besides what the store itself decides. Default none. */
  readonly errors?: (error: unknown) => boolean;
}

/** What came of a command so far. */
interface Way {
  begun: boolean;
  ended: 'no' | 'dropped' | Extract<TraceEvent, { kind: 'settled' }>['outcome'];
}

class RuleCheck {
  readonly #store: Store<AnyDefinition>;
  readonly #options: RuleOptions;
  readonly #ways = new Map<number, Way>();
  readonly #faults: string[] = [];
  readonly #shown: unknown[] = [];
  readonly #seen: readonly unknown[][] = [[], []];
  readonly #completed: string[] = [];
  readonly #phases: string[] = [];
  #seq = 0;
  #lastBegun = 0;
  #starts = 0;
  #cutOff = 0;
  #dropped = 0;
  #timedOut = 0;

  constructor(store: Store<AnyDefinition>, options: RuleOptions) {
    this.#store = store;
    this.#options = options;
    const done = (what: string) => () => void this.#completed.push(what);
    this.#shown.push(store.snapshot());
    for (const [i, seen] of this.#seen.entries()) {
      store.select().subscribe({ next: (view) => seen.push(view), complete: done(`select ${i}`) });
    }
    store.trace$.subscribe({ next: (event) => this.#follow(event), complete: done('trace$') });
    // Whoever watches the errors has to mind them: the simulation leaves them to him.
    store.errors$.subscribe({ next: (event) => this.#fail(event), complete: done('errors$') });
    store.events$.subscribe({ complete: done('events$') });
  }

  /** What holds after each step. */
  each(): void {
    const { name, waiting, highWater, handled, failed, running, effects, replies, phase } = this.#store.status();
    const { capacity = 65_536 } = this.#options;
    this.#demand(waiting <= capacity && highWater <= capacity, `S8: ${waiting} wait, ${highWater} at most did, of ${capacity}`);
    this.#demand(effects + replies <= capacity, `S8: ${effects} effects and ${replies} later replies of ${capacity}`);
    this.#demand(waiting <= highWater && failed <= handled, `counters: ${waiting} of ${highWater} wait, ${failed} of ${handled} failed`);
    this.#demand(waiting === 0 || running === 1, `S3: ${waiting} wait for an owner that is idle`);
    this.#demand(phase !== 'closed' || waiting + running + effects + replies === 0, 'S9: something goes on in a closed store');
    for (const seen of this.#seen) {
      this.#demand(seen.length === this.#shown.length, `S3: an observer saw ${seen.length} of ${this.#shown.length} states`);
    }
    if (this.#faults.length > 0) throw new Error(`${name}: ${this.#faults.join('; ')}`);
  }

  /** What holds when the store has closed. */
  end(): void {
    const { name, handled, dropped, timedOut } = this.#store.status();
    for (const [id, { ended }] of this.#ways) {
      this.#demand(ended !== 'no', `S5: command ${id} never settled`);
    }
    for (const seen of this.#seen) {
      const differs = this.#shown.findIndex((view, i) => !Object.is(view, seen[i]));
      this.#demand(differs < 0, `S3: an observer saw another state in place ${differs}`);
    }
    this.#demand(handled === this.#starts - this.#cutOff, `counters: ${handled} handled, ${this.#starts} began, ${this.#cutOff} cut off`);
    this.#demand(dropped === this.#dropped, `counters: ${dropped} dropped, the trace tells of ${this.#dropped}`);
    this.#demand(timedOut === this.#timedOut, `counters: ${timedOut} timed out, the trace tells of ${this.#timedOut}`);
    this.#demand(this.#phases.join() === 'draining,closed' || this.#phases.join() === 'closed', `S9: went through ${this.#phases.join()}`);
    this.#demand(this.#completed.sort().join() === 'errors$,events$,select 0,select 1,trace$', `S9: completed ${this.#completed.join()}`);
    if (this.#faults.length > 0) throw new Error(`${name}: ${this.#faults.join('; ')}`);
  }

  #follow(event: TraceEvent): void {
    switch (event.kind) {
      case 'received':
        if (!this.#ways.has(event.id)) this.#ways.set(event.id, { begun: false, ended: 'no' });
        break;
      case 'started': this.#start(event); break;
      case 'state':
        this.#demand(this.#ways.get(event.id)?.ended !== 'replied', `S2: ${event.type} ${event.id} was answered before its state was committed`);
        if (!Object.is(event.view, this.#shown.at(-1))) this.#shown.push(event.view);
        break;
      case 'settled':
        if (event.outcome === 'replied') this.#answered(event);
        if (codeOf(event.error) === 'ASK_TIMEOUT' && storeOf(event.error) === event.store) this.#timedOut++;
        this.#end(event, event.outcome);
        break;
      case 'dropped':
        this.#dropped++;
        this.#end(event, 'dropped');
        break;
      case 'phase':
        this.#phases.push(event.phase);
        if (event.phase === 'closed') this.#cutOff = this.#store.status().running;
        break;
      case 'event': break;
    }
  }

  #fail({ type, error }: ErrorEvent): void {
    const { errors = () => false } = this.#options;
    const decided = error instanceof StoreError && storeOf(error) === this.#store.name;
    this.#demand(decided || errors(error), `S6: ${type} failed with ${String(error)}, and nobody was told`);
  }

  #start({ id, seq, type }: TraceEvent): void {
    const way = this.#ways.get(id);
    this.#starts++;
    this.#demand(way !== undefined, `S2: ${type} ${id} began before it came`);
    this.#demand(!this.#phases.includes('closed'), `S9: ${type} ${id} began in a closed store`);
    if (this.#options.queries?.includes(type) !== true) this.#seq++;
    this.#demand(seq === this.#seq, `S2: ${type} ${id} has number ${seq} in the place of ${this.#seq}`);
    if (way === undefined || way.begun) return;
    this.#demand(id > this.#lastBegun, `S2: ${type} ${id} began after ${this.#lastBegun}`);
    this.#demand(way.ended === 'no', `S5: ${type} ${id} began after it had ${way.ended}`);
    this.#lastBegun = id;
    way.begun = true;
  }

  /** Who holds a reply has seen its state. */
  #answered({ id, type }: TraceEvent): void {
    for (const seen of this.#seen) {
      this.#demand(seen.length === this.#shown.length, `S2: ${type} ${id} was answered before its state was shown`);
    }
  }

  #end({ id, type }: TraceEvent, how: Way['ended']): void {
    const way = this.#ways.get(id);
    // What is refused at the door was never received.
    if (id === 0 || way === undefined) return;
    this.#demand(way.ended === 'no', `S5: ${type} ${id} ${how} after it had ${way.ended}`);
    way.ended = how;
  }

  #demand(held: boolean, fault: string): void {
    if (!held) this.#faults.push(fault);
  }
}

/** The code of a store's error. */
export function codeOf(error: unknown): string | undefined {
  return (Object(error) as { code?: string }).code;
}

function storeOf(error: unknown): string | undefined {
  return (Object(error) as { store?: string }).store;
}

/** Puts a store under the rules, from its making on. Gives it back. */
export function ruled<S extends { readonly name: string }>(sim: Simulation, store: S, options: RuleOptions & Pick<StoreOptions, 'mailbox'> = {}): S {
  const { mailbox: { capacity = 65_536 } = {}, ...rest } = options;
  // A cast: the rules are those of any store, whatever its definition.
  const check = new RuleCheck(store as unknown as Store<AnyDefinition>, { capacity, ...rest });
  sim.always(`the rules of ${store.name}`, () => check.each());
  sim.atEnd(`the rules of ${store.name} at the end`, () => check.end());
  return store;
}
