// npm run bench -- watch [--files N] [--directories N] [--only ready,latency,burst,idle]: watchers of one tree, interleaved, each
// measurement in a process of its own.
import { fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chokidar, contenders, pollIntervalMs, polling } from './watch-contenders.mjs';
import { reportWatch } from './watch-report.mjs';
import { makeWatchTree, warmTree } from './watch-tree.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const timeoutMs = 300_000;
const burstFiles = 5_000;

/**
 * What the child is sent. `lostMs`: after which a change is taken for lost. Polling waits twenty times as long as its look takes,
 * which is many seconds for a large tree: so it is given longer, and fewer changes.
 */
const tasks = new Map([
  ['ready', () => ({})],
  [
    'latency',
    (files, contender) =>
      contender === polling
        ? { files, changes: 5, spreadMs: pollIntervalMs, lostMs: 120_000 }
        : { files, changes: 500, spreadMs: 0, lostMs: 10_000 },
  ],
  ['burst', (files) => ({ files: files.slice(0, burstFiles) })],
  ['idle', (_files, contender) => ({ idleMs: contender === polling ? 60_000 : 10_000 })],
]);

function measure(measurement, contender, root, task) {
  return new Promise((resolve, reject) => {
    const child = fork(path.join(here, 'watch-contender.mjs'), [measurement, contender, root], {
      execArgv: ['--expose-gc'],
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
    });
    let figures;
    child.once('message', (message) => {
      figures = message;
    });
    child.once('exit', (code, signal) => {
      if (figures) resolve(figures);
      else reject(new Error(`${measurement}, ${contender}: ended with ${signal ?? code}`));
    });
    child.send(task);
  });
}

/** Why a contender cannot be compared here. */
function unfit(contender, watchesNeeded) {
  if (contender !== chokidar) return undefined;
  const limit = Number(readFileSync('/proc/sys/fs/inotify/max_user_watches', 'utf8'));
  return limit < watchesNeeded
    ? `needs ${watchesNeeded} inotify watches, and fs.inotify.max_user_watches is ${limit}`
    : undefined;
}

export async function benchWatch({
  rounds,
  directory,
  files: fileCount = 100_000,
  directories: directoryCount = Math.ceil(fileCount / 10),
  only,
}) {
  const measured = [...tasks.keys()].filter((measurement) => only?.includes(measurement) ?? true);
  const unknown = only?.find((measurement) => !tasks.has(measurement));
  if (unknown !== undefined)
    throw new Error(`no such measurement: ${unknown}; there are ${[...tasks.keys()].join(', ')}`);
  const { root, files } = makeWatchTree(directory, fileCount, directoryCount);
  const notes = [`chokidar is the project's own dependency, not a copy for the benchmark`];
  const fit = [...contenders.keys()].filter((contender) => {
    const reason = unfit(contender, fileCount + directoryCount + 1);
    if (reason) notes.push(`${contender} is left out: it ${reason}`);
    return !reason;
  });
  const runs = new Map(measured.map((name) => [name, new Map(fit.map((contender) => [contender, []]))]));
  const troubles = new Map();
  for (let round = 0; round < rounds; round += 1) {
    for (const measurement of measured) {
      for (const contender of fit) {
        // It is there for information.
        if (contender === polling && round > 0) continue;
        warmTree(root);
        try {
          const figures = await measure(measurement, contender, root, tasks.get(measurement)(files, contender));
          runs.get(measurement).get(contender).push(figures);
          if (figures.troubles.length > 0) troubles.set(`${measurement}, ${contender}`, figures.troubles);
        } catch (error) {
          troubles.set(`${measurement}, ${contender}`, [error.message]);
        }
      }
    }
  }
  for (const [where, all] of troubles) notes.push(`told besides, ${where}: ${all.length}, the first: ${all[0]}`);
  return {
    part: 'watch',
    title: `watching ${fileCount.toLocaleString('en')} files in ${directoryCount.toLocaleString('en')} directories`,
    settings: { files: fileCount, directories: directoryCount, rounds },
    notes,
    ...reportWatch(runs),
  };
}
