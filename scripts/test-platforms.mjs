// @ts-check
// Runs the platform suite (test/platform/) on every target that can run on a Linux x64 machine, each with its prebuilt
// addon in a package that is laid out as an installed one, and prints a table:
//
//     node scripts/test-platforms.mjs [--only <target,...>] [--short] [--allow-missing] [--skip-nothing]
//
// A target counts only if at least 90 % of its tests were run; what was skipped is in test/platform/skips.json, with the
// reason. --short: two targets, with the addon of `npm run build` where no prebuild was made. --allow-missing: a target whose
// tools cannot be had is no failure (for developers).
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { patternOf, readSkipList } from '../test/platform/support/skip-list.mjs';
import { bringPrebuild, isFresh, stage, takeLocalBuild } from './platforms/stage.mjs';
import { printTable } from './platforms/table.mjs';
import { chosenTargets, targets, targetsOfTheMatrix } from './platforms/targets.mjs';
import { wayOf } from './platforms/through.mjs';
import { NotAvailable, packageFolder } from './platforms/tools.mjs';

/** @typedef {import('./platforms/targets.mjs').Target} Target */
/** @typedef {import('./platforms/table.mjs').Row} Row */

const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    short: { type: 'boolean', default: false },
    'allow-missing': { type: 'boolean', default: false },
    'skip-nothing': { type: 'boolean', default: false },
  },
});

const minimumShare = 0.9;

const knownNames = [...targets.map(({ name }) => name), ...targetsOfTheMatrix];
const skipListFile = fileURLToPath(new URL('../test/platform/skips.json', import.meta.url));
const strangers = readSkipList(skipListFile).filter(
  ({ target }) => !knownNames.some((name) => patternOf(target).test(name)),
);
if (strangers.length > 0)
  throw new Error(`skips.json names no target: ${strangers.map(({ target }) => target).join(', ')}`);

/** @param {Target} target @param {string} directory of its own @returns {Promise<Row>} */
async function runTarget(target, directory) {
  const way = wayOf(target);
  const program = join(packageFolder(target.package), target.program);
  const isLocal = options.short && !isFresh(target);
  if (!isLocal) bringPrebuild(target);
  const { packageDirectory, suite } = stage(directory, target);
  if (isLocal) takeLocalBuild(target, packageDirectory);
  const results = join(directory, 'results.json');
  const output = join(directory, 'output');
  const [command = '', ...args] = [
    ...way.command,
    program,
    ...(target.programArguments ?? []),
    way.path(suite),
    ...['--package', way.path(packageDirectory), '--prebuilt', '--target', target.name],
    ...['--results', way.path(results), '--patience', `${target.patience ?? 1}`],
    ...(options['skip-nothing'] ? ['--skip-nothing'] : []),
    ...(options.short ? ['--jobs', '2'] : []),
  ];
  // Files for all three: node.exe under Wine 8 cannot open a pipe of the system.
  const file = openSync(output, 'a');
  const child = spawn(command, args, {
    stdio: ['ignore', file, file],
    cwd: directory,
    env: { ...process.env, ...way.environment, ...target.environment },
  });
  const [code] = await once(child, 'exit');
  closeSync(file);
  way.end();
  const told = readFileSync(output, 'utf8');
  console.log(told.trimEnd().replaceAll(/^/gm, '  '));
  let report;
  try {
    report = JSON.parse(readFileSync(results, 'utf8'));
  } catch {
    // Without results the program itself has failed, and its output was printed.
    return { name: target.name, kind: 'failed', reason: `the suite ended with ${code} and told no results` };
  }
  const count = (/** @type {string} */ status) =>
    report.results.filter((/** @type {{ status: string }} */ result) => result.status === status).length;
  const skipped = report.results.filter((/** @type {{ status: string }} */ result) => result.status === 'skipped');
  const reasons = [...new Set(skipped.map((/** @type {{ reason: string }} */ { reason }) => reason))];
  const counts = {
    passed: count('passed'),
    failed: count('failed') + report.problems.length,
    skipped: count('skipped'),
  };
  const share = (counts.passed + count('failed')) / report.results.length;
  const kind = share < minimumShare ? 'too few' : 'run';
  return { name: target.name, kind, version: report.version, counts, reasons };
}

/** @param {string} name @param {(directory: string) => Promise<Row>} work @returns {Promise<Row>} */
async function inFolder(name, work) {
  console.log(`\n== ${name}`);
  const directory = mkdtempSync(join(tmpdir(), 'ploke-io-platforms-'));
  try {
    return await work(directory);
  } catch (error) {
    if (!(error instanceof NotAvailable)) throw error;
    console.log(`  not available: ${error.message}`);
    return { name, kind: 'not available', reason: error.message };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** @type {Row[]} */
const rows = [];
for (const target of chosenTargets(options.only?.split(','), options.short)) {
  rows.push(await inFolder(target.name, (directory) => runTarget(target, directory)));
}

process.exitCode = printTable(rows, { allowMissing: options['allow-missing'], minimumShare }) ? 0 : 1;
