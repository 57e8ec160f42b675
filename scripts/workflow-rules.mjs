// @ts-check
// The rules for .github/workflows: GitHub's own grammar, and what this project asks of every workflow, job and step.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { mayWrite, prebuilds, prebuildTargets, publishing, trustedOwners } from './workflow-expectations.mjs';
import { grammarErrors } from './workflow-grammar.mjs';
import { calledFile, loadWorkflows, matrixRows, requiredJobs } from './workflow-model.mjs';

/** @typedef {import('./workflow-model.mjs').Workflow} Workflow @typedef {import('./workflow-model.mjs').Job} Job */
/** @typedef {import('./workflow-model.mjs').Step} Step @typedef {import('./workflow-model.mjs').Row} Row */

export class WorkflowCheck {
  /** As `file:line rule`. @type {Set<string>} */
  violations = new Set();
  /** The commit that stands for each action: one for all workflows. @type {Map<string, string>} */
  #commits = new Map();
  /** @type {Record<string, string>} */
  #npmScripts;

  /** @param {string} root the project's folder */
  constructor(root) {
    this.root = root;
    this.workflows = loadWorkflows(root);
    this.#npmScripts = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')).scripts;
  }

  async run() {
    for (const workflow of this.workflows) {
      for (const { line, message } of await grammarErrors(workflow)) this.#report(workflow, line, message);
      if (workflow.syntaxErrors.length > 0) continue;
      this.#checkTop(workflow);
      for (const [id, job] of Object.entries(workflow.data.jobs)) this.#checkJob(workflow, id, job);
    }
    this.#checkRelease();
  }

  /** @param {Workflow} workflow @param {number} line @param {string} rule */
  #report(workflow, line, rule) {
    this.violations.add(`${workflow.file}:${line} ${rule}`);
  }

  /** @param {Workflow} workflow */
  #checkTop(workflow) {
    const { data } = workflow;
    const permissions = data.permissions;
    if (permissions === undefined) this.#report(workflow, 1, 'permissions are not explicit');
    else if (!isTable(permissions) || Object.values(permissions).some((level) => level === 'write')) {
      this.#report(
        workflow,
        workflow.lineOf('permissions'),
        'a whole workflow may read at most; writing is for single jobs',
      );
    }
    if (data.concurrency === undefined) this.#report(workflow, 1, 'there is no concurrency group');
    const triggers = isTable(data.on) ? Object.keys(data.on) : [data.on].flat();
    for (const trigger of ['pull_request_target', 'workflow_run']) {
      // They run with the repository's rights on what others wrote.
      if (triggers.includes(trigger))
        this.#report(workflow, workflow.lineOf('on'), `no workflow is started by ${trigger}`);
    }
    workflow.text.split('\n').forEach((text, index) => {
      if (/\bsecrets\s*[.[]|^\s*secrets:/.test(text))
        this.#report(workflow, index + 1, 'no secret is used; see release.yml');
    });
  }

  /** @param {Workflow} workflow @param {string} id @param {Job} job */
  #checkJob(workflow, id, job) {
    /** @param {string} key */
    const at = (key) => workflow.lineOf('jobs', id, key);
    if (job.uses !== undefined) {
      const called = calledFile(job);
      if (called === undefined || !this.workflows.some((each) => each.file === called)) {
        this.#report(workflow, at('uses'), `${id} calls ${job.uses}, which is no workflow of this repository`);
      }
    } else if (!Number.isInteger(job['timeout-minutes'])) {
      this.#report(workflow, workflow.lineOf('jobs', id), `${id} has no timeout-minutes`);
    }
    /** @type {Record<string, Record<string, string[]>>} */
    const writers = mayWrite;
    const writes = isTable(job.permissions)
      ? Object.entries(job.permissions).flatMap(([name, level]) => (level === 'write' ? [name] : []))
      : [job.permissions].filter((level) => level === 'write-all').map(String);
    for (const name of writes) {
      if (!writers[workflow.file]?.[id]?.includes(name))
        this.#report(workflow, at('permissions'), `${id} may not write: ${name}`);
      if (name === 'id-token' && job.environment === undefined) {
        this.#report(workflow, at('permissions'), `${id} has an identity without a protected environment`);
      }
    }
    if (job['continue-on-error'] !== undefined)
      this.#report(workflow, at('continue-on-error'), `${id} may fail unnoticed`);
    const image = typeof job.container === 'string' ? job.container : job.container?.image;
    if (image !== undefined && !/:(?!latest$)\S/.test(image))
      this.#report(workflow, at('container'), `${image} has no version`);
    job.steps?.forEach((step, index) => {
      this.#checkStep(workflow, id, job, step, index);
    });
  }

  /**
   * @param {Workflow} workflow @param {string} id @param {Job} job
   * @param {Step} step @param {number} index
   */
  #checkStep(workflow, id, job, step, index) {
    /** @param {string} key */
    const at = (key) => workflow.lineOf('jobs', id, 'steps', index, key);
    if (step['continue-on-error'] !== undefined)
      this.#report(workflow, at('continue-on-error'), 'a step may fail unnoticed');
    if (step.uses !== undefined) this.#checkAction(workflow, at('uses'), step);
    if (step.run === undefined) return;
    if (step.run.includes('${{')) {
      // An expression becomes part of the script before any shell sees it: a branch may be named `$(…)`.
      this.#report(workflow, at('run'), 'an expression inside a script; hand it over in env');
    }
    for (const row of matrixRows(job)) {
      for (const name of calledScripts(step, row)) {
        if (!(name in this.#npmScripts)) this.#report(workflow, at('run'), `package.json has no script "${name}"`);
      }
      for (const [, file = ''] of step.run.matchAll(/\bnode ([\w./-]+\.m?js)\b/g)) {
        if (!existsSync(path.join(this.root, file))) this.#report(workflow, at('run'), `there is no ${file}`);
      }
    }
  }

  /** @param {Workflow} workflow @param {number} line @param {Step} step */
  #checkAction(workflow, line, step) {
    const uses = step.uses ?? '';
    const [, owner = '', action = '', commit = ''] = /^([\w-]+)\/([\w/-]+)@([0-9a-f]{40})$/.exec(uses) ?? [];
    if (commit === '') return void this.#report(workflow, line, `${uses} is not pinned to a commit`);
    if (!trustedOwners.includes(owner))
      this.#report(workflow, line, `${uses} is of no owner in workflow-expectations.mjs`);
    if (!/@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(workflow.lineText(line))) {
      this.#report(workflow, line, `the version of ${owner}/${action} is not told in a comment`);
    }
    const before = this.#commits.get(action);
    if (before !== undefined && before !== commit) this.#report(workflow, line, `${action} is pinned to two commits`);
    this.#commits.set(action, commit);
    if (action === 'checkout' && step.with?.['persist-credentials'] !== false) {
      this.#report(workflow, line, 'a checkout leaves its token in .git/config; set persist-credentials: false');
    }
  }

  /** What is published must have passed everywhere first: all of the prebuilds, each on its own platform. */
  #checkRelease() {
    const release = this.workflows.find((each) => each.file === publishing.file);
    const publish = release?.data.jobs[publishing.job];
    if (release === undefined || publish === undefined) {
      this.violations.add(`${publishing.file}:1 there is no job "${publishing.job}"`);
      return;
    }
    const line = release.lineOf('jobs', publishing.job, 'needs');
    const required = requiredJobs(this.workflows, publishing.file, publishing.job);
    const prebuild = this.workflows.find((each) => each.file === prebuildTargets.file);
    for (const id of Object.keys(prebuild?.data.jobs ?? {})) {
      if (!required.has(`${prebuildTargets.file}#${id}`)) {
        this.#report(release, line, `${publishing.job} does not need ${prebuildTargets.file}#${id}`);
      }
    }
    // A job with `if` may be skipped, and a job whose `if` has a status function runs after a failure.
    for (const key of [...required, `${publishing.file}#${publishing.job}`]) {
      const [file = '', id = ''] = key.split('#');
      const workflow = this.workflows.find((each) => each.file === file);
      if (workflow?.data.jobs[id]?.if !== undefined) {
        this.#report(
          workflow,
          workflow.lineOf('jobs', id, 'if'),
          `${id} is part of the release and runs always or never`,
        );
      }
    }
    const job = prebuild?.data.jobs[prebuildTargets.job];
    if (prebuild === undefined || job === undefined) return;
    const tested = matrixRows(job).map((row) => String(row.target));
    const targetLine = prebuild.lineOf('jobs', prebuildTargets.job, 'strategy', 'matrix');
    for (const target of prebuilds.filter((name) => !tested.includes(name))) {
      this.#report(prebuild, targetLine, `${target} is made and not tested on its platform`);
    }
    for (const target of tested.filter((name) => !prebuilds.includes(name))) {
      this.#report(prebuild, targetLine, `${target} is tested and not made`);
    }
  }
}

/** The names in `npm run …`, where a variable stands for a value of the matrix too. */
function calledScripts(/** @type {Step} */ step, /** @type {Record<string, unknown>} */ row) {
  const variables = Object.entries(step.env ?? {}).map(([name, value]) => {
    const [, key] = /^\$\{\{\s*matrix\.(\w+)\s*\}\}$/.exec(String(value)) ?? [];
    return /** @type {const} */ ([name, key === undefined ? String(value) : String(row[key] ?? '')]);
  });
  let script = step.run ?? '';
  for (const [name, value] of variables) script = script.replaceAll(`$${name}`, value);
  const named = [...script.matchAll(/\bnpm run (?:-\S+ )*["']?([\w:$-]+)/g)].map(([, name = '']) => name);
  return /\bnpm test\b/.test(script) ? [...named, 'test'] : named;
}

/** @param {unknown} value @returns {value is Record<string, unknown>} */
function isTable(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
