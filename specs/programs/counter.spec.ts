/** The program `counter`. */
import { describe, expect, it } from 'vitest';
import { npmStart } from '../support/programs.js';

describe('counter', { timeout: 15_000 }, () => {
  it('gives five clients three increments each, hands out each count once and in order, and ends at 15', async () => {
    const { code, stdout, stderr } = await npmStart('counter');

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout.trimEnd().split('\n');
    expect(lines.pop()).toBe('final value: 15');
    expect(lines.map((line) => Number(line.split(' got ')[1]))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
    const clients = lines.map((line) => line.split(' got ')[0]);
    const round = ['Ada', 'Barbara', 'Edsger', 'Grace', 'Tony'];
    expect(clients).toEqual([...round, ...round, ...round]);
  });
});
