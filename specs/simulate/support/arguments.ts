/** The command line of `npm run simulate`. */
import { inspect, parseArgs } from 'node:util';

/** Which seeds are run, of which scenario; of all in turn where none is named. */
export interface Arguments {
  readonly from: number;
  readonly seeds: number;
  readonly scenario: string | undefined;
  /** The choices of the one run that is repeated. */
  readonly choices?: readonly number[] | undefined;
}

const NUMBERS = ['from', 'seeds', 'seed'] as const;
const NAMES = [...NUMBERS, 'scenario', 'choices'] as const;

/** @throws Error with one line that says what was expected */
export function readArguments(args: readonly string[], scenarios: readonly string[]): Arguments {
  const options = Object.fromEntries(NAMES.map((name) => [name, { type: 'string' as const }]));
  // `strict` would throw messages of another form.
  const { tokens } = parseArgs({ args: [...args], options, strict: false, tokens: true });
  const given: { -readonly [K in typeof NUMBERS[number]]?: number } = {};
  let scenario: string | undefined;
  let choices: readonly number[] | undefined;
  for (const token of tokens) {
    if (token.kind === 'option-terminator') continue;
    const known = token.kind === 'option' ? NAMES.find((name) => name === token.name) : undefined;
    const value = token.value;
    if (known === undefined) {
      throw refusal('argument', `one of ${NAMES.map((name) => `--${name}`).join(', ')}`, token.kind === 'option' ? token.rawName : value);
    }
    if (known === 'scenario') {
      if (value === undefined || !scenarios.includes(value)) throw refusal('--scenario', `one of ${scenarios.join(', ')}`, value);
      scenario = value;
    } else if (known === 'choices') choices = readChoices(value);
    else given[known] = readNumber(known, value);
  }
  const { seed, from = seed ?? 1, seeds = seed === undefined ? 1000 : 1 } = given;
  if (seed !== undefined && (given.from !== undefined || given.seeds !== undefined)) {
    throw refusal('--seed', 'given without --from and --seeds', String(seed));
  }
  const most = Number.MAX_SAFE_INTEGER - from + 1;
  if (seeds > most) throw refusal('--seeds', `at most ${most} from ${from} on`, String(seeds));
  if (choices !== undefined && (seed === undefined || scenario === undefined)) {
    throw refusal('--choices', 'given with --seed and --scenario', choices.join());
  }
  return { from, seeds, scenario, choices };
}

/** The command line that repeats a run. */
export function commandLine(seed: number, scenario: string, choices?: readonly number[]): string {
  return `npm run simulate -- --seed ${seed} --scenario '${scenario}'${choices === undefined ? '' : ` --choices ${choices.join() || "''"}`}`;
}

function readNumber(name: string, value: string | undefined): number {
  const least = name === 'seeds' ? 1 : 0;
  const number = value === undefined || value.trim() === '' ? NaN : Number(value);
  if (Number.isSafeInteger(number) && number >= least) return number;
  throw refusal(`--${name}`, `a whole number from ${least} on`, value);
}

function readChoices(value: string | undefined): readonly number[] {
  const parts = value === undefined || value.trim() === '' ? [] : value.split(',');
  const choices = parts.map((part) => /^\s*\d+\s*$/.test(part) ? Number(part) : NaN);
  if (value !== undefined && choices.every((choice) => Number.isSafeInteger(choice))) return choices;
  throw refusal('--choices', 'whole numbers from 0 on, with commas between them', value);
}

function refusal(name: string, expected: string, value: string | undefined): Error {
  return new Error(`Expected \`${name}\` to be ${expected}, got ${value === undefined ? 'nothing' : inspect(value, { breakLength: Infinity })}`);
}
