// @ts-check
// The end of workspaces, of threads and of processes.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { matches, refuses } from '../support/expect.mjs';
import { makeFiles, namesIn, textOf } from '../support/files.mjs';
import { library, suiteOf } from '../support/harness.mjs';
import { OtherProcess } from '../support/other-process.mjs';
import { settings } from '../support/settings.mjs';

const test = suiteOf('lifecycle');

for (const how of ['closed', 'forgotten', 'exit']) {
  for (const watch of [false, { backend: 'chokidar' }, { backend: 'polling' }]) {
    const words = { closed: 'is closed', forgotten: 'was never closed', exit: 'is at work' }[how];
    const watching = watch === false ? '' : `, watching by ${watch.backend}`;
    test(`a process ends whose workspace ${words}${watching}`, async (place) => {
      makeFiles(place.directory, { file: 'content' });
      const leaver = new OtherProcess(place, 'leaver', { root: place.directory, file: place.at('file'), how, watch });
      await leaver.said('working');
      matches(await leaver.ended(), { code: 0, signal: null });
      assert.equal(leaver.count('last line'), how === 'exit' ? 0 : 1, leaver.output());
      assert.equal(textOf(place.at('file')), 'written');
    });
  }
}

test('close drains what runs, and refuses what comes later', async (place) => {
  const names = Array.from({ length: 100 }, (_, index) => `file${index}`);
  makeFiles(place.directory, Object.fromEntries(names.map((name) => [name, name])));
  const workspace = await library.openWorkspace({ roots: [place.directory], durability: 'none' });
  const reads = workspace.readFiles(names.map((name) => ({ path: place.at(name) })));
  const writes = names.slice(0, 10).map((name) => workspace.writeFile(place.at(name), 'written while closing'));
  const closed = workspace.close();
  await refuses(workspace.readFile(place.at('file0')), { code: 'ERR_PLOKE_CLOSED' });
  for (const result of await reads) matches(result, { status: 'fulfilled' });
  await Promise.all(writes);
  await closed;
  for (const name of names.slice(0, 10)) assert.equal(textOf(place.at(name)), 'written while closing');
  assert.equal(readdirSync(place.directory).length, 100);
});

test('workspaces are opened and closed a hundred times', async (place) => {
  makeFiles(place.directory, { file: 'x' });
  for (let round = 0; round < 100; round += 1) {
    const workspace = await library.openWorkspace({ roots: [place.directory], durability: 'none' });
    await workspace.writeFile(place.at('file'), `${round}`);
    await workspace.close();
  }
  assert.equal(textOf(place.at('file')), '99');
  assert.deepEqual(readdirSync(place.directory), ['file']);
});

test('a workspace is disposed of by await using', async (place) => {
  const workspace = await library.openWorkspace({ roots: [place.directory] });
  await workspace[Symbol.asyncDispose]();
  await refuses(workspace.readFile(place.at('file')), 'ERR_PLOKE_CLOSED');
});

/** @param {import('../support/harness.mjs').Place} place @param {number} id @param {boolean} isEndless */
function startWorker(place, id, isEndless) {
  const workerData = { entry: settings.entry, directory: place.directory, id, isEndless };
  return new Worker(new URL('../actors/worker.mjs', import.meta.url), { workerData });
}

/** @param {import('../support/harness.mjs').Place} place */
function fillForWorkers(place) {
  const files = Array.from({ length: 50 }, (_, index) => [`file${index}`, `content ${index}`]);
  makeFiles(place.directory, Object.fromEntries(files));
}

test('worker threads have workspaces of their own', async (place) => {
  fillForWorkers(place);
  await Promise.all(
    Array.from({ length: 4 }, async (_, id) => {
      const worker = startWorker(place, id, false);
      // Both before either is awaited: a worker that ends at once tells of both in one turn.
      const exited = once(worker, 'exit');
      const [message] = await once(worker, 'message');
      matches(message, { read: 50, hash: library.hashContent(`${id}`.repeat(1_000)) });
      assert.deepEqual(await exited, [0]);
    }),
  );
  assert.equal(namesIn(place.directory).length, 54);
});

test('a worker thread that is terminated takes nothing with it', async (place) => {
  fillForWorkers(place);
  const workspace = await place.open();
  for (let round = 0; round < 5; round += 1) {
    const workers = Array.from({ length: 2 }, (_, id) => startWorker(place, id, true));
    for (const worker of workers) {
      await once(worker, 'message');
      await worker.terminate();
    }
    matches(await workspace.readFile(place.at('file0')), { text: 'content 0' });
  }
  matches(await workspace.writeFile(place.at('file0'), 'new'), { outcome: 'replaced' });
});

test('a thread and its worker keep each other out of a file', async (place) => {
  fillForWorkers(place);
  makeFiles(place.directory, { 'by-worker7': 'old' });
  const workspace = await place.open();
  const lock = await workspace.lock(place.at('by-worker7'));
  const worker = startWorker(place, 7, false);
  let hasWritten = false;
  const exited = once(worker, 'exit');
  const told = once(worker, 'message').then(() => {
    hasWritten = true;
  });
  await once(worker, 'online');
  assert.equal(textOf(place.at('by-worker7')), 'old');
  assert.equal(hasWritten, false);
  await lock.release();
  await told;
  await exited;
  assert.equal(textOf(place.at('by-worker7')), '7'.repeat(1_000));
});
