// @ts-check
// The end of a run: what came of each target, and the sum.

/**
 * @typedef {object} Row
 * @property {string} name
 * @property {'run' | 'too few' | 'failed' | 'not available'} kind
 * @property {string} [version] of the program
 * @property {{ passed: number, failed: number, skipped: number }} [counts]
 * @property {readonly string[]} [reasons] of skips
 * @property {string} [reason] why it was not run
 */

/**
 * @param {readonly Row[]} rows @param {{ allowMissing: boolean, minimumShare: number }} rules
 * @returns {boolean} whether everything is well
 */
export function printTable(rows, { allowMissing, minimumShare }) {
  const cells = rows.map(({ name, kind, version, counts }) => [
    name,
    version ?? '',
    kind,
    ...(counts ? [counts.passed, counts.failed, counts.skipped].map(String) : ['', '', '']),
  ]);
  const head = ['target', 'version', 'run', 'passed', 'failed', 'skipped'];
  const widths = head.map((title, column) => Math.max(title.length, ...cells.map((row) => row[column]?.length ?? 0)));
  const line = (/** @type {readonly string[]} */ row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  console.log(`\n${line(head)}\n${line(widths.map((width) => '-'.repeat(width)))}`);
  for (const row of cells) console.log(line(row));
  for (const { name, kind, reason, reasons } of rows) {
    for (const why of reasons ?? []) console.log(`${name}: skipped, because ${why}`);
    if (kind === 'too few')
      console.log(`${name}: fewer than ${minimumShare * 100} % of its tests were run, so it does not count`);
    if (reason !== undefined) console.log(`${name}: ${kind}: ${reason}`);
  }
  const sum = { passed: 0, failed: 0, skipped: 0 };
  for (const { kind, counts } of rows) {
    sum.passed += counts?.passed ?? 0;
    sum.failed += counts?.failed ?? 0;
    sum.skipped += counts?.skipped ?? 0;
    const isMissing = kind === 'not available';
    if (isMissing && allowMissing) sum.skipped += 1;
    else if (isMissing || kind === 'too few' || kind === 'failed') sum.failed += 1;
  }
  console.log(`${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`);
  return sum.failed === 0 && rows.length > 0;
}
