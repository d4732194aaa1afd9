/** The program `graceful-shutdown`. */
import { beforeAll, describe, expect, it } from 'vitest';
import { npmStart, type Ran } from '../support/programs.js';

describe('graceful-shutdown', { timeout: 15_000 }, () => {
  let ran: Ran;
  let gracefully: string[];
  let byForce: string[];

  beforeAll(async () => {
    ran = await npmStart('graceful-shutdown');
    const [first = '', second = ''] = ran.stdout.split('by force\n');
    gracefully = first.trimEnd().split('\n');
    byForce = second.trimEnd().split('\n');
  }, 15_000);

  it('first refuses what comes too late, answers what was in flight, and closes', () => {
    expect(gracefully).toEqual([
      'gracefully',
      '  open: 1 running, 2 waiting, 0 handled',
      '  draining: 1 running, 2 waiting, 0 handled',
      'too late: StoreClosedError, never begun',
      'letter: printed as number 1',
      'report: printed as number 2',
      'poster: printed as number 3',
      '  closed: 0 running, 0 waiting, 3 handled',
    ]);
  });

  it('then ends a store whose handler hangs when its deadline passes, and tells each asker whether it had begun', () => {
    expect(byForce.slice(0, -1)).toEqual([
      '  open: 1 running, 1 waiting, 0 handled',
      'jammed: StoreClosedError, begun',
      'behind it: StoreClosedError, never begun',
    ]);
  });

  it('shows a store that was ended by force with nothing running and nothing waiting', () => {
    expect(byForce.at(-1)).toMatch(/^ {2}closed: 0 running, 0 waiting, /);
  });

  it('exits by itself, long before the job that hangs would have ended', () => {
    expect({ code: ran.code, stderr: ran.stderr }).toEqual({ code: 0, stderr: '' });
    expect(ran.took).toBeLessThan(8_000);
  });
});
