/** Plays a script to a new store in virtual time, under the eyes of a witness. */
import type { AnyDefinition, Client, Reply, Store, StoreOptions } from '../../index.js';
import { Clock } from '../simulation/clock.js';
import { platformTurn } from '../simulation/turn.js';
import type { StoreModel } from './model.js';
import type { Script, ScriptStep, Sender } from './script.js';
import { expectStore, unheeded } from './unusable.js';
import { Witness } from './witness.js';

/** The most timers that ring in one run, and how many still do when the script is over and nobody waits. */
const MOST = 10_000;
const AFTERWARDS = 200;

/** A face as it is at run time: functions by the names of commands and queries. */
type Face = Readonly<Record<string, (payload: unknown) => unknown>>;

/** What is checked: a maker of stores that know these names, and the model. @internal */
export interface Play<S> {
  readonly make: (options: StoreOptions) => unknown;
  readonly types: readonly string[];
  readonly model: StoreModel<S>;
}

/** @throws Disagreement, Endless or Unusable (rejects), or what else was thrown by the store's maker or by the model @internal */
export async function play<S>(what: Play<S>, script: Script): Promise<void> {
  const stage = new Stage(what);
  try {
    for (const step of script) {
      if (step.gap > 0) await stage.elapse(step.gap);
      if (stage.over) break;
      stage.do(step);
    }
    await stage.close();
    stage.judge();
  } finally {
    stage.clear();
  }
}

class Stage<S> {
  readonly #clock = new Clock();
  readonly #abort = new AbortController();
  readonly #store: Store<AnyDefinition>;
  readonly #witness: Witness<S>;
  /** Timers that have rung. */
  #rung = 0;

  constructor({ make, types, model }: Play<S>) {
    const made = make({ scheduler: this.#clock.scheduler('store'), timeout: Infinity, signal: this.#abort.signal });
    this.#store = expectStore(made, types);
    this.#witness = new Witness(this.#store, model, () => this.#clock.time, () => {
      // One that was made without the signal goes on: while it drains it takes nothing more.
      this.#abort.abort();
      this.#shutdown(undefined);
    });
  }

  get over(): boolean {
    return this.#witness.verdict.over;
  }

  do(step: ScriptStep): void {
    switch (step.kind) {
      case 'abort': {
        this.#witness.ledger.note('', 'abort');
        this.#abort.abort();
        if (this.#store.status().phase === 'closed') return;
        throw unheeded('a store that stays open when its `signal` aborts');
      }
      case 'shutdown': {
        this.#witness.ledger.note('', 'shutdown', step.timeout);
        return this.#shutdown(step.timeout);
      }
      case 'send': return this.#send(step.sender, step.type, step.payload);
    }
  }

  /** Lets time pass. */
  async elapse(ms: number): Promise<void> {
    const until = this.#clock.time + ms;
    while (await this.#ring(until));
    this.#clock.time = until;
  }

  /** Lets all come to its end, and shuts the store down. */
  async close(): Promise<void> {
    await this.#rest();
    this.#witness.settle();
    if (this.over) return;
    if (this.#store.status().phase !== 'closed') this.#shutdown(undefined);
    await this.#rest();
    this.#witness.end();
  }

  /** @throws Disagreement, or what was thrown */
  judge(): void {
    const { verdict, ledger } = this.#witness;
    verdict.pronounce(this.#store.name, ledger.rows);
  }

  clear(): void {
    this.#abort.abort();
  }

  #send(sender: Sender, type: string, payload: unknown): void {
    const { ask, tell } = this.#clientOf(sender);
    // Casts: the names of the script are known to be those of the store; what is told has to be a command.
    const told = sender.kind === 'tell' ? (tell as Partial<Face>)[type] : undefined;
    const asked = (ask as Face)[type] as (payload: unknown) => Reply<unknown>;
    if (told !== undefined) this.#witness.tell(type, payload, told);
    // A query isn't told.
    else this.#witness.ask(sender, type, payload, asked);
  }

  #clientOf(sender: Sender): Client<AnyDefinition> {
    if (sender.kind === 'timeout') return this.#store.with({ timeout: sender.ms });
    if (sender.kind !== 'aborts') return this.#store.client;
    const { signal } = this.#abortAfter(sender.ms);
    return this.#store.with({ signal });
  }

  #abortAfter(ms: number): AbortController {
    const controller = new AbortController();
    this.#clock.scheduler('signal').schedule(() => controller.abort(), ms);
    return controller;
  }

  #shutdown(timeout: number | undefined): void {
    this.#store.shutdown(timeout === undefined ? {} : { timeout }).catch((error: unknown) => {
      this.#witness.verdict.fail(error);
    });
  }

  /** Lets the next timer ring that is due until then, when all promises have done what they can. Gives whether there was one. */
  async #ring(until = Infinity): Promise<boolean> {
    await this.#turn();
    const [task] = this.over ? [] : this.#clock.next();
    if (task?.due === undefined || task.due > until) return false;
    if (++this.#rung > MOST) throw new Error(`Expected a run to end within ${MOST} timers, got more to do at ${this.#clock.time} ms`);
    task.run();
    return true;
  }

  /** Lets timers ring until there's nothing to wait for. */
  async #rest(): Promise<void> {
    const enough = this.#rung + AFTERWARDS;
    do await this.#turn();
    while (this.#clock.expectant && this.#rung < (this.#witness.unsettled === undefined ? enough : MOST) && await this.#ring());
  }

  /** All promises do what they can. */
  async #turn(): Promise<void> {
    await platformTurn();
    this.#witness.pace.rest();
  }
}
