// @ts-check
/** Figures: what a line reports, how a figure is written, and how it's held against what is expected. */

/**
 * @typedef {'ratio' | 'per second' | 'bytes' | 'frames' | 'ms'} Unit
 *
 * @typedef {object} Figure
 * @property {string} what what was measured
 * @property {number} value the median of all rounds
 * @property {Unit} unit
 * @property {number} low half of the rounds lie between this …
 * @property {number} high … and this
 *
 * @typedef {object} Report what a line found
 * @property {readonly Figure[]} figures all that was measured
 * @property {readonly Pick<Figure, 'value' | 'low' | 'high'>[]} found what is expected of the line (see lines.js), in that order
 *
 * @typedef {'ok' | 'short'} Verdict
 */

/**
 * The value below which a share of the others lies, between two of them in proportion: the median for a half.
 * @param {readonly number[]} values
 * @param {number} share from 0 to 1
 */
export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  return sorted[below] + (sorted[Math.ceil(place)] - sorted[below]) * (place - below);
}

/**
 * A figure from one value per round.
 * @param {string} what
 * @param {Unit} unit
 * @param {readonly number[]} rounds
 * @returns {Figure}
 */
export function figure(what, unit, rounds) {
  return { what, unit, value: quantile(rounds, 0.5), low: quantile(rounds, 0.25), high: quantile(rounds, 0.75) };
}

/**
 * How many times as fast (or as dear) ours is, round by round: what slows the machine for a while slows both in a round.
 * @param {readonly number[]} ours
 * @param {readonly number[]} theirs
 */
export function ratio(ours, theirs) {
  return figure('', 'ratio', ours.map((value, round) => value / theirs[round]));
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
    case 'ms': return `${value.toFixed(value < 10 ? 3 : 0)} ms`;
    case 'frames': return `${value} frames`;
    case 'bytes': return value < 1e5 ? `${value.toFixed(value < 10 ? 2 : 0)} B` : `${(value / 1e6).toFixed(2)} MB`;
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
