/** The tables of docs/comparison.md, drawn from the answers: no cell there is typed by hand. */
import { inspect } from 'node:util';
import type { Answers } from './answers.js';
import type { Told } from './during.js';
import type { Failing, Reentrant } from './questions.js';

/** One library, as a table names it, with what it answered. */
export interface Row {
  /** With its version. */
  readonly name: string;
  readonly answers: Answers;
}

const sequence = (seen: readonly number[]): string => seen.join(', ') || 'nothing';

/** What a sequence of states is, held against the two that there were. */
function verdict({ first, second, count }: Reentrant): string {
  const twice = new Set(second).size < second.length;
  const those = second.at(-1) !== count ? 'ends with the old state' : twice ? 'the last state twice, the first never'
    : second.length === 1 ? 'the last state only' : 'each state once, in order';
  return first.at(-1) === count ? those : `${those}; the first is not told of its own update`;
}

/** Who was told of an error. */
const WHO = {
  caller: 'thrown to whoever updates',
  reply: 'the asker, by the reply',
  nobody: 'reported as unhandled, in a later task',
  console: 'printed by Angular\'s `ErrorHandler`',
} as const satisfies Readonly<Record<Told['who'], string>>;

const who = (told: readonly Told[]): string => [...new Set(told.map((each) => WHO[each.who]))].join(', ') || 'nobody';

const nesting = ({ told, count }: Failing): string =>
  told.length > 0 ? 'refused, nothing changes' : count === 11 ? 'both kept' : 'the inner one is lost';

const kept = (added: number): string => added === 2 ? '2, both kept' : `${added}, one is lost`;

/** What the second of two observers was told of two updates, when the first throws at each. */
const told = ({ seen }: Failing): string =>
  seen.length === 2 ? 'told of both' : seen.length === 0 ? 'told of none' : `told of ${sequence(seen)} only`;

/** What an update gave, in one word; that a number has its type is held by specs of types. */
const gets = (answer: unknown): string => typeof answer === 'number' ? 'a typed reply' : answer === undefined ? 'nothing' : 'the action';

interface Table {
  readonly name: string;
  readonly head: readonly string[];
  readonly cells: (answers: Answers) => readonly string[];
}

const TABLES: readonly Table[] = [
  {
    name: 'all',
    head: [
      'second observer after a re-entrant update', 'after a throwing update', 'two that read, wait, write', 'update in an update',
      'beside an observer that throws', 'an update gives',
    ],
    cells: ({ reentrant, failing, awaiting, nested, observed, answered }) => [
      verdict(reentrant), failing.count === 2 ? 'goes on' : 'ignores all later ones', kept(awaiting.added), nesting(nested),
      told(observed), gets(answered),
    ],
  },
  {
    name: 'reentrant',
    head: ['the first sees', 'the second sees', 'that is', 'the second, where the first puts its update off'],
    cells: ({ reentrant, deferred }) => [
      sequence(reentrant.first), sequence(reentrant.second), verdict(reentrant), sequence(deferred.second),
    ],
  },
  {
    name: 'failing',
    head: ['who gets the error', 'the observer sees', 'count at the end'],
    cells: ({ failing }) => [who(failing.told), sequence(failing.seen), `${failing.count}`],
  },
  {
    name: 'awaiting',
    head: ['two updates add', 'two with the remedy'],
    cells: ({ awaiting }) => [kept(awaiting.added), `${awaiting.remedied}`],
  },
  {
    name: 'nested',
    head: ['who gets an error', 'the observer sees', 'count at the end', 'count, in the library\'s own way'],
    cells: ({ nested, inTurn }) => [who(nested.told), sequence(nested.seen), `${nested.count}`, `${inTurn.count}`],
  },
  {
    name: 'observed',
    head: ['who gets the errors', 'the second sees', 'count at the end'],
    cells: ({ observed }) => [who(observed.told), sequence(observed.seen), `${observed.count}`],
  },
  {
    name: 'answered',
    head: ['gives', 'here'],
    cells: ({ answered }) => [gets(answered), `\`${inspect(answered)}\``],
  },
];

/** All tables as Markdown, by their names. */
export function draw(rows: readonly Row[]): ReadonlyMap<string, string> {
  return new Map(TABLES.map(({ name, head, cells }) => {
    const lines = [['', ...head], ['', ...head].map(() => '---'), ...rows.map((row) => [row.name, ...cells(row.answers)])];
    return [name, lines.map((line) => `| ${line.join(' | ')} |`).join('\n')];
  }));
}

/** One library's cells of a table. */
export function cellsOf(table: string, answers: Answers): string {
  const { head, cells } = TABLES.find(({ name }) => name === table)!;
  return cells(answers).map((cell, index) => `${head[index]}: ${cell}`).join('; ');
}
