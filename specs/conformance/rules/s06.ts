/** S6: no error vanishes: a failed tell, a reply that nobody observes, an observer that throws, a source's error. */
import { type AnyDefinition, type Client, type ErrorEvent } from 'ownstate';
import { concat, of, throwError } from 'rxjs';
import { expect } from 'vitest';
import { clause, overKinds, type Rule } from '../clause.js';
import { FOREVER, slowKinds, type Give } from '../handlers.js';
import type { World } from '../world.js';

/** A store that fails, at once or later. */
function desk(w: World, give: Give) {
  return w.create({
    name: 'desk',
    state: 0,
    commands: {
      add: (n: number) => n + 1,
      fail: () => give((): number => {
        throw new Error('no');
      }),
      hold: (n: number) => give(() => n, FOREVER),
    },
  }, { mailbox: { capacity: 1 } });
}

function errorsOf(store: Pick<Client<AnyDefinition>, 'errors$'>): ErrorEvent[] {
  const errors: ErrorEvent[] = [];
  store.errors$.subscribe((error) => errors.push(error));
  return errors;
}

export const s06: Rule = {
  name: 'S6 No error vanishes',
  clauses: [
    ...overKinds('a failed tell appears on errors$, with its store, number and type', async (w, give) => {
      const store = desk(w, give);
      const errors = errorsOf(store);
      await w.value(store.ask.add());
      store.tell.fail();
      await w.pass(10);
      expect(errors).toMatchObject([{ store: 'desk', seq: 2, type: 'fail', error: { message: 'no' }, started: true }]);
    }),

    ...overKinds('a failed reply that nobody observes appears on errors$', async (w, give) => {
      const store = desk(w, give);
      const errors = errorsOf(store);
      void store.ask.fail();
      await w.pass(10);
      expect(errors).toMatchObject([{ store: 'desk', seq: 1, type: 'fail', error: { message: 'no' }, started: true }]);
    }),

    ...overKinds('a failed reply that somebody observes does not', async (w, give) => {
      const store = desk(w, give);
      const errors = errorsOf(store);
      await w.error(store.ask.fail());
      store.tell.fail();
      await w.pass(10);
      // The tell's only.
      expect(errors).toMatchObject([{ seq: 2 }]);
    }),

    ...overKinds('where nobody watches errors$, what fails is reported the way rxjs reports it', async (w, give) => {
      const reported = w.reports();
      const store = desk(w, give);
      store.tell.fail();
      await w.pass(10);
      void store.ask.fail();
      await w.pass(10);
      expect(await reported()).toMatchObject([{ message: 'no' }, { message: 'no' }]);
    }, { needs: ['one process'] }),

    ...overKinds('what the store itself decided about a tell goes to errors$', async (w, give) => {
      const store = desk(w, give);
      const errors = errorsOf(store);
      store.tell.hold();
      store.tell.add();
      store.tell.add();
      void store.shutdown({ timeout: 3 });
      store.tell.add();
      await w.value(store.closed);
      expect(errors).toMatchObject([
        { type: 'add', error: { code: 'MAILBOX_FULL' }, started: false },
        { type: 'add', error: { code: 'STORE_CLOSED' }, started: false },
        { type: 'hold', error: { code: 'STORE_CLOSED' }, started: true },
        { type: 'add', error: { code: 'STORE_CLOSED' }, started: false },
      ]);
    }, { over: slowKinds }),

    ...overKinds('and nowhere else', async (w, give) => {
      const reported = w.reports();
      const store = desk(w, give);
      store.tell.hold();
      store.tell.add();
      store.tell.add();
      void store.shutdown({ timeout: 3 });
      store.tell.add();
      await w.value(store.closed);
      expect(await reported()).toEqual([]);
      const other = desk(w, give);
      other.tell.fail();
      await w.pass(10);
      // Whereas a handler's error would be seen here.
      expect(await reported()).toMatchObject([{ message: 'no' }]);
    }, { over: slowKinds, needs: ['one process'] }),

    ...overKinds('an observer that throws harms no other observer, no asker and not the store', async (w, give) => {
      const reported = w.reports();
      const store = w.create({ state: 0, commands: { add: (n: number) => give(() => n + 1) } });
      store.select().subscribe(() => {
        throw new Error('of the observer');
      });
      const seen: number[] = [];
      store.select().subscribe((n) => seen.push(n));
      const asked = store.ask.add();
      asked.subscribe(() => {
        throw new Error('of the subscriber');
      });
      await w.value(asked);
      await w.value(store.ask.add());
      expect(seen).toEqual([0, 1, 2]);
      expect(await reported()).toContainEqual(new Error('of the subscriber'));
      expect(await reported()).toContainEqual(new Error('of the observer'));
    }, { needs: ['one process'] }),

    clause('the error of a source that is subscribed to commands$ appears on errors$ and ends nothing, nor does its end', async (w) => {
      const store = desk(w, (outcome) => outcome());
      const errors = errorsOf(store);
      const add = { type: 'add' } as const;
      of(add).subscribe(store.commands$);
      concat(of(add), throwError(() => new Error('of the source'))).subscribe(store.commands$);
      await w.pass(1);
      expect(errors).toMatchObject([{ store: 'desk', error: { message: 'of the source' }, started: false }]);
      await w.value(store.ask.add());
      expect(store.snapshot()).toBe(3);
    }),
  ],
};
