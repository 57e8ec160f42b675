import { join } from 'node:path';
import { confinementCases } from './cases.js';
import { naiveLibrary } from './naive-library.js';
import { run } from './native-tool.js';
import type { Library } from './operations.js';
import { type CaseReport, runCase } from './run-case.js';
import { type ConfinementCase, type Policy, policies } from './vocabulary.js';

/** One case under one policy. */
export interface Job {
  readonly subject: ConfinementCase;
  readonly policy: Policy;
}

export type Privilege = 'as-started' | 'unprivileged';

export interface JobRequest {
  /** Where arenas are made on the disk, where in memory, and the compiled arena-tool. */
  readonly base: string;
  readonly memory: string;
  readonly tool: string;
  readonly library: 'source' | 'naive-text' | 'naive-realpath';
  readonly privilege: Privilege;
  readonly first: number;
  /** Only cases whose id begins so. */
  readonly only: string;
}

export type JobMessage =
  | { readonly kind: 'backend'; readonly kernelResolution: boolean }
  | { readonly kind: 'start'; readonly index: number }
  | { readonly kind: 'report'; readonly report: CaseReport }
  | { readonly kind: 'broken'; readonly index: number; readonly words: string };

/** The jobs of one process, always in the same order, so that a number says which one it was. */
export function jobsOf(privilege: Privilege, only = ''): readonly Job[] {
  const wanted = confinementCases.filter(
    (subject) =>
      (subject.needs?.includes('unprivileged') === true) === (privilege === 'unprivileged') &&
      subject.id.startsWith(only),
  );
  return wanted.flatMap((subject) => policies.map((policy) => ({ subject, policy })));
}

/** In the child: runs the jobs from `first` on. Ends early after a hang, because a stuck thread spoils what follows. */
export async function runJobs(request: JobRequest): Promise<void> {
  process.umask(0o022);
  // Whoever started this is gone: nobody wants to know the rest.
  process.on('disconnect', () => process.exit(1));
  if (request.privilege === 'as-started' && process.getuid?.() === 0) {
    run('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', request.memory]);
  }
  const library = await libraryNamed(request.library);
  await tell({ kind: 'backend', kernelResolution: await resolvesInKernel(library, request.base) });
  const jobs = jobsOf(request.privilege, request.only);
  for (let index = request.first; index < jobs.length; index++) {
    const job = jobs[index];
    if (job === undefined) break;
    await tell({ kind: 'start', index });
    try {
      // The matrix is large and asks little of a file system: in memory it takes a fraction of the time.
      const parent = job.subject.id.startsWith('matrix/') ? request.memory : request.base;
      const place = { path: join(parent, `${request.privilege}-${index}`), tool: request.tool };
      const report = await runCase(library, job.subject, job.policy, place);
      await tell({ kind: 'report', report });
      // A thread that is stuck in the kernel would also stop an orderly exit.
      if (report.outcome === 'hang') process.kill(process.pid, 'SIGKILL');
    } catch (error) {
      const words = error instanceof Error ? (error.stack ?? error.message) : String(error);
      await tell({ kind: 'broken', index, words });
    }
  }
}

/** Asked in the process that runs the cases, so that the answer is about them. */
async function resolvesInKernel(library: Library, base: string): Promise<boolean> {
  const workspace = await library.openWorkspace({ roots: [base] });
  const { kernelResolution } = await workspace.capabilities();
  await workspace.close();
  return kernelResolution;
}

async function libraryNamed(name: JobRequest['library']): Promise<Library> {
  if (name === 'naive-text') return naiveLibrary('text');
  if (name === 'naive-realpath') return naiveLibrary('realpath');
  return import('../../src/index.js');
}

function tell(message: JobMessage): Promise<void> {
  return new Promise((resolve, reject) => {
    if (process.send === undefined) throw new Error('nobody listens: this process is started by run-table.ts');
    process.send(message, (error: Error | null) => (error === null ? resolve() : reject(error)));
  });
}
