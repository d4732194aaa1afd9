/** A thousand components that each select their own slice: who renders when one slice changes. */
import { ChangeDetectionStrategy, Component, inject, Injectable, Input, type Signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { selectSignal, storeToken } from 'ownstate/angular';
import { beforeEach, describe, expect, it } from 'vitest';
import { stable } from '../support/angular.js';

const COUNT = 1000;

const Cells = storeToken({
  name: 'cells',
  state: Array.from({ length: COUNT }, (_, index) => ({ text: `cell ${index}` })),
  commands: { set: (cells, [at, text]: readonly [number, string]) => cells.map((cell, index) => index === at ? { text } : cell) },
});

/** Which cells rendered. */
@Injectable({ providedIn: 'root' })
class Renders {
  readonly of: number[] = [];
}

@Component({ selector: 'one-cell', standalone: true, changeDetection: ChangeDetectionStrategy.OnPush, template: '{{ text() }}{{ rendered() }}' })
class OneCell {
  @Input({ required: true }) at!: number;
  readonly #store = inject(Cells);
  readonly #renders = inject(Renders);
  text!: Signal<string | undefined>;

  ngOnInit(): void {
    this.text = selectSignal(this.#store, (cells) => cells[this.at]?.text);
  }

  rendered(): string {
    this.#renders.of.push(this.at);
    return '';
  }
}

@Component({
  selector: 'all-cells',
  standalone: true,
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [OneCell],
  template: '@for (at of all; track at) { <one-cell [at]="at" /> }',
})
class AllCells {
  readonly all = Array.from({ length: COUNT }, (_, index) => index);
}

describe('of 1,000 components', () => {
  function open() {
    const page = TestBed.createComponent(AllCells);
    page.autoDetectChanges();
    const renders = TestBed.inject(Renders).of;
    const cells = (page.nativeElement as HTMLElement).children;
    expect(renders).toHaveLength(COUNT);
    renders.length = 0;
    return { page, renders, store: TestBed.inject(Cells), text: (at: number) => cells[at]?.textContent };
  }
  let opened: ReturnType<typeof open>;
  beforeEach(() => {
    opened = open();
  });

  it('only that one renders whose slice has changed', async () => {
    const { page, renders, store, text } = opened;
    store.tell.set([500, 'changed']);
    await stable(page);
    expect(renders).toEqual([500]);
    expect([text(499), text(500)]).toEqual(['cell 499', 'changed']);
  });

  it('none renders when nobody\'s slice has changed', async () => {
    const { page, renders, store } = opened;
    store.tell.set([500, 'cell 500']);
    await stable(page);
    expect(renders).toEqual([]);
  });

  it('each renders once for several commands in a row', async () => {
    const { page, renders, store, text } = opened;
    for (let at = 0; at < 10; at++) for (const mark of ['a', 'b', 'c']) store.tell.set([at, mark]);
    await stable(page);
    expect(renders).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(text(9)).toBe('c');
  });
});
