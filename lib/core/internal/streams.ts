/** What a store lets out, as Observables that exist only once somebody has asked for them. */
import { Observable, Subject } from 'rxjs';
import type { Message } from '../command.js';
import type { ErrorEvent, TraceEvent } from '../trace.js';
import { guarded } from './unhandled.js';

interface Outputs {
  commands: Message;
  events: unknown;
  errors: ErrorEvent;
  trace: TraceEvent;
}

/** @internal */
export class Streams {
  readonly #subjects: { [K in keyof Outputs]?: Subject<Outputs[K]> } = {};
  closed = false;

  /** The writing half of an output that somebody watches, else `undefined`. */
  watched<K extends keyof Outputs>(name: K): Subject<Outputs[K]> | undefined {
    const subject: Subject<Outputs[K]> | undefined = this.#subjects[name];
    return subject?.observed ? subject : undefined;
  }

  /** The reading half. */
  of<K extends keyof Outputs>(name: K): Observable<Outputs[K]> {
    // A cast: TypeScript doesn't see that `K` is the same on both sides.
    const subjects = this.#subjects as Record<K, Subject<Outputs[K]> | undefined>;
    const subject = subjects[name] ??= new Subject();
    if (this.closed) subject.complete();
    return new Observable((observer) => subject.subscribe(guarded(observer)));
  }

  /** Completes all of them but one. */
  complete(except?: keyof Outputs): void {
    this.closed = true;
    for (const [name, subject] of Object.entries(this.#subjects)) {
      if (name !== except) subject.complete();
    }
  }
}
