import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

// Vitest's own order follows the durations of earlier runs, so it differs from machine to machine. By name it does not.
class ByName extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return [...files].sort((a, b) => (a.moduleId < b.moduleId ? -1 : 1));
  }
}

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/bench/**'],
    // Processes, not threads: descriptor limits, signals and the working directory belong to a process.
    pool: 'forks',
    maxWorkers: Math.max(2, availableParallelism() - 1),
    sequence: { sequencer: ByName, shuffle: false, concurrent: false, hooks: 'stack' },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    setupFiles: ['test/setup/descriptor-leaks.ts'],
    reporters: ['default', './test/setup/reporter.ts'],
  },
});
