/** Rows of a trace as a table of text. */
import { expect, expectObject } from '../internal/expect.js';
import { cut, visible } from '../internal/text.js';
import { brief, widthOf } from './brief.js';
import type { TraceCommandRow, TraceRow } from './trace-row.js';

/** How a table is drawn. Each field is optional. */
export interface DrawTableOptions {
  /** The longest that a value may be, in characters; what is longer is cut. Default 40. */
  readonly longest?: number;
  /** The most rows that are drawn, those that came last; the table says how many are left out. Default 200; `Infinity` for all. */
  readonly most?: number;
}

/** The columns, and which of them stand to the right. */
const COLUMNS = ['ms', 'store', 'seq', 'command', 'waited', 'ran', 'commit', 'answer'] as const;
const RIGHT: readonly string[] = ['ms', 'seq', 'waited', 'ran'];

type Cells = Readonly<Record<typeof COLUMNS[number], string>>;

/** @throws TypeError for options that are none @internal */
export function drawTable(rows: readonly TraceRow[], left: number, options: DrawTableOptions = {}): string {
  expectObject(options, 'options');
  const { longest = 40, most = 200 } = options;
  expect(Number.isInteger(longest) && longest > 3, 'longest', 'an integer from 4 on', longest);
  expect(most > 0 && (Number.isInteger(most) || most === Infinity), 'most', 'a positive integer or Infinity', most);
  const drawn = rows.slice(-most);
  const lines = [Object.fromEntries(COLUMNS.map((name) => [name, name])) as Cells, ...drawn.map((row) => cellsOf(row, longest))];
  const isShown = (name: typeof COLUMNS[number]) => name === 'store'
    // One store needs no column.
    ? new Set(drawn.map(({ store }) => store)).size > 1
    : ['ms', 'command'].includes(name) || lines.slice(1).some((cells) => cells[name] !== '');
  const columns = COLUMNS.filter(isShown);
  const widths = columns.map((name) => lines.reduce((widest, cells) => Math.max(widest, widthOf(cells[name])), 0));
  const text = lines.map((cells) => columns.map((name, i) => {
    const space = ' '.repeat((widths[i] ?? 0) - widthOf(cells[name]));
    return RIGHT.includes(name) ? space + cells[name] : cells[name] + space;
  }).join('  ').trimEnd());
  const rule = widths.map((width) => '─'.repeat(width)).join('──');
  const missing = left + rows.length - drawn.length;
  return [text[0], rule, ...text.slice(1), ...missing > 0 ? [`${missing} earlier ${missing === 1 ? 'row is' : 'rows are'} left out`] : []].join('\n');
}

function cellsOf(row: TraceRow, longest: number): Cells {
  const ms = msOf(row.time);
  const store = cut(visible(row.store), longest);
  if (row.kind === 'phase') return { ms, store, seq: '', command: `(${row.phase})`, waited: '', ran: '', commit: '', answer: '' };
  const { id, kind, type, payload, commits, waited, ran } = row;
  const given = payload === undefined ? '' : ` ${brief(payload, longest)}`;
  const title = cut(visible(type), longest);
  return {
    ms, store,
    seq: row.seq === undefined ? '' : String(row.seq),
    // A result stands below its command, or further down, under the same number.
    command: kind === 'result' ? `#${id} └ ${title}` : `#${id} ${row.form === 'query' ? '? ' : row.form === 'own' ? '~ ' : ''}${title}${given}`,
    waited: msOf(waited),
    ran: msOf(ran),
    commit: cut(commits.map(({ view }) => view === undefined ? '[no view]' : brief(view, longest)).join(' › '), longest),
    answer: answerOf(row, longest),
  };
}

/** How it ended, and what it announced. */
function answerOf({ outcome, reply, error, events }: TraceCommandRow, longest: number): string {
  const end = {
    waiting: () => 'waits',
    running: () => 'runs',
    continued: () => '┐',
    replied: () => reply === undefined ? '✓' : `✓ ${brief(reply, longest)}`,
    failed: () => `✗ ${messageOf(error, longest)}`,
    withdrawn: () => '✗ withdrawn',
    dropped: () => '✗ dropped',
  }[outcome]();
  return [end, ...events.map((event) => `! ${brief(event, longest)}`)].join(' ');
}

/** An error that was made plain. */
function messageOf(error: unknown, longest: number): string {
  const { name, message } = Object(error) as { readonly name?: unknown; readonly message?: unknown };
  return typeof name === 'string' && typeof message === 'string' ? cut(visible(`${name}: ${message}`), longest) : brief(error, longest);
}

/** Milliseconds, without what rounding leaves of them. */
function msOf(time: number | undefined): string {
  return time === undefined ? '' : String(Math.round(time * 1000) / 1000);
}
