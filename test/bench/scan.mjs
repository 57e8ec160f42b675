// npm run bench -- scan [--files N] [--stamps]: which of many known files have changed, against peers and the C limit in the same
// run. --stamps leaves out the scanners that read every file.
import { mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { makeCorpus } from './corpus.mjs';
import { atMost, medianOf, ratioAtLeast, tableOf } from './figures.mjs';
import { makeGitCorpus } from './git-corpus.mjs';
import { installPeers, unloadable } from './peers.mjs';
import { compile, runScript } from './processes.mjs';
import { writeHashes } from './read-known.mjs';
import { interleave } from './rounds.mjs';
import { names } from './scan-contenders.mjs';

const columns = [
  { key: 'elapsedMs', title: 'ms', digits: 1 },
  { key: 'stallMs', title: 'longest stall, ms', digits: 1 },
  { key: 'peakMiB', title: 'peak memory, MiB', digits: 0 },
];

const stampScanners = [
  { name: names.stampLimit, calls: 'openat2 (beneath) and close a directory, newfstatat a file' },
  { name: names.stamp, calls: 'the same, and openat2, fstat, read, close a changed file' },
  { name: names.git, note: 'looks for new files too; the start of its process is included' },
  { name: names.gitTracked, note: 'known files only; the start of its process is included' },
  { name: names.parcelInotify, note: 'lists the whole tree; writing the next snapshot is not included', peer: true },
  { name: names.parcelBruteForce, note: 'the same by its other backend', peer: true },
  { name: names.statSync, calls: 'statx a file, on the main thread' },
  { name: names.stat, calls: 'statx a file, each on the thread pool' },
];
const contentScanners = [
  { name: names.contentLimit, calls: 'openat2 (beneath), fstat, read, close a file' },
  { name: names.content, calls: 'the same' },
  { name: names.rehash, calls: 'openat, statx, read, close a file, each on the thread pool' },
];

/** The files, what the contenders know of them and the programs in C. */
async function prepare(directory, count, isStampsOnly) {
  mkdirSync(directory, { recursive: true });
  const stage = path.join(realpathSync(directory), `scan-${count}`);
  mkdirSync(stage, { recursive: true });
  const root = path.join(stage, 'files');
  const paths = (await makeCorpus(root, count)).map((file) => path.relative(root, file));
  // Those of one directory follow each other, as in a listing.
  const key = (file) => `${path.dirname(file)}\0${path.basename(file)}`;
  paths.sort((a, b) => (key(a) < key(b) ? -1 : 1));
  const list = path.join(stage, 'list');
  writeFileSync(list, paths.map((file) => `${file}\0`).join(''));
  makeGitCorpus(root, stage);
  compile('scan-loop.c', path.join(stage, 'scan-loop'));
  compile('read-loop.cc', path.join(stage, 'read-loop'), ['sha256.cc', 'utf8.cc']);
  if (!isStampsOnly) {
    const files = paths.map((file) => path.join(root, file));
    writeHashes(root, files, `${list}-hashes`);
  }
  return { root, list, stage };
}

function goalsOf(stamps, contents, count) {
  const goals = [
    ratioAtLeast(stamps, [names.stat, names.stamp], count >= 100_000 ? 25 : 17),
    ratioAtLeast(stamps, [names.git, names.stamp], 1.4),
    ratioAtLeast(stamps, [names.stampLimit, names.stamp], 0.75),
    atMost(`${names.stamp}: longest stall, ms`, medianOf(stamps, names.stamp, 'stallMs'), 5),
  ];
  return contents ? [...goals, ratioAtLeast(contents, [names.rehash, names.content], 12)] : goals;
}

export async function benchScan({ rounds, directory, files: count = 20_000, stamps: isStampsOnly = false }) {
  installPeers();
  const { root, list, stage } = await prepare(directory, count, isStampsOnly);
  const notes = ['ten files are changed before each scan; the median of three scans is the figure of a process'];
  const reason = await unloadable('@parcel/watcher');
  if (reason) notes.push(`@parcel/watcher is left out: ${reason}`);
  const groups = [stampScanners.filter(({ peer }) => !peer || !reason), ...(isStampsOnly ? [] : [contentScanners])];
  const contenders = groups.map((group) =>
    group.map((each) => ({ ...each, measure: () => runScript('scan-contender.mjs', [each.name, root, list, stage]) })),
  );
  const runs = await interleave(rounds, contenders.flat());
  for (const [name, all] of runs) {
    const wrong = all.find(({ foundWrongly }) => foundWrongly)?.foundWrongly;
    if (wrong) notes.push(`${name} did not find exactly ten changes: ${wrong.join(', ')}`);
  }
  const countText = count.toLocaleString('en');
  const [stamps, contents] = contenders.map((group, index) =>
    tableOf({
      title: index === 0 ? `${countText} known files, by stamps` : `${countText} known files, by content`,
      columns,
      contenders: group,
      runs,
      compare: { column: 'elapsedMs', row: index === 0 ? names.stamp : names.content },
    }),
  );
  return {
    part: 'scan',
    title: `what has changed of ${countText} known files`,
    settings: { files: count, rounds, stamps: isStampsOnly },
    notes,
    tables: contents ? [stamps, contents] : [stamps],
    goals: goalsOf(stamps, contents, count),
  };
}
