/** A history as bars of time, a row for each client. */
import { checkHistory } from './check-history.js';
import { layOut } from './drawing/layout.js';
import { drawSvg } from './drawing/svg.js';
import { drawText } from './drawing/text.js';
import type { History, Operation } from './operation.js';
import { show } from './show.js';
import { expect, expectObject } from './expect.js';

/** How a history is drawn. Each field is optional. */
export interface DrawOptions {
  /** `'text'` (default) for a terminal, `'svg'` for a browser: a whole `<svg>` element. */
  readonly format?: 'text' | 'svg';
  /** The most operations that are drawn, those that end last; the drawing says how many are left out. Default 200; `Infinity` for all. */
  readonly most?: number;
}

/**
 * Draws a history, or the part of one that `checkLinearizable` found to have no explanation, whose culprit is marked.
 *
 * ```
 *   ann ├─ set 1 ─┤     ├╌ set 2 → ? ╌╌▷       ▷ unknown: it may have happened at any later time, or not
 *   bob      ├ get → 0 ┤   ╞ get → 5 ╡         ═ the culprit
 *         0     2       5        9 ms
 * ```
 *
 * Begins and ends stand in their order; the distances between them are those that the words need. A client whose
 * operations overlap gets more than one row. Control characters, ends of lines and marks that turn the direction of text
 * are shown as escapes, such as `\u001b`.
 *
 * @param history recorded by `recordHistory`, written by hand, or found by `checkLinearizable`
 * @param options the format, and how much of a long history is drawn
 * @returns text without an end of line at its end, or an SVG element
 * @throws TypeError for what is no history, an unknown format, or a `most` that is neither a positive integer nor Infinity
 *
 * @example
 * ```ts
 * import { createStore } from 'ownstate';
 * import { drawHistory, recordHistory } from 'ownstate/testing';
 *
 * const counter = createStore({ state: 0, commands: { reset: () => 0 }, queries: { get: (count) => count } });
 * const history = recordHistory(counter);
 * await history.client('ann').ask.get();
 * console.log(drawHistory(history).split('\n')[0]); // ann ├ get → 0 ┤
 * console.log(drawHistory(history, { format: 'svg' }).slice(0, 4)); // <svg
 * ```
 */
export function drawHistory(history: History & { readonly culprit?: Operation }, options: DrawOptions = {}): string {
  checkHistory(history);
  expectObject(options, 'options');
  const { format = 'text', most = 200 } = options;
  expect(most > 0 && (Number.isInteger(most) || most === Infinity), 'most', 'a positive integer or Infinity', most);
  const drawing = layOut(history, most);
  switch (format) {
    case 'text': return drawText(drawing);
    case 'svg': return drawSvg(drawing);
    default: throw new TypeError(`Expected \`format\` to be text or svg, got ${show(format)}`);
  }
}
