/** What is inferred of sessions, and what doesn't compile. */
import session from 'express-session';
import type { Store } from 'ownstate';
import {
  createSessions, sessionStore,
  type DumpedSession, type Session, type SessionEvent, type Sessions, type SessionsDefinition, type SessionsDump, type SessionsStats, type SessionsView,
} from 'ownstate/stores';
import { describe, expectTypeOf, it } from 'vitest';

interface Basket {
  readonly items: readonly string[];
}

const sessions = createSessions<Basket>();

describe('a sessions store', () => {
  it('is a store of its definition', () => {
    expectTypeOf(sessions).toEqualTypeOf<Sessions<Basket>>();
    expectTypeOf(sessions).toEqualTypeOf<Store<SessionsDefinition<Basket>>>();
    expectTypeOf(createSessions()).toEqualTypeOf<Sessions>();
    expectTypeOf(createSessions).returns.toEqualTypeOf<Sessions>();
  });

  it('replies sessions of its data, or none', () => {
    expectTypeOf(sessions.ask.create({ data: { items: [] } })).resolves.toEqualTypeOf<Session<Basket>>();
    expectTypeOf(sessions.ask.get('a')).resolves.toEqualTypeOf<Session<Basket> | undefined>();
    expectTypeOf(sessions.ask.peek('a')).resolves.toEqualTypeOf<Session<Basket> | undefined>();
    expectTypeOf(sessions.ask.touch('a')).resolves.toEqualTypeOf<boolean>();
    expectTypeOf(sessions.ask.update({ id: 'a', data: { items: [] } })).resolves.toEqualTypeOf<Session<Basket> | undefined>();
    expectTypeOf(sessions.ask.update({ id: 'a', with: ({ items }) => ({ items: [...items, 'apple'] }) })).resolves.toEqualTypeOf<Session<Basket> | undefined>();
    expectTypeOf(sessions.ask.regenerate('a')).resolves.toEqualTypeOf<Session<Basket> | undefined>();
    expectTypeOf(sessions.ask.adopt({ id: 'a', data: { items: [] } })).resolves.toEqualTypeOf<Session<Basket>>();
    expectTypeOf(sessions.ask.delete('a')).resolves.toEqualTypeOf<boolean>();
    expectTypeOf(sessions.ask.deleteByUser('ann')).resolves.toEqualTypeOf<number>();
    expectTypeOf(sessions.ask.deleteOthers('a')).resolves.toEqualTypeOf<number>();
    expectTypeOf(sessions.ask.clear()).resolves.toEqualTypeOf<number>();
    expectTypeOf(sessions.ask.sweep()).resolves.toEqualTypeOf<number>();
    expectTypeOf(sessions.ask.listByUser(7)).resolves.toEqualTypeOf<readonly Session<Basket>[]>();
    expectTypeOf(sessions.ask.stats()).resolves.toEqualTypeOf<SessionsStats>();
    expectTypeOf(sessions.ask.dump()).resolves.toEqualTypeOf<SessionsDump<Basket>>();
    expectTypeOf<SessionsDump<Basket>['sessions']>().toEqualTypeOf<readonly DumpedSession<Basket>[]>();
    expectTypeOf(sessions.snapshot()).toEqualTypeOf<SessionsView>();
  });

  it('tells commands, no queries', () => {
    expectTypeOf(sessions.tell).toHaveProperty('delete');
    expectTypeOf(sessions.tell).not.toHaveProperty('peek');
  });

  it('announces a closed union', () => {
    sessions.events$.subscribe((event) => {
      expectTypeOf(event).toEqualTypeOf<SessionEvent>();
      switch (event.type) {
        case 'created': case 'updated': case 'deleted': case 'evicted': return expectTypeOf(event.id).toEqualTypeOf<string>();
        case 'expired': return expectTypeOf(event.reason).toEqualTypeOf<'idle' | 'absolute'>();
        case 'regenerated': return expectTypeOf(event.was).toEqualTypeOf<string>();
        case 'cleared': return expectTypeOf(event.count).toEqualTypeOf<number>();
        default: return expectTypeOf(event).toBeNever();
      }
    });
  });
});

describe('what does not compile', () => {
  it('is what a sessions store has no use for', () => {
    // @ts-expect-error data of another type
    sessions.ask.create({ data: 'a basket' });
    // @ts-expect-error there's no data
    sessions.ask.create({ user: 'ann' });
    // @ts-expect-error an id is the store's own choice
    sessions.ask.create({ data: { items: [] }, id: 'a' });
    // @ts-expect-error an id is a text
    sessions.ask.get(5);
    // @ts-expect-error an update without an id
    sessions.ask.update({ data: { items: [] } });
    // @ts-expect-error `with` gives data
    sessions.ask.update({ id: 'a', with: () => 5 });
    // @ts-expect-error no such option
    createSessions({ idleTime: 5 });
    // @ts-expect-error a dump of another store
    createSessions({ restore: { kind: 'cache', version: 1, at: 0, sessions: [] } });
  });
});

describe('a store for express-session', () => {
  const data = createSessions<session.SessionData>({ foreignIds: true });

  it('is one for express-session, with all that is optional there', () => {
    const store = sessionStore(session.Store, data, { user: ({ cookie }) => cookie.path });
    expectTypeOf(store).toExtend<session.Store>();
    session({ secret: 'spec', store });
    store.length((_error, length) => expectTypeOf(length).toEqualTypeOf<number | undefined>());
    expectTypeOf<(typeof store)['touch']>().not.toBeNullable();
  });

  it('takes the power to ask only, and data with fields', () => {
    sessionStore(session.Store, data.client);
    // @ts-expect-error data without fields
    sessionStore(session.Store, createSessions<string>());
    // @ts-expect-error the module isn't the class
    sessionStore(session, data);
  });
});
