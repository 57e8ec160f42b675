import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, statSync } from 'node:fs';
import { onTestFinished } from 'vitest';
import { runShell } from './child.js';

/** flock(1), from util-linux, holds the file in a process of its own until it is released or killed. */
export async function foreignHolder(file: string, mode: '-x' | '-s' = '-x') {
  // exec: the process that is killed is the one that holds the lock.
  const holder = spawn('flock', [mode, '--no-fork', file, 'sh', '-c', 'echo held; exec cat'], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  onTestFinished(() => void holder.kill('SIGKILL'));
  const ended = once(holder, 'close');
  await once(holder.stdout, 'data');
  return {
    kill: () => holder.kill('SIGKILL'),
    async release(): Promise<void> {
      holder.stdin.end();
      await ended;
    },
  };
}

/** Whether another process gets the lock at once. */
export async function isFree(file: string, mode: '-x' | '-s' = '-x'): Promise<boolean> {
  return (await runShell(`flock -n ${mode} '${file}' true`)).code === 0;
}

/**
 * How many wait for a lock on the file, by the kernel's list (proc(5)). It is read in pieces: while others change it an entry
 * may be missing or there twice.
 */
export function waitsFor(file: string): number {
  const { ino } = statSync(file);
  return readFileSync('/proc/locks', 'utf8')
    .split('\n')
    .filter((line) => line.includes('->') && line.includes(`:${ino} `)).length;
}

/** Until so many wait for a lock on the file. */
export async function untilWaits(file: string, count: number): Promise<void> {
  while (waitsFor(file) < count) await new Promise((resolve) => setImmediate(resolve));
}
