import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { hashContent } from '../../../src/io/content-hash.js';
import { NativeFailure } from '../../../src/native/batch.js';
import { CommitFlag } from '../../../src/native/change-batches.js';
import { applyPatches } from '../../../src/operation/apply-patches.js';
import { openState } from '../../support/open-state.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

const removal = '--- a/x\n+++ /dev/null\n@@ -1 +0,0 @@\n-old\n';
const change = '--- a/x\n+++ b/x\n@@ -1 +1 @@\n-old\n+new\n';

function filesIn(directory: string, count: number): string[] {
  const files = Array.from({ length: count }, (_, index) => path.join(directory, `file${index}`));
  for (const file of files) writeFileSync(file, 'old\n');
  return files;
}

test('removals share the group commit of the changes, and one directory sync', async () => {
  const directory = temporaryDirectory();
  const files = filesIn(directory, 2);
  const groups: boolean[][] = [];
  const state = await openState(directory, (real) => ({
    commitBatch: (batch) => {
      groups.push(batch.items.map(({ remove }) => remove));
      return real.commitBatch(batch);
    },
    removeEntry: () => Promise.reject(new Error('a removal of its own')),
  }));
  const results = await applyPatches(
    state,
    files.map((file, index) => ({ path: file, diff: index === 0 ? removal : change, id: file })),
    { durability: 'strict' },
  );
  expect(groups).toEqual([[true, false]]);
  expect(results).toMatchObject([
    {
      status: 'fulfilled',
      value: {
        id: files[0],
        outcome: 'removed',
        applied: true,
        hunks: [{ line: 1 }],
        receipt: { compareAndSwap: 'swap-verified', lock: 'host' },
      },
    },
    { status: 'fulfilled', value: { outcome: 'replaced', hash: hashContent('new\n') } },
  ]);
  expect(files.map((file) => existsSync(file))).toEqual([false, true]);
  expect(readdirSync(directory).filter((name) => name.startsWith('.ploke-io-tmp'))).toEqual([]);
  expect(state.metrics.snapshot().counters).toMatchObject({ 'committed.removed': 1, 'committed.replaced': 1 });
});

test('a file that another process replaces before it is removed is looked at anew, and stays if the diff does not fit', async () => {
  const directory = temporaryDirectory();
  const [file = ''] = filesIn(directory, 1);
  const state = await openState(directory, (real) => ({
    commitBatch: (batch) => {
      writeFileSync(`${file}.next`, 'theirs\n');
      renameSync(`${file}.next`, file);
      return real.commitBatch(batch);
    },
  }));
  expect(await applyPatches(state, [{ path: file, diff: removal }])).toMatchObject([
    { reason: { code: 'ERR_PLOKE_PATCH_CONFLICT', actualHash: hashContent('theirs\n'), committed: false } },
  ]);
  expect(readFileSync(file, 'utf8')).toBe('theirs\n');
});

test('a removal that is in place but not durable says so, and is announced', async () => {
  const directory = temporaryDirectory();
  const [file = ''] = filesIn(directory, 1);
  const state = await openState(directory, (real) => ({
    async commitBatch(batch) {
      const result = await real.commitBatch(batch);
      result.status[0] = NativeFailure.notDurable;
      result.flags[0] = CommitFlag.committed;
      return result;
    },
  }));
  expect(await applyPatches(state, [{ path: file, diff: removal }])).toMatchObject([
    { reason: { code: 'ERR_PLOKE_NOT_DURABLE', committed: true } },
  ]);
  expect(existsSync(file)).toBe(false);
  expect(state.metrics.snapshot().counters['committed.removed']).toBe(1);
});
