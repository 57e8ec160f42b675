// @ts-check
// A worker thread: workerData { entry, directory, id, isEndless }. Reads and writes, and tells what came of it; or goes on
// until it is terminated.
import path from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';

const { entry, directory, id, isEndless } = workerData;
/** @type {typeof import('../../../src/index.js')} */
const { openWorkspace } = await import(entry);
const workspace = await openWorkspace({ roots: [directory], durability: 'none' });
const requests = Array.from({ length: 50 }, (_, index) => ({ path: path.join(directory, `file${index}`) }));
do {
  const read = await workspace.readFiles(requests);
  const { hash } = await workspace.createFile(path.join(directory, `by-worker${id}`), `${id}`.repeat(1_000), {
    ifExists: 'replace',
  });
  if (isEndless) parentPort?.postMessage('busy');
  else parentPort?.postMessage({ read: read.filter(({ status }) => status === 'fulfilled').length, hash });
} while (isEndless);
await workspace.close();
