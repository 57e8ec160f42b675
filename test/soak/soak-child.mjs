// node --expose-gc soak-child.mjs <seconds>: mixed load, measured once a second. Prints { samples, wrong } as JSON at the end.
import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { inFolder } from '../support/folder.mjs';
import { fill, Load } from './load.mjs';
import { median } from './trend.mjs';

const seconds = Number(process.argv[2]);

/** One sample: `latency` is that of the steps in it, in units of a plain read at the same time, so that it says nothing of who else uses the machine. */
async function sample(load, plainFile, untilMs) {
  const steps = [];
  const reads = [];
  do {
    const began = performance.now();
    await readFile(plainFile);
    const between = performance.now();
    await load.step();
    reads.push(between - began);
    steps.push(performance.now() - between);
  } while (performance.now() < untilMs);
  globalThis.gc();
  const { rss, heapUsed, external } = process.memoryUsage();
  return {
    steps: steps.length,
    stepMs: median(steps),
    latency: median(steps) / median(reads),
    rss: rss / 2 ** 20,
    heap: (heapUsed + external) / 2 ** 20,
    descriptors: readdirSync('/proc/self/fd').length,
    threads: readdirSync('/proc/self/task').length,
  };
}

await inFolder('soak', async (directory, folder) => {
  fill(directory);
  const load = await Load.start(directory);
  const samples = [];
  const began = performance.now();
  for (let second = 1; second <= seconds; second += 1) {
    samples.push(await sample(load, path.join(directory, 'files', 'file0'), began + second * 1_000));
    if (performance.now() - began >= seconds * 1_000) break;
  }
  const wrong = await load.end();
  const left = readdirSync(directory).filter((name) => !['files', 'made', 'counter'].includes(name));
  const made = readdirSync(path.join(directory, 'made'));
  for (const name of [...left, ...made]) wrong.push(`left behind: ${name}`);
  console.log(
    JSON.stringify({ samples, wrong, steps: load.steps, events: load.events, folder: path.basename(folder) }),
  );
});
