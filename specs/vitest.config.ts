/** How the specs are run: in Node, as types, with the frameworks and with the oldest of them, and in a real browser. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { playwright } from '@vitest/browser-playwright';
import type { Plugin } from 'vite';
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

/** Whether what some specs need is there; if not, it's said once, or is a failure where `REQUIRE_ALL` is set. @throws Error if it is */
function isThere(path: string, what: string, how: string): boolean {
  if (existsSync(path)) return true;
  if (process.env['REQUIRE_ALL']) throw new Error(`Expected ${what} (${how}), got none`);
  // Said once: this file is read again for each project.
  const said = process.env['NOT_THERE'] ?? '';
  if (!said.includes(path)) console.log(`Without ${what} (${how}) some specs are not run.`);
  process.env['NOT_THERE'] = said.includes(path) ? said : `${said} ${path}`;
  return false;
}

/** The specs in Chromium; none where it's missing. */
function browser(): TestProjectInlineConfiguration[] {
  if (!isThere(CHROMIUM, `Chromium at ${CHROMIUM}`, 'set CHROMIUM to where it is')) return [];
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

/** A framework's specs; those in a folder `newer` need what its oldest version lacks, those in `older` tell of that alone. */
const react: TestProjectInlineConfiguration = {
  extends: true,
  test: {
    name: 'react',
    include: ['specs/react/**/*.spec.{ts,tsx}'],
    exclude: ['specs/react/older/**'],
    environment: 'happy-dom',
    setupFiles: [`${root}specs/support/setup-react.ts`],
  },
};
const angular: TestProjectInlineConfiguration = {
  extends: true,
  test: {
    name: 'angular',
    include: ['specs/angular/**/*.spec.ts'],
    exclude: ['specs/angular/older/**'],
    environment: 'happy-dom',
    setupFiles: [`${root}specs/support/setup-angular.ts`],
  },
};

/** The oldest frameworks that the package promises stand there, with a lock of their own; rxjs is the project's. */
const OLDER = `${root}specs/older/`;

/** Takes a framework from there, whoever imports it. */
const older: Plugin = {
  name: 'older',
  enforce: 'pre',
  resolveId(source, _importer, options) {
    const framework = /^(react|react-dom|@testing-library\/react|@angular\/[a-z-]+|zone\.js)(\/|$)/.test(source);
    return framework ? this.resolve(source, `${OLDER}package.json`, { ...options, skipSelf: true }) : null;
  },
};

/** The frameworks' specs with the oldest versions of them; none where those aren't installed. */
function olderFrameworks(): TestProjectInlineConfiguration[] {
  if (!isThere(`${OLDER}node_modules/.package-lock.json`, 'React 18 and Angular 17', 'npm ci --prefix specs/older')) return [];
  return [
    { ...react, plugins: [older], test: { ...react.test, name: 'react-18', exclude: ['specs/react/newer/**'] } },
    {
      ...angular,
      plugins: [older],
      test: { ...angular.test, name: 'angular-17', exclude: ['specs/angular/newer/**'], setupFiles: [`${OLDER}setup-angular.js`] },
    },
  ];
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
      react,
      angular,
      ...olderFrameworks(),
      ...browser(),
    ],
  },
});
