/** A search whose answers take a while: the latest question counts. */
import { createStore, effect, reply } from 'ownstate';
import { useAsk } from 'ownstate/react';

export function createSearch(fetchHits: (query: string, signal: AbortSignal) => Promise<readonly string[]>) {
  return createStore({
    name: 'search',
    state: { asked: 0 },
    commands: {
      find: ({ asked }, query: string) => effect({ asked: asked + 1 }, {
        policy: 'switch', // a newer question aborts the work on the older one
        run: ({ signal }) => fetchHits(query, signal),
        done: (now, hits) => reply(now, hits),
      }),
    },
  });
}

export function Search({ search }: { search: ReturnType<typeof createSearch> }) {
  const { ask, pending, value = [], error } = useAsk(search.ask.find);
  return (
    <section aria-busy={pending}>
      <input aria-label="query" onChange={(event) => { ask(event.target.value); }} />
      {error instanceof Error && <p role="alert">{error.message}</p>}
      <ul>{value.map((hit) => <li key={hit}>{hit}</li>)}</ul>
    </section>
  );
}
