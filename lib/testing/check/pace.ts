/** How many handlers begin without a pause: one that tells its own store without end would hang the check for good. */

/** The most handlers that begin within one turn of the platform. */
const MOST = 100_000;

/** A store that doesn't come to an end. A shorter script would take as long, and say no more. @internal */
export class Endless extends Error {}

/** @internal */
export class Pace {
  #begun = 0;

  /** The platform has had its turn. */
  rest(): void {
    this.#begun = 0;
  }

  /** A handler begins. Gives the error once it's one too many. */
  begin(type: string): Endless | undefined {
    if (++this.#begun !== MOST + 1) return undefined;
    const most = `${MOST} handlers begun without a pause`;
    return new Endless(`Expected \`${type}\` to come to an end, got ${most}: do handlers tell their own store without end?`);
  }
}
