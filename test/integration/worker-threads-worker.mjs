// A worker that opens a workspace of its own, reads and writes; with `endless` it goes on until it is terminated.
import path from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { openWorkspace } from '../../dist/index.js';

const { directory, id, endless } = workerData;
const workspace = await openWorkspace({ roots: [directory], durability: 'none' });
const requests = Array.from({ length: 300 }, (_, index) => ({ path: path.join(directory, 'files', `file${index}`) }));
do {
  const reads = workspace.readFiles(requests);
  const writes = Promise.all(
    Array.from({ length: 5 }, (_, index) =>
      workspace.createFile(path.join(directory, 'files', `worker${id}-${index}`), 'x'.repeat(50_000), {
        ifExists: 'replace',
      }),
    ),
  );
  if (endless) parentPort.postMessage('busy');
  const read = (await reads).filter((result) => result.status === 'fulfilled').length;
  const written = (await writes).length;
  if (!endless) parentPort.postMessage({ read, written });
} while (endless);
await workspace.close();
