// @ts-check
/**
 * A page of 1,000 components, each showing its own cell of one state, beside the same page on zustand: what it costs to
 * change one cell, from the command to the changed text. Each change must render one component and no more.
 */
import { Window } from 'happy-dom';
import { expectSame, interleave, reportVersus } from '../measure.js';

const CELLS = 1000;
const BATCH = 50;

const window = new Window();
Object.assign(globalThis, { window, document: window.document });
// React looks for a page when it's loaded.
const { createElement, memo } = await import('react');
const { createRoot } = await import('react-dom/client');
const { flushSync } = await import('react-dom');
const { createStore } = await import('ownstate');
const { useSelect } = await import('ownstate/react');
const { create } = await import('zustand');

const first = Array.from({ length: CELLS }, () => 0);

const store = createStore({
  state: { cells: first },
  commands: {
    set: ({ cells }, /** @type {{ at: number, to: number }} */ { at, to }) => ({ cells: cells.with(at, to) }),
  },
});
const useZustand = create(() => ({ cells: first }));

/**
 * Renders a page of cells, and gives what changes one of them.
 * @param {(at: number) => number} useCell
 * @param {(at: number, to: number) => void} set
 */
function page(useCell, set) {
  let renders = 0;
  let changes = 0;
  const Cell = memo((/** @type {{ at: number }} */ { at }) => {
    renders++;
    return createElement('i', null, useCell(at));
  });
  const root = document.createElement('main');
  document.body.append(root);
  flushSync(() => createRoot(root).render(first.map((_, at) => createElement(Cell, { key: at, at }))));
  expectSame('cells rendered', renders, CELLS);
  renders = 0;
  return () => {
    for (let i = 0; i < BATCH; i++) {
      changes++;
      const at = (changes * 7) % CELLS;
      flushSync(() => set(at, changes));
      expectSame('renders', renders, changes);
      expectSame('text', root.children[at].textContent, String(changes));
    }
  };
}

const { ours, theirs } = await interleave({
  ours: page((at) => useSelect(store, ({ cells }) => cells[at]), (at, to) => store.tell.set({ at, to })),
  theirs: page((at) => useZustand(({ cells }) => cells[at]), (at, to) => useZustand.setState(({ cells }) => ({ cells: cells.with(at, to) }))),
}, BATCH);
reportVersus('a change of one cell of 1,000', ours, 'the same on zustand', theirs);
