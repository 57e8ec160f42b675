import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sweepArenas } from './arena.js';
import type { CaseReport } from './run-case.js';
import { type JobMessage, type JobRequest, jobsOf, type Privilege } from './table-jobs.js';
import type { Backend } from './vocabulary.js';

const child = join(dirname(fileURLToPath(import.meta.url)), 'table-child.mjs');
const silenceLimitMs = 60_000;

export interface TableRun {
  readonly library: JobRequest['library'];
  readonly backend: Backend;
  readonly tool: string;
  /** Only cases whose id begins so. */
  readonly only?: string;
}

export interface TableResult {
  readonly reports: ReadonlyMap<string, CaseReport>;
  /** What each process that ran cases said of itself. */
  readonly kernelResolution: readonly boolean[];
}

interface Collected {
  readonly reports: Map<string, CaseReport>;
  readonly kernelResolution: boolean[];
}

/** Key of a report: the case and the policy. */
export const keyOf = (id: string, policy: string): string => `${policy} ${id}`;

/**
 * Runs the whole table in processes of its own: the addon reads PLOKE_IO_FORCE_WALK when it is loaded, and a call that
 * hangs or crashes must cost one case, not the run.
 */
export async function runTable(table: TableRun): Promise<TableResult> {
  const collected: Collected = { reports: new Map(), kernelResolution: [] };
  const base = realpathSync(mkdtempSync(join(tmpdir(), `ploke-io-${table.backend}-`)));
  try {
    mkdirSync(join(base, 'memory'));
    for (const privilege of ['as-started', 'unprivileged'] as const) {
      let first = 0;
      while (first < jobsOf(privilege, table.only).length)
        first = await runUntilTheEnd(table, privilege, base, first, collected);
    }
  } finally {
    sweepArenas(base, table.tool);
  }
  return collected;
}

/** Runs one process and returns the number of the first job that is still to be run. */
async function runUntilTheEnd(
  table: TableRun,
  privilege: Privilege,
  base: string,
  first: number,
  collected: Collected,
): Promise<number> {
  const jobs = jobsOf(privilege, table.only);
  const request: JobRequest = {
    base,
    memory: join(base, 'memory'),
    tool: table.tool,
    library: table.library,
    privilege,
    first,
    only: table.only ?? '',
  };
  const started = start(table.backend, privilege, request);
  const ended = once(started, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  let current = first;
  let settled = first;
  let words = '';
  let watchdog: NodeJS.Timeout | undefined;
  const watch = (): void => {
    clearTimeout(watchdog);
    watchdog = setTimeout(() => started.kill('SIGKILL'), silenceLimitMs);
  };
  started.stderr?.on('data', (chunk: Buffer) => {
    words += chunk.toString();
  });
  started.on('message', (message: JobMessage) => {
    watch();
    switch (message.kind) {
      case 'backend':
        collected.kernelResolution.push(message.kernelResolution);
        return;
      case 'start':
        current = message.index;
        return;
      case 'report':
        settled = current + 1;
        collected.reports.set(keyOf(message.report.id, message.report.policy), message.report);
        return;
      case 'broken':
        settled = current + 1;
        reportFailure(message.index, `broken: ${message.words}`);
        return;
    }
  });
  watch();
  const [code, signal] = await ended;
  clearTimeout(watchdog);
  if (settled <= current && current < jobs.length) {
    if (settled === first && code !== 0 && signal === null) throw new Error(`the table did not start: ${words}`);
    reportFailure(current, `the process ended with ${code ?? signal}: ${words}`);
    return current + 1;
  }
  return settled;

  function reportFailure(index: number, outcome: string): void {
    const job = jobs[index];
    if (job === undefined) throw new Error(`there is no job ${index}`);
    const { subject, policy } = job;
    collected.reports.set(keyOf(subject.id, policy), {
      id: subject.id,
      policy,
      outcome,
      accepted: false,
      violations: [],
    });
  }
}

const rightsToOverride = '-dac_override,-dac_read_search';
const asRoot: Readonly<Record<Privilege, readonly string[]>> = {
  // Mounts of its own, which vanish with the process, however it ends.
  'as-started': ['unshare', '--mount', '--propagation', 'private'],
  // Root may read and write whatever a mode forbids; without these rights it is an owner like any other.
  unprivileged: ['setpriv', '--bounding-set', rightsToOverride, '--inh-caps', rightsToOverride],
};

function start(backend: Backend, privilege: Privilege, request: JobRequest): ChildProcess {
  const { PLOKE_IO_FORCE_WALK: _walk, PLOKE_IO_FD_LIMIT: _limit, ...environment } = process.env;
  const env = backend === 'walk' ? { ...environment, PLOKE_IO_FORCE_WALK: '1' } : environment;
  const command = [process.execPath, child, JSON.stringify(request)];
  const [program = '', ...words] = process.getuid?.() === 0 ? [...asRoot[privilege], ...command] : command;
  return spawn(program, words, { env, stdio: ['ignore', 'inherit', 'pipe', 'ipc'] });
}
