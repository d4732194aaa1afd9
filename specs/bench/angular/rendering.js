// @ts-check
/**
 * 1,000 components that each show their own slice of one state; one slice changes, and the page is up to date again:
 * ownstate's `selectSignal` beside NgRx SignalStore's `patchState` and `computed`, with the same components. Zoneless, OnPush, in
 * production mode, in a page of happy-dom.
 */
import { Window } from 'happy-dom';
import { figure, ratio } from '../figures.js';
import { expectSame, interleave, report } from '../measure.js';

// Before Angular is loaded: in production mode, on a page.
const window = new Window();
Object.assign(globalThis, { ngDevMode: false, window, document: window.document, Node: window.Node });
await import('@angular/compiler');
const { ChangeDetectionStrategy, Component, computed, createComponent, inject, provideZonelessChangeDetection } = await import('@angular/core');
const { createApplication } = await import('@angular/platform-browser');
const { patchState, signalStore, withMethods, withState } = await import('@ngrx/signals');
const { selectSignal, storeToken } = await import('ownstate/angular');

const COUNT = 1_000;
const BATCH = 50;
const first = () => ({ cells: Array.from({ length: COUNT }, (_, at) => ({ text: `cell ${at}` })) });

const Cells = storeToken({
  name: 'cells',
  state: first(),
  commands: {
    set: (/** @type {ReturnType<typeof first>} */ { cells }, /** @type {{ at: number, text: string }} */ { at, text }) => ({ cells: cells.with(at, { text }) }),
  },
});

const SignalCells = signalStore({ providedIn: 'root' }, withState(first()), withMethods((store) => ({
  set: (/** @type {number} */ at, /** @type {string} */ text) => patchState(store, ({ cells }) => ({ cells: cells.with(at, { text }) })),
})));

/**
 * An application of 1,000 components, each showing what `select` makes of its number.
 * @param {() => (at: number) => () => string} selecting called in the injection context of each component
 */
async function open(selecting) {
  let renders = 0;
  class Cell {
    at = 0;
    select = selecting();
    text = () => '';
    ngOnInit() {
      this.text = this.select(this.at);
    }
    show() {
      renders++;
      return this.text();
    }
  }
  class Page {
    all = Array.from({ length: COUNT }, (_, at) => at);
  }
  const changeDetection = ChangeDetectionStrategy.OnPush;
  Component({ selector: 'one-cell', changeDetection, inputs: ['at'], template: '{{ show() }}' })(Cell);
  Component({ selector: 'all-cells', changeDetection, imports: [Cell], template: '@for (at of all; track at) { <one-cell [at]="at" /> }' })(Page);
  const app = await createApplication({ providers: [provideZonelessChangeDetection()] });
  // A cast: an element of happy-dom stands for one of the browser.
  const host = /** @type {Element} */ (/** @type {unknown} */ (window.document.createElement('all-cells')));
  const page = createComponent(Page, { environmentInjector: app.injector, hostElement: host });
  app.attachView(page.hostView);
  app.tick();
  expectSame('the components that rendered', renders, COUNT);
  return { app, text: (/** @type {number} */ at) => host.children[at]?.textContent, renders: () => renders };
}

const ours = await open(() => {
  const store = inject(Cells);
  return (at) => selectSignal(store, ({ cells }) => cells[at].text);
});
const theirs = await open(() => {
  const store = inject(SignalCells);
  return (at) => computed(() => store.cells()[at].text);
});
const store = ours.app.injector.get(Cells);
const signalStoreCells = theirs.app.injector.get(SignalCells);

let told = 0;
let patched = 0;
const rates = await interleave({
  ours: () => {
    for (let i = 0; i < BATCH; i++) {
      store.tell.set({ at: told % COUNT, text: `change ${told}` });
      ours.app.tick();
      told++;
    }
  },
  theirs: () => {
    for (let i = 0; i < BATCH; i++) {
      signalStoreCells.set(patched % COUNT, `change ${patched}`);
      theirs.app.tick();
      patched++;
    }
  },
}, BATCH);

expectSame('what ours rendered', ours.renders(), COUNT + told);
expectSame('what theirs rendered', theirs.renders(), COUNT + patched);
expectSame('our last change', ours.text((told - 1) % COUNT), `change ${told - 1}`);
expectSame('their last change', theirs.text((patched - 1) % COUNT), `change ${patched - 1}`);
report({
  figures: [figure('told, and rendered', 'per second', rates.ours), figure('NgRx SignalStore, patched and rendered', 'per second', rates.theirs)],
  found: [ratio(rates.ours, rates.theirs)],
});
