// node scenario-child.mjs <directory> <scenario>: does one thing between two markers, and says what became of it.
import { accessSync, readdirSync, readlinkSync } from 'node:fs';
import path from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { openWorkspace, PlokeIoError } from '../../dist/index.js';
import { loadAddon } from '../../dist/native/load.js';
import { control, disturbed, scenarios, twice } from './scenarios.mjs';

const [directory, name] = process.argv.slice(2);
const scenario = { control, twice, ...scenarios, ...disturbed }[name];
const marker = (text) => {
  try {
    accessSync(`/ploke-io-${text}`);
  } catch {
    // It is for the tracer only.
  }
};
/** What each open descriptor is of. */
function descriptors() {
  const open = new Map();
  for (const number of readdirSync('/proc/self/fd')) {
    try {
      open.set(number, readlinkSync(`/proc/self/fd/${number}`));
    } catch {
      // The one by which they were listed.
    }
  }
  return open;
}

// Everything that a first call makes: modules, threads, the owner's file.
const before = descriptors();
const workspace = await openWorkspace({ roots: [directory], ...scenario.options });
if (!scenario.isCold) {
  await workspace.createFile(path.join(directory, 'warm'), '');
  await workspace.removeFile(path.join(directory, 'warm'));
}

marker('begin');
let outcome;
try {
  const result = await scenario.act(workspace, (file) => path.join(directory, file));
  outcome = { results: [result].flat().map((item) => item.reason ?? item.value ?? item) };
} catch (error) {
  outcome = { results: [error] };
}
// A replaced version may be closed after the answer: that is a part of the call as well.
await loadAddon().settleJobs();
marker('end');
const told = outcome.results.map((result) =>
  result instanceof Error
    ? {
        isTyped: result instanceof PlokeIoError,
        code: result.code,
        severity: result.severity,
        committed: result.committed,
        message: result.message,
        path: result.path,
      }
    : { ok: true, receipt: result.receipt, warnings: result.warnings?.map(({ code }) => code), path: result.path },
);
await workspace.close();
const opened = () => [...descriptors()].filter(([number, file]) => before.get(number) !== file).map(([, file]) => file);
// Threads of V8 open files of the system for a moment, as to count the processors.
for (let turns = 0; turns < 200 && opened().length > 0; turns += 1) await turn();
const left = opened();
console.log(JSON.stringify({ told, left, warnings: workspace.warnings.length }));
