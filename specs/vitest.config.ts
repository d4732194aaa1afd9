/** How the specs are run: in Node, and as types. */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const root = fileURLToPath(new URL('..', import.meta.url));
const alias = {
  'ownstate/stores': `${root}lib/stores/index.ts`,
  'ownstate/testing': `${root}lib/testing/index.ts`,
  ownstate: `${root}lib/index.ts`,
};

/** Where everything stands. */
export const shared = defineConfig({ root, resolve: { alias } });

export default defineConfig({
  ...shared,
  test: {
    reporters: ['default', `${root}specs/support/summary-reporter.ts`],
    projects: [
      {
        extends: true,
        test: { name: 'node', include: ['specs/**/*.spec.ts'], environment: 'node' },
      },
      {
        extends: true,
        test: {
          name: 'types',
          include: [],
          typecheck: { enabled: true, only: true, include: ['specs/types/**/*.spec-d.ts'], tsconfig: `${root}tsconfig.json` },
        },
      },
    ],
  },
});
