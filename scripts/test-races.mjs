// Races every operation against a program that swaps directories, files and links as fast as it can, through both
// resolution backends and all symlink policies, and prints what came of it by mode. Exit 0: no escape, no hang, no error
// that is not ours, and the deliberately broken resolver was caught under the same conditions. Exit 1: anything else.
//
//   node scripts/test-races.mjs [--seconds 180] [--mode NAME] [--backend kernel|walk] [--library dist/index.js]
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { withTypeScript } from '../test/confinement/load-typescript.mjs';

const project = join(dirname(fileURLToPath(import.meta.url)), '..');
const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '180' },
    mode: { type: 'string' },
    backend: { type: 'string' },
    library: { type: 'string', default: join(project, 'dist/index.js') },
  },
});
const seconds = Number(values.seconds);
const library = resolve(values.library);
if (!Number.isFinite(seconds) || seconds <= 0) fail(`--seconds must be a positive number, not ${values.seconds}`);
if (!existsSync(library)) fail(`${library} is missing: run "npm run build" first`);

const race = join(project, 'test/confinement/race');
const load = (name, use) => withTypeScript(join(race, name), use);
process.exitCode = await load('../native-tool.ts', ({ compileNativeTool }) =>
  load('run-race.ts', ({ runRace }) =>
    load('modes.ts', ({ raceModes }) => main(compileNativeTool, runRace, raceModes)),
  ),
);

async function main(compileNativeTool, runRace, raceModes) {
  const modes = raceModes.map((mode) => mode.id);
  if (values.mode !== undefined && !modes.includes(values.mode)) fail(`no such mode; known: ${modes.join(', ')}`);
  const backends = values.backend === undefined ? ['kernel', 'walk'] : [values.backend];
  const swapper = compileNativeTool('race/swapper.c');
  try {
    const common = { swapper: swapper.path, ...(values.mode === undefined ? {} : { mode: values.mode }) };
    const naive = await controlRun(runRace, common);
    const contests = (values.mode === undefined ? modes.length : 1) * 3 * backends.length;
    // Several short passes rather than one long one: each starts with a fresh arena and another kind of commit.
    const passes = Math.max(1, Math.round((seconds * 1000) / contests / 500));
    const budgetMs = (seconds * 1000) / contests / passes;
    const reports = [];
    for (let pass = 0; pass < passes; pass++) {
      for (const backend of backends) {
        const found = await runRace({ ...common, library, backend, budgetMs, pass });
        reports.push(...found.map((report) => ({ ...report, backend })));
        console.log(`pass ${pass + 1} of ${passes}, ${backend}: ${summary(found)}`);
      }
    }
    return conclude(naive, reports, backends);
  } finally {
    swapper[Symbol.dispose]();
  }
}

/** The control: a resolver that checks with realpath and then opens the path must be caught. */
async function controlRun(runRace, common) {
  const policies = ['deny-cross-root'];
  const reports = await runRace({
    ...common,
    library: 'naive',
    backend: 'kernel',
    policies,
    budgetMs: 5_000,
    enough: 20,
  });
  console.log(`control, realpath and then open: ${summary(reports)}`);
  return reports;
}

function conclude(naive, reports, backends) {
  const rows = [...new Set(reports.map((report) => report.mode))].map((mode) => ({
    mode,
    ...Object.fromEntries(
      backends.map((backend) => [backend, cell(reports.filter((r) => r.mode === mode && r.backend === backend))]),
    ),
    control: cell(naive.filter((report) => report.mode === mode)),
  }));
  console.table(Object.fromEntries(rows.map(({ mode, ...rest }) => [mode, rest])));
  const faults = reports.filter((report) => report.escapes + report.hangs + report.strange > 0);
  for (const { backend, mode, policy, examples } of faults) {
    for (const example of examples) console.log(`${backend}, ${mode}, ${policy}: ${example}`);
  }
  const uncaught = naive.filter((report) => report.escapes === 0).length;
  const controlFailed = naive.length > 0 && uncaught >= Math.max(1, naive.length / 2);
  if (controlFailed)
    console.log(
      `the control was caught in ${naive.length - uncaught} of ${naive.length} modes: this run proves nothing`,
    );
  console.log(summary(reports));
  return faults.length > 0 || controlFailed || reports.length === 0 ? 1 : 0;
}

function total(reports, key) {
  return reports.reduce((sum, report) => sum + report[key], 0);
}

function cell(reports) {
  return reports.length === 0 ? '-' : `${total(reports, 'escapes')} of ${total(reports, 'calls')} calls`;
}

function summary(reports) {
  const [calls, ok, swaps, escapes, hangs, strange] = [
    'calls',
    'succeeded',
    'swaps',
    'escapes',
    'hangs',
    'strange',
  ].map((key) => total(reports, key));
  return `${calls} calls (${ok} succeeded) against ${swaps} swaps: ${escapes} escapes, ${hangs} hangs, ${strange} foreign errors`;
}

function fail(words) {
  console.error(words);
  process.exit(2);
}
