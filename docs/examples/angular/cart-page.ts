/** A page that shows the cart: what is selected as signals, replies by the async pipe, a draft of its own. */
import { AsyncPipe } from '@angular/common';
import { ChangeDetectionStrategy, Component, inject, signal } from '@angular/core';
import type { Reply } from 'ownstate';
import { injectStore, provideStore, selectSignal, storeToken } from 'ownstate/angular';
import { Cart } from './cart.js';

/** What is typed but not added yet: each component that provides it has one of its own. */
const Draft = storeToken({
  name: 'draft',
  state: '',
  commands: { write: (_text, text: string) => text },
}, { providedIn: null });

@Component({
  selector: 'cart-item',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: '{{ name() }}',
})
export class CartItem {
  readonly #cart = inject(Cart);
  readonly id = signal(1);
  readonly name = selectSignal(this.#cart, ({ items }) => items.find(({ id }) => id === this.id())?.name ?? '');
}

@Component({
  selector: 'cart-page',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [AsyncPipe, CartItem],
  providers: [provideStore(Draft)],
  template: `
    <h1>{{ count() }} items</h1>
    @if (loading()) { <p>loading</p> }
    <ul>
      @for (item of items(); track item.id) { <li>{{ item.name }}</li> }
    </ul>
    <input #name [value]="draft()" (input)="write(name.value)">
    <button (click)="add()">add</button>
    @if (added) { <output>{{ added | async }}</output> }
    <cart-item />
  `,
})
export class CartPage {
  readonly cart = inject(Cart);
  readonly draftStore = injectStore(Draft);
  readonly items = selectSignal(this.cart, ({ items }) => items);
  readonly count = selectSignal(this.cart, ({ items }) => items.length);
  readonly loading = selectSignal(this.cart, ({ loading }) => loading);
  readonly draft = selectSignal(this.draftStore);
  readonly write = this.draftStore.tell.write;
  added: Reply<number> | undefined;

  constructor() {
    // On a page that a server rendered they have come along.
    if (this.items().length === 0) this.cart.ask.load();
  }

  add(): void {
    this.added = this.cart.ask.add(this.draft());
  }
}
