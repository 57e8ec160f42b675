// @ts-check
// npm run test:package [-- --short] [--only TEXT]
// The packed package as a user has it: installed into an empty project with scripts off, on the oldest and the newest Node, by
// pnpm, in a worker and in bundles; compiled from source where no prebuild fits; and failing clearly where nothing does.
// --short: without other versions of Node, pnpm, webpack and compiling. What it downloads is pinned in
// test/package/tools/package.json. Ends with `N passed, N failed, N skipped`.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values: options } = parseArgs({ options: { short: { type: 'boolean' }, only: { type: 'string' } } });
const root = fileURLToPath(new URL('..', import.meta.url));
const work = mkdtempSync(join(tmpdir(), 'ploke-io-package-'));
process.on('exit', () => rmSync(work, { recursive: true, force: true }));

const prebuild = join(root, 'prebuilds/linux-x64/ploke-io.glibc.node');
if (process.platform !== 'linux' || process.arch !== 'x64' || !existsSync(prebuild)) {
  console.error(`${prebuild} is needed: npm run prebuild -- linux-x64 (on Linux x64)`);
  process.exit(1);
}
const prebuildSpecifier = 'ploke-io/prebuilds/linux-x64/ploke-io.glibc.node';

const quiet = ['--no-audit', '--no-fund', '--loglevel=error'];
execFileSync('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', work], { cwd: root });
const tarball = join(work, readdirSync(work).find((name) => name.endsWith('.tgz')) ?? '');
const tools = join(work, 'tools');
cpSync(join(root, 'test/package/tools'), tools, { recursive: true });
const toolArguments = ['install', '--ignore-scripts', '--force', ...quiet, ...(options.short ? ['--omit', 'dev'] : [])];
execFileSync('npm', toolArguments, { cwd: tools, stdio: 'inherit' });
const tool = (/** @type {string} */ name) => join(tools, 'node_modules', name);

/** An empty project with the program that the cases run. @param {string} name */
function project(name) {
  const directory = join(work, name);
  mkdirSync(directory);
  writeFileSync(join(directory, 'package.json'), JSON.stringify({ name, private: true, version: '1.0.0' }));
  cpSync(join(root, 'test/package/programs'), directory, { recursive: true });
  return directory;
}

/** @param {string} name @param {readonly string[]} more */
function installed(name, more = ['--ignore-scripts']) {
  const directory = project(name);
  execFileSync('npm', ['install', ...more, ...quiet, tarball], {
    cwd: directory,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return directory;
}

/**
 * @param {string} directory @param {readonly string[]} args
 * @param {{ node?: string, environment?: NodeJS.ProcessEnv }} [more]
 */
function works(directory, args, { node = process.execPath, environment = {} } = {}) {
  const env = { ...process.env, ...environment };
  const { status, stdout, stderr } = spawnSync(node, args, { cwd: directory, env, encoding: 'utf8', timeout: 60_000 });
  if (status !== 0 || !stdout.endsWith('works\n')) throw new Error(`ended with ${status}\n${stdout}${stderr}`);
}

const consumer = installed('consumer');
const inside = join(consumer, 'node_modules/ploke-io');
const nodes = options.short ? [] : ['node-20', 'node-26'].map((name) => join(tool(name), 'bin/node'));

/** @param {string} entry @param {Record<string, unknown>} more */
async function esbuild(entry, more) {
  const { build } = await import(join(tool('esbuild'), 'lib/main.js'));
  const outfile = join(consumer, `bundle-${entry.replace(/\W/g, '-')}.${more.format === 'cjs' ? 'cjs' : 'mjs'}`);
  await build({
    entryPoints: [join(consumer, entry)],
    absWorkingDir: consumer,
    bundle: true,
    platform: 'node',
    logLevel: 'error',
    outfile,
    ...more,
  });
  return outfile;
}

/** A bundle runs where no node_modules are. @param {string} bundle @param {string} name */
function alone(bundle, name) {
  const directory = join(work, name);
  mkdirSync(directory);
  cpSync(bundle, join(directory, 'program.cjs'));
  for (const file of readdirSync(consumer))
    if (file.endsWith('.node')) cpSync(join(consumer, file), join(directory, file));
  return directory;
}

/** @type {[string, () => void | Promise<void>][]} */
const cases = [
  ['installed with scripts off: import', () => works(consumer, ['import.mjs'])],
  ['installed with scripts off: require', () => works(consumer, ['--no-warnings', 'require.cjs'])],
  ['in a worker thread', () => works(consumer, ['worker.mjs'])],
  ...nodes.flatMap(
    (node) =>
      /** @type {[string, () => void][]} */ ([
        [`import on ${node.replace(/.*(node-\d+).*/, '$1')}`, () => works(consumer, ['import.mjs'], { node })],
        [
          `require on ${node.replace(/.*(node-\d+).*/, '$1')}`,
          () => works(consumer, ['--no-warnings', 'require.cjs'], { node }),
        ],
      ]),
  ),
  [
    'esbuild, the package external',
    async () => works(consumer, [await esbuild('import.mjs', { format: 'esm', external: ['ploke-io'] })]),
  ],
  [
    'esbuild, one file and the binary that the program requires',
    async () => {
      writeFileSync(join(consumer, 'static.cjs'), staticProgram);
      const bundle = await esbuild('static.cjs', {
        format: 'cjs',
        loader: { '.node': 'copy' },
        logOverride: { 'empty-import-meta': 'silent' },
      });
      works(alone(bundle, 'static'), ['program.cjs']);
    },
  ],
  [
    'esbuild, one file and a folder named by the environment',
    async () => {
      const bundle = await esbuild('require.cjs', { format: 'cjs', logOverride: { 'empty-import-meta': 'silent' } });
      works(alone(bundle, 'environment'), ['program.cjs'], { environment: { PLOKE_IO_NATIVE_DIRECTORY: inside } });
    },
  ],
  [
    'nothing fits: the error says what is missing and what to do',
    () => {
      const directory = installed('nothing');
      rmSync(join(directory, 'node_modules/ploke-io/prebuilds'), { recursive: true });
      const { status, stderr } = spawnSync(process.execPath, ['import.mjs'], { cwd: directory, encoding: 'utf8' });
      const wanted = [
        'ERR_PLOKE_NATIVE_MISSING',
        'linux-x64 with glibc',
        'ploke-io.glibc.node, which is missing here',
        'npm rebuild ploke-io',
      ];
      const absent = wanted.filter((text) => !stderr.includes(text));
      if (status !== 1 || absent.length > 0)
        throw new Error(`ended with ${status}, without ${absent.join()}\n${stderr}`);
    },
  ],
];

const staticProgram = `const { provideNativeAddon } = require('ploke-io/native');
provideNativeAddon(require('${prebuildSpecifier}'));
require('./smoke.mjs').smoke(require('ploke-io'));
`;

if (!options.short) {
  cases.push(
    [
      'webpack, one file and the binary that the program requires',
      () => {
        writeFileSync(join(consumer, 'static.cjs'), staticProgram);
        works(consumer, ['webpack.cjs'], {
          environment: { WEBPACK: tool('webpack'), NODE_LOADER: tool('node-loader') },
        });
        cpSync(join(consumer, 'webpack'), join(work, 'webpack'), { recursive: true });
        works(join(work, 'webpack'), ['main.cjs']);
      },
    ],
    [
      "pnpm's layout",
      () => {
        const directory = project('pnpm');
        const args = [
          join(tool('pnpm'), 'bin/pnpm.cjs'),
          'add',
          '--ignore-scripts',
          '--store-dir',
          join(work, 'store'),
          tarball,
        ];
        execFileSync(process.execPath, args, { cwd: directory, stdio: ['ignore', 'ignore', 'inherit'] });
        works(directory, ['import.mjs']);
      },
    ],
    [
      'from source, where no prebuild fits',
      () => {
        const directory = installed('source');
        const copy = join(directory, 'node_modules/ploke-io');
        rmSync(join(copy, 'prebuilds'), { recursive: true });
        execFileSync('npm', ['rebuild', 'ploke-io', ...quiet], {
          cwd: directory,
          stdio: ['ignore', 'ignore', 'inherit'],
        });
        if (!existsSync(join(copy, 'build/Release/ploke_io.node'))) throw new Error('nothing was compiled');
        works(directory, ['import.mjs']);
      },
    ],
  );
}

const sum = { passed: 0, failed: 0 };
for (const [name, run] of cases.filter(([name]) => name.includes(options.only ?? ''))) {
  try {
    await run();
    sum.passed += 1;
    console.log(`ok ${name}`);
  } catch (error) {
    sum.failed += 1;
    console.log(`FAILED ${name}: ${error instanceof Error ? error.message : error}`);
  }
}
console.log(`${sum.passed} passed, ${sum.failed} failed, 0 skipped`);
process.exitCode = sum.failed > 0 ? 1 : 0;
