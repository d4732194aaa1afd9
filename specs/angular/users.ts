/** A store of users, for the specs of what Angular does with replies. */
import { inject } from '@angular/core';
import { effect, reply } from 'ownstate';
import { provideStore, storeToken } from 'ownstate/angular';

/** What is loaded. */
export interface User { readonly id: number; readonly name: string }

/** Requests to a server that answers by hand. */
export class Server {
  readonly requests: { readonly id: number; readonly answer: (user: User) => void; readonly fail: (error: unknown) => void; readonly signal: AbortSignal }[] = [];

  get(id: number, abort: AbortSignal): Promise<User> {
    return new Promise((answer, fail) => this.requests.push({ id, answer, fail, signal: abort }));
  }
}

/** Users, as a server gives them. */
export const Users = storeToken(() => {
  const server = inject(Server);
  return {
    name: 'users',
    state: [] as readonly User[],
    commands: {
      load: (users, id: number) => effect(users, {
        policy: 'merge',
        run: ({ signal: abort }) => server.get(id, abort),
        done: (now, user: User) => reply([...now, user], user),
      }),
      rename: (users, { id, name }: User) => {
        if (users.some((user) => user.name === name)) throw new RangeError(`${name} is taken`);
        return reply(users.map((user) => user.id === id ? { id, name } : user), name);
      },
    },
    queries: { count: (users) => users.length },
  };
});

export const ANN = { id: 1, name: 'Ann' };
export const providers = [Server, provideStore(Users)];
