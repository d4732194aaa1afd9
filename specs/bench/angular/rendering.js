// @ts-check
/**
 * 1,000 components that each show their own slice of one state; one slice changes, and the page is up to date again:
 * ownstate's `selectSignal` beside NgRx SignalStore's `patchState` and `computed`, with the same components. Zoneless, OnPush, in
 * production mode, in a page of happy-dom.
 *
 * What a change costs depends by a quarter on where an application's thousand views lie in memory, and those made first, by
 * code that isn't compiled yet, lie worst. So each has several applications, made in turn, and changes them in turn.
 */
import { Window } from 'happy-dom';
import { figure, ratio } from '../figures.js';
import { expectSame, interleave, report } from '../measure.js';

// Before Angular is loaded: in production mode, on a page.
const window = new Window();
Object.assign(globalThis, { ngDevMode: false, window, document: window.document, Node: window.Node });
await import('@angular/compiler');
const { ChangeDetectionStrategy, Component, computed, createComponent, inject, provideZonelessChangeDetection, runInInjectionContext } = await import('@angular/core');
const { createApplication } = await import('@angular/platform-browser');
const { patchState, signalStore, withMethods, withState } = await import('@ngrx/signals');
const { selectSignal, storeToken } = await import('ownstate/angular');

const COUNT = 1_000;
const BATCH = 50;
/** Applications of each. */
const PAIRS = 4;
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
 * An application of 1,000 components, each showing what is selected for its number.
 * @param {() => { select: (at: number) => () => string, set: (at: number, text: string) => void }} using called in the injection
 * context of each component, and once more for who changes the slices
 */
async function open(using) {
  let renders = 0;
  class Cell {
    at = 0;
    select = using().select;
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
  const { set } = runInInjectionContext(app.injector, using);
  let changes = 0;
  return {
    /** Changes one slice after the other. */
    change: () => {
      for (let i = 0; i < BATCH; i++) {
        set(changes % COUNT, `change ${changes}`);
        app.tick();
        changes++;
      }
    },
    check: () => {
      expectSame('what rendered', renders, COUNT + changes);
      expectSame('the last change', host.children[(changes - 1) % COUNT]?.textContent, `change ${changes - 1}`);
    },
    close: () => app.destroy(),
  };
}

const openOurs = () => open(() => {
  const store = inject(Cells);
  return {
    select: (at) => selectSignal(store, ({ cells }) => cells[at].text),
    set: (at, text) => store.tell.set({ at, text }),
  };
});
const openTheirs = () => open(() => {
  const store = inject(SignalCells);
  return {
    select: (at) => computed(() => store.cells()[at].text),
    set: (at, text) => store.set(at, text),
  };
});

// Those that only warm up go again.
for (const opening of [openOurs, openTheirs]) (await opening()).close();
/** @type {Awaited<ReturnType<typeof open>>[]} */
const ours = [];
/** @type {typeof ours} */
const theirs = [];
for (let pair = 0; pair < PAIRS; pair++) {
  if (pair % 2 === 0) ours.push(await openOurs());
  theirs.push(await openTheirs());
  if (pair % 2 === 1) ours.push(await openOurs());
}

let [ourTurn, theirTurn] = [0, 0];
const rates = await interleave({
  ours: () => ours[ourTurn++ % PAIRS].change(),
  theirs: () => theirs[theirTurn++ % PAIRS].change(),
}, BATCH);

for (const opened of [...ours, ...theirs]) opened.check();
report({
  figures: [figure('told, and rendered', 'per second', rates.ours), figure('NgRx SignalStore, patched and rendered', 'per second', rates.theirs)],
  found: [ratio(rates.ours, rates.theirs)],
});
