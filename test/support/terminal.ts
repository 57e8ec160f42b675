import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { onTestFinished } from 'vitest';
import type { CommandOptions } from './command.js';
import { commandPath } from './command.js';

/**
 * Starts `ploke-io …args` on a terminal of its own, 80 columns wide: what is written to stdin are keys, what comes out of
 * stdout is all that the terminal is sent.
 */
export function startOnTerminal(
  args: readonly string[],
  { cwd, environment = {} }: CommandOptions = {},
): ChildProcessWithoutNullStreams {
  const quoted = [process.execPath, commandPath, ...args].map((word) => `'${word.replaceAll("'", "'\\''")}'`);
  const line = `stty cols 80; exec ${quoted.join(' ')}`;
  const child = spawn('script', ['--quiet', '--return', '--echo', 'never', '--command', line, '/dev/null'], {
    cwd,
    env: { ...process.env, TERM: 'xterm', ...environment },
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return child;
}

const erase = '\r\u001b[K';

/** The lines that are left on the screen, where a line is only ever erased whole. */
export function screenOf(sent: string): string {
  const lines = sent.replaceAll('\r\n', '\n').split('\n');
  return lines.map((line) => line.slice(Math.max(0, line.lastIndexOf(erase))).replace(erase, '')).join('\n');
}
