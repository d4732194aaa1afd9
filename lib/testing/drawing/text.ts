/** A drawn history as text. */
import { visible } from '../show.js';
import type { Bar, Drawing } from './layout.js';

/** How each kind of bar begins, is filled, and ends. */
const STROKES: Readonly<Record<Bar['kind'], readonly [string, string, string]>> = {
  plain: ['├', '─', '┤'],
  culprit: ['╞', '═', '╡'],
  open: ['├', '╌', '▷'],
  never: ['┊', ' ', '┊'],
};

/** @internal */
export function drawText({ rows, times, left }: Drawing): string {
  const clients = rows.map(({ client }) => visible(client));
  const margin = Math.max(0, ...clients.map(({ length }) => length)) + 1;
  const lines = rows.map(({ bars }, i) => {
    let line = (clients[i] ?? '').padEnd(margin);
    for (const bar of bars) line = line.padEnd(margin + bar.from) + strokesOf(bar);
    return line;
  });
  if (times.length > 0) {
    let line = ' '.repeat(margin);
    for (const { at, text } of times) line = line.padEnd(margin + at) + text;
    lines.push(`${line} ms`);
  }
  if (rows.some(({ bars }) => bars.some(({ kind }) => kind === 'open'))) lines.push('▷ may have happened at any later time, or not');
  if (rows.some(({ bars }) => bars.some(({ kind }) => kind === 'culprit'))) lines.push('╞═╡ has no explanation');
  if (left > 0) lines.push(`${left} earlier ones are left out`);
  return lines.join('\n');
}

function strokesOf({ from, to, label, kind }: Bar): string {
  const [begin, fill, end] = STROKES[kind];
  const room = to - from - 1 - label.length - 2;
  const before = Math.floor(room / 2);
  return `${begin}${fill.repeat(before)} ${label} ${fill.repeat(room - before)}${end}`;
}
