/** The command line of a program: numbers by name. What is amiss there gets one line, and exit code 2. */
import { inspect, parseArgs } from 'node:util';

/** A number that a program takes: `--readers 50`. */
export interface Flag {
  readonly default: number;
  readonly min: number;
  readonly max: number;
  /** Refuses fractions. Default: takes them. */
  readonly whole?: boolean;
}

/** The flags of the command line, with the defaults of those that aren't there. */
export function readFlags<K extends string>(flags: Readonly<Record<K, Flag>>): Readonly<Record<K, number>> {
  // Casts: Object.keys and Object.fromEntries don't know of K, whose names are just those of `flags`.
  const names = Object.keys(flags) as K[];
  const numbers = Object.fromEntries(names.map((name) => [name, flags[name].default])) as Record<K, number>;
  const options = Object.fromEntries(names.map((name) => [name, { type: 'string' as const }]));
  const allowed = names.length === 0 ? 'left out' : `one of ${names.map((name) => `--${name}`).join(', ')}`;

  // `strict` would throw messages of another form.
  const { tokens } = parseArgs({ options, strict: false, tokens: true });
  for (const token of tokens) {
    if (token.kind === 'option-terminator') continue;
    const name = token.kind === 'option' ? names.find((known) => known === token.name) : undefined;
    if (name !== undefined) numbers[name] = readNumber(name, token.value, flags[name]);
    else refuse('argument', allowed, token.kind === 'option' ? token.rawName : token.value);
  }
  return numbers;
}

function readNumber(name: string, given: string | undefined, { min, max, whole = false }: Flag): number {
  const number = given === undefined || given.trim() === '' ? NaN : Number(given);
  if (number >= min && number <= max && (!whole || Number.isInteger(number))) return number;
  return refuse(`--${name}`, `a ${whole ? 'whole ' : ''}number from ${min} to ${max}`, given);
}

function refuse(name: string, expected: string, given: string | undefined): never {
  const got = given === undefined ? 'nothing' : inspect(given, { breakLength: Infinity });
  console.error(`Expected \`${name}\` to be ${expected}, got ${got}`);
  process.exit(2);
}
