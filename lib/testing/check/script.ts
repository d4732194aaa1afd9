/** What is done to a store in one run of `checkStore`, and how it's drawn. */
import type { Arbitrary } from 'fast-check';

/**
 * Who sends a command: a plain client without limits, one that tells, one whose asks time out, or one whose signal
 * aborts so many milliseconds after the sending.
 */
export type Sender =
  | { readonly kind: 'plain' | 'tell' }
  | { readonly kind: 'timeout' | 'aborts'; readonly ms: number };

/** One step of a script, so many milliseconds after the one before. 0 is at once, before a promise could do anything. */
export type ScriptStep = { readonly gap: number } & (
  | { readonly kind: 'send'; readonly sender: Sender; readonly type: string; readonly payload: unknown }
  | { readonly kind: 'shutdown'; readonly timeout: number }
  | { readonly kind: 'abort' }
);

/** @internal */
export type Script = readonly ScriptStep[];

/** How scripts are drawn. @internal */
export interface ScriptOptions {
  /** The most steps of one, besides a shutdown at its end. */
  readonly length: number;
  /** The longest time between two steps, and the longest limit of an ask, in milliseconds. */
  readonly gap: number;
}

/** About one step of so many ends the store, by a shutdown or at once. */
const ENDS = 20;

/** @internal */
export function scripts(
  fc: typeof import('fast-check'), commands: Readonly<Record<string, Arbitrary<unknown> | undefined>>, { length, gap: most }: ScriptOptions,
): Arbitrary<Script> {
  const ms = (min: number) => fc.integer({ min, max: Math.max(min, most) });
  const gap = fc.oneof({ withCrossShrink: true }, { weight: 3, arbitrary: fc.constant(0) }, { weight: 2, arbitrary: ms(1) });
  const sender: Arbitrary<Sender> = fc.oneof(
    { withCrossShrink: true },
    { weight: 5, arbitrary: fc.constant({ kind: 'plain' } as const) },
    { weight: 2, arbitrary: fc.constant({ kind: 'tell' } as const) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('timeout' as const), ms: ms(1) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('aborts' as const), ms: ms(0) }) },
  );
  const sends = Object.entries(commands).map(([type, payload = fc.constant(undefined)]) =>
    fc.record({ gap, kind: fc.constant('send' as const), sender, type: fc.constant(type), payload }));
  const step: Arbitrary<ScriptStep> = fc.oneof(
    { weight: 2 * ENDS, arbitrary: fc.oneof(...sends) },
    { weight: 1, arbitrary: fc.record({ gap, kind: fc.constant('shutdown' as const), timeout: ms(1) }) },
    { weight: 1, arbitrary: fc.record({ gap, kind: fc.constant('abort' as const) }) },
  );
  // Where it comes at once, some commands still wait: they're handled while the store drains, or fail when it aborts.
  const timeout = fc.oneof({ withCrossShrink: true }, fc.constant(Infinity), ms(1));
  const end = fc.record({ gap: fc.constant(0), kind: fc.constant('shutdown' as const), timeout });
  return fc.tuple(fc.array(step, { maxLength: length, size: 'max' }), fc.option(end, { nil: undefined, freq: 2 }))
    .map(([steps, last]) => last === undefined ? steps : [...steps, last]);
}
