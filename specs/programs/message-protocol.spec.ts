/** The program `message-protocol`. */
import { expect, it } from 'vitest';
import program from '../../docs/programs/message-protocol.js';
import { runVirtually } from '../support/virtual.js';

it('message-protocol inserts, gets and deletes by messages', async () => {
  const { timed } = await runVirtually(program);
  expect(timed).toEqual([
    '0 ms  messages that are answered:',
    '0 ms    {"type":"insert","payload":{"key":"ann","value":"Ann, London"}} → inserted',
    '0 ms    {"type":"insert","payload":{"key":"ann","value":"Ann, Paris"}} → refused: ann is there already',
    '0 ms    {"type":"get","payload":"ann"} → Ann, London',
    '0 ms    {"type":"get","payload":"bob"} → undefined',
    '0 ms    {"type":"delete","payload":"ann"} → true',
    '0 ms    {"type":"delete","payload":"ann"} → false',
    '0 ms',
    '0 ms  a message as text, of a type that nobody knows:',
    '0 ms    {"type":"drop","payload":"everything"} → refused: UNKNOWN_COMMAND',
    '0 ms',
    '0 ms  a stream of messages, each as it is handled:',
    '100 ms    insert {"key":"bob","value":"Bob, Rome"}',
    '200 ms    insert {"key":"eve","value":"Eve, Oslo"}',
    '300 ms    delete "bob"',
    '350 ms  keys: eve',
  ]);
});
