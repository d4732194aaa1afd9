/** The mailbox, held against a plain array: what waits, in which order, how many, and who loses a place. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Command } from '../../lib/core/command.js';
import { Mailbox, type Overflow } from '../../lib/core/mailbox.js';

let letters = 0;

/** A command as far as a mailbox looks at it, and a number by which the specs tell it from others. */
function letter(beside = false): Command {
  return { route: { exempt: beside }, withdrawn: false, id: ++letters } as unknown as Command;
}

type Step = { do: 'put'; exempt: boolean } | { do: 'take' } | { do: 'withdraw'; which: number };

const exempt = fc.oneof({ weight: 4, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) });
const put = fc.record({ do: fc.constant('put' as const), exempt });
const take = fc.record({ do: fc.constant('take' as const) });
const withdraw = fc.record({ do: fc.constant('withdraw' as const), which: fc.nat(1000) });

/** Scripts that keep a mailbox short, that fill it, and that withdraw most of it. */
const weights = fc.constantFrom([6, 4, 2], [8, 1, 1], [8, 1, 6]);
const scripts: fc.Arbitrary<Step[]> = weights.chain(([puts = 1, takes = 1, withdrawals = 1]) => fc.array(
  fc.oneof({ weight: puts, arbitrary: put }, { weight: takes, arbitrary: take }, { weight: withdrawals, arbitrary: withdraw }),
  { maxLength: 400, size: 'max' },
));

/** The same mailbox as an array, as slow as it is obvious. */
class Model {
  waiting: Command[] = [];
  highWater = 0;

  get bounded(): Command[] {
    return this.waiting.filter((command) => !command.route.exempt);
  }

  put(command: Command, capacity: number, overflow: Overflow): Command | undefined {
    let lost: Command | undefined;
    if (!command.route.exempt && this.bounded.length === capacity) {
      if (overflow === 'reject') return command;
      lost = this.bounded[0]!;
      this.withdraw(lost);
    }
    this.waiting.push(command);
    this.highWater = Math.max(this.highWater, this.bounded.length);
    return lost;
  }

  withdraw(command: Command): void {
    this.waiting = this.waiting.filter((other) => other !== command);
  }
}

describe('A mailbox', () => {
  it('is empty at first, and gives nothing then', () => {
    const mailbox = new Mailbox();
    expect(mailbox.empty).toBe(true);
    expect(mailbox.take()).toBeUndefined();
    expect([mailbox.waiting, mailbox.highWater]).toEqual([0, 0]);
  });

  it('gives out what waits longest', () => {
    const mailbox = new Mailbox();
    const [a, b] = [letter(), letter()];
    mailbox.put(a, 2, 'reject');
    mailbox.put(b, 2, 'reject');
    expect(mailbox.take()).toBe(a);
    expect(mailbox.take()).toBe(b);
    expect(mailbox.empty).toBe(true);
  });

  it('refuses the newcomer when it is full, and keeps what waits', () => {
    const mailbox = new Mailbox();
    const [a, b] = [letter(), letter()];
    mailbox.put(a, 1, 'reject');
    expect(mailbox.put(b, 1, 'reject')).toBe(b);
    expect(mailbox.take()).toBe(a);
    expect(mailbox.take()).toBeUndefined();
  });

  it('drops the one that waits longest when it is full, and takes the newcomer in', () => {
    const mailbox = new Mailbox();
    const [a, b, c] = [letter(), letter(), letter()];
    mailbox.put(a, 2, 'drop-oldest');
    mailbox.put(b, 2, 'drop-oldest');
    expect(mailbox.put(c, 2, 'drop-oldest')).toBe(a);
    expect([mailbox.take(), mailbox.take()]).toEqual([b, c]);
  });

  it('takes in what passes beside the bound although it is full, and never drops it', () => {
    const mailbox = new Mailbox();
    const [tick, a, b] = [letter(true), letter(), letter()];
    mailbox.put(tick, 1, 'drop-oldest');
    mailbox.put(a, 1, 'drop-oldest');
    expect(mailbox.put(b, 1, 'drop-oldest')).toBe(a);
    expect(mailbox.put(letter(true), 1, 'reject')).toBeUndefined();
    expect(mailbox.take()).toBe(tick);
    expect(mailbox.waiting).toBe(1);
  });

  it('skips what was withdrawn, and has room for another in its place', () => {
    const mailbox = new Mailbox();
    const [a, b, c] = [letter(), letter(), letter()];
    mailbox.put(a, 2, 'reject');
    mailbox.put(b, 2, 'reject');
    mailbox.withdraw(a);
    expect(mailbox.put(c, 2, 'reject')).toBeUndefined();
    expect([mailbox.take(), mailbox.take(), mailbox.take()]).toEqual([b, c, undefined]);
  });

  it('is empty when all that waited was withdrawn', () => {
    const mailbox = new Mailbox();
    const all = Array.from({ length: 100 }, () => letter());
    for (const command of all) mailbox.put(command, 100, 'reject');
    for (const command of all) mailbox.withdraw(command);
    expect([mailbox.empty, mailbox.waiting, mailbox.highWater]).toEqual([true, 0, 100]);
    expect(mailbox.take()).toBeUndefined();
  });

  for (const overflow of ['reject', 'drop-oldest'] as const) {
    it(`does what a plain array does, and never holds more than its capacity (${overflow})`, () => {
      fc.assert(fc.property(fc.integer({ min: 1, max: 120 }), scripts, (capacity, script) => {
        const mailbox = new Mailbox();
        const model = new Model();
        for (const step of script) {
          if (step.do === 'put') {
            const command = letter(step.exempt);
            expect(mailbox.put(command, capacity, overflow)).toBe(model.put(command, capacity, overflow));
          } else if (step.do === 'take') {
            expect(mailbox.take()).toBe(model.waiting.shift());
          } else if (model.waiting.length > 0) {
            const command = model.waiting[step.which % model.waiting.length]!;
            mailbox.withdraw(command);
            model.withdraw(command);
          }
          expect(mailbox.waiting).toBeLessThanOrEqual(capacity);
          expect(mailbox).toMatchObject({ waiting: model.bounded.length, highWater: model.highWater, empty: model.waiting.length === 0 });
        }
        for (const command of model.waiting) expect(mailbox.take()).toBe(command);
        expect(mailbox.take()).toBeUndefined();
      }));
    });
  }
});
