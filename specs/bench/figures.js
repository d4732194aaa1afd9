// @ts-check
/** Figures: what a line reports, how a figure is written, and how it's held against what is expected. */

/**
 * @typedef {'ratio' | 'per second' | 'bytes' | 'frames'} Unit
 *
 * @typedef {object} Figure
 * @property {string} what what was measured
 * @property {number} value the median of all rounds
 * @property {Unit} unit
 * @property {number} low the lowest of a round
 * @property {number} high the highest of a round
 *
 * @typedef {object} Report what a line found
 * @property {readonly Figure[]} figures all that was measured
 * @property {readonly Pick<Figure, 'value' | 'low' | 'high'>[]} found what is expected of the line (see lines.js), in that order
 *
 * @typedef {'ok' | 'short'} Verdict
 */

/**
 * The one in the middle, or halfway between the two in the middle.
 * @param {readonly number[]} values
 */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * A figure from one value per round.
 * @param {string} what
 * @param {Unit} unit
 * @param {readonly number[]} rounds
 * @returns {Figure}
 */
export function figure(what, unit, rounds) {
  return { what, unit, value: median(rounds), low: Math.min(...rounds), high: Math.max(...rounds) };
}

/**
 * How many times as fast (or as dear) ours is: the ratio of the medians, and the lowest and highest ratio within a round.
 * @param {readonly number[]} ours
 * @param {readonly number[]} theirs
 */
export function ratio(ours, theirs) {
  const { low, high } = figure('', 'ratio', ours.map((value, round) => value / theirs[round]));
  return { value: median(ours) / median(theirs), low, high };
}

/**
 * @param {import('./lines.js').Expected} expected
 * @param {number} value
 * @returns {Verdict}
 */
export function judge({ least = -Infinity, most = Infinity }, value) {
  return value >= least && value <= most ? 'ok' : 'short';
}

/**
 * @param {number} value
 * @param {Unit} unit
 */
export function written(value, unit) {
  switch (unit) {
    case 'ratio': return value.toFixed(2);
    case 'frames': return `${value} frames`;
    case 'bytes': return Math.abs(value) < 1e5 ? `${value.toFixed(Math.abs(value) < 10 ? 2 : 0)} B` : `${(value / 1e6).toFixed(2)} MB`;
    case 'per second': return value < 1e6 ? `${(value / 1e3).toFixed(1)} k/s` : `${(value / 1e6).toFixed(2)} M/s`;
  }
}

/** @param {Pick<Figure, 'unit' | 'low' | 'high'>} figure */
export function spread({ unit, low, high }) {
  return low === high ? '' : `${written(low, unit)} to ${written(high, unit)}`;
}

/** @param {import('./lines.js').Expected} expected */
export function limit({ unit, least, most }) {
  return least === undefined ? `at most ${written(Number(most), unit)}` : `at least ${written(least, unit)}`;
}

/** @param {Figure} figure */
export function sentence(figure) {
  const range = spread(figure);
  return `${figure.what}: ${written(figure.value, figure.unit)}${range && ` (${range})`}`;
}
