/** The specs that mutants of the core are held against: those of the core, the quick ones first. */
import { mergeConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { shared } from '../vitest.config.js';

/** Where a mutant is killed, the specs that follow aren't run; so the tables that go through everything come last. */
class QuickFirst extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const late = ({ moduleId }: TestSpecification) => Number(moduleId.includes('bad-input'));
    return Promise.resolve([...files].sort((a, b) => late(a) - late(b) || a.moduleId.localeCompare(b.moduleId)));
  }
}

export default mergeConfig(shared, {
  test: { include: ['specs/core/**/*.spec.ts'], isolate: false, sequence: { sequencer: QuickFirst } },
});
