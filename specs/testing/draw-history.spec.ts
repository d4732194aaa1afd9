/** Drawn histories: bars of time per client, as text and as SVG. */
import { checkLinearizable, drawHistory, type History, type Operation } from 'ownstate/testing';
import { describe, expect, it } from 'vitest';
import { bars } from '../support/bars.js';

const operation = (client: string, began: number, ended: number, more: object = {}): Operation =>
  ({ client, type: 'get', began, ended, outcome: 'replied', reply: undefined, ...more });

/** The tags of an SVG, checked to close each other; and its texts. @throws Error where they don't */
function readXml(text: string): { readonly tags: string[]; readonly texts: string[] } {
  const open: string[] = [];
  const tags: string[] = [];
  const texts: string[] = [];
  const rest = text.replace(/<(\/?)(\w+)((?: [\w:-]+="[^"<>&]*")*)(\/?)>|([^<>]+)/g, (_all, end: string, tag: string, _attributes: string, empty: string, content?: string) => {
    if (content !== undefined) {
      if (/&(?!amp;|lt;|gt;|quot;)/.test(content)) throw new Error(`Expected an escaped text, got ${content}`);
      if (open.at(-1) === 'text') texts.push(content);
    } else if (end !== '') {
      const expected = open.pop();
      if (expected !== tag) throw new Error(`Expected the end of ${String(expected)}, got ${tag}`);
    } else {
      tags.push(tag);
      if (empty === '') open.push(tag);
    }
    return '';
  });
  if (rest !== '' || open.length > 0) throw new Error(`Expected XML, got ${rest}, ${open.join(' ')}`);
  return { tags, texts };
}

describe('a history as text', () => {
  const drawn = (diagram: string, culprit?: number): string[] => {
    const history = bars(diagram);
    return drawHistory({ ...history, ...culprit === undefined ? {} : { culprit: history.operations[culprit]! } }).split('\n');
  };

  it('has a row for each client, in the order in which they appear', () => {
    expect(drawn(`
      bob      [get >1]
      ann  [set 1      ]
      cyd                [get >1]`)).toEqual([
      'ann ├── set 1 ──┤',
      'bob  ├ get → 1 ┤',
      'cyd              ├ get → 1 ┤',
    ]);
  });

  it('shows begins and ends in their order, as far apart as the words need', () => {
    expect(drawn(`
      ann  [set 1             ] [get >2]
      beatrice [set 2    ]`)).toEqual([
      'ann      ├─ set 1 ─┤├ get → 2 ┤',
      'beatrice  ├ set 2 ┤',
    ]);
  });

  it('gives a client more rows where its operations overlap', () => {
    expect(drawn('ann [set 1]').length).toBe(1);
    const history: History = { operations: [operation('ann', 1, 4), operation('ann', 2, 3), operation('ann', 5, 6), operation('bob', 3, 5)] };
    expect(drawHistory(history).split('\n')).toEqual([
      'ann ├─ get ─┤├ get ┤',
      '     ├ get ┤',
      'bob   ├─ get ─┤',
    ]);
  });

  it('shows how each ended', () => {
    expect(drawn('ann [set 1 ?\nbob   [set 2 x\ncyd     [fail !\ndan       [set 3 …').map((row) => row.replace(/ +/g, ' ').replace(/([╌─])+/g, '$1'))).toEqual([
      'ann ├╌ set 1 → ? ╌▷',
      'bob ┊ set 2 never happened ┊',
      'cyd ├ fail fails: RangeError: no ┤',
      'dan ├╌ set 3 → ? ╌▷',
      '▷ may have happened at any later time, or not',
    ]);
  });

  it('names the error for which an ask was given up', () => {
    const gone = Object.assign(new Error('gone'), { name: 'AskTimeoutError' });
    const history: History = { operations: [operation('ann', 1, 2, { outcome: 'unknown', error: gone }), operation('bob', 3, 4, { outcome: 'never', error: 'full' })] };
    expect(drawHistory(history)).toContain('get → ? (AskTimeoutError)');
    expect(drawHistory(history)).toContain("get never happened ('full')");
  });

  it('marks the culprit', () => {
    expect(drawn('ann [set 1] [get >0]', 1)).toEqual(['ann ├ set 1 ┤╞ get → 0 ╡', '╞═╡ has no explanation']);
  });

  it('shows times where they are known, with a space between two', () => {
    const history: History = { operations: [
      operation('ann', 1, 3, { beganAt: 0, endedAt: 1500 }), operation('bob', 2, 4, { beganAt: 1499.12345, endedAt: 1500 }), operation('cyd', 5, 6),
    ] };
    expect(drawHistory(history).split('\n')).toEqual([
      'ann ├── get ───┤',
      'bob   ├── get ──┤',
      'cyd              ├ get ┤',
      '    0 1499.123 1500 ms',
    ]);
  });

  it('cuts what is long, and keeps to one line for each row', () => {
    const [row, ...rest] = drawHistory({ operations: [operation('ann', 1, 2, { payload: 'a\nb'.repeat(100) })] }).split('\n');
    expect(rest).toEqual([]);
    expect(row).toMatch(/^ann ├ get 'a\\nba\\nba.*… ┤$/);
    expect(row!.length).toBeLessThan(60);
  });

  it('shows as escapes what has no shape, or would turn the rest round', () => {
    const [row, ...rest] = drawHistory({ operations: [
      operation('\u001B[31mann\u2028', 1, 2, { type: 'g\ret', payload: '\u202Eon\u0000', outcome: 'failed', error: new Error('a\nb') }),
    ] }).split('\n');
    expect(rest).toEqual([]);
    expect(row).toBe("\\u001b[31mann\\u2028 ├ g\\ret '\\u202eon\\u0000' fails: Error: a\\nb ┤");
  });

  it('does not cut a character in two', () => {
    expect(drawHistory({ operations: [operation('ann', 1, 2, { payload: `${'a'.repeat(41)}😀😀` })] })).toBe(`ann ├ get '${'a'.repeat(41)}… ┤`);
  });

  it('leaves out the earlier ones of many', () => {
    const operations = Array.from({ length: 300 }, (_, i) => operation('ann', i * 2, i * 2 + 1, { payload: i }));
    expect(drawHistory({ operations }).match(/get/g)).toHaveLength(200);
    expect(drawHistory({ operations })).toContain('get 299 ┤\n100 earlier ones are left out');
    const few = drawHistory({ operations: [...operations, operation('bob', 1, 1000, { payload: 'long' })] }, { most: 2 });
    expect(few.split('\n')).toEqual(["bob ├ get 'long' ┤", 'ann  ├ get 299 ┤', '299 earlier ones are left out']);
  });

  it('is empty for an empty history', () => {
    expect(drawHistory({ operations: [] })).toBe('');
  });
});

describe('a history as SVG', () => {
  it('has a bar and a label for each operation, and a name for each client', () => {
    const { tags, texts } = readXml(drawHistory(bars('ann [set 1] [get >1]\nbob   [set 2 ?'), { format: 'svg' }));
    expect(tags[0]).toBe('svg');
    expect(tags.filter((tag) => tag === 'rect')).toHaveLength(3);
    expect(texts).toEqual(['ann', 'set 1', 'get → 1', 'bob', 'set 2 → ?', 'dashed: may have happened at any later time, or not']);
  });

  it('marks the culprit, and the others by how they ended', () => {
    const verdict = checkLinearizable(bars('ann [get >1]\nbob [set 1 x\ncyd [set 2 ?'), { init: 0, step: (state) => ({ state, reply: state }) });
    if (verdict.linearizable) throw new Error('Expected a history that is refuted');
    expect(drawHistory(verdict, { format: 'svg' })).toContain('<g class="culprit">');
    const whole = drawHistory(bars('bob [set 1 x\ncyd [set 2 ?\ndan [set 2]'), { format: 'svg' });
    expect([...whole.matchAll(/<g class="(\w+)">/g)].map(([, kind]) => kind)).toEqual(['never', 'open', 'plain']);
  });

  it('shows times', () => {
    const { texts } = readXml(drawHistory({ operations: [operation('ann', 1, 2, { beganAt: 3, endedAt: 9 })] }, { format: 'svg' }));
    expect(texts).toEqual(['ann', 'get', '3', '9 ms']);
  });

  it('holds all that it draws', () => {
    const text = drawHistory({ operations: [operation('a client of a long name', 1, 2), operation('b', 3, 4, { outcome: 'unknown' })] }, { format: 'svg' });
    const width = Number(/width="(\d+)"/.exec(text)?.[1]);
    const ends = [...text.matchAll(/<rect x="(\d+)" y="\d+" width="(\d+)"/g)].map(([, x, wide]) => Number(x) + Number(wide));
    expect(ends).toHaveLength(2);
    expect(Math.max(...ends)).toBeLessThanOrEqual(width);
  });

  it('escapes what is no text of XML', () => {
    const hostile = '</text><script>alert("1")</script>&\u0000\uD800';
    const text = drawHistory({ operations: [operation(hostile, 1, 2, { type: '<b>' })] }, { format: 'svg' });
    expect(readXml(text).tags).not.toContain('script');
    expect(readXml(text).texts).toEqual(['&lt;/text&gt;&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;\uFFFD\uFFFD', '&lt;b&gt;']);
  });
});

describe('drawHistory', () => {
  it.each<[string, object]>([
    ["Expected `format` to be text or svg, got 'png'", { format: 'png' }],
    ['Expected `most` to be a positive integer or Infinity, got 0', { most: 0 }],
    ['Expected `most` to be a positive integer or Infinity, got NaN', { most: NaN }],
    ['Expected `most` to be a positive integer or Infinity, got 1.5', { most: 1.5 }],
    ["Expected `most` to be a positive integer or Infinity, got '3'", { most: '3' }],
    ['Expected `options` to be an object, got null', null as never],
  ])('refuses: %s', (message, options) => {
    expect(() => drawHistory({ operations: [] }, options)).toThrow(new TypeError(message));
  });

  it.each<[string, unknown]>([
    ['Expected `history.operations` to be an array, got undefined', null],
    ['Expected `history.operations` to be an array, got undefined', {}],
    ['Expected `history.operations` to be an array of operations, got null', { operations: [null] }],
    ["Expected the client of an operation to be a string, got { type: 'get', began: 1, ended: 2, outcome: 'replied' }",
      { operations: [{ type: 'get', began: 1, ended: 2, outcome: 'replied' }] }],
  ])('refuses a history: %s', (message, history) => {
    expect(() => drawHistory(history as History)).toThrow(new TypeError(message));
  });

  it('draws all, if asked to', () => {
    const operations = Array.from({ length: 300 }, (_, i) => operation('ann', i * 2, i * 2 + 1, { payload: i }));
    expect(drawHistory({ operations }, { most: Infinity }).match(/get/g)).toHaveLength(300);
  });
});
