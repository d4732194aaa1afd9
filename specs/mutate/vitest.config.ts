/** The specs that mutants of the core are held against: its own and the conformance suite, those first that kill most. */
import { mergeConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { shared } from '../vitest.config.js';

/** Where a mutant is killed, the specs that follow aren't run: so the broad and quick ones first, the long table last. */
const order = [/conformance/, /settles/, /^(?!.*bad-input)/, /bad-input/];

class DeadliestFirst extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => order.findIndex((files) => files.test(moduleId));
    return Promise.resolve([...files].sort((a, b) => place(a) - place(b) || a.moduleId.localeCompare(b.moduleId)));
  }
}

export default mergeConfig(shared, {
  test: { include: ['specs/core/**/*.spec.ts', 'specs/conformance/memory.spec.ts'], sequence: { sequencer: DeadliestFirst } },
});
