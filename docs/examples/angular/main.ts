/** Starts the application in the browser, without zones, on the page that the server rendered. */
import { provideZonelessChangeDetection } from '@angular/core';
import { bootstrapApplication, provideClientHydration } from '@angular/platform-browser';
import { CartPage } from './cart-page.js';

await bootstrapApplication(CartPage, { providers: [provideZonelessChangeDetection(), provideClientHydration()] });
