import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's root directory. */
export const projectRoot = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))));

export interface ChildResult {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts `node script …args`; scripts import the built package (`dist/`), which `npm test` makes first. */
export function startChild(script: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}): ChildProcess {
  return spawn(process.execPath, [path.join(projectRoot, script), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
  });
}

/** Collects a child's output until it has ended and its pipes are closed. */
export async function finished(child: ChildProcess): Promise<ChildResult> {
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  return { code, signal, stdout, stderr };
}

/** Runs a command through a shell (for limits and namespaces that only a shell sets) and collects its output. */
export function runShell(command: string, environment: NodeJS.ProcessEnv = {}): Promise<ChildResult> {
  return finished(
    spawn('/bin/sh', ['-c', command], {
      stdio: ['ignore', 'pipe', 'pipe'],
      cwd: projectRoot,
      env: { ...process.env, ...environment },
    }),
  );
}
