// @ts-check
// The workflows of .github/workflows as data: jobs, the rows of their matrices, what depends on what, and where in the file
// each thing stands.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { isNode, LineCounter, parseDocument } from 'yaml';

/**
 * @typedef {Record<string, unknown>} Row of a matrix
 * @typedef {{
 *   name?: string, run?: string, uses?: string, if?: string | boolean, shell?: string, env?: Record<string, unknown>,
 *   with?: Record<string, unknown>, 'working-directory'?: string, 'continue-on-error'?: unknown, id?: string,
 * }} Step
 * @typedef {{
 *   name?: string, 'runs-on'?: string, uses?: string, needs?: string | string[], steps?: Step[], if?: string | boolean,
 *   env?: Record<string, unknown>, permissions?: unknown, environment?: unknown, container?: string | { image: string },
 *   strategy?: { matrix?: Record<string, unknown> }, defaults?: { run?: { shell?: string } }, 'timeout-minutes'?: number,
 *   'continue-on-error'?: unknown, secrets?: unknown,
 * }} Job
 * @typedef {{
 *   name?: string, on?: unknown, env?: Record<string, unknown>, permissions?: unknown, concurrency?: unknown,
 *   jobs: Record<string, Job>, defaults?: { run?: { shell?: string } },
 * }} WorkflowData
 */

export class Workflow {
  /** @param {string} file its name in .github/workflows @param {string} text */
  constructor(file, text) {
    this.file = file;
    this.text = text;
    this.lines = new LineCounter();
    this.document = parseDocument(text, { lineCounter: this.lines });
    /** @type {string[]} */
    this.syntaxErrors = this.document.errors.map((error) => error.message);
    /** @type {WorkflowData} */
    this.data = this.syntaxErrors.length > 0 ? { jobs: {} } : { jobs: {}, ...this.document.toJS() };
  }

  /** @param {readonly (string | number)[]} keys @returns {number} the line where that value begins; 1 where it is missing */
  lineOf(...keys) {
    const node = this.document.getIn(keys, true);
    return isNode(node) && node.range ? this.lines.linePos(node.range[0]).line : 1;
  }

  /** @param {number} line @returns {string} */
  lineText(line) {
    return this.text.split('\n')[line - 1] ?? '';
  }
}

/** @param {string} root the project's folder @returns {Workflow[]} */
export function loadWorkflows(root) {
  const folder = path.join(root, '.github', 'workflows');
  return readdirSync(folder)
    .filter((name) => /\.ya?ml$/.test(name))
    .sort()
    .map((name) => new Workflow(name, readFileSync(path.join(folder, name), 'utf8')));
}

/** @param {string | string[] | undefined} value @returns {string[]} */
export const listOf = (value) => (value === undefined ? [] : Array.isArray(value) ? value : [value]);

/** The workflow file that a job calls, if it calls one of ours. @param {Job} job @returns {string | undefined} */
export function calledFile(job) {
  return /^\.\/\.github\/workflows\/([^/]+)$/.exec(job.uses ?? '')?.[1];
}

/**
 * The combinations of a job, as GitHub makes them: the product of the lists, without what `exclude` matches; an entry of
 * `include` is added to each combination whose own values it does not change, or else is a combination by itself (workflow
 * syntax, "Expanding or adding matrix configurations"). One empty row where there is no matrix.
 *
 * @param {Job} job @returns {Row[]}
 */
export function matrixRows(job) {
  const matrix = job.strategy?.matrix;
  if (matrix === undefined) return [{}];
  const { include = [], exclude = [], ...axes } = matrix;
  /** @type {Row[]} */
  let product = Object.keys(axes).length === 0 ? [] : [{}];
  for (const [name, values] of Object.entries(axes)) {
    product = product.flatMap((row) => /** @type {unknown[]} */ (values).map((value) => ({ ...row, [name]: value })));
  }
  const matches = (/** @type {Row} */ part, /** @type {Row} */ row) =>
    Object.entries(part).every(([name, value]) => row[name] === value);
  product = product.filter((row) => !(/** @type {Row[]} */ (exclude).some((part) => matches(part, row))));

  const rows = product.map((original) => ({ original, row: { ...original } }));
  const added = [];
  for (const entry of /** @type {Row[]} */ (include)) {
    const fitting = rows.filter(({ original }) =>
      Object.entries(entry).every(([name, value]) => !(name in original) || original[name] === value),
    );
    for (const { row } of fitting) Object.assign(row, entry);
    if (fitting.length === 0) added.push({ ...entry });
  }
  return [...rows.map(({ row }) => row), ...added];
}

/**
 * Every job that must have succeeded before one may start, through `needs` and through the jobs of called workflows.
 *
 * @param {readonly Workflow[]} workflows @param {string} file @param {string} job
 * @returns {Set<string>} as `file#job`
 */
export function requiredJobs(workflows, file, job) {
  const byFile = new Map(workflows.map((workflow) => [workflow.file, workflow]));
  /** @type {Set<string>} */
  const found = new Set();

  /** @param {string} inFile @param {string} id */
  const add = (inFile, id) => {
    const key = `${inFile}#${id}`;
    const definition = byFile.get(inFile)?.data.jobs[id];
    if (found.has(key) || definition === undefined) return;
    found.add(key);
    for (const need of listOf(definition.needs)) add(inFile, need);
    const called = calledFile(definition);
    // A called workflow succeeds when all of its jobs do.
    if (called !== undefined) for (const inner of Object.keys(byFile.get(called)?.data.jobs ?? {})) add(called, inner);
  };
  for (const need of listOf(byFile.get(file)?.data.jobs[job]?.needs)) add(file, need);
  return found;
}
