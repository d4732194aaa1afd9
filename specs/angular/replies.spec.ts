/** Replies in the hands of Angular: the async pipe, toSignal, resources, submits of signal forms. */
import { AsyncPipe } from '@angular/common';
import { Component, computed, inject, Injector, resource, signal } from '@angular/core';
import { rxResource, toSignal } from '@angular/core/rxjs-interop';
import { TestBed } from '@angular/core/testing';
import { form, required, submit } from '@angular/forms/signals';
import { effect, reply, type AskAbortedError } from 'ownstate';
import { injectStore, provideStore, selectSignal, storeToken } from 'ownstate/angular';
import { describe, expect, it } from 'vitest';

interface User { readonly id: number; readonly name: string }

/** Requests to a server that answers by hand. */
class Server {
  readonly requests: { readonly id: number; readonly answer: (user: User) => void; readonly fail: (error: unknown) => void; readonly signal: AbortSignal }[] = [];

  get(id: number, abort: AbortSignal): Promise<User> {
    return new Promise((answer, fail) => this.requests.push({ id, answer, fail, signal: abort }));
  }
}

const Users = storeToken(() => {
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

const ANN = { id: 1, name: 'Ann' };
const providers = [Server, provideStore(Users)];

@Component({ selector: 'user-name', template: '{{ (user | async)?.name ?? "…" }}', imports: [AsyncPipe], providers })
class UserName {
  readonly server = inject(Server);
  readonly user = injectStore(Users).ask.load(1);
}

@Component({ selector: 'user-signal', template: '{{ user()?.name ?? "…" }} {{ count() }}', providers })
class UserSignal {
  readonly server = inject(Server);
  readonly store = inject(Users);
  readonly reply = this.store.ask.load(1);
  readonly user = toSignal(this.reply);
  readonly count = toSignal(this.store.ask.count(), { requireSync: true });
}

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

/** A component on its page, and what it shows. */
function show<T>(component: new () => T) {
  const page = TestBed.createComponent(component);
  page.detectChanges();
  return { page, it: page.componentInstance, text: () => (page.nativeElement as HTMLElement).textContent.trim() };
}

describe('a reply', () => {
  it('is shown by the async pipe when it comes', async () => {
    const { page, it, text } = show(UserName);
    expect(text()).toBe('…');
    it.server.requests[0]!.answer(ANN);
    await it.user;
    await page.whenStable();
    expect(text()).toBe('Ann');
  });

  it('is a signal by toSignal, at once where it has settled', async () => {
    const { page, it, text } = show(UserSignal);
    expect(text()).toBe('… 0');
    it.server.requests[0]!.answer(ANN);
    await it.reply;
    await page.whenStable();
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

describe('a resource', () => {
  it('takes a reply as what its loader promises', async () => {
    const { page, it, text } = show(UserResource);
    expect(text()).toBe('…');
    it.server.requests[0]!.answer(ANN);
    await page.whenStable();
    expect(text()).toBe('Ann');
  });

  it('shows what a reply failed with', async () => {
    const { page, it, text } = show(UserResource);
    it.server.requests[0]!.fail(new Error('no such user'));
    await page.whenStable();
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
    await page.whenStable();
    expect(text()).toBe('Bob');
  });

  it('of rxjs takes a reply as its stream', async () => {
    const { page, it, text } = show(UserRx);
    it.server.requests[0]!.answer(ANN);
    await page.whenStable();
    expect(text()).toBe('Ann');
    it.id.set(2);
    page.detectChanges();
    expect(text()).toBe('…');
    it.server.requests[1]!.answer({ id: 2, name: 'Bob' });
    await page.whenStable();
    expect(text()).toBe('Bob');
  });
});

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
