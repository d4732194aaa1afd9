/** The trace of a run, in lines: what was chosen, and what happened in the stores. */
import type { ErrorEvent, TraceEvent } from '../../index.js';
import { show } from '../show.js';

/** @internal */
export class Chronicle {
  readonly lines: string[] = [];
  readonly #on: boolean;

  /** @param on whether anything is to be written down */
  constructor(on: boolean) {
    this.#on = on;
  }

  /** A choice. */
  step(number: number, time: number, what: string, among: number): void {
    if (this.#on) this.lines.push(`${`#${number}`.padStart(5)} ${String(time).padStart(6)} ms  ${what}${among > 1 ? ` (1 of ${among})` : ''}`);
  }

  /** What came of it. */
  note(text: string): void {
    if (this.#on) this.lines.push(`${' '.repeat(17)}${text}`);
  }

  /** An event of a store's `trace$`. */
  event(event: TraceEvent): void {
    if (!this.#on) return;
    const { store, type, id } = event;
    this.note(`${store}${type === '' ? '' : `.${type} ${id}`}: ${told(event)}`);
  }

  /** An event of a store's `errors$`. */
  error({ store, type, seq, error }: ErrorEvent): void {
    if (this.#on) this.note(`${store}${type === '' ? '' : `.${type}`}: errors$ ${show(error)}, seq ${seq}`);
  }
}

function told(event: TraceEvent): string {
  switch (event.kind) {
    case 'received': return `received${event.payload === undefined ? '' : ` ${show(event.payload)}`}`;
    case 'started': return `started, seq ${event.seq}`;
    case 'state': return `state ${show(event.view)}`;
    case 'event': return `emits ${show(event.event)}`;
    case 'settled': {
      const { outcome, error, waited, ran } = event;
      const spent = [['waited', waited], ['ran', ran]].map(([what, ms]) => ms === undefined ? '' : `, ${what} ${ms} ms`).join('');
      return `${outcome}${outcome === 'failed' ? ` ${show(error)}` : ''}${spent}`;
    }
    case 'dropped': return `dropped ${show(event.error)}`;
    case 'phase': return event.phase;
  }
}
