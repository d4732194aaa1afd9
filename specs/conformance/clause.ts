/** A clause of a rule: one fact, as a plain function that throws where it doesn't hold. */
import type { Carrier, Need } from './carrier.js';
import { giveBy, kinds, type Give, type Kind } from './handlers.js';
import { World } from './world.js';

/** One fact that each carrier's stores keep. */
export interface Clause {
  /** The fact, in present tense. */
  readonly title: string;
  /** What a carrier has to be able to do for it. */
  readonly needs: readonly Need[];
  /** Throws, or rejects, where the fact doesn't hold. */
  readonly check: (carrier: Carrier) => Promise<void>;
}

/** A rule of the design, in clauses. */
export interface Rule {
  /** `'S1 One at a time'`. */
  readonly name: string;
  readonly clauses: readonly Clause[];
}

type Body = (world: World) => void | Promise<void>;

/** A clause with one body. */
export function clause(title: string, body: Body, ...needs: readonly Need[]): Clause {
  const check = async (carrier: Carrier) => {
    const world = new World(carrier);
    try {
      await body(world);
    } finally {
      await world.end();
    }
  };
  return { title, needs, check };
}

/** A clause for each kind of handlers, with one body for all of them. */
export function overKinds(
  title: string,
  body: (world: World, give: Give, kind: Kind) => void | Promise<void>,
  { over = kinds, needs = [] }: { readonly over?: readonly Kind[]; readonly needs?: readonly Need[] } = {},
): Clause[] {
  return over.map((kind) => clause(`${title} (${kind.name})`, (world) => body(world, giveBy(kind, world.scheduler), kind), ...needs));
}
