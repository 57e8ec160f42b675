// A worker thread with a workspace of its own: `rounds` rounds, or rounds until it is terminated.
import { parentPort, workerData } from 'node:worker_threads';
import { openWorkspace } from '../../dist/index.js';
import { stressRound } from './stress-round.mjs';

const { directory, id, rounds } = workerData;
const workspace = await openWorkspace({
  roots: [directory],
  durability: 'none',
  lockTimeoutMs: 300_000,
  watch: { debounceMs: 0 },
});
const events = workspace.events();
for (let number = 0; number < rounds; number += 1) {
  parentPort.postMessage(number);
  await stressRound(workspace, directory, id, number);
}
await workspace.close();
let told = 0;
for await (const _event of events) told += 1;
if (told === 0) throw new Error('a watched workspace was told of nothing');
