/** The program `chat-room`. */
import { describe, expect, it } from 'vitest';
import program from '../../docs/programs/chat-room.js';
import { runVirtually } from '../support/virtual.js';

describe('chat-room', () => {
  it('shows each member what is said while they are there, and the history at the end', async () => {
    const { lines, took } = await runVirtually(program);
    expect(lines).toEqual([
      'Alice joined; in the room: Alice; said so far: 0',
      '  Alice   ◂ Bob joined',
      'Bob joined; in the room: Alice, Bob; said so far: 0',
      '  Alice   ◂ Alice: Hello, Bob!',
      '  Bob     ◂ Alice: Hello, Bob!',
      '  Alice   ◂ Bob: Hi, Alice.',
      '  Bob     ◂ Bob: Hi, Alice.',
      '  Alice   ◂ Charlie joined',
      '  Bob     ◂ Charlie joined',
      'Charlie joined; in the room: Alice, Bob, Charlie; said so far: 2',
      '  Alice   ◂ Charlie: Good morning.',
      '  Bob     ◂ Charlie: Good morning.',
      '  Charlie ◂ Charlie: Good morning.',
      '  Alice   ◂ Alice: Coffee?',
      '  Bob     ◂ Alice: Coffee?',
      '  Alice   ◂ Alice: Or tea?',
      '  Bob     ◂ Alice: Or tea?',
      '  Alice   ◂ Alice: There is cake, too.',
      '  Bob     ◂ Alice: There is cake, too.',
      '  Alice   ◂ Alice: Charlie?',
      '  Bob     ◂ Alice: Charlie?',
      '  Alice   ◂ Bob to Alice: He reads slowly.',
      '  Bob     ◂ Bob to Alice: He reads slowly.',
      'Bob again? Expected a user who isn\'t in the room, got \'Bob\'',
      '  Bob     ◂ the end',
      '  Alice   ◂ Bob left',
      'Bob still? Expected a user who is in the room, got \'Bob\'',
      '  Charlie ◂ Alice: Coffee?',
      '  Charlie ◂ Alice: Or tea?',
      '  Alice   ◂ Charlie: Tea, please.',
      '  Alice   ◂ the end',
      '  Charlie ◂ … 3 dropped …',
      '  Charlie ◂ Charlie: Tea, please.',
      '  Charlie ◂ Alice left',
      '  Charlie ◂ the end',
      'what was said to all:',
      '   3  Alice: Hello, Bob!',
      '   4  Bob: Hi, Alice.',
      '   6  Charlie: Good morning.',
      '   7  Alice: Coffee?',
      '   8  Alice: Or tea?',
      '   9  Alice: There is cake, too.',
      '  10  Alice: Charlie?',
      '  13  Charlie: Tea, please.',
      '9 messages, 3 dropped by slow readers, 0 members left',
    ]);
    expect(took).toBe(650);
  });
});
