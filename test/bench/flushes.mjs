// How often a program waits for the disk.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { runText } from './processes.mjs';

export const canTrace = spawnSync('strace', ['--version'], { stdio: 'ignore' }).status === 0;

function countCalls([program, args]) {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'flushes-'));
  try {
    const output = path.join(directory, 'trace');
    const options = ['-f', '-qq', '-e', 'trace=fsync,fdatasync', '-e', 'signal=none', '-o', output];
    runText('strace', [...options, program, ...args]);
    // A call that another thread interrupts has a second line, which says that it was resumed.
    return (readFileSync(output, 'utf8').match(/^\d+ +f(?:data)?sync\(/gm) ?? []).length;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/**
 * Calls of fsync(2) and fdatasync(2) each time that a command does its work; null without strace. By a short and a longer run, so
 * that what a process flushes once does not count. `command(times)` does the work `perRun(times)` times.
 */
export function flushesOf({ command, perRun, fewTimes }) {
  if (!canTrace) return null;
  const more = 2 * fewTimes;
  return (countCalls(command(more)) - countCalls(command(fewTimes))) / (perRun(more) - perRun(fewTimes));
}
