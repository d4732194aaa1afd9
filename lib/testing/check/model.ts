/** A model of a store for `checkStore`, and what is possible by it after what has been seen. */
import type { Message } from '../../index.js';
import { same } from '../linearizable/same.js';
import { copy } from './copy.js';
import { unusable, Unusable } from './unusable.js';

/** What a command does by the model. */
export interface ModelStep<S> {
  /** The next state; for a command that fails, the state that it leaves behind. */
  readonly state: S;
  /** The reply. Default `undefined`. */
  readonly reply?: unknown;
  /** What the ask fails with, if the field is there. Throwing it means the same, and that the state stays. */
  readonly error?: unknown;
  /** What the handler announces, in order. Without it, its events aren't compared. */
  readonly events?: readonly unknown[];
  /** Of an effect: what its result does when it comes, to the state as it is by then. The reply is the one given here. */
  readonly later?: (state: S, now: number) => ModelSteps<S>;
  /**
   * Of an effect with a `failed`: what that does to the state as it is by then, if the asker gives up while the effect
   * waits in its lane. The reply is nobody's. Default: nothing.
   */
  readonly givenUp?: (state: S, now: number) => ModelSteps<S>;
}

/** What a command does; or several steps, where each of them is right. */
export type ModelSteps<S> = ModelStep<S> | readonly ModelStep<S>[];

/** What a store is meant to do, as a plain function. A model of `checkLinearizable` is one as well. */
export interface StoreModel<S, M extends Message = Message> {
  /** The first state. */
  readonly init: S;
  /**
   * What a command or a query does to a state at a time, which is in milliseconds and begins at 0. Pure: it goes by
   * nothing else. What it throws is what the ask is to fail with. State and payload are copies of its own (of plain
   * data, Maps, Sets and Dates; other objects are passed on as they are): changing them harms nothing, and they're to be
   * told by what they hold, not by identity.
   */
  readonly step: (state: S, message: M, now: number) => ModelSteps<S>;
  /** What `snapshot` shows of a state. Default: the state itself. */
  readonly view?: (state: S) => unknown;
  /**
   * Whether a reply, an error, a list of events or a view is what the model says. Default: both hold the same, through
   * objects, arrays, Maps, Sets and Dates; errors are the same by name and message, other class instances by identity.
   */
  readonly agree?: (expected: unknown, got: unknown) => boolean;
}

/** One way in which all that was seen can have come about: the state, and what the commands do that aren't answered yet. */
interface World<S> {
  readonly state: S;
  readonly steps: ReadonlyMap<number, ModelStep<S>>;
}

/** Whether a command that ended was folded, as far as can be seen. @internal */
export type Folded = 'yes' | 'no' | 'either';

/** All that is possible by the model, by what was seen so far. Most of the time that's one world. @internal */
export class Worlds<S> {
  readonly agree: (expected: unknown, got: unknown) => boolean;
  readonly #model: StoreModel<S>;
  readonly #view: (state: S) => unknown;
  /** Never empty: where nothing is possible any more, it's what was possible before. */
  #worlds: readonly World<S>[];

  constructor(model: StoreModel<S>) {
    this.#model = model;
    this.agree = model.agree ?? ((expected, got) => same(expected, got));
    const { view } = model;
    this.#view = view === undefined ? (state) => state : (state) => view(copy(state));
    this.#worlds = [{ state: copy(model.init), steps: new Map() }];
  }

  /** What is right for a command, one for each world. Empty for a command that hasn't begun or is answered. */
  stepsOf(id: number): readonly ModelStep<S>[] {
    return this.#worlds.map(({ steps }) => steps.get(id)).filter((step) => step !== undefined);
  }

  /** What may be seen of the state, one for each world. */
  views(): readonly unknown[] {
    return this.#worlds.map(({ state }) => this.#view(state));
  }

  /**
   * A handler begins, or that of an effect's end: its result, or that it was given up while it waited, if it was
   * `givenUp` at all. @throws Unusable for a model that gives no steps, or knows of no such end
   */
  begin(id: number, message: Message, now: number, givenUp: boolean): void {
    this.#worlds = this.#worlds.flatMap((world) => this.#next(world, id, message, now, givenUp)
      .map((step) => ({ ...world, steps: new Map(world.steps).set(id, step) })));
  }

  /**
   * A handler has ended, and announced these events. Keeps the worlds in which its step gives them, if it gives any; what
   * isn't folded may be announced nonetheless, or nothing of it. Gives `false` if there's none.
   */
  fold(id: number, folded: Folded, events?: readonly unknown[]): boolean {
    const right = (step: ModelStep<S>, taken: boolean) => events === undefined || step.events === undefined
      || this.agree(step.events, events) || (!taken && events.length === 0);
    const worlds = this.#worlds.flatMap((world) => {
      const step = world.steps.get(id);
      if (step === undefined) return [world];
      return [
        ...folded !== 'yes' && right(step, false) ? [world] : [],
        ...folded !== 'no' && right(step, true) ? [{ ...world, state: step.state }] : [],
      ];
    });
    return this.#goOn(worlds.filter((world, at) => worlds.findIndex((other) => same(world, other)) === at));
  }

  /** Keeps the worlds in which the step of a command is right. Gives `false` if there's none. */
  keep(id: number, right: (step: ModelStep<S>) => boolean): boolean {
    return this.#keep(({ steps }) => {
      const step = steps.get(id);
      return step !== undefined && right(step);
    });
  }

  /** The same by what is seen of the state. */
  keepView(got: unknown): boolean {
    return this.#keep(({ state }) => this.agree(this.#view(state), got));
  }

  /** A command is answered: nothing more is to be known of it. */
  forget(id: number): void {
    this.#worlds = this.#worlds.map(({ state, steps }) => ({ state, steps: new Map([...steps].filter(([key]) => key !== id)) }));
  }

  #keep(right: (world: World<S>) => boolean): boolean {
    return this.#goOn(this.#worlds.filter(right));
  }

  #goOn(worlds: readonly World<S>[]): boolean {
    if (worlds.length > 0) this.#worlds = worlds;
    return worlds.length > 0;
  }

  #next({ state, steps }: World<S>, id: number, message: Message, now: number, givenUp: boolean): readonly ModelStep<S>[] {
    const former = steps.get(id);
    if (former === undefined) return stepsOf('step', message, state, (own) => this.#model.step(own, message, now));
    const { later, givenUp: gone } = former;
    if (later === undefined) {
      throw new Unusable(`Expected the model to say by \`later\` what the result of \`${message.type}\` does, got a step without it`);
    }
    return [
      ...stepsOf('later', message, state, (own) => later(own, now)),
      ...givenUp && gone ? stepsOf('givenUp', message, state, (own) => gone(own, now)) : [],
    ];
  }
}

/** The steps that a function of the model gives for a copy of the state. @throws Unusable if it gives none */
function stepsOf<S>(name: string, { type }: Message, state: S, model: (own: S) => ModelSteps<S>): readonly ModelStep<S>[] {
  let given: unknown;
  try {
    given = model(copy(state));
  } catch (error) {
    return [{ state, error }];
  }
  const next: readonly unknown[] = [given].flat();
  if (next.length > 0 && next.every((step) => 'state' in (Object(step) as object))) return next as readonly ModelStep<S>[];
  throw unusable(name, `give an object with \`state\` for \`${type}\`, or some of them`, given);
}
