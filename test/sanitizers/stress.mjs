// node test/sanitizers/stress.mjs [rounds]: the addon under load from several threads at once, for sanitizers. The main
// thread and two workers go through all their rounds; others are terminated in the middle of theirs. Nothing in it looks at
// a clock. Exit 0: every thread that was let to end had counted all its rounds.
import { once } from 'node:events';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { openWorkspace } from '../../dist/index.js';
import { counted, fill, stressRound } from './stress-round.mjs';

const rounds = Number(process.argv[2] ?? 10);
const script = new URL('stress-worker.mjs', import.meta.url);
const directory = mkdtempSync(path.join(realpathSync(tmpdir()), 'ploke-io-stress-'));
let terminated = 0;

try {
  fill(directory);
  await Promise.all([mainThread(), worker('first'), worker('second'), ...['third', 'fourth'].map(terminations)]);
  for (const id of ['main', 'first', 'second']) {
    if (counted(directory, id) !== rounds)
      throw new Error(`${id} counted ${counted(directory, id)} of ${rounds} rounds`);
  }
  console.log(`${rounds} rounds in three threads, ${terminated} workers terminated in the middle of theirs`);
} finally {
  rmSync(directory, { recursive: true, force: true });
}

async function mainThread() {
  const options = { roots: [directory], lockTimeoutMs: 300_000, watch: true, cache: { maxBytes: 1_000_000 } };
  const workspace = await openWorkspace(options);
  for (let number = 0; number < rounds; number += 1) await stressRound(workspace, directory, 'main', number);
  await workspace.close();
}

/** @param {string} id */
async function worker(id) {
  const thread = new Worker(script, { workerData: { directory, id, rounds } });
  // `once` rejects with the worker's error.
  const [code] = await once(thread, 'exit');
  if (code !== 0) throw new Error(`the worker ${id} ended with ${code}`);
}

/** @param {string} id */
async function terminations(id) {
  for (let number = 0; number < rounds; number += 1) {
    const thread = new Worker(script, {
      workerData: { directory, id: `${id}${number}`, rounds: Number.POSITIVE_INFINITY },
    });
    for (let seen = 0; seen <= number % 2; seen += 1) await once(thread, 'message');
    for (let turn = 0; turn < number * 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    await thread.terminate();
    terminated += 1;
  }
}
