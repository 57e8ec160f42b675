// A worker that does one thing with the lock of a file, and says when it is at it; then it stays until it is terminated.
import { readFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { openWorkspace } from '../../dist/index.js';

const { directory, file, what } = workerData;
const workspace = await openWorkspace({ roots: [directory], durability: 'none' });
parentPort.on('message', () => process.exit(0));

const acts = {
  async hold() {
    const lock = await workspace.lock(file, { purpose: 'a test' });
    // A watch, with its thread.
    lock.signal.addEventListener('abort', () => parentPort.postMessage('lost'));
  },
  async holdShared() {
    await workspace.lock(file, { mode: 'shared' });
  },
  async holdWritten() {
    const lock = await workspace.lock(file);
    await workspace.writeFile(file, `${readFileSync(file, 'utf8')}!`, { lock });
  },
  wait: () => void workspace.lock(file),
  waitToWrite: () => void workspace.writeFile(file, 'never'),
  async waitBehindCall() {
    await workspace.lock(file);
    workspace.lock(file);
    workspace.writeFile(file, 'never');
  },
  waitMany: () => {
    for (const mode of ['shared', 'exclusive', 'shared']) workspace.lock(file, { mode });
    workspace.writeFile(file, 'never');
  },
};
await acts[what]();
parentPort.postMessage('there');
