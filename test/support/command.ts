import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { type ChildResult, finished, projectRoot } from './child.js';

/** The built command, which `npm test` makes first. */
export const commandPath = path.join(projectRoot, 'dist/cli/main.js');

export interface CommandOptions {
  readonly cwd?: string;
  readonly environment?: NodeJS.ProcessEnv;
}

/** Starts `ploke-io …args` with pipes on all three sides; it is killed when the running test ends. */
export function startCommand(
  args: readonly string[],
  { cwd = projectRoot, environment = {} }: CommandOptions = {},
): ChildProcessWithoutNullStreams {
  const child = spawn(process.execPath, [commandPath, ...args], { cwd, env: { ...process.env, ...environment } });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return child;
}

/** Runs `ploke-io …args` to its end. */
export function runCommand(
  args: readonly string[],
  { input = '', ...options }: CommandOptions & { readonly input?: string } = {},
): Promise<ChildResult> {
  const child = startCommand(args, options);
  child.stdin.end(input);
  return finished(child);
}

/** Resolves when the child has printed something that `pattern` finds; rejects when it ends without. */
export function printed(child: ChildProcess, stream: 'stdout' | 'stderr', pattern: RegExp): Promise<string> {
  let text = '';
  return new Promise((resolve, reject) => {
    child[stream]?.on('data', (data: Buffer | string) => {
      text += data.toString();
      if (pattern.test(text)) resolve(text);
    });
    child.once('close', () => reject(new Error(`it ended without printing ${pattern}, but ${JSON.stringify(text)}`)));
  });
}
