/** What happened in a search, as a table. In virtual time, so that it's always the same. */
import { createStore, effect, reply } from 'ownstate';
import { recordTrace } from 'ownstate/devtools';
import { map, timer, VirtualTimeScheduler } from 'rxjs';

const scheduler = new VirtualTimeScheduler();

const search = createStore({
  name: 'search',
  state: { loading: false, hits: 0 },
  commands: {
    search: (state, query: string) => effect({ ...state, loading: true }, {
      policy: 'switch',
      run: () => timer(30, scheduler).pipe(map(() => query.length)),
      done: (_now, hits) => reply({ loading: false, hits }, hits),
    }),
    login: (state, { user }: { user: string; password: string }) => {
      if (user === '') throw new RangeError('who?');
      return state;
    },
    index: (state) => timer(5, scheduler).pipe(map(() => state)),
  },
  queries: { hits: ({ hits }) => hits },
}, { scheduler });

const recorder = recordTrace(search, { redact: ['password'] });
search.ask.search('cats').subscribe({ error: () => undefined });
timer(10, scheduler).subscribe(() => {
  search.ask.search('dogs');
  search.tell.index();
  search.tell.login({ user: 'ann', password: 'hunter2' });
  search.ask.login({ user: '', password: '' }).subscribe({ error: () => undefined });
});
timer(50, scheduler).subscribe(() => {
  search.ask.hits();
  void search.shutdown();
});

scheduler.flush();
export const table: string = recorder.draw();
