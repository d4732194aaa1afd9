/** A drawing that can be undone, begins with what a server sent, is kept in a storage, and says what went wrong. */
import { attempt, optimistic, persist, replaceable, undoable, type PersistStorageSource } from 'ownstate/app';
import { createStoreContext, useSelect, useStore } from 'ownstate/react';
import { useEffect, useState, type ReactNode } from 'react';

export interface Drawing { readonly shapes: readonly string[] }

/** A server that takes shapes. */
export interface Server { readonly save: (shape: string) => Promise<void> }

const drawing = (state: Drawing, server?: Server) => optimistic(undoable(replaceable({
  name: 'drawing',
  state,
  commands: {
    draw: (now, shape: string) => attempt({ shapes: [...now.shapes, shape] }, {
      run: async () => server?.save(shape),
    }),
  },
}), { record: ({ type }) => type !== 'replace' }));

const Drawn = createStoreContext(() => drawing({ shapes: [] }));

export function DrawingProvider({ sent, server, children }: { sent: Drawing; server: Server; children: ReactNode }) {
  const store = useStore(() => drawing(sent, server));
  return <Drawn.Provider store={store}>{children}</Drawn.Provider>;
}

export function Keep({ storage }: { storage: PersistStorageSource }) {
  const store = Drawn.useStore();
  useEffect(() => {
    const kept = persist(store, storage, { pick: ({ present }) => present });
    return () => void kept.stop();
  }, [store, storage]);
  return null;
}

export function Failures() {
  const store = Drawn.useStore();
  const [messages, show] = useState<readonly string[]>([]);
  useEffect(() => {
    const watching = store.errors$.subscribe(({ type, error, quiet }) => {
      if (!quiet) show((before) => [...before, `${type}: ${error instanceof Error ? error.message : String(error)}`]);
    });
    return () => watching.unsubscribe();
  }, [store]);
  return messages.map((message, at) => <p role="alert" key={at}>{message}</p>);
}

export function Canvas() {
  const store = Drawn.useStore();
  const { present, canUndo } = useSelect(store);
  return (
    <figure>
      <figcaption data-testid="shapes">{present.shapes.join(', ')}</figcaption>
      <button onClick={() => store.tell.draw('circle')}>draw</button>
      <button disabled={!canUndo} onClick={store.tell.undo}>undo</button>
    </figure>
  );
}
