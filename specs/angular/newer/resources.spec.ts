/** Replies in resources (of Angular 19). */
import { Component, inject, resource, signal } from '@angular/core';
import { rxResource } from '@angular/core/rxjs-interop';
import type { AskAbortedError } from 'ownstate';
import { describe, expect, it } from 'vitest';
import { show, stable } from '../../support/angular.js';
import { ANN, providers, Server, Users } from '../users.js';

@Component({ selector: 'user-resource', template: '{{ user.isLoading() ? "…" : user.hasValue() ? user.value().name : user.error()?.message }}', providers })
class UserResource {
  readonly server = inject(Server);
  readonly store = inject(Users);
  readonly id = signal(1);
  readonly user = resource({
    params: () => this.id(),
    loader: ({ params, abortSignal }) => this.store.with({ signal: abortSignal }).ask.load(params),
  });
}

@Component({ selector: 'user-rx', template: '{{ user.isLoading() ? "…" : user.value()?.name }}', providers })
class UserRx {
  readonly server = inject(Server);
  readonly store = inject(Users);
  readonly id = signal(1);
  readonly user = rxResource({ params: () => this.id(), stream: ({ params }) => this.store.ask.load(params) });
}

describe('a resource', () => {
  it('takes a reply as what its loader promises', async () => {
    const { page, it, text } = show(UserResource);
    expect(text()).toBe('…');
    it.server.requests[0]!.answer(ANN);
    await stable(page);
    expect(text()).toBe('Ann');
  });

  it('shows what a reply failed with', async () => {
    const { page, it, text } = show(UserResource);
    it.server.requests[0]!.fail(new Error('no such user'));
    await stable(page);
    expect(text()).toBe('no such user');
  });

  it('gives up an ask whose params have changed: its request is aborted', async () => {
    const { page, it, text } = show(UserResource);
    it.id.set(2);
    page.detectChanges();
    const [first, second] = it.server.requests;
    expect([first?.signal.aborted, second?.signal.aborted]).toEqual([true, false]);
    expect((first?.signal.reason as AskAbortedError).code).toBe('ASK_ABORTED');
    second!.answer({ id: 2, name: 'Bob' });
    first!.fail(first!.signal.reason);
    await stable(page);
    expect(text()).toBe('Bob');
  });

  it('of rxjs takes a reply as its stream', async () => {
    const { page, it, text } = show(UserRx);
    it.server.requests[0]!.answer(ANN);
    await stable(page);
    expect(text()).toBe('Ann');
    it.id.set(2);
    page.detectChanges();
    expect(text()).toBe('…');
    it.server.requests[1]!.answer({ id: 2, name: 'Bob' });
    await stable(page);
    expect(text()).toBe('Bob');
  });
});
