/** A cart, injectable: its items come from a server and are saved there. */
import { inject, Injectable } from '@angular/core';
import { effect, reply } from 'ownstate';
import { storeToken } from 'ownstate/angular';

export interface Item {
  readonly id: number;
  readonly name: string;
}

/** Stands for a server. */
@Injectable({ providedIn: 'root' })
export class CartApi {
  async load(): Promise<readonly Item[]> {
    return [{ id: 1, name: 'tea' }];
  }
}

export const Cart = storeToken(() => {
  const api = inject(CartApi);
  return {
    name: 'cart',
    state: { items: [] as readonly Item[], loading: false },
    commands: {
      load: (cart) => effect({ ...cart, loading: true }, {
        policy: 'switch',
        run: () => api.load(),
        done: (now, items: readonly Item[]) => reply({ ...now, items, loading: false }, items.length),
        failed: (now) => ({ ...now, loading: false }),
      }),
      add: (cart, name: string) => {
        if (cart.items.some((item) => item.name === name)) throw new RangeError(`${name} is there already`);
        const id = cart.items.length + 1;
        return reply({ ...cart, items: [...cart.items, { id, name }] }, id);
      },
      rename: (cart, { id, name }: Item) => ({ ...cart, items: cart.items.map((item) => item.id === id ? { id, name } : item) }),
    },
  };
}, { transfer: 'cart' });
