/** Angular applications for the stores that live in one. The compiler comes first: their packages are linked when they're loaded. */
import '@angular/compiler';
import { provideZonelessChangeDetection, type ApplicationRef, type EnvironmentProviders, type Provider } from '@angular/core';
import { createApplication } from '@angular/platform-browser';

/** An application without components, as `main.ts` would start it. */
export function startApplication(...providers: (Provider | EnvironmentProviders)[]): Promise<ApplicationRef> {
  return createApplication({ providers: [provideZonelessChangeDetection(), ...providers] });
}
