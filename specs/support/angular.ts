/** What specs do with a component, in each version of Angular. */
import { TestBed, type ComponentFixture } from '@angular/core/testing';

/** Until Angular 20 effects are flushed; until 18 nobody but a zone has a page looked at. */
const tests: { tick?(): void; flushEffects?(): void } = TestBed;

/** A component on its page, and what it shows. */
export function show<T>(component: new () => T) {
  const page = TestBed.createComponent(component);
  page.detectChanges();
  return { page, it: page.componentInstance, text: () => (page.nativeElement as HTMLElement).textContent.trim() };
}

/** Runs the effects that are due. */
export const tick = (): void => tests.tick ? tests.tick() : tests.flushEffects?.();

/** Waits until a page shows what has changed. */
export async function stable(page: ComponentFixture<unknown>): Promise<void> {
  if (!tests.tick) page.detectChanges();
  await page.whenStable();
}
