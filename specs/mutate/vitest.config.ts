/**
 * The specs that mutants are held against, those first that kill most: for the core its own and the conformance suite, for
 * another part those in `MUTATE_SPECS`, globs with commas between them. Those of a framework have a page.
 */
import { mergeConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { shared } from '../vitest.config.js';

const include = (process.env['MUTATE_SPECS'] ?? 'specs/core/**/*.spec.ts,specs/conformance/memory.spec.ts').split(',');

/** Where a mutant is killed, the specs that follow aren't run: so the broad and quick ones first, long tables and models last. */
const order = [/conformance/, /settles/, /^(?!.*(bad-input|model|toolkit|same|production))/, /./];

class DeadliestFirst extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => order.findIndex((files) => files.test(moduleId));
    return Promise.resolve([...files].sort((a, b) => place(a) - place(b) || a.moduleId.localeCompare(b.moduleId)));
  }
}

/** Specs of a framework, of one at a time, begin with its set-up. */
const framework = /^specs\/(react|angular)\//.exec(include[0] ?? '')?.[1];
const page = framework && {
  environment: 'happy-dom',
  setupFiles: [`specs/support/setup-${framework}.ts`],
  exclude: [`specs/${framework}/older/**`],
};

export default mergeConfig(shared, { test: { include, sequence: { sequencer: DeadliestFirst }, ...page } });
