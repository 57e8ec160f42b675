// What kill-points.mjs and fault-points.mjs share: directories, the calls of a scenario, the sweep afterwards.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { openWorkspace } from '../../dist/index.js';
import { strangers } from '../crash/scenarios.mjs';
import { trace } from './tracer.mjs';

const childScript = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', 'crash', 'scenario-child.mjs');

/** Runs a scenario once, with orders for the tracer, in a directory of its own that `judge` may look at. */
export async function runScenario(tracer, name, scenario, orders, judge) {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'ploke-io-points-')));
  const directory = path.join(folder, 'root');
  mkdirSync(directory);
  try {
    scenario.prepare(directory);
    const all = [...(scenario.disturb?.(directory) ?? []), ...orders];
    const request = { program: tracer.program, directory, script: childScript, report: path.join(folder, 'report') };
    const run = trace({ ...request, args: [directory, name], orders: all });
    return await judge(directory, run);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The calls of a scenario that nobody interferes with. */
export function callsOf(tracer, name, scenario) {
  return runScenario(tracer, name, scenario, [], async (_directory, run) => {
    const { code, calls, stderr } = await run;
    if (code !== 0) throw new Error(`${name} ends with ${code}: ${stderr}`);
    return calls;
  });
}

/** Opens the root as the next program would, and writes once into each directory. */
export async function sweep(directory) {
  const workspace = await openWorkspace({ roots: [directory], durability: 'none' });
  try {
    for (const folder of foldersBelow(directory)) {
      await workspace.createFile(path.join(folder, 'swept'), '');
      await workspace.removeFile(path.join(folder, 'swept'));
    }
  } finally {
    await workspace.close();
  }
}

function foldersBelow(directory) {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory() && entry.name !== '.ploke-io');
  return [directory, ...folders.map((entry) => path.join(entry.parentPath ?? entry.path, entry.name))];
}

/** What lies there beside the scenario's own files, and the contents of what was recovered. */
export function leftovers(directory, { files }) {
  const names = strangers(directory, files);
  const isRecovered = (name) => path.basename(name).includes('ploke-io-recovered-');
  const recovered = names.filter(isRecovered).map((name) => readFileSync(path.join(directory, name), 'utf8'));
  return { others: names.filter((name) => !isRecovered(name)), recovered };
}

/** Whether a process can lock the file at once. */
export function isLockFree(file) {
  return spawnSync('flock', ['-n', '-x', file, 'true']).status === 0;
}

/** Runs jobs, two at a time, and gives their results in order. */
export async function inParallel(jobs, limit = 2) {
  const results = new Array(jobs.length);
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < jobs.length; index = next++) results[index] = await jobs[index]();
  };
  await Promise.all(Array.from({ length: limit }, worker));
  return results;
}

/** At most `count` of the values, evenly spread, the first and the last among them. */
export function spread(values, count) {
  if (values.length <= count) return values;
  const step = (values.length - 1) / Math.max(1, count - 1);
  return Array.from({ length: count }, (_, index) => values[Math.round(index * step)]);
}
