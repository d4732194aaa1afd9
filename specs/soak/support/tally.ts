/** The driver's own count of how asks and tells ended, to be held against the store's. */
import { StoreError, type ErrorEvent, type Reply } from 'ownstate';

/** Where no ask ends for so long, in milliseconds, the rest of them never will. */
const PATIENCE = 60_000;

/** Asks and tells of one driver. */
export class Tally {
  /** Asks that were made, and how many of them have ended. */
  asks = 0;
  settled = 0;
  answered = 0;
  /** Commands that were taken back, or refused: their handlers never began. */
  unbegun = 0;
  /** Errors of asks and tells by their code; those of handlers under `own`. */
  readonly #errors = new Map<string, number>();
  #waiting: (() => void) | undefined = undefined;
  /** Asks that nobody waits for any more. */
  #lost = 0;

  // One observer for all replies: nothing else is made for an ask.
  readonly #observer = {
    next: () => {
      this.answered++;
      this.#settle();
    },
    error: (error: unknown) => {
      this.#count(error);
      this.#settle();
    },
  };

  /** Counts an ask, and how it ends. */
  ask(reply: Reply<unknown>): void {
    this.asks++;
    reply.subscribe(this.#observer);
  }

  /** Counts an error of a tell, as `errors$` tells it. */
  readonly told = ({ error }: ErrorEvent): void => this.#count(error);

  /** How many failed by this code. */
  of(code: string): number {
    return this.#errors.get(code) ?? 0;
  }

  /** Which of these codes never came. */
  missing(...codes: readonly string[]): string {
    return codes.filter((code) => this.of(code) === 0).join(', ');
  }

  get #ended(): boolean {
    return this.settled + this.#lost === this.asks;
  }

  /** Resolves when each ask has ended; or when it's plain that some never will, so that the count of them says so. */
  async all(): Promise<void> {
    let patience: ReturnType<typeof setInterval> | undefined;
    await new Promise<void>((resolve) => {
      if (this.#ended) return resolve();
      this.#waiting = resolve;
      let seen = this.settled;
      patience = setInterval(() => {
        if (this.settled === seen) resolve();
        seen = this.settled;
      }, PATIENCE);
    });
    clearInterval(patience);
    this.#lost = this.asks - this.settled;
  }

  #count(error: unknown): void {
    const own = error instanceof StoreError;
    const code = own ? error.code : 'own';
    this.#errors.set(code, this.of(code) + 1);
    if (own && !error.started) this.unbegun++;
  }

  #settle(): void {
    this.settled++;
    if (!this.#ended) return;
    this.#waiting?.();
    this.#waiting = undefined;
  }
}
