/** The errors of a store that nobody takes care of: outside a simulation they are reported as unhandled (rule S6). */
import { Observable } from 'rxjs';
import { StoreError, type AnyDefinition, type Client, type ErrorEvent, type Store, type TraceEvent } from '../../index.js';

/** What the store decides about a tell goes to `errors$` only, whether or not anybody watches. */
const DECIDED: readonly string[] = ['SUPERSEDED', 'BUSY', 'ASK_ABORTED', 'STORE_CLOSED', 'MAILBOX_FULL'];

/** What an event of `trace$` and one of `errors$` have in common. */
interface Happening {
  readonly store: string;
  readonly type: string;
  readonly seq: number;
  readonly error: unknown;
}

/** Tells the unhandled errors of a store from the others. @internal */
export class Unhandled {
  /** How many watch `errors$`, of the store or of a client of it, besides the simulation. */
  #watchers = 0;
  /** What ended commands that had begun, by their number; and by that of their handling, since an effect's result has one of its own. */
  readonly #ends = new Map<number, StoreError>();
  readonly #late = new Map<string, StoreError>();

  constructor(store: Store<AnyDefinition>) {
    this.#count(store);
    this.#count(store.client);
  }

  /** Learns from the trace what has been given up: what its handler throws then has nobody to be told to. */
  follow(event: TraceEvent): void {
    if (event.kind === 'settled' && isOwn(event) && event.error.started) this.#ends.set(event.id, event.error);
    if (this.#ends.size === 0) return;
    const end = this.#ends.get(event.id);
    if (end !== undefined) this.#late.set(handling(event), end);
  }

  /** Whether outside a simulation the error would be reported as unhandled. */
  has(event: ErrorEvent): boolean {
    if (this.#watchers > 0 || (isOwn(event) && DECIDED.includes(event.error.code))) return false;
    const end = this.#late.get(handling(event));
    return end === undefined || end === event.error;
  }

  /** Has a face of the store, and those that it gives out, count who watches `errors$`. */
  #count(face: Client<AnyDefinition>): Client<AnyDefinition> {
    const { errors$ } = face;
    const narrowed = face.with.bind(face);
    const watched = new Observable<ErrorEvent>((observer) => {
      this.#watchers++;
      const watching = errors$.subscribe(observer);
      return () => {
        this.#watchers--;
        watching.unsubscribe();
      };
    });
    return Object.defineProperties(face, {
      errors$: { value: watched },
      with: { value: (limits: Parameters<typeof narrowed>[0]) => this.#count(narrowed(limits)) },
    });
  }
}

/** Whether the store itself has failed the command, and not its handler. */
function isOwn<H extends Happening>(event: H): event is H & { readonly error: StoreError } {
  const { store, type, error } = event;
  return error instanceof StoreError && error.store === store && error.type === type;
}

function handling({ seq, type }: Pick<Happening, 'seq' | 'type'>): string {
  return `${seq} ${type}`;
}
