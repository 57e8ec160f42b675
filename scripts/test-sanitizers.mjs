// @ts-check
// npm run test:sanitizers -- [--only address|thread] [--short]
// Builds the addon with the sanitizers of the system's compiler, in a folder of its own below build/, and runs tests and a
// stress over it in a Node that is not built so: the runtime of the sanitizer is preloaded. `address` is the sanitizer for
// addresses with that for undefined behaviour and, in the stress, that for leaks. --short is the stress alone.
//
// Node and V8 are not instrumented and have reports of their own. They are not suppressed by name, which would hide ours
// where they call us: a report counts where a frame of the addon is in it, but for memory that Node frees at no environment's end
// (isNodesLeak); the others are counted and printed by kind.
// First a canary shows, in each run, that errors are seen under these conditions.
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { frameFormat, isAbout, isNodesLeak, kindOf, splitReports } from './sanitizer-reports.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const sources = path.join(root, 'test', 'sanitizers');
const compiler = process.env.CXX ?? 'c++';
const { values } = parseArgs({
  options: { only: { type: 'string' }, short: { type: 'boolean', default: false } },
});

/** The tests that reach into the addon in every way, without those that count what a sanitizer adds. */
const tests = ['test/unit/native/', 'test/integration/', 'test/confinement/names.test.ts'];
const withoutTests = [
  // They load addons from folders of their own, which PLOKE_IO_NATIVE_DIRECTORY would lead here.
  'test/unit/native/load.test.ts',
];

/** A run over another addon, that of `npm run build`, would report nothing and prove nothing. */
const loading = `import { readFileSync, realpathSync } from 'node:fs';
import { openWorkspace } from './dist/index.js';
await (await openWorkspace({ roots: [process.cwd()] })).close();
const addon = realpathSync(process.env.PLOKE_IO_NATIVE_DIRECTORY + '/build/Release/ploke_io.node');
if (!readFileSync('/proc/self/maps', 'utf8').includes(addon)) throw new Error(addon + ' is not loaded');`;

/** @typedef {{ flags: string[], runtime: string, canaries: Record<string, RegExp>, options: (log: string, leaks: boolean) => Record<string, string> }} Sanitizer */

/** @type {Record<string, Sanitizer>} */
const sanitizers = {
  address: {
    // Without run-time type information there is no `vptr` to check.
    flags: ['-fsanitize=address,undefined', '-fno-sanitize=vptr'],
    runtime: 'libasan.so',
    canaries: { address: /heap-buffer-overflow/, undefined: /signed integer overflow/, leak: /leak of 12345 byte/ },
    options: (log, leaks) => ({
      ASAN_OPTIONS: joined({
        log_path: log,
        detect_leaks: leaks ? 1 : 0,
        exitcode: 0,
        detect_stack_use_after_return: 1,
      }),
      UBSAN_OPTIONS: joined({ log_path: log, print_stacktrace: 1 }),
      LSAN_OPTIONS: joined({ log_path: log, exitcode: 0, report_objects: 1 }),
    }),
  },
  thread: {
    flags: ['-fsanitize=thread'],
    runtime: 'libtsan.so',
    canaries: { thread: /data race/ },
    options: (log) => ({
      TSAN_OPTIONS: joined({
        log_path: log,
        exitcode: 0,
        // Node synchronises through atomics that nobody instruments: what memcpy and read(2) touch on its behalf would be
        // reported without end. Locks, threads and our own loads and stores are still seen.
        ignore_interceptors_accesses: 1,
        second_deadlock_stack: 1,
      }),
    }),
  },
};

/** @param {Record<string, string | number>} options */
function joined(options) {
  return Object.entries({ ...options, stack_trace_format: frameFormat })
    .map(([name, value]) => `${name}=${value}`)
    .join(':');
}

const chosen = values.only === undefined ? Object.keys(sanitizers) : [values.only];
for (const name of chosen)
  if (!(name in sanitizers)) fail(`no such sanitizer; known: ${Object.keys(sanitizers).join(', ')}`);
if (process.platform !== 'linux') fail('the runtimes are preloaded as on Linux');
if (!existsSync(path.join(root, 'dist', 'index.js'))) fail('dist/ is missing: run "npm run build" first');

let failures = 0;
for (const name of chosen) failures += run(name, /** @type {Sanitizer} */ (sanitizers[name]));
process.exitCode = failures > 0 ? 1 : 0;

/** @param {string} name @param {Sanitizer} sanitizer @returns {number} how much of it failed */
function run(name, sanitizer) {
  const began = performance.now();
  const folder = build(name, sanitizer);
  const logs = mkdtempSync(path.join(tmpdir(), `ploke-io-${name}-`));
  let failed = 0;
  /** @param {string} what @param {string[]} words @param {boolean} leaks */
  const step = (what, words, leaks) => {
    console.log(`== ${name}: ${what}`);
    const environment = { ...environmentOf(sanitizer, logs, leaks), PLOKE_IO_NATIVE_DIRECTORY: folder };
    const { status, signal } = runNode(words, logs, environment);
    if (status !== 0) console.log(`${what} ended with ${status ?? signal}`);
    failed += status === 0 ? 0 : 1;
  };
  try {
    for (const kind of Object.keys(sanitizer.canaries)) failed += canary(name, sanitizer, folder, kind);
    step('the addon that was built so is the one that is loaded', ['--input-type=module', '-e', loading], false);
    step('stress', [path.join(sources, 'stress.mjs'), values.short ? '4' : '15'], true);
    if (!values.short) {
      const vitest = path.join(
        path.dirname(createRequire(import.meta.url).resolve('vitest/package.json')),
        'vitest.mjs',
      );
      const without = withoutTests.flatMap((file) => ['--exclude', file]);
      step('tests', [vitest, 'run', '--testTimeout', '300000', ...without, ...tests], false);
    }
    failed += tell(name, logs);
  } finally {
    rmSync(logs, { recursive: true, force: true });
  }
  console.log(`${name}: ${failed} failed, ${Math.round((performance.now() - began) / 1000)} s`);
  return failed;
}

/** @param {Sanitizer} sanitizer @param {string} logs @param {boolean} leaks @returns {NodeJS.ProcessEnv} */
function environmentOf(sanitizer, logs, leaks) {
  const options = sanitizer.options(path.join(logs, 'report'), leaks);
  return { ...process.env, ...options, LD_PRELOAD: runtimeOf(sanitizer) };
}

/**
 * With stderr among the logs: beside the runtime of another sanitizer, that for undefined behaviour knows no log_path.
 *
 * @param {string[]} words @param {string} logs @param {NodeJS.ProcessEnv} environment
 */
function runNode(words, logs, environment) {
  const file = path.join(logs, `stderr${readdirSync(logs).length}`);
  const descriptor = openSync(file, 'w');
  const result = spawnSync(process.execPath, words, {
    cwd: root,
    stdio: ['ignore', 'inherit', descriptor],
    env: environment,
  });
  closeSync(descriptor);
  process.stderr.write(readFileSync(file));
  if (result.error) throw result.error;
  return result;
}

/** Whether an error that is made on purpose is reported. @param {string} name @param {Sanitizer} sanitizer @param {string} folder @param {string} kind */
function canary(name, sanitizer, folder, kind) {
  const library = path.join(folder, 'canary.node');
  const source = path.join(sources, 'canary.cc');
  // Node unloads what registers no module; the frames of its leak could not be told then.
  const flags = [
    '-shared',
    '-fPIC',
    '-Wl,-z,nodelete',
    '-g1',
    '-std=c++17',
    '-fno-omit-frame-pointer',
    ...sanitizer.flags,
  ];
  const compiled = spawnSync(compiler, [...flags, '-o', library, source], { stdio: 'inherit' });
  if (compiled.status !== 0) fail('the canary could not be compiled');
  const logs = mkdtempSync(path.join(tmpdir(), 'ploke-io-canary-'));
  try {
    const load = `try { process.dlopen({ exports: {} }, ${JSON.stringify(library)}); } catch { /* no module: it has run */ }`;
    const environment = { ...environmentOf(sanitizer, logs, true), PLOKE_IO_CANARY: kind };
    runNode(['-e', load], logs, environment);
    const expected = sanitizer.canaries[kind];
    const isSeen = reportsIn(logs).some((report) => expected?.test(report) && isAbout(report, 'canary.node'));
    console.log(`${name}: an error of the kind "${kind}" is ${isSeen ? '' : 'not '}seen`);
    return isSeen ? 0 : 1;
  } finally {
    rmSync(logs, { recursive: true, force: true });
  }
}

/** @param {string} logs */
function reportsIn(logs) {
  return readdirSync(logs).flatMap((file) => splitReports(readFileSync(path.join(logs, file), 'utf8')));
}

/** Prints the reports that are ours in full, the others by kind. @param {string} name @param {string} logs */
function tell(name, logs) {
  const reports = reportsIn(logs);
  const ours = reports.filter((report) => isAbout(report, 'ploke_io.node') && !isNodesLeak(report));
  for (const report of ours) console.log(report);
  /** @type {Map<string, number>} */
  const others = new Map();
  for (const report of reports) {
    if (!ours.includes(report)) others.set(kindOf(report), (others.get(kindOf(report)) ?? 0) + 1);
  }
  for (const [kind, count] of others) console.log(`${name}: ${count} of Node's own: ${kind}`);
  console.log(`${name}: ${ours.length} reports about the addon`);
  return ours.length;
}

/** A folder with the addon built so, kept for the next run: make compiles what changed. @param {string} name @param {Sanitizer} sanitizer */
function build(name, sanitizer) {
  const folder = path.join(root, 'build', 'sanitizers', name);
  mkdirSync(folder, { recursive: true });
  for (const part of ['binding.gyp', 'native', 'package.json']) {
    const link = path.join(folder, part);
    if (!existsSync(link)) symlinkSync(path.join(root, part), link);
  }
  const nodeGyp = createRequire(import.meta.url).resolve('node-gyp/bin/node-gyp.js');
  // The last -O counts: compiled in half the time, and fewer frames are folded into others.
  const flags = [...sanitizer.flags, '-O1', '-fno-omit-frame-pointer', '-g1'].join(' ');
  const { status, error } = spawnSync(
    process.execPath,
    [nodeGyp, 'configure', 'build', '--jobs', process.env.JOBS ?? 'max', '--loglevel', 'warn', '--directory', folder],
    {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, CXXFLAGS: flags, CFLAGS: flags, LDFLAGS: sanitizer.flags.join(' ') },
    },
  );
  if (error) throw error;
  if (status !== 0) fail(`the addon could not be built with ${flags}`);
  return folder;
}

/** The compiler knows where its runtimes are. @param {Sanitizer} sanitizer */
function runtimeOf(sanitizer) {
  const { stdout } = spawnSync(compiler, [`-print-file-name=${sanitizer.runtime}`], { encoding: 'utf8' });
  const found = stdout?.trim() ?? '';
  if (!path.isAbsolute(found)) fail(`the compiler has no ${sanitizer.runtime}`);
  return realpathSync(found);
}

/** @param {string} words @returns {never} */
function fail(words) {
  console.error(words);
  process.exit(2);
}
