import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { NativeAddon } from '../../../src/native/addon.js';
import { NativeFailure } from '../../../src/native/batch.js';
import { applyPatches } from '../../../src/operation/apply-patches.js';
import { createDirectory } from '../../../src/operation/create-directory.js';
import { removeDirectory } from '../../../src/operation/remove-directory.js';
import { removeFile } from '../../../src/operation/remove-file.js';
import { rename } from '../../../src/operation/rename.js';
import { writeFile, writeFiles } from '../../../src/operation/write-files.js';
import { openState } from '../../support/open-state.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

async function setUp(disturb: (addon: NativeAddon) => Partial<NativeAddon>) {
  const directory = temporaryDirectory();
  const at = (name: string) => path.join(directory, name);
  for (const name of ['one', 'two']) writeFileSync(at(name), 'old');
  return { at, state: await openState(directory, disturb) };
}

/** The second item of a batch finds no descriptor, as often as it is tried; `then` is called at the first time. */
const exhausted =
  (then: () => void) =>
  (real: NativeAddon): Partial<NativeAddon> => ({
    commitBatch: async (batch) => {
      const item = batch.items.find(({ index }) => index === 1);
      if (!item) return real.commitBatch(batch);
      const result = await real.commitBatch({ ...batch, items: batch.items.filter((other) => other !== item) });
      const at = batch.items.indexOf(item);
      const flags = new Uint16Array(batch.items.length);
      flags.set(result.flags);
      const status = new Int32Array(batch.items.length);
      status[at] = constants.errno.EMFILE;
      setImmediate(then);
      return {
        flags,
        status,
        syscalls: new Uint8Array(batch.items.length),
        detail: new Int32Array(batch.items.length),
        recovered: [...result.recovered, []],
        hashes: [...result.hashes, undefined],
        stamps: [...result.stamps, undefined],
      };
    },
  });

test('an abort while items wait for descriptors leaves what was committed told', async () => {
  const controller = new AbortController();
  const { at, state } = await setUp(exhausted(() => controller.abort()));
  const writes = ['one', 'two'].map((name) => ({ path: at(name), data: 'new' }));
  const results = await writeFiles(state, writes, { signal: controller.signal });
  expect(results).toMatchObject([
    { status: 'fulfilled', value: { outcome: 'replaced' } },
    { status: 'rejected', reason: { code: 'ABORT_ERR', committed: false } },
  ]);
  expect([readFileSync(at('one'), 'utf8'), readFileSync(at('two'), 'utf8')]).toEqual(['new', 'old']);
  expect(state.metrics.snapshot().counters['committed.replaced']).toBe(1);
});

test('permits that are refused to the second try fail only its items', async () => {
  const gate: { close: () => void } = { close: () => undefined };
  const { at, state } = await setUp(exhausted(() => gate.close()));
  gate.close = () => state.gate.close();
  const writes = ['one', 'two'].map((name) => ({ path: at(name), data: 'new' }));
  expect(await writeFiles(state, writes)).toMatchObject([
    { status: 'fulfilled', value: { outcome: 'replaced' } },
    { status: 'rejected', reason: { code: 'ERR_PLOKE_CLOSED', committed: false } },
  ]);
  expect(state.metrics.snapshot().counters['committed.replaced']).toBe(1);
});

test('a recursive removal that stops half-way says that it is neither done nor undone', async () => {
  const { at, state } = await setUp((real) => ({
    removeDirectories: async (batch) => {
      const result = await real.removeDirectories(batch);
      result.status[0] = constants.errno.EACCES;
      return result;
    },
  }));
  mkdirSync(at('tree/inner'), { recursive: true });
  await expect(removeDirectory(state, at('tree'), { recursive: true })).rejects.toMatchObject({
    code: 'EACCES',
    committed: 'unknown',
    details: { removed: 2 },
  });
});

test('a change of names that is in place but not durable is announced', async () => {
  const { at, state } = await setUp((real) => ({
    createDirectories: async (batch) => {
      const result = await real.createDirectories(batch);
      result.status[0] = NativeFailure.notDurable;
      return result;
    },
    removeEntry: async (commit) => ({ ...(await real.removeEntry(commit)), status: NativeFailure.notDurable }),
    renameEntry: async (commit) => ({ ...(await real.renameEntry(commit)), status: NativeFailure.notDurable }),
  }));
  const failure = { code: 'ERR_PLOKE_NOT_DURABLE', committed: true };
  await expect(createDirectory(state, at('made'))).rejects.toMatchObject(failure);
  await expect(rename(state, at('one'), at('three'))).rejects.toMatchObject(failure);
  await expect(removeFile(state, at('two'))).rejects.toMatchObject(failure);
  expect([existsSync(at('made')), existsSync(at('three')), existsSync(at('two'))]).toEqual([true, true, false]);
  expect(state.metrics.snapshot().counters).toMatchObject({
    'committed.created': 1,
    'committed.renamed': 1,
    'committed.removed': 1,
  });
});

test('that the kind of the file system cannot be told fails no change', async () => {
  const { at, state } = await setUp(() => ({ probeDirectory: () => Promise.reject(new Error('no answer')) }));
  const options = { durability: 'strict' } as const;
  expect(await writeFile(state, at('one'), 'new', options)).toMatchObject({ receipt: { durability: 'delegated' } });
  expect(await rename(state, at('one'), at('three'), options)).toMatchObject({ receipt: { durability: 'delegated' } });
});

/** The commit fails after a version of somebody else was kept beside the file. */
const keptAside =
  (errno: number) =>
  (real: NativeAddon): Partial<NativeAddon> => ({
    commitBatch: async (batch) => {
      const count = batch.items.length;
      // Nothing of it is begun.
      await real.commitBatch({ ...batch, items: [] });
      return {
        flags: new Uint16Array(count),
        status: new Int32Array(count).fill(errno),
        syscalls: new Uint8Array(count),
        detail: new Int32Array(count),
        recovered: batch.items.map(() => ['one.ploke-io-recovered-0123abcd']),
        hashes: batch.items.map(() => undefined),
        stamps: batch.items.map(() => undefined),
      };
    },
  });

test.for(['EIO', 'EMFILE'] as const)('a failure (%s) says what was kept beside the file', async (code) => {
  const { at, state } = await setUp(keptAside(constants.errno[code]));
  const recovered = [at('one.ploke-io-recovered-0123abcd')];
  const removal = `--- a/one\n+++ /dev/null\n@@ -1 +0,0 @@\n-old\n\\ No newline at end of file\n`;
  const rejected = { code, details: { recovered } };
  expect(await applyPatches(state, [{ path: at('one'), diff: removal }])).toMatchObject([{ reason: rejected }]);
  expect(await writeFiles(state, [{ path: at('one'), data: 'new' }])).toMatchObject([{ reason: rejected }]);
  await expect(writeFile(state, at('one'), 'new')).rejects.toMatchObject(rejected);
  const kept = state.warnings.flatMap((warning) => warning.path ?? []);
  expect(kept).toEqual([recovered[0], recovered[0], recovered[0]]);
});
