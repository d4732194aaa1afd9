/**
 * The errors of loads that failed, each remembered for the same time: so the order in which they came is the order in
 * which they're forgotten.
 */
export class Failures<K> {
  readonly #ttl: number;
  readonly #max: number;
  readonly #errors = new Map<K, { readonly error: unknown; readonly until: number }>();

  /** `max`: beyond it the one that came first is forgotten. */
  constructor(ttl: number, max: number) {
    this.#ttl = ttl;
    this.#max = max;
  }

  /** When the first one is to be forgotten; `Infinity` without any. */
  get next(): number {
    for (const { until } of this.#errors.values()) return until;
    return Infinity;
  }

  get(key: K, now: number): { readonly error: unknown } | undefined {
    const failure = this.#errors.get(key);
    return failure !== undefined && failure.until > now ? failure : undefined;
  }

  set(key: K, error: unknown, now: number): void {
    this.#errors.delete(key);
    if (this.#ttl === 0) return;
    if (this.#errors.size >= this.#max) for (const first of this.#errors.keys()) {
      this.#errors.delete(first);
      break;
    }
    this.#errors.set(key, { error, until: now + this.#ttl });
  }

  delete(key: K): void {
    if (this.#errors.size > 0) this.#errors.delete(key);
  }

  /** Forgets up to `most` that have had their time. */
  sweep(now: number, most: number): void {
    let rest = most;
    for (const [key, { until }] of this.#errors) {
      if (until > now || rest-- === 0) break;
      this.#errors.delete(key);
    }
  }

  clear(): void {
    this.#errors.clear();
  }
}
