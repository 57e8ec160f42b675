// A worker that does one kind of work without end, and says when it is at it.
import path from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { openWorkspace } from '../../dist/index.js';

const { directory, what, letter } = workerData;
const watch = what === 'watch';
const workspace = await openWorkspace({ roots: [directory], watch, durability: watch ? 'none' : 'best-effort' });
const names = Array.from({ length: 30 }, (_, index) => path.join(directory, 'files', `file${index}`));
const content = letter.repeat(60_000);

const acts = {
  write: () => workspace.writeFiles(names.map((name) => ({ path: name, data: content }))),
  async lock() {
    const lock = await workspace.lock(names[0]);
    await workspace.writeFile(names[0], content, { lock });
    await lock.release();
  },
  async watch() {
    await Promise.all([workspace.writeFile(names[1], content), workspace.flushEvents()]);
  },
};
const events = watch ? workspace.events() : undefined;
(async () => {
  for await (const _ of events ?? []);
})();
for (let round = 0; ; round += 1) {
  const work = acts[what]();
  if (round === 0) parentPort.postMessage('busy');
  await work;
}
