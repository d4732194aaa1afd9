/** The specs that mutants of the core are held against: those of the core, those first that kill most. */
import { mergeConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { shared } from '../vitest.config.js';

/** Where a mutant is killed, the specs that follow aren't run: a property over everything first, the long table last. */
class DeadliestFirst extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => moduleId.includes('settles') ? 0 : moduleId.includes('bad-input') ? 2 : 1;
    return Promise.resolve([...files].sort((a, b) => place(a) - place(b) || a.moduleId.localeCompare(b.moduleId)));
  }
}

export default mergeConfig(shared, {
  test: { include: ['specs/core/**/*.spec.ts'], sequence: { sequencer: DeadliestFirst } },
});
