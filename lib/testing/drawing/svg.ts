/** A drawn history as an SVG element, for a browser. */
import type { Bar, Drawing } from './layout.js';

/** Pixels of a column, of a row, and of a bar within it. */
const COLUMN = 8;
const ROW = 30;
const BAR = 20;

const STYLE = `
  text { font: 12px ui-monospace, monospace; fill: #1f2933 } .note { fill: #616e7c }
  rect { fill: #d9e8fb; stroke: #3e7cc4 } .culprit rect { fill: #ffd9d6; stroke: #c62828; stroke-width: 2 }
  .open rect { fill: #fff3d1; stroke: #b7860b; stroke-dasharray: 5 3 } .never rect { fill: none; stroke: #9aa5b1; stroke-dasharray: 2 3 }
`;

/** @internal */
export function drawSvg({ rows, times, width, left }: Drawing): string {
  const margin = (Math.max(0, ...rows.map(({ client }) => client.length)) + 2) * COLUMN;
  const notes = [
    ...rows.some(({ bars }) => bars.some(({ kind }) => kind === 'open')) ? ['dashed: may have happened at any later time, or not'] : [],
    ...rows.some(({ bars }) => bars.some(({ kind }) => kind === 'culprit')) ? ['red: has no explanation'] : [],
    ...left > 0 ? [`${left} earlier ones are left out`] : [],
  ];
  const longest = Math.max(width, ...notes.map(({ length }) => length), ...times.map(({ at, text }) => at + text.length + 3));
  const below = rows.length * ROW;
  const height = below + (1 + notes.length) * 18 + 6;
  const wide = margin + (longest + 2) * COLUMN;
  const parts = [
    ...rows.flatMap(({ client, bars }, i) => [
      `<text x="0" y="${i * ROW + 19}">${escaped(client)}</text>`,
      ...bars.map((bar) => drawBar(bar, margin, i * ROW)),
    ]),
    ...times.map(({ at, text }, i) =>
      `<text class="note" x="${margin + at * COLUMN}" y="${below + 14}">${escaped(text)}${i === times.length - 1 ? ' ms' : ''}</text>`),
    ...notes.map((note, i) => `<text class="note" x="${margin}" y="${below + 18 * (i + 2) - 4}">${escaped(note)}</text>`),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" role="img" width="${wide}" height="${height}" viewBox="0 0 ${wide} ${height}">`
    + `<style>${STYLE}</style>\n${parts.join('\n')}\n</svg>`;
}

function drawBar({ from, to, label, kind }: Bar, margin: number, top: number): string {
  const x = margin + from * COLUMN;
  const bar = `<rect x="${x}" y="${top + 5}" width="${(to - from) * COLUMN}" height="${BAR}" rx="3"/>`;
  return `<g class="${kind}">${bar}<text x="${x + COLUMN}" y="${top + 19}">${escaped(label)}</text></g>`;
}

/** Text as XML takes it; what XML has no place for, such as half a surrogate pair, becomes a replacement character. */
function escaped(text: string): string {
  return text.replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
    .replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
}
