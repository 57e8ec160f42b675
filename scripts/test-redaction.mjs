// @ts-check
// Runs the tests with workspaces that redact, in temporary directories whose paths hold a marker, and searches every error,
// warning and telemetry message that the library gives out for it. What is judged are leaks alone: a test that expects a path
// in a message fails here, and that is as it should be. Workspaces that a test opens in another process are not searched.
//
//     node scripts/test-redaction.mjs [--short] [--mode relative] [test file…]
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

/** Of every kind of output a good part, in less than a minute. */
const shortSelection = [
  'test/integration/apply-patches',
  'test/integration/list-directory',
  'test/integration/list-gitignore',
  'test/integration/lock',
  'test/integration/read-file',
  'test/integration/read-stream',
  'test/integration/scan-changes',
  'test/integration/write-bad-input',
  'test/integration/write-edit',
  'test/integration/write-leftovers',
  'test/integration/write-set-roots',
  'test/watch/roots',
];
/** One file is enough to see that the search finds what is there. */
const controlSelection = ['test/integration/read-file'];

/** So many outputs at the least, or the search looked past them. */
const leastSearched = { short: 100, whole: 500 };

const { values, positionals } = parseArgs({
  options: { short: { type: 'boolean', default: false }, mode: { type: 'string', default: 'hash' } },
  allowPositionals: true,
});

const folder = mkdtempSync(join(tmpdir(), 'ploke-io-redaction-'));
try {
  const control = run('none', controlSelection);
  if (control.leaks.length === 0) fail('nothing was found where nothing is redacted: the search does not work');
  else judge(run(values.mode, positionals.length > 0 ? positionals : values.short ? shortSelection : []));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** @param {ReturnType<typeof run>} found */
function judge({ leaks, searched }) {
  console.log(`${searched} outputs were searched with redactPaths '${values.mode}', ${leaks.length} name a path`);
  for (const { test, where, text } of leaks.slice(0, 20)) console.log(`\n${test}\n  ${where}\n${text}`);
  /** @type {Map<string, number>} */
  const byFile = new Map();
  for (const { test } of leaks) {
    const [file = ''] = test.split(' > ');
    byFile.set(file, (byFile.get(file) ?? 0) + 1);
  }
  for (const [file, count] of byFile) console.log(`${count} of ${file}`);
  if (leaks.length > 0) fail(`${leaks.length} leaks`);
  const least = positionals.length > 0 ? 1 : values.short ? leastSearched.short : leastSearched.whole;
  if (searched < least) fail(`only ${searched} outputs were searched, and ${least} are expected at the least`);
}

/** @param {string} mode @param {readonly string[]} selection */
function run(mode, selection) {
  const marker = `marker${randomBytes(8).toString('hex')}`;
  const temporary = join(folder, marker);
  const log = join(folder, `${mode}.jsonl`);
  mkdirSync(temporary);
  writeFileSync(log, '');
  spawnSync(process.execPath, [vitest(), 'run', '--config', 'test/redaction/vitest.config.ts', ...selection], {
    stdio: 'inherit',
    env: {
      ...process.env,
      TMPDIR: temporary,
      PLOKE_IO_TEST_REDACTION: mode,
      PLOKE_IO_TEST_MARKER: marker,
      PLOKE_IO_TEST_REDACTION_LOG: log,
    },
  });
  /** @type {{ leak?: { test: string, where: string, text: string }, searched?: number }[]} */
  const lines = readFileSync(log, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
  return {
    leaks: lines.flatMap(({ leak }) => (leak === undefined ? [] : [leak])),
    searched: lines.reduce((sum, { searched = 0 }) => sum + searched, 0),
  };
}

function vitest() {
  return new URL('../node_modules/vitest/vitest.mjs', import.meta.url).pathname;
}

/** @param {string} why */
function fail(why) {
  console.error(`failed: ${why}`);
  process.exitCode = 1;
}
