// @ts-check
/** The figures of a run as rows, and the rows as a table on the terminal. */
import { judge, limit, spread, written } from './figures.js';
import { LINES } from './lines.js';

/**
 * @typedef {Record<string, import('./figures.js').Report | 'skipped' | 'crashed'>} Results by the name of the line
 *
 * @typedef {object} Row what a run found for one expectation, in words
 * @property {string} name of the line
 * @property {string} what
 * @property {string} figure
 * @property {string} range half of the rounds lie in it
 * @property {string} expected
 * @property {import('./figures.js').Verdict | 'skipped' | 'crashed'} verdict
 */

/**
 * Whether a line has found something.
 * @param {Results[string]} result
 * @returns {result is import('./figures.js').Report}
 */
export function isReport(result) {
  return typeof result === 'object';
}

/**
 * @param {Results} results
 * @returns {Row[]}
 */
export function summary(results) {
  return Object.entries(results).flatMap(([name, result]) => LINES[name].expected.map((expected, place) => {
    const { what, unit } = expected;
    const row = { name, what, expected: limit(expected) };
    if (!isReport(result)) return { ...row, figure: '', range: '', verdict: result };
    const { value, low, high } = result.found[place];
    return { ...row, figure: written(value, unit), range: spread({ unit, low, high }), verdict: judge(expected, value) };
  }));
}

/** @param {readonly Row[]} rows */
export function terminalTable(rows) {
  const cells = rows.map(({ name, what, figure, range, expected, verdict }) => [name, what, figure, range, expected, verdict]);
  const widths = cells[0].map((_, column) => Math.max(...cells.map((row) => row[column].length)));
  return cells.map((row) => row.map((cell, column) => cell.padEnd(widths[column])).join('  ').trimEnd()).join('\n');
}
