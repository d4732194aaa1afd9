/** The table in the guide is the one that its example draws. */
import { expect, it } from 'vitest';
import { table } from '../../docs/examples/devtools/table.js';
import { blocksIn, read } from '../support/examples.js';

it('the guide shows the table that its example draws', () => {
  const file = 'docs/guide/devtools.md';
  const tables = blocksIn(file, read(file)).filter(({ language }) => language === 'text').map(({ code }) => code);
  expect(tables).toEqual([`${table}\n`]);
  expect(table).not.toContain('hunter2');
});

it('the guide shows a store in the DevTools unless that is for production', async () => {
  const { cart } = await import('../../docs/examples/devtools/main.js');
  cart.tell.add('tea');
  expect(cart.snapshot()).toEqual(['tea']);
});
