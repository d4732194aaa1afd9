// @ts-check
/** Writes the figures of a run into docs/performance.md, between its markers: no figure there is typed by hand. */
import { readFileSync, writeFileSync } from 'node:fs';
import { spread, written } from './figures.js';
import { GROUPS, LINES } from './lines.js';
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
 * The parts of the page, each with its own markers: the core's lines, those of the ready-made stores, of frameworks.
 * @type {Readonly<Record<string, (name: string) => boolean>>}
 */
const PARTS = { '': (name) => !name.includes('/'), 'stores ': GROUPS.stores, 'frameworks ': GROUPS.frameworks };

/**
 * Writes the figures of each part of which all lines have some; gives false if there's none.
 * @param {string} setting
 * @param {import('./tables.js').Results} results
 */
export function writeDocs(setting, results) {
  let text = readFileSync(FILE, 'utf8');
  let parts = 0;
  for (const [part, holds] of Object.entries(PARTS)) {
    const own = Object.fromEntries(Object.entries(results).filter(([name]) => holds(name)));
    const complete = Object.keys(LINES).filter(holds).every((name) => isReport(own[name] ?? 'skipped'));
    if (!complete) continue;
    parts++;
    const expected = summary(own).map(({ name, what, figure, range, expected, verdict }) =>
      [`${LINES[name].title}; ${what}`, figure, range, expected, verdict, `\`npm run bench -- ${name}\``]);
    const measured = Object.entries(own).flatMap(([name, result]) => !isReport(result) ? [] : result.figures.map((each) =>
      [`\`${name}\``, each.what, written(each.value, each.unit), spread(each)]));
    text = between(text, `${part}setting`, `Measured with ${setting}, by \`npm run bench -- --docs\`.`);
    text = between(text, `${part}expected`, markdownTable(['what', 'figure', 'half of the rounds', 'expected', '', 'by'], expected));
    text = between(text, `${part}measured`, markdownTable(['line', 'what', 'median', 'half of the rounds'], measured));
  }
  writeFileSync(FILE, text);
  return parts > 0;
}
