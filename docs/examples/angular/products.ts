/** Products that are requested by HttpClient: what is known isn't asked for again, what nobody wants is cancelled. */
import { HttpClient } from '@angular/common/http';
import { inject } from '@angular/core';
import { effect, reply } from 'ownstate';
import { storeToken } from 'ownstate/angular';
import { fromEvent, takeUntil, throwIfEmpty } from 'rxjs';

export interface Product {
  readonly id: number;
  readonly name: string;
}

export interface Catalogue {
  readonly found: readonly Product[];
  readonly byId: Readonly<Record<number, Product>>;
}

const first: Catalogue = { found: [], byId: {} };

export const Products = storeToken(() => {
  const http = inject(HttpClient);
  return {
    name: 'products',
    state: first,
    commands: {
      search: (now, text: string) => effect(now, {
        policy: 'switch',
        run: () => http.get<readonly Product[]>('/api/products', { params: { text } }),
        done: (then, found) => ({ ...then, found }),
      }),
      load: (now, id: number) => {
        const known = now.byId[id];
        return known ? reply(now, known) : effect(now, {
          policy: 'merge',
          run: ({ signal }) => http.get<Product>(`/api/products/${id}`).pipe(
            takeUntil(fromEvent(signal, 'abort')),
            throwIfEmpty(),
          ),
          done: (then, product) => reply({ ...then, byId: { ...then.byId, [id]: product } }, product),
        });
      },
    },
  };
}, { transfer: 'products' });
