// npm run bench -- write: durable replaces of 8 KB against peers and a C program that makes the same system calls.
import path from 'node:path';
import process from 'node:process';
import { onStage, columns as timeColumns } from './change-stage.mjs';
import { ratioAtLeast, tableOf } from './figures.mjs';
import { canTrace, flushesOf } from './flushes.mjs';
import { compile, here, runText } from './processes.mjs';
import { interleave } from './rounds.mjs';

const columns = [...timeColumns, { key: 'flushes', title: 'flushes' }];
const own = 'ploke-io';
const limit = 'C, the same system calls';
const promises = 'fs.promises, the same guarantee';
const writeFileAtomic = 'write-file-atomic';
/** Replaces that are measured of each writer, after twice as many that are not: by then V8 has compiled what it will. */
const singles = 500;
const batchFiles = 100;

const ownCalls =
  'fstat, fstatfs, fstatat, flock and pread of the old; O_TMPFILE, write, sync_file_range, xattrs, fchmod, fsync, linkat, ' +
  'renameat2 (exchange), pread of the old again, unlinkat, fsync of the directory: as write-loop.c spells them out';
const promisesCalls =
  'open, read, close; open, write, fchmod, fsync, close, rename; open, fsync, close of the directory';

/** What each contender runs: `command(times)`, which replaces `perRun(times)` times what a row counts. */
function singleContenders(inNode, inC) {
  const node = (name) => ({
    command: (times) => inNode(`single: ${name}`, times),
    // As many again, twice, to warm up.
    perRun: (times) => 3 * times,
  });
  return [
    { name: limit, calls: ownCalls, ...inC('sub', 'file', 1, 1) },
    { name: own, calls: 'the same', ...node(own) },
    { name: promises, calls: promisesCalls, note: 'no lock, no swap', ...node('fs.promises') },
    {
      name: writeFileAtomic,
      note: 'the directory is not synced: a power cut may bring the old content back',
      ...node(writeFileAtomic),
    },
    {
      name: 'atomically',
      note: 'the directory is not synced: a power cut may bring the old content back',
      ...node('atomically'),
    },
    {
      name: 'steno',
      note: 'nothing is synced, no fsync at all: a power cut may leave an empty file',
      ...node('steno'),
    },
  ].map((each) => ({ ...each, times: singles, fewTimes: 10 }));
}

function batchContenders(inNode, inC) {
  return [
    { name: limit, note: 'one by one', ...inC('batch', 'file', batchFiles, batchFiles), times: 3, fewTimes: 1 },
    {
      name: own,
      note: 'group commit: the files share the flush of their directory',
      command: (times) => inNode(`batch: ${own}`, times),
      perRun: (times) => 2 + times,
      times: 8,
      fewTimes: 1,
    },
    {
      name: promises,
      note: 'one by one; no locks, no swaps',
      command: (times) => inNode('batch: fs.promises one by one', times),
      perRun: (times) => 1 + times,
      times: 3,
      fewTimes: 1,
    },
  ];
}

/** Both programs print what they measured, one as a number of microseconds for each file. */
function measuring(contender) {
  const flushes = flushesOf(contender);
  const measure = () => {
    const printed = JSON.parse(runText(...contender.command(contender.times)));
    const microseconds = typeof printed === 'number' ? printed * contender.filesEach : printed.microseconds;
    return { microseconds, flushes };
  };
  return { ...contender, measure };
}

export function benchWrites({ rounds, directory: parent }) {
  return onStage(parent, async (directory) => {
    const program = path.join(directory, 'write-loop');
    compile('write-loop.c', program);
    const inNode = (what, times) => [
      process.execPath,
      [path.join(here, 'change-contender.mjs'), what, directory, times],
    ];
    const inC = (folder, name, files, filesEach) => ({
      command: (times) => [program, [path.join(directory, folder), name, files, times * filesEach]],
      perRun: (times) => times,
      filesEach,
    });
    const measure = async (title, group) => {
      const contenders = group.map(measuring);
      const runs = await interleave(rounds, contenders);
      return tableOf({ title, columns, contenders, runs, compare: { column: 'microseconds', row: own } });
    };
    const single = await measure('one durable replace of 8 KB, lock and swap included', singleContenders(inNode, inC));
    const batch = await measure(`a batch of ${batchFiles} durable replaces of 8 KB`, batchContenders(inNode, inC));
    const notes = canTrace ? [] : ['strace is not there, so the flushes are not counted'];
    return {
      part: 'write',
      title: 'durable replaces',
      settings: { rounds, singles, batchFiles },
      notes: [...notes, 'flushes: calls of fsync and fdatasync'],
      tables: [single, batch],
      goals: [
        ratioAtLeast(single, [promises, own], 1.5),
        ratioAtLeast(single, [writeFileAtomic, own], 1.9),
        ratioAtLeast(single, [limit, own], 0.75),
        ratioAtLeast(batch, [promises, own], 3),
        ratioAtLeast(batch, [limit, own], 1.8),
      ],
    };
  });
}
