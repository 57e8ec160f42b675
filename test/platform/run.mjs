// @ts-check
// Runs the platform suite with the program that runs this file (Node, Bun or Deno), on whatever system this is:
//
//     node test/platform/run.mjs [--package <folder of an installed ploke-io>] [--prebuilt] [--target <name>]
//                                [--only <suite,suite>] [--jobs <count>] [--results <file>] [--patience <times>]
//                                [--skip-nothing]
//
// Each file of suites/ is a process of its own. Without --package the package of this repository is tested, as it is
// built. --prebuilt: the addon has to come out of prebuilds/. The last line is `N passed, N failed, N skipped`.
import { spawn } from 'node:child_process';
import {
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { environmentWith, runtime, scriptArguments } from './support/settings.mjs';
import { readSkipList, skipsOf, withoutMatch } from './support/skip-list.mjs';

/** @typedef {{ test: string, status: 'passed' | 'failed' | 'skipped', reason?: string, error?: string, ms?: number }} Result */

const { values: options } = parseArgs({
  options: {
    package: { type: 'string' },
    prebuilt: { type: 'boolean', default: false },
    target: { type: 'string' },
    only: { type: 'string' },
    results: { type: 'string' },
    jobs: { type: 'string', default: '1' },
    patience: { type: 'string', default: '1' },
    'skip-nothing': { type: 'boolean', default: false },
  },
});

const here = path.dirname(fileURLToPath(import.meta.url));
const packageDirectory = path.resolve(options.package ?? path.join(here, '..', '..'));
const manifest = JSON.parse(readFileSync(path.join(packageDirectory, 'package.json'), 'utf8'));
const entry = pathToFileURL(path.join(packageDirectory, manifest.exports['.'].default)).href;
const version = { node: process.versions.node, bun: process.versions.bun, deno: process.versions.deno }[runtime];
const target = options.target ?? `${process.platform}-${process.arch}-${runtime}${version?.split('.')[0]}`;
const patience = Number(options.patience);

const skips = options['skip-nothing'] ? [] : skipsOf(readSkipList(path.join(here, 'skips.json')), target);
const wanted = options.only?.split(',');
const suites = readdirSync(path.join(here, 'suites'))
  .filter((name) => name.endsWith('.mjs'))
  .map((name) => name.slice(0, -'.mjs'.length))
  .filter((name) => wanted?.includes(name) ?? true)
  .sort();

const workDirectory = mkdtempSync(path.join(realpathSync.native(tmpdir()), 'ploke-io-platform-run-'));

/** @param {string} file */
const sizeOf = (file) => statSync(file, { throwIfNoEntry: false })?.size ?? 0;

/**
 * Runs one suite until its process ends, or until nothing has come of it for longer than a test may take.
 *
 * @param {string} suite @returns {Promise<{ lines: any[], end: string | undefined, output: string }>}
 */
async function runSuite(suite) {
  const report = path.join(workDirectory, `${suite}.report`);
  const outputFile = path.join(workDirectory, `${suite}.output`);
  writeFileSync(report, '');
  // A file and not a pipe: node.exe under Wine 8 cannot open a pipe of the system.
  const output = openSync(outputFile, 'a');
  const settings = { entry, packageDirectory, prebuilt: options.prebuilt, report, skips, patience };
  const child = spawn(process.execPath, [...scriptArguments, path.join(here, 'suites', `${suite}.mjs`)], {
    stdio: ['ignore', output, output],
    env: environmentWith(settings),
  });
  closeSync(output);
  /** @type {{ code: number | null, signal: string | null } | undefined} */
  let ended;
  child.on('error', (error) => {
    ended = { code: null, signal: error.message };
  });
  child.on('exit', (code, signal) => {
    ended = { code, signal };
  });
  // What a test may take, and a little more.
  const limitMs = 90_000 * patience;
  let size = 0;
  let lastChange = performance.now();
  /** @type {string | undefined} */
  let end;
  while (!ended) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    const sizeNow = sizeOf(report);
    if (sizeNow !== size) lastChange = performance.now();
    size = sizeNow;
    if (end === undefined && performance.now() - lastChange > limitMs) {
      end = 'the process did not end by itself';
      child.kill('SIGKILL');
    }
  }
  const text = readFileSync(report, 'utf8');
  const lines = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
  if (end === undefined && ended.code !== 0) end = `the process ended with ${ended.code ?? ended.signal}`;
  return { lines, end, output: readFileSync(outputFile, 'utf8') };
}

/** @param {string} suite @returns {Promise<Result[]>} */
async function resultsOf(suite) {
  const { lines, end, output } = await runSuite(suite);
  const names = lines.filter(({ type }) => type === 'registered').map(({ test }) => test);
  /** @type {Result[]} */
  const results = names.map((test) => {
    const line = lines.find((other) => other.test === test && other.type !== 'registered');
    if (!line) return { test, status: 'failed', error: `not over when the process ended (${end ?? 'with 0'})` };
    const { type: status, reason, error, ms } = line;
    return { test, status, reason, error, ms };
  });
  const isExplained = end === undefined || lines.some(({ type }) => type === 'failed');
  const isWhole = names.length === lines.filter(({ type }) => type !== 'registered').length;
  if (!isExplained || !isWhole) {
    const error = `${end ?? 'it ended before its tests did'}\n${output.slice(-4_000)}`;
    results.push({ test: `${suite} > the process ends by itself, with 0`, status: 'failed', error });
  }
  return results;
}

console.log(`${target}: ${runtime} ${version}, ${process.platform} ${process.arch}, ${packageDirectory}`);
/** @type {Result[]} */
const results = [];
const waiting = [...suites];

/** Runs one suite after the other, beside others that do the same. */
async function work() {
  for (let suite = waiting.shift(); suite !== undefined; suite = waiting.shift()) {
    const began = performance.now();
    const ofSuite = await resultsOf(suite);
    results.push(...ofSuite);
    const count = (/** @type {string} */ status) => ofSuite.filter((result) => result.status === status).length;
    const seconds = ((performance.now() - began) / 1_000).toFixed(1);
    const counts = `${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`;
    console.log(`  ${suite}: ${counts} (${seconds} s)`);
    for (const { test, error } of ofSuite.filter(({ status }) => status === 'failed')) {
      console.log(`    failed: ${test}\n      ${error?.replaceAll('\n', '\n      ')}`);
    }
  }
}
await Promise.all(Array.from({ length: Number(options.jobs) }, work));
rmSync(workDirectory, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });

const problems = wanted
  ? []
  : withoutMatch(
      skips,
      results.map(({ test }) => test),
    ).map((skip) => `test/platform/skips.json: no test of ${target} is called "${skip.test}"`);
for (const problem of problems) console.log(problem);
for (const reason of new Set(results.flatMap((result) => result.reason ?? []))) {
  const skipped = results.filter((result) => result.reason === reason);
  console.log(`  skipped (${skipped.length}), because ${reason}:`);
  for (const { test } of skipped) console.log(`    ${test}`);
}
const count = (/** @type {string} */ status) => results.filter((result) => result.status === status).length;
const failed = count('failed') + problems.length;
if (options.results !== undefined) {
  writeFileSync(options.results, JSON.stringify({ target, runtime, version, results, problems }));
}
console.log(`${count('passed')} passed, ${failed} failed, ${count('skipped')} skipped`);
process.exitCode = failed > 0 || results.length === 0 ? 1 : 0;
