/** The states of composed definitions, which only the definition inside knows, travel from the server to the browser. */
import '@angular/compiler';
import { createEnvironmentInjector, makeStateKey, PLATFORM_ID, TransferState, type InjectionToken } from '@angular/core';
import { attempt, optimistic, undoable } from 'ownstate/app';
import { provideStore, storeToken } from 'ownstate/angular';
import type { AnyDefinition, Store } from 'ownstate';
import { describe, expect, it } from 'vitest';

interface Cart { readonly lines: readonly string[] }
const EMPTY: Cart = { lines: [] };

const Optimistic = storeToken((first: Cart = EMPTY) => optimistic({
  name: 'cart',
  state: first,
  commands: { add: (cart, line: string) => attempt({ lines: [...cart.lines, line] }, { run: async () => line.length }) },
}), { providedIn: null, transfer: { key: 'cart', restore: 'leave' } });

const Undoable = storeToken((first: Cart = EMPTY) => undoable({
  name: 'draft',
  state: first,
  commands: { add: (cart, line: string) => ({ lines: [...cart.lines, line] }) },
}), { providedIn: null, transfer: { key: 'draft', save: ({ present }) => present, restore: 'leave' } });

/** The store of an application on a platform, with what came in a page or is to go with one. */
function open<D extends AnyDefinition>(token: InjectionToken<Store<D>>, platform: string, states: TransferState): Store<D> {
  const providers = [{ provide: TransferState, useValue: states }, { provide: PLATFORM_ID, useValue: platform }, provideStore(token)];
  return createEnvironmentInjector(providers, null as never).get(token);
}

/** What came in a page: what a server wrote. */
function arrived(written: TransferState): TransferState {
  const states = new TransferState();
  for (const [key, value] of Object.entries(JSON.parse(written.toJson()) as object)) states.set(makeStateKey<unknown>(key), value);
  return states;
}

describe("with restore: 'leave'", () => {
  it('an optimistic store begins with what came, and goes on from there', async () => {
    const written = new TransferState();
    const onServer = open(Optimistic, 'server', written);
    await onServer.ask.add('tea');
    const states = arrived(written);
    const inBrowser = open(Optimistic, 'browser', states);
    expect(inBrowser.snapshot()).toEqual({ lines: ['tea'] });
    expect(await inBrowser.ask.add('cake')).toBe(4);
    expect(inBrowser.snapshot()).toEqual({ lines: ['tea', 'cake'] });
    expect(open(Optimistic, 'browser', states).snapshot()).toBe(EMPTY);
  });

  it('an undoable store begins with what came, without steps', () => {
    const written = new TransferState();
    open(Undoable, 'server', written).tell.add('tea');
    const inBrowser = open(Undoable, 'browser', arrived(written));
    expect(inBrowser.snapshot()).toEqual({ present: { lines: ['tea'] }, canUndo: false, canRedo: false });
    inBrowser.tell.add('cake');
    inBrowser.tell.undo();
    expect(inBrowser.snapshot().present).toEqual({ lines: ['tea'] });
  });

  it('a definition begins as ever where nothing came', () => {
    expect(open(Optimistic, 'browser', new TransferState()).snapshot()).toBe(EMPTY);
    expect(open(Undoable, 'server', new TransferState()).snapshot().present).toBe(EMPTY);
  });
});

describe('a function that makes the definition', () => {
  it('gets what came, also where that is made the first state by itself', () => {
    const came: unknown[] = [];
    const Sum = storeToken((first?: number) => {
      came.push(first);
      return { state: 0, commands: { add: (sum, by: number) => sum + by } };
    }, { providedIn: null, transfer: 'sum' });
    const written = new TransferState();
    open(Sum, 'server', written).tell.add(5);
    expect(open(Sum, 'browser', arrived(written)).snapshot()).toBe(5);
    expect(came).toEqual([undefined, 5]);
  });
});
