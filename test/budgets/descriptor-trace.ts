import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { temporaryDirectory } from '../support/temporary-directory.js';

// Every call that gives a descriptor by number; `?` for those that this strace or this architecture does not know.
const opening = [
  ...['open', 'openat', 'openat2', 'creat', 'open_by_handle_at', 'open_tree', 'dup', 'dup2', 'dup3', 'fcntl'],
  ...['pipe', 'pipe2', 'socket', 'socketpair', 'accept', 'accept4', 'eventfd', 'eventfd2', 'signalfd', 'signalfd4'],
  ...['epoll_create', 'epoll_create1', 'inotify_init', 'inotify_init1', 'fanotify_init', 'timerfd_create'],
  ...['memfd_create', 'memfd_secret', 'pidfd_open', 'pidfd_getfd', 'fsopen', 'fsmount', 'fspick', 'userfaultfd'],
  ...['io_uring_setup'],
];

/**
 * The most descriptors that were open at once between the marks of descriptors-child.mjs, beyond those open at the first.
 *
 * Exact, whatever the order in which the threads' calls are reported: open(2) gives the lowest number that is free, so at
 * the moment when N was given, all below N were open; and more than N + 1 never were, if no higher number was ever given.
 */
export function mostOpened(what: string, directory: string, maxOpenFiles: number): number {
  const report = path.join(temporaryDirectory(), 'opened');
  const calls = `trace=${opening.map((name) => `?${name}`).join(',')}`;
  const script = ['test/budgets/descriptors-child.mjs', what, directory, `${maxOpenFiles}`];
  const output = execFileSync('strace', ['-f', '-o', report, '-e', calls, process.execPath, ...script], {
    encoding: 'utf8',
  });
  const { open } = JSON.parse(output) as { readonly open: readonly number[] };
  const highest = Math.max(-1, ...givenBetweenMarks(readFileSync(report, 'utf8').split('\n')));
  return highest + 1 - open.filter((descriptor) => descriptor <= highest).length;
}

function givenBetweenMarks(lines: readonly string[]): number[] {
  const [begin, end] = ['begin', 'end'].map((name) =>
    lines.findIndex((line) => line.includes(`/ploke-io-mark/${name}`)),
  );
  if (begin === undefined || end === undefined || begin < 0 || end < begin) throw new Error('the trace has no marks');
  return lines.slice(begin, end).flatMap(descriptorsGiven);
}

/** `7 openat2(3, "a", …) = 19`, `7 <... openat2 resumed>) = 19`, `7 pipe2([19, 20], O_CLOEXEC) = 0`. */
export function descriptorsGiven(line: string): number[] {
  const result = / = (\d+)(?: \(.*\))?$/.exec(line)?.[1];
  const name = /^\d+ +(?:<\.\.\. )?(\w+)/.exec(line)?.[1];
  if (result === undefined || name === undefined) return [];
  if (name === 'fcntl' && !line.includes('F_DUPFD')) return [];
  if (!/^(?:pipe2?|socketpair)$/.test(name)) return [Number(result)];
  return /\[(\d+), (\d+)\]/.exec(line)?.slice(1).map(Number) ?? [];
}
