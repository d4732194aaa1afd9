/**
 * Mutants of the core: each is a small change that some spec must notice. `npm run mutate -- --mutate lib/core/fold.ts` for one
 * file; for another part `MUTATE_SPECS='specs/devtools/*.spec.ts' npm run mutate -- --mutate 'lib/devtools/*.ts'`, a framework's
 * as well: `MUTATE_SPECS='specs/react/*.spec.tsx'`. One that keeps a spec file from being loaded counts as survived there.
 */
export default {
  mutate: ['lib/core/**/*.ts'],
  testRunner: 'vitest',
  vitest: { configFile: 'specs/mutate/vitest.config.ts', related: false },
  coverageAnalysis: 'perTest',
  // A mutant that loops is mostly found by how often it's passed; what remains waits for this long.
  timeoutMS: 4000,
  timeoutFactor: 1.5,
  concurrency: 2,
  reporters: ['progress-append-only', 'clear-text', 'json', 'html'],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  jsonReporter: { fileName: 'build/mutate/mutants.json' },
  htmlReporter: { fileName: 'build/mutate/mutants.html' },
  tempDirName: 'build/stryker',
  warnings: { slow: false },
  thresholds: { high: 95, low: 92, break: 92 },
};
