// @ts-check
/** Writes the figures of a run into docs/performance.md, between its markers: no figure there is typed by hand. */
import { readFileSync, writeFileSync } from 'node:fs';
import { spread, written } from './figures.js';
import { LINES } from './lines.js';
import { isReport, summary } from './tables.js';

const FILE = new URL('../../docs/performance.md', import.meta.url);

/**
 * Replaces what stands between a pair of markers.
 * @param {string} text
 * @param {string} name
 * @param {string} content
 */
export function between(text, name, content) {
  const [begin, end] = [`<!-- begin ${name} -->`, `<!-- end ${name} -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`Expected the markers of \`${name}\``);
  return `${text.slice(0, from + begin.length)}\n${content}\n${text.slice(to)}`;
}

/**
 * @param {readonly string[]} head
 * @param {readonly (readonly string[])[]} rows
 */
export function markdownTable(head, rows) {
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

/**
 * Writes the figures of all lines; nothing, and gives false, if one of them has none.
 * @param {string} setting
 * @param {import('./tables.js').Results} results
 */
export function writeDocs(setting, results) {
  if (!Object.values(results).every(isReport)) return false;
  const expected = summary(results).map(({ name, what, figure, range, expected, verdict }) =>
    [`${LINES[name].title}; ${what}`, figure, range, expected, verdict, `\`npm run bench -- ${name}\``]);
  const measured = Object.entries(results).flatMap(([name, result]) => !isReport(result) ? [] : result.figures.map((each) =>
    [`\`${name}\``, each.what, written(each.value, each.unit), spread(each)]));
  let text = readFileSync(FILE, 'utf8');
  text = between(text, 'setting', `Measured with ${setting}, by \`npm run bench -- --docs\`.`);
  text = between(text, 'expected', markdownTable(['what', 'figure', 'half of the rounds', 'expected', '', 'by'], expected));
  text = between(text, 'measured', markdownTable(['line', 'what', 'median', 'half of the rounds'], measured));
  writeFileSync(FILE, text);
  return true;
}
