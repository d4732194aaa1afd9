/** What each spec of Angular 17 begins with: a test environment with zones, since there was none without, empty again afterwards. */
import 'zone.js';
import '@angular/compiler';
import { getTestBed, TestBed } from '@angular/core/testing';
import { BrowserDynamicTestingModule, platformBrowserDynamicTesting } from '@angular/platform-browser-dynamic/testing';
import { afterEach } from 'vitest';

getTestBed().initTestEnvironment(BrowserDynamicTestingModule, platformBrowserDynamicTesting());
afterEach(() => TestBed.resetTestingModule());
