import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openWorkspace } from '../../../src/index.js';
import { hashContent } from '../../../src/io/content-hash.js';
import type { CommitBatchResult } from '../../../src/native/change-batches.js';
import { writeFile, writeFiles } from '../../../src/operation/write-files.js';
import { openDescriptors } from '../../setup/open-descriptors.js';
import { openState } from '../../support/open-state.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

/** A workspace that has written before, so that nothing is left to be found out, and what its later calls commit at once. */
async function setUp(names: readonly string[]) {
  const directory = temporaryDirectory();
  const at = (name: string) => path.join(directory, name);
  for (const name of [...names, 'first']) writeFileSync(at(name), `old ${name}`);
  const answers: { atOnce: number[]; committed: CommitBatchResult | undefined }[] = [];
  const state = await openState(directory, (real) => ({
    async openTargets(batch) {
      const result = await real.openTargets(batch);
      answers.push({ atOnce: [...(result.atOnce ?? [])], committed: result.committed });
      return result;
    },
  }));
  await writeFile(state, at('first'), 'new');
  answers.length = 0;
  return { directory, at, state, answers };
}

test('a file whose new content is known is replaced in one native call', async () => {
  const { at, state, answers } = await setUp(['file']);
  const result = await writeFile(state, at('file'), 'new', { expectedHash: hashContent('old file') });
  expect(result).toMatchObject({
    outcome: 'replaced',
    hash: hashContent('new'),
    previousHash: hashContent('old file'),
    byteLength: 3,
    receipt: { atomic: true, lock: 'host', compareAndSwap: 'swap-verified', metadata: 'preserved' },
    warnings: [],
  });
  expect(readFileSync(at('file'), 'utf8')).toBe('new');
  expect(answers).toMatchObject([{ atOnce: [0] }]);
});

test('another content than the expected one is not committed at once, and not at all', async () => {
  const { at, state, answers } = await setUp(['file']);
  const expectedHash = hashContent('something else');
  await expect(writeFile(state, at('file'), 'new', { expectedHash })).rejects.toMatchObject({
    code: 'ERR_PLOKE_CONTENT_MISMATCH',
    expectedHash,
    actualHash: hashContent('old file'),
    committed: false,
  });
  expect(readFileSync(at('file'), 'utf8')).toBe('old file');
  expect(answers).toMatchObject([{ atOnce: [] }]);
});

test('a missing file is an error, or made by a second call', async () => {
  const { at, state, answers } = await setUp([]);
  await expect(writeFile(state, at('missing'), 'new')).rejects.toMatchObject({ code: 'ENOENT', committed: false });
  const made = await writeFile(state, at('missing'), 'new', { ifMissing: 'create', mode: 0o600 });
  expect(made).toMatchObject({ outcome: 'created', previousHash: null });
  expect(answers.every(({ atOnce }) => atOnce.length === 0)).toBe(true);
});

test('of a batch, those that can be committed are, and each of the others has its own end', async () => {
  const names = ['a', 'b', 'c'];
  const { directory, at, state, answers } = await setUp(names);
  mkdirSync(at('folder'));
  const wrong = hashContent('not this');
  const results = await writeFiles(state, [
    { path: at('a'), data: 'new a', expectedHash: hashContent('old a') },
    { path: at('b'), data: 'new b', expectedHash: wrong },
    { path: at('missing'), data: 'new' },
    { path: at('folder'), data: 'new' },
    { path: at('c'), data: 'new c', id: 'c' },
  ]);
  expect(results).toMatchObject([
    { status: 'fulfilled', value: { hash: hashContent('new a') } },
    { status: 'rejected', reason: { code: 'ERR_PLOKE_CONTENT_MISMATCH', actualHash: hashContent('old b') } },
    { status: 'rejected', reason: { code: 'ENOENT' } },
    { status: 'rejected', reason: { code: 'EISDIR' } },
    { status: 'fulfilled', value: { hash: hashContent('new c'), id: 'c' } },
  ]);
  expect(names.map((name) => readFileSync(at(name), 'utf8'))).toEqual(['new a', 'old b', 'new c']);
  // The gate of the test has six permits: two files a group.
  expect(answers.flatMap(({ atOnce }) => atOnce)).toHaveLength(2);
  expect(readdirSync(directory).filter((name) => name.includes('tmp'))).toEqual([]);
});

test('a link that leads into another root is replaced there, under that root’s own owner', async () => {
  const one = temporaryDirectory();
  const two = temporaryDirectory();
  writeFileSync(path.join(one, 'file'), 'old');
  writeFileSync(path.join(two, 'target'), 'old');
  symlinkSync(path.join(two, 'target'), path.join(one, 'link'));
  const workspace = await openWorkspace({ roots: [one, two], symlinks: 'follow', durability: 'none' });
  onTestFinished(() => workspace.close());
  await workspace.writeFile(path.join(one, 'file'), 'new');
  await workspace.writeFile(path.join(one, 'link'), 'first');
  const owners = (root: string) => readdirSync(path.join(root, '.ploke-io')).filter((name) => name !== '.gitignore');
  expect([owners(one).length, owners(two).length]).toEqual([1, 1]);
  const expectedHash = hashContent('first');
  expect(await workspace.writeFile(path.join(one, 'link'), 'second', { expectedHash })).toMatchObject({
    outcome: 'replaced',
    receipt: { compareAndSwap: 'swap-verified' },
  });
  expect(readFileSync(path.join(two, 'target'), 'utf8')).toBe('second');
});

test('close() ends when the replaced versions are closed, which may be after the answers', async () => {
  const directory = temporaryDirectory();
  const file = path.join(directory, 'file');
  writeFileSync(file, 'old');
  const order: string[] = [];
  const state = await openState(directory, (real) => ({
    async settleJobs() {
      order.push('asked');
      await real.settleJobs();
      order.push('settled');
    },
  }));
  await writeFile(state, file, 'new');
  await writeFile(state, file, 'newer');
  order.push('written');
  await state.close(undefined);
  order.push('closed');
  expect(order).toEqual(['written', 'asked', 'settled', 'closed']);
  expect([...openDescriptors().values()].filter((target) => target.includes(directory))).toEqual([]);
});
