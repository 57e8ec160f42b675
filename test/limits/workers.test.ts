import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { openWorkspace } from '../../src/index.js';
import { openDescriptors } from '../setup/open-descriptors.js';
import { projectRoot } from '../support/child.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const script = path.join(projectRoot, 'test', 'limits', 'workers-worker.mjs');
const files = 30;
const fill = (letter: string) => letter.repeat(60_000);

test.each(['write', 'lock', 'watch'])(
  'workers that are terminated while they %s leave no lock, no descriptor and no temporary file',
  async (what) => {
    const directory = temporaryDirectory();
    mkdirSync(path.join(directory, 'files'));
    const names = Array.from({ length: files }, (_, index) => `file${index}`).sort();
    for (const name of names) writeFileSync(path.join(directory, 'files', name), fill('a'));
    const before = openDescriptors().size;
    for (let round = 0; round < 5; round += 1) {
      await Promise.all(
        [0, 1, 2].map(async (index) => {
          const worker = new Worker(script, { workerData: { directory, what, letter: 'bcd'[index] } });
          await once(worker, 'message');
          for (let turn = 0; turn < round * 2 + index; turn += 1) await new Promise((resolve) => setImmediate(resolve));
          await worker.terminate();
        }),
      );
    }
    expect(openDescriptors().size).toBeLessThanOrEqual(before);

    await using workspace = await openWorkspace({ roots: [directory] });
    for (const name of names) {
      const file = path.join(directory, 'files', name);
      await (await workspace.lock(file, { lockTimeoutMs: 0 })).release();
      const content = readFileSync(file, 'utf8');
      expect(content).toBe(fill(content[0] ?? ''));
    }
    await workspace.writeFile(path.join(directory, 'files', 'file0'), fill('a'));
    expect(readdirSync(path.join(directory, 'files')).sort()).toEqual(names);
  },
  180_000,
);
