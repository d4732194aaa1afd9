/** Replies in the hands of `use` (of React 19). */
import { act, render, screen } from '@testing-library/react';
import { createStore, effect, reply } from 'ownstate';
import { Suspense, use } from 'react';
import { Subject } from 'rxjs';
import { expect, it } from 'vitest';

it('use(reply) waits under Suspense, for as long as the reply is kept', async () => {
  const answer = new Subject<string>();
  const store = createStore({
    state: 0,
    commands: { find: (n, query: string) => effect(n, { run: () => answer, done: (now, found) => reply(now, `${found} ${query}`) }) },
  });
  const found = store.ask.find('tea');
  const Found = () => <b>{use(found)}</b>;
  await act(async () => render(<Suspense fallback="waits"><Found /></Suspense>));
  expect(screen.getByText('waits')).toBeTruthy();
  await act(async () => {
    answer.next('green');
    answer.complete();
  });
  expect(screen.getByText('green tea')).toBeTruthy();
});
