import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import type { NativeWatch } from '../../../src/native/batch.js';
import { loadAddon } from '../../../src/native/load.js';
import { finished, projectRoot, startChild } from '../../support/child.js';
import { nativeRootSet } from '../../support/native-root.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';
import {
  untilWatchThreads,
  watchedDirectory,
  watcherDescriptors,
  watchThreads,
} from '../../support/watched-directory.js';

const addon = loadAddon();
const script = 'test/unit/native/directory-watch-child.mjs';

function opened(listener: () => void = () => {}): NativeWatch {
  const watch = addon.openWatch(listener);
  if (typeof watch === 'number') throw new Error(`no watcher: errno ${watch}`);
  return watch;
}

test('closing leaves neither descriptor nor thread, however often it is done', async () => {
  const descriptors = watcherDescriptors();
  const threads = watchThreads().length;
  const watches = Array.from({ length: 20 }, () => opened());
  expect(watcherDescriptors()).toHaveLength(descriptors.length + 40);
  await untilWatchThreads(threads + 20);
  for (const watch of [...watches, ...watches]) await addon.closeWatch(watch);
  expect(watcherDescriptors()).toEqual(descriptors);
  await untilWatchThreads(threads);
});

test('what is closed cannot be used, and what is no watcher cannot either', async () => {
  const watch = opened();
  await addon.closeWatch(watch);
  expect(() => addon.takeWatch(watch)).toThrow(TypeError);
  expect(() => addon.removeWatches(watch, Int32Array.of(1))).toThrow(TypeError);
  expect(() => addon.takeWatch({} as NativeWatch)).toThrow(TypeError);
  expect(() => addon.closeWatch({} as NativeWatch)).toThrow(TypeError);
  expect(() => addon.openWatch(1 as never)).toThrow(TypeError);
});

test('the listener is not called after the watcher was closed', async () => {
  const directory = temporaryDirectory();
  const { list, read, watch, calls } = await watchedDirectory(addon, directory);
  await list(['']);
  // Its thread has called by then, and JavaScript was not yet told.
  read(() => mkdirSync(path.join(directory, 'sub')));
  await addon.closeWatch(watch);
  const before = calls();
  for (let turns = 0; turns < 20; turns += 1) await turn();
  expect(calls()).toBe(before);
});

test('a watcher can be closed while records come, in its listener too', async () => {
  const directory = temporaryDirectory();
  const writer = startChild(script, ['churn', directory]);
  const ended = finished(writer);
  const set = await nativeRootSet(addon, [directory]);
  const batch = { set, count: 1, paths: '', roots: new Uint8Array(1), cancel: null, stamps: false };
  const descriptors = watcherDescriptors();
  const threads = watchThreads().length;
  for (let round = 0; round < 10; round += 1) {
    const watch = opened();
    await addon.listBatch({ ...batch, watch });
    if (round % 2 === 0) while (addon.takeWatch(watch).watches.length === 0) await turn();
    await addon.closeWatch(watch);
    await new Promise<void>((resolve, reject) => {
      const closing = opened(() => void addon.closeWatch(closing).then(resolve, reject));
      addon.listBatch({ ...batch, watch: closing }).catch(reject);
    });
  }
  writer.kill('SIGKILL');
  await ended;
  expect(watcherDescriptors()).toEqual(descriptors);
  await untilWatchThreads(threads);
});

test('a watcher that is never closed does not keep the process alive', async () => {
  const { code, signal, stdout, stderr } = await finished(startChild(script, ['leave', temporaryDirectory()]));
  expect({ code, signal, stdout, stderr }).toEqual({ code: 0, signal: null, stdout: '"done"\n', stderr: '' });
});

test('a process can end in the listener', async () => {
  const { code, signal, stderr } = await finished(startChild(script, ['exit', temporaryDirectory()]));
  expect({ code, signal, stderr }).toEqual({ code: 7, signal: null, stderr: '' });
});

test('a watcher that is never closed ends when its handle is collected', async () => {
  const { code, stdout, stderr } = await finished(startChild(script, ['garbage', temporaryDirectory()]));
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(JSON.parse(stdout)).toEqual({ before: 20, after: 0 });
});

test('a worker that is terminated at any moment takes its watchers with it', async () => {
  const directory = temporaryDirectory();
  writeFileSync(path.join(directory, 'file'), '');
  const descriptors = watcherDescriptors();
  const threads = watchThreads().length;
  for (let round = 0; round < 20; round += 1) {
    const worker = new Worker(path.join(projectRoot, script), { workerData: ['endless', directory] });
    // Some before they have a watcher, most of them in the middle of it.
    for (let messages = 0; messages < round; messages += 1) await once(worker, 'message');
    await worker.terminate();
    expect([round, watcherDescriptors()]).toEqual([round, descriptors]);
  }
  await untilWatchThreads(threads);
});
