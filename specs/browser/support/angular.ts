/** What a spec of Angular begins with in the browser: a test environment without zones, empty again afterwards. */
import '@angular/compiler';
import { provideZonelessChangeDetection } from '@angular/core';
import { getTestBed, TestBed } from '@angular/core/testing';
import { BrowserTestingModule, platformBrowserTesting } from '@angular/platform-browser/testing';
import { afterEach, beforeEach } from 'vitest';

getTestBed().initTestEnvironment(BrowserTestingModule, platformBrowserTesting());
beforeEach(() => TestBed.configureTestingModule({ providers: [provideZonelessChangeDetection()] }));
afterEach(() => TestBed.resetTestingModule());
