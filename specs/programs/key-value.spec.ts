/** The program `key-value`. */
import { expect, it } from 'vitest';
import program from '../../docs/programs/key-value.js';
import { runVirtually } from '../support/virtual.js';

it('key-value sets, gets, counts, watches, expires and deletes', async () => {
  const { timed } = await runVirtually(program);
  expect(timed).toEqual([
    '0 ms  set name: true',
    '0 ms  get name: Alice',
    '0 ms  get age: undefined',
    '0 ms',
    '0 ms  three clients count their visits, ten each:',
    '100 ms    Alice is done',
    '100 ms    Bob is done',
    '100 ms    Charlie is done',
    '100 ms  visits: 30',
    '100 ms',
    '100 ms  a code that is good for two seconds, as a watcher sees it:',
    '100 ms    code: undefined',
    '100 ms    code: 4711',
    '1100 ms    after one second 1000 ms are left',
    '2100 ms    code: undefined',
    '2200 ms    after two seconds: undefined',
    '2200 ms',
    '2200 ms  keys: name, visits',
    '2200 ms  delete name: true, once more: false',
    '2200 ms  size: 1',
  ]);
});
