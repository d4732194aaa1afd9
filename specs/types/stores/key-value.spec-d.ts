/** Types of the key-value store: what is inferred, and what must not compile. */
/* eslint-disable @typescript-eslint/no-unsafe-call -- what doesn't compile has no type that could be linted */
import type { Feed, Reply, Store } from 'ownstate';
import {
  createKeyValue, defineKeyValue, watch, type Key, type KeyValue, type KeyValueDefinition, type KeyValueDump, type KeyValueEvent, type KeyValueStats,
} from 'ownstate/stores';
import type { Observable } from 'rxjs';
import { expectTypeOf, it } from 'vitest';

interface User { readonly name: string }

const users = createKeyValue<User>();

it('a store knows the type of its values', () => {
  expectTypeOf(users).toEqualTypeOf<KeyValue<User>>();
  expectTypeOf(users).toEqualTypeOf<Store<KeyValueDefinition<User>>>();
  expectTypeOf(defineKeyValue<User>()).toEqualTypeOf<KeyValueDefinition<User>>();
  expectTypeOf(users.ask.get('k')).toEqualTypeOf<Reply<User | undefined>>();
  expectTypeOf(users.ask.take('k')).toEqualTypeOf<Reply<User | undefined>>();
  expectTypeOf(users.ask.getMany(['k', 1])).toEqualTypeOf<Reply<(User | undefined)[]>>();
  expectTypeOf(users.ask.getAndSet({ key: 'k', value: { name: 'Ann' } })).toEqualTypeOf<Reply<User | undefined>>();
  expectTypeOf(users.ask.set({ key: 'k', value: { name: 'Ann' } })).toEqualTypeOf<Reply<boolean | User | undefined>>();
  expectTypeOf(users.ask.delete('k')).toEqualTypeOf<Reply<boolean>>();
  expectTypeOf(users.ask.deleteMany(['k'])).toEqualTypeOf<Reply<boolean[]>>();
  expectTypeOf(users.ask.update({ key: 'k', with: (user) => user })).toEqualTypeOf<Reply<User | undefined>>();
  expectTypeOf(users.ask.watch('k')).toEqualTypeOf<Reply<Feed<User | undefined>>>();
  expectTypeOf(users.ask.size()).toEqualTypeOf<Reply<number>>();
  expectTypeOf(users.ask.stats()).toEqualTypeOf<Reply<KeyValueStats>>();
  expectTypeOf(users.ask.dump()).toEqualTypeOf<Reply<KeyValueDump<User>>>();
  expectTypeOf(users.snapshot()).toEqualTypeOf<{ readonly changes: number }>();
  expectTypeOf(users.events$).toEqualTypeOf<Observable<KeyValueEvent<User>>>();
  expectTypeOf(watch(users, 'k')).toEqualTypeOf<Observable<User | undefined>>();
  expectTypeOf(watch(users.client, 1)).toEqualTypeOf<Observable<User | undefined>>();
});

it('without a type, values are unknown', () => {
  expectTypeOf(createKeyValue().ask.get('k')).toEqualTypeOf<Reply<unknown>>();
});

it('messages are typed by their type', () => {
  expectTypeOf(users.send({ type: 'get', payload: 'k' })).toEqualTypeOf<Reply<User | undefined>>();
  expectTypeOf(users.send({ type: 'delete', payload: 'k' })).toEqualTypeOf<Reply<boolean>>();
});

it('events are told apart by their type', () => {
  const told = (event: KeyValueEvent<User>): Key | number => event.type === 'cleared' ? event.size : event.key;
  expectTypeOf(told).returns.toEqualTypeOf<Key>();
});

export const refused = () => {
  // @ts-expect-error a value of another type
  users.tell.set({ key: 'k', value: 'Ann' });
  // @ts-expect-error a value that is none
  users.tell.set({ key: 'k', value: undefined });
  // @ts-expect-error a value that is missing
  users.tell.set({ key: 'k' });
  // @ts-expect-error a key of another type
  users.tell.set({ key: true, value: { name: 'Ann' } });
  // @ts-expect-error a misspelt field
  users.tell.set({ key: 'k', value: { name: 'Ann' }, tll: 5 });
  // @ts-expect-error a lifetime that is no number
  users.tell.set({ key: 'k', value: { name: 'Ann' }, ttl: '5' });
  // @ts-expect-error a key that is missing
  users.ask.get();
  // @ts-expect-error a key where keys are wanted
  users.ask.getMany('k');
  // @ts-expect-error what is expected has to be given, if only as undefined
  users.ask.compareAndSet({ key: 'k', value: { name: 'Ann' } });
  // @ts-expect-error a change that takes its time
  users.ask.update({ key: 'k', with: async (user: User | undefined) => user });
  // @ts-expect-error a query can't be told
  users.tell.get('k');
  // @ts-expect-error a rule that isn't there
  createKeyValue({ onFull: 'drop' });
  // @ts-expect-error a dump of another store
  createKeyValue({ restore: { kind: 'counter', version: 1, at: 0, count: 5 } });
  // @ts-expect-error another store
  watch(users.ask, 'k');
};
