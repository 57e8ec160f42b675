// npm run bench -- write: durable replaces of 8 KB against peers and a C program that makes the same system calls.
import path from 'node:path';
import { columns, measureChange, onStage } from './change-stage.mjs';
import { ratioAtLeast, tableOf } from './figures.mjs';
import { compile, runText } from './processes.mjs';
import { interleave } from './rounds.mjs';

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

function singleContenders(directory, inC) {
  const inNode = (name) => () => measureChange(`single: ${name}`, directory, singles);
  return [
    { name: limit, calls: ownCalls, note: '2 flushes: file, directory', measure: () => inC('sub', 'file', 1, singles) },
    { name: own, calls: 'the same', note: '2 flushes: file, directory', measure: inNode(own) },
    {
      name: promises,
      calls: promisesCalls,
      note: '2 flushes: file, directory; no lock, no swap',
      measure: inNode('fs.promises'),
    },
    {
      name: writeFileAtomic,
      note: '1 flush: file; after a power cut the old content may be back',
      measure: inNode(writeFileAtomic),
    },
    {
      name: 'atomically',
      note: '1 flush: file; after a power cut the old content may be back',
      measure: inNode('atomically'),
    },
    {
      name: 'steno',
      note: 'no flush at all: after a power cut the file may be empty',
      measure: inNode('steno'),
    },
  ];
}

function batchContenders(directory, inC) {
  return [
    {
      name: limit,
      note: 'one by one: 200 flushes',
      measure: () => ({ microseconds: inC('batch', 'file', batchFiles, 300).microseconds * batchFiles }),
    },
    {
      name: own,
      note: 'group commit: a flush for each file, one for the directory',
      measure: () => measureChange(`batch: ${own}`, directory, 8),
    },
    {
      name: promises,
      note: 'one by one: 200 flushes; no locks, no swaps',
      measure: () => measureChange('batch: fs.promises one by one', directory, 3),
    },
  ];
}

export function benchWrites({ rounds, directory: parent }) {
  return onStage(parent, async (directory) => {
    const program = path.join(directory, 'write-loop');
    compile('write-loop.c', program);
    const inC = (folder, name, files, times) => ({
      microseconds: Number(runText(program, [path.join(directory, folder), name, files, times])),
    });
    const compare = { column: 'microseconds', row: own };
    const measure = async (title, contenders) =>
      tableOf({ title, columns, contenders, runs: await interleave(rounds, contenders), compare });
    const single = await measure(
      'one durable replace of 8 KB, lock and swap included',
      singleContenders(directory, inC),
    );
    const batch = await measure(`a batch of ${batchFiles} durable replaces of 8 KB`, batchContenders(directory, inC));
    return {
      part: 'write',
      title: 'durable replaces',
      settings: { rounds, singles, batchFiles },
      notes: [],
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
