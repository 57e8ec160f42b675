import { inTreeInMemory, onOneProcessor } from './one-processor.mjs';

// Without a compiler: what optimised code allocates depends on when it was optimised, and what it never allocates is less
// than what the source says. One thread, so that nothing else allocates or collects meanwhile.
const always = ['--expose-gc', '--jitless', '--single-threaded'];

/**
 * Bytes that each of these allocates in JavaScript, results included.
 *
 * @param {number} youngMebibytes of the young generation: what a batch allocates fits in there
 * @returns {Record<string, number>}
 */
export function measureAllocations(youngMebibytes = 128) {
  const young = ['min', 'max'].map((end) => `--${end}-semi-space-size=${youngMebibytes}`);
  return inTreeInMemory({ files: 3000, directories: 40, bytes: 500 }, (directory) => {
    const options = [...always, ...young, 'test/budgets/allocations-child.mjs', directory];
    const bytes = JSON.parse(onOneProcessor(process.execPath, options));
    return Object.fromEntries(Object.entries(bytes).map(([name, count]) => [name, Math.round(count * 10) / 10]));
  });
}
