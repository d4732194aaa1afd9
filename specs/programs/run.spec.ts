/** What `npm start` makes of its command line. */
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { npmStart } from '../support/programs.js';

describe('npm start', { timeout: 15_000 }, () => {
  it('lists the programs, each with a sentence', async () => {
    const { code, stdout, stderr } = await npmStart('--list');

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout.trimEnd().split('\n');
    for (const line of lines) expect(line).toMatch(/^[a-z-]+ {2,}[A-Z][^.*]+\.$/);
    const files = readdirSync(new URL('../../docs/programs', import.meta.url)).filter((file) => file.endsWith('.ts'));
    expect(lines.map((line) => `${line.split(' ')[0] ?? ''}.ts`).sort()).toEqual(files.sort());
    expect(files).toEqual([
      'actor', 'bank-account', 'cache', 'chat-room', 'counter', 'deadlock-prevention', 'graceful-shutdown', 'key-value', 'leak-prevention',
      'mailbox-buffering', 'message-protocol', 'rate-limiter', 'readers-writers', 'sessions', 'task-queue', 'worker-pool',
    ].map((name) => `${name}.ts`));
  });

  it.each([
    ['nobody', "'nobody'"],
    ['../support/flags', "'../support/flags'"],
    ['', "''"],
  ])('refuses %j, which is no program, with one line and exit code 2', async (name, shown) => {
    const { code, stdout, stderr } = await npmStart(name);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^Expected `NAME` to be one of actor, bank-account, .*, worker-pool, got .*\n$/);
    expect(stderr.endsWith(` got ${shown}\n`)).toBe(true);
  });

  it('hands the rest of the command line to the program, and gives the exit code of the program', async () => {
    const { code, stdout, stderr } = await npmStart('graceful-shutdown', '--readers', '5');
    const line = "Expected `argument` to be left out, got '--readers'\n";
    expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: '', stderr: line });
  });

  it('without a name hands all of it to readers-writers', async () => {
    const { code, stdout, stderr } = await npmStart('--pause', '0', '--list');
    const line = "Expected `argument` to be one of --readers, --writers, --seconds, --pause, got '--list'\n";
    expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: '', stderr: line });
  });
});
