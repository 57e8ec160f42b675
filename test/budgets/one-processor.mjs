import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { makeTree } from './tree.mjs';

/**
 * Runs a command on one processor: how many calls of a scan are in flight depends on how many there are, and what each costs counts.
 *
 * @returns {string} what it printed
 */
export function onOneProcessor(command, args, environment = {}) {
  const [processor] = /^Cpus_allowed_list:\s*(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8')).slice(1);
  return execFileSync('taskset', ['-c', processor, command, ...args], {
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/**
 * Runs work with a fresh tree in memory: /tmp is a disk here and an overlay there, on which the addon takes other ways.
 *
 * @template Result
 * @param {{ files: number, directories: number, bytes: number }} shape
 * @param {(directory: string, folder: string) => Result} work gets the tree, and a folder for files of its own
 */
export function inTreeInMemory(shape, work) {
  const folder = mkdtempSync('/dev/shm/ploke-io-budget-');
  const directory = path.join(folder, 'root');
  try {
    makeTree(directory, shape);
    return work(directory, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
