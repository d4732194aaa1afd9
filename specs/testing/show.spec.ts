/** Values as people read them in a line. */
import { expect, it } from 'vitest';
import { cut, show, visible } from '../../lib/testing/show.js';

it.each<[string, unknown]>([
  ["'it\\'s \\\\n'", "it's \\n"],
  ["'\\b\\t\\n\\f\\r'", '\b\t\n\f\r'],
  ["'\\u0000\\u001b[2J\\u007f\\u009b'", '\u0000\u001B[2J\u007F\u009B'],
  ["'\\u202a\\u202e\\u2066\\u2069\\u200f\\u061c'", '\u202A\u202E\u2066\u2069\u200F\u061C'],
  ["'\\u2028\\u2029\\ud800'", '\u2028\u2029\uD800'],
  ["'日本 👨‍👩‍👧 é'", '日本 👨‍👩‍👧 é'],
  ["{ a\\nb: '\\n' }", { 'a\nb': '\n' }],
  ["Map { '\\n': ['\\u001b'] }", new Map([['\n', ['\u001B']]])],
  ['Set { 1 }', new Set([1])], ['Set {}', new Set()], ['Map {}', new Map()], ['{}', {}], ['[]', []],
  ['RangeError: a\\nb', new RangeError('a\nb')],
  ['Symbol(a\\nb)', Symbol('a\nb')],
  ['1970-01-01T00:00:00.000Z', new Date(0)], ['{}', new Date(NaN)],
])('%s', (text, value) => {
  expect(show(value)).toBe(text);
});

it('names are shown without quotes, with the same escapes', () => {
  expect(visible("it's \\n, \u001B[31m\n")).toBe("it's \\n, \\u001b[31m\\n");
});

it('what is long is cut, and not in the middle of a character', () => {
  expect(show('a'.repeat(100))).toBe(`'${'a'.repeat(78)}…`);
  expect(cut('ab😀cd', 4)).toBe('ab…');
  expect(cut('ab😀cd', 5)).toBe('ab😀…');
  expect(cut('ab😀cd', 6)).toBe('ab😀cd');
});
