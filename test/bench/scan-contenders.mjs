// The scanners that are compared. Each is made for { root, paths, list, directory }: the absolute paths of the known files, the
// list of them for a program in C, and a directory for what it keeps. It learns the state of the files when it is made; `scan()`
// gives the number of files that have changed since the state that it knows; `learn()`, where there is one, brings that state up
// to date, which the others do as they scan.
import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { gitEnvironment } from './git-corpus.mjs';
import { importPeer } from './peers.mjs';

const run = promisify(execFile);

async function ownScan({ root }, verify) {
  const { openWorkspace, packKnownFiles } = await import('../../dist/index.js');
  const workspace = await openWorkspace({ roots: [root] });
  const files = [];
  for await (const file of workspace.listFiles({ hash: true })) files.push(file);
  let known = packKnownFiles(files);
  const scan = async () => {
    const result = await workspace.scanChanges(known, { verify });
    if (result.failures.length > 0) throw result.failures[0].reason;
    known = result.known;
    return result.changes.length;
  };
  return { scan, close: () => workspace.close() };
}

/** A program that scans for each line that it is sent. What it says of itself is what counts. */
async function inC(program, { root, list }) {
  const child = spawn(program, [root, list, '2'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  let figures;
  return {
    async scan() {
      child.stdin.write('go\n');
      figures = JSON.parse((await lines.next()).value);
      return figures.differing;
    },
    /** Besides its number of changes: time and memory. */
    figures: () => figures,
    close: () => child.stdin.end(),
  };
}

/** Compares what `look(path)` says of each file with what it said before. */
async function byLooking({ paths }, lookAtAll) {
  const known = new Map();
  const scan = async () => {
    let changed = 0;
    await lookAtAll(paths, (file, state) => {
      if (known.get(file) === state) return;
      known.set(file, state);
      changed += 1;
    });
    return changed;
  };
  await scan();
  return { scan };
}

async function limited(count, paths, work) {
  const { default: pLimit } = await import('p-limit');
  const limit = pLimit(count);
  await Promise.all(paths.map((file) => limit(work, file)));
}

const stampOf = ({ ino, size, mtimeMs, ctimeMs }) => `${ino} ${size} ${mtimeMs} ${ctimeMs}`;

/** Modified in the working tree: the second of the two letters before each name, git-status(1). */
async function gitStatus({ root, directory }, options) {
  const env = { ...process.env, ...gitEnvironment(root, directory) };
  const git = (...args) => run('git', args, { env, cwd: root, maxBuffer: 2 ** 30 });
  const learn = async () => {
    await git('commit', '--quiet', '--all', '--allow-empty', '--message', 'state');
    await git('update-index', '-q', '--refresh');
  };
  await learn();
  const scan = async () => {
    const { stdout } = await git('status', '--porcelain', ...options);
    return stdout.split('\n').filter((line) => line[1] === 'M').length;
  };
  return { scan, learn, isOtherProcess: true };
}

/** The backend is named, or it silently talks to watchman where that is installed. */
async function parcelSnapshot({ root, directory }, backend) {
  const { default: watcher } = await importPeer('@parcel/watcher');
  const snapshot = path.join(directory, `parcel-${process.pid}.snapshot`);
  const learn = () => watcher.writeSnapshot(root, snapshot, { backend });
  await learn();
  const scan = async () => (await watcher.getEventsSince(root, snapshot, { backend })).length;
  return { scan, learn };
}

const hashOf = (bytes) => createHash('sha256').update(bytes).digest('hex');

export const names = {
  stampLimit: 'C, 2 threads',
  stamp: "ploke-io, verify: 'stamp'",
  git: 'git status --porcelain',
  gitTracked: 'git status --porcelain -uno',
  parcelInotify: '@parcel/watcher snapshot, inotify',
  parcelBruteForce: '@parcel/watcher snapshot, brute-force',
  statSync: 'statSync loop',
  stat: 'fs.promises.stat + p-limit 50',
  contentLimit: 'C, 2 threads, hashing',
  content: "ploke-io, verify: 'content'",
  rehash: 'fs.promises.readFile + p-limit 50',
};

export const scanners = new Map([
  [names.stampLimit, (files) => inC(path.join(files.directory, 'scan-loop'), files)],
  [names.stamp, (files) => ownScan(files, 'stamp')],
  [names.git, (files) => gitStatus(files, [])],
  [names.gitTracked, (files) => gitStatus(files, ['--untracked-files=no'])],
  [names.parcelInotify, (files) => parcelSnapshot(files, 'inotify')],
  [names.parcelBruteForce, (files) => parcelSnapshot(files, 'brute-force')],
  [
    names.statSync,
    (files) =>
      byLooking(files, (paths, tell) => {
        for (const file of paths) tell(file, stampOf(statSync(file)));
      }),
  ],
  [
    names.stat,
    (files) =>
      byLooking(files, (paths, tell) => limited(50, paths, async (file) => tell(file, stampOf(await stat(file))))),
  ],
  [
    names.contentLimit,
    (files) => inC(path.join(files.directory, 'read-loop'), { ...files, list: `${files.list}-hashes` }),
  ],
  [names.content, (files) => ownScan(files, 'content')],
  [
    names.rehash,
    (files) =>
      byLooking(files, (paths, tell) => limited(50, paths, async (file) => tell(file, hashOf(await readFile(file))))),
  ],
]);
