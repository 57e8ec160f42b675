// @ts-check
// npm run test:workflows -- [--short] [--only JOB] [--list]
// Runs the scripts of .github/workflows here: every job, and every row of its matrix, that a Linux x64 machine can run, in a
// clean clone of HEAD, in the order of `needs`, as GitHub's runner would (scripts/workflow-machine.mjs). What is left out is
// printed with its reason: another system, or an entry of test/workflows/skips.json. --short leaves out what is marked as
// slow there. --only takes a job's name, or `file#name`; --list prints what would run.
// The last line is `N passed, N failed, N skipped`, counted in steps with a script.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { interpolate } from './workflow-expressions.mjs';
import { artefactFolder, imageOf, Machine } from './workflow-machine.mjs';
import { calledFile, listOf, loadWorkflows, matrixRows } from './workflow-model.mjs';

/**
 * @typedef {import('./workflow-model.mjs').Workflow} Workflow @typedef {import('./workflow-model.mjs').Job} Job
 * @typedef {import('./workflow-model.mjs').Row} Row
 * @typedef {{ job: string, step?: string, matrix?: Row, slow?: boolean, reason: string }} Skip
 * @typedef {{ workflow: Workflow, id: string, job: Job, key: string }} Work
 */

const root = fileURLToPath(new URL('..', import.meta.url));
const { values } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    only: { type: 'string' },
    list: { type: 'boolean', default: false },
  },
});
const workflows = loadWorkflows(root);
/** @type {Skip[]} */
const skips = JSON.parse(readFileSync(path.join(root, 'test', 'workflows', 'skips.json'), 'utf8'));
const count = { passed: 0, failed: 0, skipped: 0 };
/** Jobs of which a row has failed: nothing that needs them runs. */
const failedJobs = new Set();

const works = inOrder();
if (values.only !== undefined && !works.some(isWanted))
  fail(`no such job; known: ${works.map(({ key }) => key).join(', ')}`);
const dirty = spawnSync('git', ['status', '--porcelain'], { cwd: root, encoding: 'utf8' }).stdout;
if (dirty !== '') console.log(`what is not committed is not in the clones:\n${dirty}`);

const store = mkdtempSync(path.join(tmpdir(), 'ploke-io-workflows-'));
try {
  for (const work of works) if (isWanted(work)) for (const row of matrixRows(work.job)) runRow(work, row);
} finally {
  rmSync(store, { recursive: true, force: true });
}
for (const skip of skips) {
  if (works.some((work) => leavesOut(skip, work))) continue;
  console.log(`test/workflows/skips.json: nothing is left out by ${JSON.stringify(skip)}`);
  count.failed += 1;
}
console.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
process.exitCode = count.failed > 0 ? 1 : 0;

/** @param {Work} work */
function isWanted({ key, id }) {
  return values.only === undefined || values.only === id || values.only === key;
}

/** All jobs with steps, each after those that it needs. @returns {Work[]} */
function inOrder() {
  /** @type {Map<string, Work>} */
  const done = new Map();
  /** @param {Workflow} workflow @param {string} id */
  const visit = (workflow, id) => {
    const key = `${workflow.file}#${id}`;
    const job = workflow.data.jobs[id];
    if (job === undefined || done.has(key)) return;
    for (const need of listOf(job.needs)) visit(workflow, need);
    const called = workflows.find(({ file }) => file === calledFile(job));
    for (const inner of Object.keys(called?.data.jobs ?? {})) if (called) visit(called, inner);
    done.set(key, { workflow, id, job, key });
  };
  for (const workflow of workflows) for (const id of Object.keys(workflow.data.jobs)) visit(workflow, id);
  return [...done.values()].filter(({ job }) => job.steps !== undefined);
}

/** @param {Work} work @param {Row} row */
function runRow(work, row) {
  const { workflow, job, key } = work;
  const words = Object.values(row).join(', ');
  const title = words === '' ? key : `${key} (${words})`;
  const scripts = (job.steps ?? []).filter((step) => step.run !== undefined).length;
  const reason = reasonToSkipJob(work, row);
  if (reason !== undefined) {
    console.log(`${title}: skipped: ${reason}`);
    count.skipped += scripts;
    return;
  }
  console.log(`\n== ${title}`);
  if (values.list) return;
  const machine = new Machine(root, store, workflow, job, row);
  try {
    if (!runSteps(work, row, machine)) failedJobs.add(key);
  } finally {
    machine.close();
  }
}

/** @param {Work} work @param {Row} row @param {Machine} machine @returns {boolean} whether none failed */
function runSteps({ job, key }, row, machine) {
  for (const [index, step] of (job.steps ?? []).entries()) {
    const name = step.name ?? step.uses ?? `step ${index + 1}`;
    const skip = skips.find((each) => each.step === name && matches(each, key, row));
    if (skip !== undefined) {
      console.log(`-- ${name}: skipped: ${skip.reason}`);
      count.skipped += 1;
      continue;
    }
    try {
      if (!machine.wants(step)) console.log(`-- ${name}: not in this row`);
      else if (step.uses !== undefined) machine.useAction(step);
      else {
        console.log(`-- ${name}`);
        const began = performance.now();
        const code = machine.runScript(step);
        if (code !== 0) throw new Error(`exit code ${code}`);
        console.log(`-- ${name}: ${((performance.now() - began) / 1000).toFixed(1)} s`);
        count.passed += 1;
      }
    } catch (error) {
      console.log(`-- ${name}: failed: ${error instanceof Error ? error.message : error}`);
      count.failed += 1;
      return false;
    }
  }
  return true;
}

/** @param {Work} work @param {Row} row @returns {string | undefined} */
function reasonToSkipJob({ workflow, job, key }, row) {
  const system = interpolate(job['runs-on'] ?? '', { matrix: row });
  if (!/^ubuntu-[\d.]+$/.test(system)) return `it runs on ${system}`;
  const skip = skips.find((each) => each.step === undefined && (values.short || !each.slow) && matches(each, key, row));
  if (skip !== undefined) return skip.reason;
  const image = imageOf(job, row);
  if (image !== undefined && !image.endsWith(`-${codename()}`)) return `it runs in ${image}`;
  const failed = listOf(job.needs).find((need) => failedJobs.has(`${workflow.file}#${need}`));
  if (failed !== undefined) return `it needs "${failed}", which has failed`;
  if (values.list) return undefined;
  const needed = (job.steps ?? []).filter((step) => step.uses?.startsWith('actions/download-artifact@'));
  const missing = needed.find((step) => !existsSync(artefactFolder(store, String(step.with?.name))));
  return missing && `it needs the artefact "${missing.with?.name}", which no job has made`;
}

/** Whether an entry is about something that is there. @param {Skip} skip @param {Work} work */
function leavesOut(skip, { job, key }) {
  const isStep = skip.step === undefined || job.steps?.some((step) => step.name === skip.step);
  return isStep && matrixRows(job).some((row) => matches(skip, key, row));
}

/** @param {Skip} skip @param {string} key @param {Row} row */
function matches(skip, key, row) {
  return skip.job === key && Object.entries(skip.matrix ?? {}).every(([name, value]) => row[name] === value);
}

/** Of this machine's system: `bookworm`. */
function codename() {
  return /^VERSION_CODENAME=(.*)$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1];
}

/** @param {string} words @returns {never} */
function fail(words) {
  console.error(words);
  process.exit(2);
}
