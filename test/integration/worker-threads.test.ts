import { once } from 'node:events';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { projectRoot } from '../support/child.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const script = path.join(projectRoot, 'test', 'integration', 'worker-threads-worker.mjs');

function filled(): string {
  const directory = temporaryDirectory();
  mkdirSync(path.join(directory, 'files'));
  for (let index = 0; index < 300; index += 1)
    writeFileSync(path.join(directory, 'files', `file${index}`), `content ${index}\n`.repeat(100));
  return directory;
}

test('fifty workers open a workspace, read, write, close and end', async () => {
  const directory = filled();
  const descriptors = readdirSync('/proc/self/fd').length;
  for (let group = 0; group < 10; group += 1) {
    await Promise.all(
      Array.from({ length: 5 }, async (_, index) => {
        const worker = new Worker(script, { workerData: { directory, id: group * 5 + index, endless: false } });
        // Both before either is awaited: a worker that ends at once tells of both in one turn.
        const exited = once(worker, 'exit');
        const [message] = (await once(worker, 'message')) as [unknown];
        expect(message).toEqual({ read: 300, written: 5 });
        const [code] = (await exited) as [number];
        expect(code).toBe(0);
      }),
    );
  }
  expect(readdirSync('/proc/self/fd').length).toBeLessThanOrEqual(descriptors);
  expect(readdirSync(directory)).toEqual(['files']);
});

test('workers that are terminated in the middle of work take nothing with them', async () => {
  const directory = filled();
  const descriptors = readdirSync('/proc/self/fd').length;
  for (let round = 0; round < 16; round += 1) {
    await Promise.all(
      Array.from({ length: 6 }, async (_, index) => {
        const worker = new Worker(script, { workerData: { directory, id: index, endless: true } });
        await once(worker, 'message');
        for (let turn = 0; turn < round * 3 + index; turn += 1) await new Promise((resolve) => setImmediate(resolve));
        await worker.terminate();
      }),
    );
  }
  expect(readdirSync('/proc/self/fd').length).toBeLessThanOrEqual(descriptors);
});
