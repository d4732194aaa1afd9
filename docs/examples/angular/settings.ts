/** Settings that are kept in the browser, also on a page that a server rendered. */
import { afterNextRender, ErrorHandler, inject } from '@angular/core';
import { persist, replaceable } from 'ownstate/app';
import { storeToken } from 'ownstate/angular';

export const Settings = storeToken(replaceable({
  name: 'settings',
  state: { theme: 'light' },
  commands: { use: (_now, theme: string) => ({ theme }) },
}), {
  setup: (settings) => {
    const errors = inject(ErrorHandler);
    afterNextRender(() => {
      persist(settings, () => localStorage, { onError: (error) => errors.handleError(error) });
    });
  },
});
