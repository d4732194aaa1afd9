/** How the specs are run: in Node, as types, with the frameworks, and in a real browser. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';

const root = fileURLToPath(new URL('..', import.meta.url));
const alias = {
  'ownstate/stores': `${root}lib/stores/index.ts`,
  'ownstate/app': `${root}lib/app/index.ts`,
  'ownstate/angular': `${root}lib/angular/index.ts`,
  'ownstate/react': `${root}lib/react/index.ts`,
  'ownstate/devtools': `${root}lib/devtools/index.ts`,
  'ownstate/testing': `${root}lib/testing/index.ts`,
  ownstate: `${root}lib/index.ts`,
};

/** Where everything stands. */
export const shared = defineConfig({ root, resolve: { alias } });

/** Specs of the frameworks' own, in a project each. */
const FRAMEWORKS = ['specs/react/**', 'specs/angular/**'];

/** Where Chromium is, and how it's started without a screen and without a network. */
const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const QUIET = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync',
];

/** The specs in Chromium; none where it's missing, unless `REQUIRE_BROWSER` is set. @throws Error if it is */
function browser(): TestProjectInlineConfiguration[] {
  if (!existsSync(CHROMIUM)) {
    if (process.env['REQUIRE_BROWSER']) throw new Error(`Expected Chromium at ${CHROMIUM} (set CHROMIUM to where it is), got none`);
    // Said once: this file is read again for each project.
    if (process.env['WITHOUT_BROWSER'] !== CHROMIUM) console.log(`There is no Chromium at ${CHROMIUM} (set CHROMIUM to where it is): the specs of specs/browser are not run.`);
    process.env['WITHOUT_BROWSER'] = CHROMIUM;
    return [];
  }
  return [{
    extends: true,
    optimizeDeps: {
      include: [
        'rxjs', 'rxjs/testing', 'rxjs-marbles', 'react', 'react-dom', 'react-dom/client', 'react/jsx-runtime', 'react/jsx-dev-runtime',
        '@testing-library/react', '@angular/common', '@angular/compiler', '@angular/core', '@angular/core/testing', '@angular/platform-browser',
        '@angular/platform-browser/testing', 'idb-keyval',
      ],
    },
    test: {
      name: 'browser',
      include: ['specs/browser/**/*.spec.{ts,tsx}'],
      fileParallelism: false,
      browser: {
        enabled: true,
        headless: true,
        screenshotFailures: false,
        provider: playwright({ launchOptions: { executablePath: CHROMIUM, args: QUIET } }),
        instances: [{ browser: 'chromium' }],
      },
    },
  }];
}

export default defineConfig({
  ...shared,
  test: {
    reporters: ['default', `${root}specs/support/summary-reporter.ts`],
    projects: [
      {
        extends: true,
        test: { name: 'node', include: ['specs/**/*.spec.ts'], exclude: [...FRAMEWORKS, 'specs/browser/**'], environment: 'node' },
      },
      {
        extends: true,
        test: {
          name: 'types',
          include: [],
          typecheck: { enabled: true, only: true, include: ['specs/types/**/*.spec-d.ts'], tsconfig: `${root}tsconfig.json` },
        },
      },
      {
        extends: true,
        test: { name: 'react', include: ['specs/react/**/*.spec.{ts,tsx}'], environment: 'happy-dom', setupFiles: [`${root}specs/support/setup-react.ts`] },
      },
      {
        extends: true,
        test: { name: 'angular', include: ['specs/angular/**/*.spec.ts'], environment: 'happy-dom', setupFiles: [`${root}specs/support/setup-angular.ts`] },
      },
      ...browser(),
    ],
  },
});
