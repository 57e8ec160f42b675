import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { expect, onTestFinished, test } from 'vitest';
import { openWorkspace } from '../../src/index.js';
import { projectRoot } from '../support/child.js';
import { foreignHolder, isFree, untilWaits, waitsFor } from '../support/foreign-lock.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const script = path.join(projectRoot, 'test', 'integration', 'worker-locks-worker.mjs');
const rounds = 20;

function setUp() {
  const directory = temporaryDirectory();
  const file = path.join(directory, 'file');
  writeFileSync(file, 'content');
  return {
    directory,
    file,
    async start(what: string): Promise<Worker> {
      const worker = new Worker(script, { workerData: { directory, file, what } });
      onTestFinished(async () => void (await worker.terminate()));
      expect(await once(worker, 'message')).toEqual(['there']);
      return worker;
    },
  };
}

/** The threads of this process that wait for locks or watch them. */
function lockThreads(): string[] {
  return readdirSync('/proc/self/task').flatMap((id) => {
    const name = `/proc/self/task/${id}/comm`;
    const text = existsSync(name) ? readFileSync(name, 'utf8').trim() : '';
    return text === 'ploke-io-lock' || text === 'ploke-io-watch' ? [text] : [];
  });
}

/** A thread that was joined is in the list for a moment yet. */
async function untilNoLockThreads(): Promise<void> {
  while (lockThreads().length > 0) await turn();
}

test('a worker that is terminated while it waits for another process takes its wait with it', async () => {
  const { file, start } = setUp();
  const holder = await foreignHolder(file);
  for (let round = 0; round < rounds; round += 1) {
    const worker = await start((['wait', 'waitToWrite', 'waitMany'] as const)[round % 3] ?? 'wait');
    // Sometimes it is in the kernel by then, sometimes on its way there.
    if (round % 2 === 0) await untilWaits(file, 1);
    await worker.terminate();
    while (waitsFor(file) > 0) await turn();
    expect(await isFree(file)).toBe(false);
  }
  await untilNoLockThreads();
  await holder.release();
  expect(await isFree(file)).toBe(true);
  expect(readFileSync(file, 'utf8')).toBe('content');
});

test('a worker that is terminated while it holds a lock gives it up', async () => {
  const { directory, file, start } = setUp();
  await using workspace = await openWorkspace({ roots: [directory], durability: 'none' });
  const descriptors = readdirSync('/proc/self/fd').length;
  for (let round = 0; round < rounds; round += 1) {
    const what = (['hold', 'holdShared', 'holdWritten', 'waitBehindCall'] as const)[round % 4] ?? 'hold';
    const worker = await start(what);
    expect([round, await isFree(file)]).toEqual([round, false]);
    await worker.terminate();
    expect([round, await isFree(file)]).toEqual([round, true]);
    await (await workspace.lock(file, { lockTimeoutMs: 0 })).release();
  }
  await untilNoLockThreads();
  expect(readdirSync('/proc/self/fd').length).toBeLessThanOrEqual(descriptors);
  expect(readFileSync(file, 'utf8')).toBe(`content${'!'.repeat(rounds / 4)}`);
});

test('a thread that waits for a worker is served when that is terminated', async () => {
  const { directory, file, start } = setUp();
  await using workspace = await openWorkspace({ roots: [directory], durability: 'none' });
  for (let round = 0; round < rounds; round += 1) {
    const worker = await start(round % 2 === 0 ? 'hold' : 'holdWritten');
    const waiting = workspace.lock(file);
    await untilWaits(file, 1);
    await worker.terminate();
    const lock = await waiting;
    expect(await isFree(file)).toBe(false);
    await lock.release();
  }
  expect(await isFree(file)).toBe(true);
});

test('a worker that ends by itself while it holds one lock and waits for another leaves none', async () => {
  const { file, start } = setUp();
  for (let round = 0; round < rounds; round += 1) {
    const worker = await start('waitBehindCall');
    expect(await isFree(file)).toBe(false);
    const ended = once(worker, 'exit');
    worker.postMessage('end');
    expect(await ended).toEqual([0]);
    expect(await isFree(file)).toBe(true);
  }
  await untilNoLockThreads();
});

test('a worker that is terminated while its lock is being lost does no harm', async () => {
  const { directory, file, start } = setUp();
  for (let round = 0; round < rounds; round += 1) {
    const worker = await start('hold');
    writeFileSync(path.join(directory, 'new'), `round ${round}`);
    const told = round % 2 === 0 ? undefined : once(worker, 'message');
    renameSync(path.join(directory, 'new'), file);
    if (told) expect(await told).toEqual(['lost']);
    await worker.terminate();
    expect(await isFree(file)).toBe(true);
  }
  await untilNoLockThreads();
});
