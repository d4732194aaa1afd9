/**
 * The door: the rules S1 to S14 as one suite for whatever carries a store.
 *
 * ```
 *   describeConformance(carrier) ─▶ rules/s01.ts … s14.ts ─▶ clauses ─▶ a world each: stores of the carrier, time, replies
 * ```
 *
 * Nothing in it reaches into the core: it sees stores as their users do.
 */
import { describe, it } from 'vitest';
import { checkCarrier, type Carrier } from './carrier.js';
import type { Clause, Rule } from './clause.js';
import { s01 } from './rules/s01.js';
import { s02 } from './rules/s02.js';
import { s03 } from './rules/s03.js';
import { s04 } from './rules/s04.js';
import { s05 } from './rules/s05.js';
import { s06 } from './rules/s06.js';
import { s07 } from './rules/s07.js';
import { s08 } from './rules/s08.js';
import { s09 } from './rules/s09.js';
import { s10 } from './rules/s10.js';
import { s11 } from './rules/s11.js';
import { s12 } from './rules/s12.js';
import { s13 } from './rules/s13.js';
import { s14 } from './rules/s14.js';

/** The rules, in the order of the design. */
export const rules: readonly Rule[] = [s01, s02, s03, s04, s05, s06, s07, s08, s09, s10, s11, s12, s13, s14];

/** Why a clause can't be asked of a carrier; `undefined` where it can. */
export function lackOf({ lacks = {} }: Carrier, { needs }: Clause): string | undefined {
  const reasons = needs.filter((need) => Object.hasOwn(lacks, need)).map((need) => `${need}: ${lacks[need] ?? ''}`);
  return reasons.length === 0 ? undefined : reasons.join('; ');
}

/**
 * Specifies a carrier: one test for each clause. A clause that needs what the carrier lacks is listed as skipped, with
 * the carrier's reason.
 *
 * @throws TypeError for a carrier that lacks what no clause knows, or doesn't say why
 */
export function describeConformance(carrier: Carrier): void {
  checkCarrier(carrier);
  describe(`${carrier.name} keeps the rules`, () => {
    for (const rule of rules) {
      describe(rule.name, () => {
        for (const clause of rule.clauses) {
          const lack = lackOf(carrier, clause);
          it(clause.title, lack === undefined ? () => clause.check(carrier) : ({ skip }) => skip(lack));
        }
      });
    }
  });
}
