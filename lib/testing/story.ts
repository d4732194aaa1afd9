/** What happens in a store, told in lines for a reader: `  3 ms  increment 5 → 7`. */
import type { TraceEvent } from '../index.js';
import { show } from './show.js';

/** @internal */
export class Story {
  readonly lines: string[] = [];
  readonly #visible: boolean;
  /** Payloads of the commands that have come. */
  readonly #payloads = new Map<number, unknown>();
  /** Which command the last line is about, and at what time. */
  #id = 0;
  #time = NaN;

  constructor(visible: boolean) {
    this.#visible = visible;
  }

  tell(event: TraceEvent, time: number): void {
    switch (event.kind) {
      case 'received': this.#payloads.set(event.id, event.payload); break;
      case 'started': this.#add(event, time, ''); break;
      case 'state': this.#add(event, time, ` → ${this.#visible ? show(event.view) : '(no view)'}`); break;
      case 'event': this.#add(event, time, `, emits ${show(event.event)}`); break;
      case 'settled': this.#settle(event, time); break;
      case 'dropped': this.#add(event, time, ', dropped'); break;
      case 'phase': this.#line(0, time, event.phase); break;
    }
  }

  #settle(event: TraceEvent & { readonly kind: 'settled' }, time: number): void {
    if (event.outcome === 'failed') this.#add(event, time, `, fails: ${show(event.error)}`);
    // Said only where it isn't plain: later than the rest.
    else if (!this.#continues(event, time)) this.#add(event, time, ', replies');
  }

  /** Goes on with the line of the same command at the same time, else begins one with the command and its payload. */
  #add(event: TraceEvent, time: number, what: string): void {
    if (this.#continues(event, time)) {
      this.lines.push(`${this.lines.pop() ?? ''}${what}`);
    } else {
      const payload = this.#payloads.get(event.id);
      this.#line(event.id, time, `${event.type}${payload === undefined ? '' : ` ${show(payload)}`}${what}`);
    }
  }

  #continues({ id }: TraceEvent, time: number): boolean {
    return id === this.#id && time === this.#time;
  }

  #line(id: number, time: number, what: string): void {
    this.#id = id;
    this.#time = time;
    this.lines.push(`${String(time).padStart(3)} ms  ${what}`);
  }
}
