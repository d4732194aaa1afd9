/**
 * Ids of messages: what no other room has, and the message's number. To write a large number out costs more than to show a
 * message to a reader; so the last three digits come from a table, and what stands before them is written once in 1,000.
 *
 * ```
 *   Vd3…kQ.12 045       message 12,045
 * ```
 */
const DIGITS = Array.from({ length: 1000 }, (_, number) => String(number).padStart(3, '0'));

export class MessageIds {
  readonly #own: string;
  #thousand = -1;
  #prefix = '';

  constructor(own: string) {
    this.#own = own;
  }

  of(seq: number): string {
    const last = seq % 1000;
    const thousand = (seq - last) / 1000;
    if (thousand !== this.#thousand) {
      this.#thousand = thousand;
      this.#prefix = `${this.#own}.${thousand}`;
    }
    // A cast: there's a text for each of them.
    return this.#prefix + (DIGITS[last] as string);
  }
}
