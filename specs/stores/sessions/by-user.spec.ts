/** The rings of users' sessions, against plain arrays. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ByUser } from '../../../lib/stores/sessions/by-user.js';

it('knows whose each slot is, whoever comes and goes', () => {
  const step = fc.record({ slot: fc.nat(40), user: fc.oneof(fc.constantFrom('ann', 1, '1'), fc.nat(3000)) });
  fc.assert(fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
    const byUser = new ByUser();
    const plain = new Map<string | number, number[]>();
    const owner = new Map<number, string | number>();
    for (const { slot, user } of steps) {
      const of = owner.get(slot);
      expect(byUser.of(slot)).toBe(of);
      if (of === undefined) {
        byUser.add(slot, user);
        owner.set(slot, user);
        plain.set(user, [slot, ...plain.get(user) ?? []]);
      } else {
        byUser.delete(slot);
        owner.delete(slot);
        plain.set(of, plain.get(of)!.filter((other) => other !== slot));
      }
    }
    for (const [user, slots] of plain) expect([byUser.size(user), byUser.slots(user)]).toEqual([slots.length, slots]);
  }));
});

it('lets go of users who have none any more, some while later', () => {
  const byUser = new ByUser();
  // Each of 5,000 comes and goes twice; ann stays away in the middle.
  for (let round = 0; round < 2; round++) {
    for (let user = 0; user < 5000; user++) {
      byUser.add(7, user);
      byUser.add(8, 'ann');
      expect(byUser.slots(user)).toEqual([7]);
      byUser.delete(7);
      byUser.delete(8);
      expect([byUser.size(user), byUser.size('ann'), byUser.slots('ann')]).toEqual([0, 0, []]);
    }
  }
  byUser.delete(7);
  byUser.add(3, 'ann');
  byUser.add(4, 'ann');
  expect(byUser.slots('ann')).toEqual([4, 3]);
  byUser.clear();
  expect([byUser.size('ann'), byUser.of(3)]).toEqual([0, undefined]);
});
