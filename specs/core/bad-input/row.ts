/** A row of the table of bad input: what goes in, and what comes out. */
import type { Context, HandlerOutcome, Store } from 'ownstate';
import type { Observable } from 'rxjs';

/** A handler, which may do and give back anything. */
export type Go = (state: unknown, payload: unknown, context: Context) => unknown;

/** What every store of the table has: `echo` replies with its payload, `go` is the row's own, `peek` reads the state. */
export interface Usual {
  readonly name: string;
  readonly state: unknown;
  readonly commands: {
    readonly echo: (state: unknown, payload?: unknown) => HandlerOutcome<unknown>;
    readonly go: (state: unknown, payload: unknown, context: Context<never>) => HandlerOutcome<unknown>;
  };
  readonly queries: { readonly peek: (state: unknown) => unknown };
}

/** Where a row is carried out. */
export interface Site {
  readonly store: Store<Usual>;
  /** What reaches an Observable's subscriber from now on: `next`, `error` and `complete`, with what they carry. */
  readonly listen: (source: Observable<unknown>) => unknown[];
  /** Lets milliseconds of the store's time pass. */
  readonly pass: (ms: number) => void;
}

/** An error: this very one, or one of a class with a message. */
export class Fault {
  readonly very: unknown;
  readonly kind: Kind | undefined;
  readonly message: string | RegExp;

  constructor(error: unknown, kind?: Kind, message: string | RegExp = /./) {
    this.very = error;
    this.kind = kind;
    this.message = message;
  }
}

type Kind = abstract new (...given: never) => Error;

/** What comes out: a value, a throw at once, or a reply (or promise) that fails. */
export type Out = { readonly way: 'gives'; readonly value: unknown } | { readonly way: 'throws' | 'fails'; readonly fault: Fault };

/** What `status()` counts. */
export interface Counts {
  readonly handled: number;
  readonly failed: number;
  readonly dropped: number;
  readonly timedOut: number;
}

export interface Row {
  /** A fact, or what is put in. */
  readonly what: string;
  /** What the definition has besides the usual; or, as a function, what stands in its place. */
  readonly definition?: object | ((usual: Usual) => unknown);
  /** The same for options. */
  readonly options?: object | ((usual: object) => unknown);
  /** The handler of `go`. Default: leaves the state. */
  readonly go?: Go;
  /** What is done. Default: `go` is asked, without a payload. */
  readonly act?: (site: Site) => unknown;
  readonly out: Out;
  /** What is counted. Default: one handled, and one failed where `out` fails; nothing where it throws. */
  readonly counts?: Partial<Counts> | 'anything that adds up';
  /** The state afterwards. Default 0, as in the beginning. */
  readonly state?: unknown;
  /** Errors on `errors$`, where that's watched; else reported as unhandled. */
  readonly reported?: readonly Fault[];
  /** The row itself watches `errors$`: nothing of that is reported as unhandled. */
  readonly heard?: true;
  /** Errors that are reported as unhandled in any case: what observers throw. */
  readonly thrown?: readonly Fault[];
  /** The row ends the store. */
  readonly closed?: true;
  /** Effects that don't end by themselves. */
  readonly effects?: number;
}

export const very = (error: unknown) => new Fault(error);
export const a = (kind: Kind, message?: string | RegExp) => new Fault(undefined, kind, message);

export const gives = (value: unknown): Out => ({ way: 'gives', value });
export const throws = (fault: Fault): Out => ({ way: 'throws', fault });
export const fails = (fault: Fault): Out => ({ way: 'fails', fault });

/** What is refused by its name: `Expected \`name\` to be …, got …`; a pattern where what came can't be shown. */
export function refusal(name: string, expected: string, shown: string | RegExp): Fault {
  const message = `Expected \`${name}\` to be ${expected}, got `;
  return a(TypeError, typeof shown === 'string' ? message + shown : new RegExp(`^${message}`));
}
