import { readFileSync } from 'node:fs';
import { relative, sep } from 'node:path';
import type { Reporter, SerializedError, TestCase, TestModule, Vitest } from 'vitest/node';
import { type AllowedSkip, parseSkipList, reasonToSkip } from './skip-list.js';

/**
 * Ends the run with one line, `N passed, N failed, N skipped`, after a line for each skipped test. A skip that
 * test/skips.json does not list counts as a failure: a test that silently stopped running proves nothing.
 */
export default class SummaryReporter implements Reporter {
  #allowed: readonly AllowedSkip[] = [];
  #vitest: Vitest | undefined;

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
    this.#allowed = parseSkipList(readFileSync(new URL('../skips.json', import.meta.url), 'utf8'));
  }

  onTestRunEnd(testModules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    const count = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    // `vitest -t pattern` marks everything else as skipped; that is the caller's choice and no gap in the suite.
    const filtered = this.#vitest?.config.testNamePattern !== undefined;

    for (const testModule of testModules) {
      const failedBefore = count.failed;
      for (const test of testModule.children.allTests()) {
        const { state } = test.result();
        if (state === 'passed') count.passed++;
        else if (state === 'failed') count.failed++;
        else if (state !== 'skipped') count.failed += this.#print(test, 'did not run');
        else if (filtered) count.skipped++;
        else if (this.#isAllowed(test)) count.skipped++;
        else count.failed++;
      }
      // A hook or an import that failed leaves no failed test behind; the descriptor check reports in this way too.
      if (testModule.state() === 'failed' && count.failed === failedBefore) count.failed++;
    }

    if (count.failed > 0) process.exitCode = 1;
    console.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
  }

  #isAllowed(test: TestCase): boolean {
    const reason = reasonToSkip(this.#allowed, nameOf(test));
    this.#print(test, reason === undefined ? 'skipped, but not listed in test/skips.json' : `skipped: ${reason}`);
    return reason !== undefined;
  }

  #print(test: TestCase, what: string): 1 {
    console.log(`${nameOf(test)}: ${what}`);
    return 1;
  }
}

function nameOf(test: TestCase): string {
  const file = relative(test.project.config.root, test.module.moduleId).split(sep).join('/');
  return `${file} > ${test.fullName}`;
}
