/** The program `sessions`. */
import { expect, it } from 'vitest';
import program from '../../docs/programs/sessions.js';
import { runVirtually } from '../support/virtual.js';

it('sessions log in, make room, expire and end', async () => {
  const { timed } = await runVirtually(program);
  expect(timed).toEqual([
    '0 ms  a visitor fills a basket, and logs in as Ann:',
    '0 ms    visitor is now ann-1, with apple',
    '0 ms    visitor: not there',
    '0 ms',
    '0 ms  Ann logs in on two more devices, where two are allowed:',
    '500 ms  0.5 s  ann-1 made room: maxPerUser',
    '500 ms    her sessions: ann-3, ann-2',
    '500 ms',
    '500 ms  she comes back on one of them every two seconds, and not on the other:',
    '2500 ms  2.5 s  ann-3: welcome back',
    '4000 ms  4.0 s  ann-2 was removed: idle',
    '4500 ms  4.5 s  ann-3: welcome back',
    '6500 ms  6.5 s  ann-3: welcome back',
    '8500 ms  8.5 s  ann-3 was removed: absolute',
    '8500 ms  8.5 s  ann-3: please log in',
    '10500 ms  10.5 s  ann-3: please log in',
    '10500 ms',
    '10500 ms  a guest comes and leaves:',
    '10500 ms    an update after the end: changes nothing',
    '10500 ms    created 4, deleted 1, expired 2, evicted 1, left 0',
  ]);
});
