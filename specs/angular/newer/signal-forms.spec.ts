/** Replies in the submits of signal forms (of Angular 21). */
import { computed, Injector, signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { form, required, submit } from '@angular/forms/signals';
import { selectSignal } from 'ownstate/angular';
import { describe, expect, it } from 'vitest';
import { ANN, providers, Server, Users } from '../users.js';

describe('the submit of a signal form', () => {
  async function openForm() {
    TestBed.configureTestingModule({ providers });
    const [server, store] = [TestBed.inject(Server), TestBed.inject(Users)];
    for (const user of [ANN, { id: 2, name: 'Bob' }]) {
      const loaded = store.ask.load(user.id);
      server.requests.at(-1)!.answer(user);
      await loaded;
    }
    const model = signal(ANN);
    const fields = form(model, (path) => required(path.name), { injector: TestBed.inject(Injector) });
    const names = selectSignal(store, (users) => users.map(({ name }) => name).join());
    /** The errors of the store's become those of the field. */
    const save = () => submit(fields, async () => {
      try {
        await store.ask.rename(model());
        return undefined;
      } catch (error) {
        return { kind: 'refused', message: (error as Error).message, fieldTree: fields.name };
      }
    });
    return { fields, names, save };
  }

  it('is done when the store has answered', async () => {
    const { fields, names, save } = await openForm();
    fields.name().value.set('Amy');
    const saving = save();
    const submitting = computed(() => fields().submitting());
    expect(submitting()).toBe(true);
    expect(await saving).toBe(true);
    expect([names(), submitting()]).toEqual(['Amy,Bob', false]);
  });

  it('shows what the store refused at the field', async () => {
    const { fields, names, save } = await openForm();
    fields.name().value.set('Bob');
    expect(await save()).toBe(false);
    expect(fields.name().errors()).toEqual([expect.objectContaining({ kind: 'refused', message: 'Bob is taken' })]);
    expect(names()).toBe('Ann,Bob');
  });

  it('asks nothing of the store while the form is invalid', async () => {
    const { fields, names, save } = await openForm();
    fields.name().value.set('');
    expect(await save()).toBe(false);
    expect(names()).toBe('Ann,Bob');
  });
});
