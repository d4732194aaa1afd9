/** Outcomes of each kind: at hand, by a promise, by an Observable. */
import type { Simulation } from 'ownstate/testing';
import { map, of, type Observable } from 'rxjs';

/** An outcome that may take time. */
export type Sometime<T> = T | Promise<T> | Observable<T>;

/** How an outcome comes. */
export type Kind = 'sync' | 'promise' | 'async' | 'observable' | 'of';

export const kinds: readonly Kind[] = ['sync', 'promise', 'async', 'observable', 'of'];

/** The outcome that `make` gives or throws, in the way of `kind`; one that takes time is made when its time has come. */
export function sometime<T>(sim: Simulation, kind: Kind, what: string, make: () => T): Sometime<T> {
  switch (kind) {
    case 'sync': return make();
    case 'promise': return sim.promise(make, what);
    case 'async': return (async () => {
      await sim.promise(undefined, what);
      return make();
    })();
    case 'observable': return sim.observable([undefined], { what }).pipe(map(make));
    case 'of': return of(undefined).pipe(map(make));
  }
}

/** Counts who is inside a handler: more than one breaks rule S1. */
export class Turnstile {
  #inside = 0;
  #most = 0;

  /** The outcome of a handler that is entered now and left when `make` is through. */
  pass<T>(sim: Simulation, kind: Kind, what: string, make: () => T): Sometime<T> {
    this.#most = Math.max(this.#most, ++this.#inside);
    return sometime(sim, kind, what, () => {
      this.#inside--;
      return make();
    });
  }

  /** @throws Error if two were inside at once */
  check(): void {
    if (this.#most > 1) throw new Error(`S1: ${this.#most} handlers were at work at once`);
  }
}
