/** Replies in the hands of Angular: the async pipe, toSignal. What came after Angular 17 has specs of its own in `newer`. */
import { AsyncPipe } from '@angular/common';
import { Component, inject } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { injectStore } from 'ownstate/angular';
import { describe, expect, it } from 'vitest';
import { show, stable } from '../support/angular.js';
import { ANN, providers, Server, Users } from './users.js';

@Component({ selector: 'user-name', standalone: true, template: '{{ (user | async)?.name ?? "…" }}', imports: [AsyncPipe], providers })
class UserName {
  readonly server = inject(Server);
  readonly user = injectStore(Users).ask.load(1);
}

@Component({ selector: 'user-signal', standalone: true, template: '{{ user()?.name ?? "…" }} {{ count() }}', providers })
class UserSignal {
  readonly server = inject(Server);
  readonly store = inject(Users);
  readonly reply = this.store.ask.load(1);
  readonly user = toSignal(this.reply);
  readonly count = toSignal(this.store.ask.count(), { requireSync: true });
}

describe('a reply', () => {
  it('is shown by the async pipe when it comes', async () => {
    const { page, it, text } = show(UserName);
    expect(text()).toBe('…');
    it.server.requests[0]!.answer(ANN);
    await it.user;
    await stable(page);
    expect(text()).toBe('Ann');
  });

  it('is a signal by toSignal, at once where it has settled', async () => {
    const { page, it, text } = show(UserSignal);
    expect(text()).toBe('… 0');
    it.server.requests[0]!.answer(ANN);
    await it.reply;
    await stable(page);
    expect(text()).toBe('Ann 0');
  });

  it('that fails is thrown where its signal is read', async () => {
    const { it } = show(UserSignal);
    expect(it.user()).toBeUndefined();
    it.server.requests[0]!.fail(new Error('no such user'));
    await expect(it.reply).rejects.toThrow('no such user');
    expect(it.user).toThrow('no such user');
  });

  it('of a component that is destroyed fails, and its work is aborted', async () => {
    const { page, it } = show(UserSignal);
    page.destroy();
    expect(it.server.requests[0]!.signal.aborted).toBe(true);
    await expect(it.reply).rejects.toMatchObject({ code: 'STORE_CLOSED', started: true });
  });
});
