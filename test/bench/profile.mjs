// npm run bench -- profile: where the time of a read, a replace and a lock goes, by thread, what number of threads syncs best, and
// what stall the machine itself makes.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { makeCorpus } from './corpus.mjs';
import { tableOf } from './figures.mjs';
import { compile, runScript, runText } from './processes.mjs';
import { writeKnown } from './read-known.mjs';
import { interleave } from './rounds.mjs';

const columns = [
  { key: 'elapsed', title: 'µs', digits: 1 },
  { key: 'main', title: 'main thread', digits: 1 },
  { key: 'own', title: 'threads of the addon', digits: 1 },
  { key: 'node', title: 'threads of V8 and libuv', digits: 1 },
  { key: 'waited', title: 'waited for a processor', digits: 1 },
];
const profiles = [
  { name: 'a file read, first time', what: 'read: first', note: 'packed requests; V8 still compiles' },
  { name: 'a file read, once more', what: 'read: once more' },
  { name: 'a durable replace', what: 'replace: strict' },
  {
    name: "the same with durability: 'none'",
    what: 'replace: none',
    note: 'what is left of the one above is the disk, and waking up after it',
  },
  { name: 'lock and release', what: 'lock' },
];
const batchFiles = 100;
const threadCounts = [1, 2, 3, 4, 5, 6, 8, 12];
const computerCounts = [0, 1, 2];

export async function benchProfile({ rounds, directory: parent, files: count = 10_000 }) {
  mkdirSync(parent, { recursive: true });
  const root = path.join(parent, `read-${count}`);
  const known = path.join(parent, 'read-known-generated');
  writeKnown(root, await makeCorpus(root, count), known);
  const directory = mkdtempSync(path.join(parent, 'profile-'));
  try {
    const contenders = profiles.map((each) => ({
      ...each,
      measure: () => runScript('profile-contender.mjs', [each.what, directory, `${known}.json`]),
    }));
    const byThread = tableOf({
      title: 'processor time by thread, µs',
      columns,
      contenders,
      runs: await interleave(rounds, contenders),
    });
    const program = path.join(directory, 'sync-loop');
    compile('sync-loop.c', program);
    const syncers = threadCounts.map((threads) => ({
      name: threads === 1 ? '1 thread' : `${threads} threads`,
      measure: () => ({ microseconds: Number(runText(program, [directory, batchFiles, threads, 5])) }),
    }));
    const bySyncers = tableOf({
      title: `fsync of ${batchFiles} files of 8 KB whose writeback has begun, by a program in C`,
      columns: [{ key: 'microseconds', title: 'µs', digits: 0 }],
      contenders: syncers,
      runs: await interleave(rounds, syncers),
    });
    const waiters = computerCounts.map((computers) => ({
      name: computers === 1 ? 'beside 1 process that computes' : `beside ${computers} processes that compute`,
      measure: () => runScript('idle-contender.mjs', [computers]),
    }));
    const ofMachine = tableOf({
      title: 'a process that waits, 3 × 18 ms: longest stall of its event loop',
      columns: [{ key: 'stallMs', title: 'ms', digits: 1 }],
      contenders: waiters,
      runs: await interleave(rounds, waiters),
    });
    return {
      part: 'profile',
      title: 'profile',
      settings: { rounds, files: count },
      notes: [],
      tables: [byThread, bySyncers, ofMachine],
      goals: [],
    };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
