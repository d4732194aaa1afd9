/** What these specs are run with: the oldest Angular that the package promises, and the one rxjs that the project has. */
import { Injector, signal, VERSION } from '@angular/core';
import { toObservable } from '@angular/core/rxjs-interop';
import { TestBed } from '@angular/core/testing';
import { Observable } from 'rxjs';
import { expect, it } from 'vitest';
import { oldest } from '../../support/oldest.js';

it('Angular is the oldest of the peers', () => {
  expect(VERSION.full).toBe(oldest('@angular/core'));
});

it('rxjs is the same for Angular and for the library', () => {
  expect(toObservable(signal(0), { injector: TestBed.inject(Injector) })).toBeInstanceOf(Observable);
});
