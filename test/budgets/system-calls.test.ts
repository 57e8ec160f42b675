import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { conditions } from '../support/conditions.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

// System calls are what a batch costs, and they can be counted where time cannot: with strace(1).
const files = 600;
const directories = 40;
let directory: string;
let state: string;

beforeEach(() => {
  directory = temporaryDirectory();
  state = path.join(temporaryDirectory(), 'known.json');
  const longAgo = new Date('2020-01-01T00:00:00.123Z');
  for (let index = 0; index < files; index += 1) {
    const folder = path.join(directory, `d${index % directories}`);
    mkdirSync(folder, { recursive: true });
    const file = path.join(folder, `f${index}`);
    writeFileSync(file, `${'a line of some length\n'.repeat(10)}${index}`);
    utimesSync(file, longAgo, longAgo);
  }
});

const script = 'test/budgets/system-calls-child.mjs';

/** How often each call is made for what, by all threads together. */
function callsOf(what: string): Map<string, number> {
  const report = path.join(temporaryDirectory(), 'calls');
  execFileSync('strace', ['-f', '-c', '-o', report, process.execPath, script, what, directory, state]);
  const lines = readFileSync(report, 'utf8').split('\n');
  const rows = lines.map((line) => line.trim().split(/\s+/)).filter(([share]) => /^\d/.test(share ?? ''));
  return new Map(rows.map((row) => [row.at(-1) ?? '', Number(row[3])]));
}

/** What is made for `what` beyond what `without` makes: the start of the process is in both. */
function difference(what: string, without: string): (...names: readonly string[]) => number {
  const [all, others] = [callsOf(what), callsOf(without)];
  return (...names) => names.reduce((sum, name) => sum + (all.get(name) ?? 0) - (others.get(name) ?? 0), 0);
}

describe.skipIf(!conditions.strace)('counted by strace', () => {
  // Calls that threads make to wake each other, and those of the allocator, are not about files.
  test('a file that is read costs an open, a stat, a read and a close', () => {
    const calls = difference('read', 'nothing');
    const slack = files / 20;
    for (const name of ['openat2', 'close']) expect(Math.abs(calls(name) - files)).toBeLessThan(slack);
    expect(Math.abs(calls('newfstatat', 'fstat', 'statx') - files)).toBeLessThan(slack);
    // A thread that is woken reads a counter as well, as often as the machine's load has it, also where no file is read.
    expect(calls('read')).toBeGreaterThan(files - 4 * slack);
    const touching = ['openat', 'openat2', 'read', 'pread64', 'readv', 'preadv', 'lseek', 'close', 'fstatfs', 'fcntl'];
    const stats = ['newfstatat', 'fstat', 'statx', 'stat', 'lstat', 'readlinkat', 'readlink'];
    expect(calls(...touching, ...stats)).toBeLessThanOrEqual(5 * files);
  });

  test('a known file costs a stat by its stamp, and each directory an open', () => {
    execFileSync(process.execPath, [script, 'remember', directory, state]);
    const calls = difference('scan', 'nothing');
    expect(calls('newfstatat', 'fstat', 'statx')).toBeGreaterThanOrEqual(files);
    expect(calls('newfstatat', 'fstat', 'statx')).toBeLessThanOrEqual(1.1 * files);
    expect(calls('openat2')).toBeLessThanOrEqual(1.1 * directories);
    expect(calls('read', 'pread64')).toBeLessThan(files / 2);
  });

  // The write path's list: two locks taken and let go, the old version read, the new one written without a name, synced, named,
  // exchanged with the old one, which is looked at once more and removed, and the directory synced. write(2) is left out, since
  // threads are woken by it too, as often as the machine's load has it.
  test('a durable replace makes the calls of this list, and no others that count', () => {
    const calls = difference('write', 'nothing');
    const most = {
      ...{ openat2: 2, openat: 2, close: 4, flock: 4, pread64: 2, sync_file_range: 1, fsync: 2 },
      ...{ linkat: 1, renameat2: 1, unlinkat: 1, fchmod: 1, flistxattr: 2, fgetxattr: 2, fstatfs: 1, newfstatat: 15 },
    };
    const perReplace = Object.keys(most).map((name) => [name, Math.round(calls(name) / 100)] as const);
    const isMore = perReplace.filter(([name, count]) => count > most[name as keyof typeof most]);
    expect(isMore).toEqual([]);
    expect(calls('fsync')).toBeGreaterThanOrEqual(200);
  });

  test('a listing costs an open and two reads a directory, and a stat an entry', () => {
    const calls = difference('list', 'nothing');
    expect(calls('openat2', 'openat')).toBeLessThanOrEqual(1.1 * (directories + 1));
    expect(calls('getdents64')).toBeLessThanOrEqual(2.2 * (directories + 1));
    expect(calls('newfstatat', 'fstat', 'statx')).toBeLessThanOrEqual(1.2 * (files + directories));
  });
});
