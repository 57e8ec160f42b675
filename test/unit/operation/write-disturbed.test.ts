import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { hashContent } from '../../../src/io/content-hash.js';
import type { NativeAddon } from '../../../src/native/addon.js';
import { NativeFailure } from '../../../src/native/batch.js';
import { CommitFlag } from '../../../src/native/change-batches.js';
import { createFile } from '../../../src/operation/create-files.js';
import { removeFile } from '../../../src/operation/remove-file.js';
import { rename } from '../../../src/operation/rename.js';
import { writeFile, writeFiles } from '../../../src/operation/write-files.js';
import { writeSnippets } from '../../../src/operation/write-snippets.js';
import { openState } from '../../support/open-state.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

/** A file, and a foreign process that acts between the library's look at it and its change. */
async function setUp(times: number, act: (file: string, time: number) => void) {
  const directory = temporaryDirectory();
  const file = path.join(directory, 'file');
  writeFileSync(file, 'old');
  let time = 0;
  const disturb = (real: NativeAddon): Partial<NativeAddon> => {
    const before = () => {
      time += 1;
      if (time <= times) act(file, time);
    };
    return {
      commitBatch: (batch) => {
        before();
        return real.commitBatch(batch);
      },
      removeEntry: (commit) => {
        before();
        return real.removeEntry(commit);
      },
      renameEntry: (commit) => {
        before();
        return real.renameEntry(commit);
      },
    };
  };
  return { directory, file, state: await openState(directory, disturb), commits: () => time };
}

/** As an editor saves: another inode under the same name. */
function replaceForeign(file: string, time: number): void {
  writeFileSync(`${file}.tmp`, `foreign ${time}`);
  renameSync(`${file}.tmp`, file);
}

test('a plain write that another process overtook starts over from what is there then', async () => {
  const { file, state } = await setUp(3, replaceForeign);
  const result = await writeFile(state, file, 'new');
  expect(result.previousHash).toBe(hashContent('foreign 3'));
  expect(readFileSync(file, 'utf8')).toBe('new');
});

test('a plain write that is overtaken every time gives up, and leaves the foreign version and nothing else', async () => {
  const { directory, file, state, commits } = await setUp(100, replaceForeign);
  await expect(writeFile(state, file, 'new')).rejects.toMatchObject({
    code: 'ERR_PLOKE_BUSY',
    retryable: true,
    committed: false,
    path: file,
  });
  expect(commits()).toBe(8);
  expect(readFileSync(file, 'utf8')).toBe('foreign 8');
  expect(readdirSync(directory).sort()).toEqual(['.ploke-io', 'file']);
});

test('with expectedHash, what came in between is refused with its hash', async () => {
  for (const act of [replaceForeign, (file: string) => writeFileSync(file, 'foreign 1')]) {
    const { file, state } = await setUp(1, act);
    const expectedHash = hashContent('old');
    const actualHash = hashContent('foreign 1');
    await expect(writeFile(state, file, 'new', { expectedHash })).rejects.toMatchObject({
      code: 'ERR_PLOKE_CONTENT_MISMATCH',
      committed: false,
      expectedHash,
      actualHash,
    });
    expect(readFileSync(file, 'utf8')).toBe('foreign 1');
  }
});

test('with expectedHash, a foreign touch or an equal version is no other content', async () => {
  const { file, state } = await setUp(1, (name) => {
    writeFileSync(`${name}.tmp`, 'old');
    renameSync(`${name}.tmp`, name);
  });
  await writeFile(state, file, 'new', { expectedHash: hashContent('old') });
  expect(readFileSync(file, 'utf8')).toBe('new');
});

test('an edit is never applied to another version than the one it was looked up in', async () => {
  const { file, state } = await setUp(1, (name) => writeFileSync(name, 'old and new'));
  const [result] = await writeSnippets(state, [{ path: file, find: 'old', replacement: 'x' }]);
  expect(result).toMatchObject({
    reason: {
      code: 'ERR_PLOKE_CONTENT_MISMATCH',
      expectedHash: hashContent('old'),
      actualHash: hashContent('old and new'),
    },
  });
  expect(readFileSync(file, 'utf8')).toBe('old and new');
});

test('a file that is removed before the rename is not brought back', async () => {
  const { file, state } = await setUp(1, (name) => rmSync(name));
  await expect(writeFile(state, file, 'new')).rejects.toMatchObject({ code: 'ENOENT', committed: false });
});

test('a name that is taken before the rename is refused, replaced or kept, as asked', async () => {
  const take = (file: string) => writeFileSync(`${file}2`, 'theirs');
  const refused = await setUp(1, take);
  await expect(createFile(refused.state, `${refused.file}2`, 'x')).rejects.toMatchObject({ code: 'EEXIST' });
  const replaced = await setUp(1, take);
  expect(await createFile(replaced.state, `${replaced.file}2`, 'x', { ifExists: 'replace' })).toMatchObject({
    outcome: 'replaced',
    previousHash: hashContent('theirs'),
  });
  const kept = await setUp(1, take);
  expect(await createFile(kept.state, `${kept.file}2`, 'x', { ifExists: 'keep' })).toMatchObject({
    outcome: 'unchanged',
    hash: hashContent('theirs'),
  });
  const written = await setUp(1, take);
  await expect(writeFile(written.state, `${written.file}2`, 'x', { expectedHash: null })).rejects.toMatchObject({
    code: 'ERR_PLOKE_CONTENT_MISMATCH',
    actualHash: hashContent('theirs'),
  });
});

test('removing and renaming take what is there now, unless a hash says what it has to be', async () => {
  const expectedHash = hashContent('old');
  const mismatch = { code: 'ERR_PLOKE_CONTENT_MISMATCH', expectedHash, actualHash: hashContent('foreign 1') };
  const removed = await setUp(2, replaceForeign);
  expect((await removeFile(removed.state, removed.file)).outcome).toBe('removed');
  const refused = await setUp(1, replaceForeign);
  await expect(removeFile(refused.state, refused.file, { expectedHash })).rejects.toMatchObject(mismatch);
  const moved = await setUp(2, replaceForeign);
  await rename(moved.state, moved.file, `${moved.file}2`);
  expect(readFileSync(`${moved.file}2`, 'utf8')).toBe('foreign 2');
  const stays = await setUp(1, replaceForeign);
  await expect(rename(stays.state, stays.file, `${stays.file}2`, { expectedHash })).rejects.toMatchObject(mismatch);
  const busy = await setUp(100, replaceForeign);
  await expect(removeFile(busy.state, busy.file)).rejects.toMatchObject({ code: 'ERR_PLOKE_BUSY', committed: false });
});

test('content that is in place but not durable is an error that says so and has the result', async () => {
  const directory = temporaryDirectory();
  const files = ['a', 'b'].map((name) => path.join(directory, name));
  for (const file of files) writeFileSync(file, 'old');
  const state = await openState(directory, (real) => ({
    async commitBatch(batch) {
      const result = await real.commitBatch(batch);
      result.status[0] = NativeFailure.notDurable;
      result.detail[0] = constants.errno.EIO;
      result.flags[0] = CommitFlag.committed;
      return result;
    },
  }));
  const results = await writeFiles(
    state,
    files.map((file) => ({ path: file, data: 'new', id: file })),
  );
  expect(results).toMatchObject([
    {
      status: 'rejected',
      reason: {
        code: 'ERR_PLOKE_NOT_DURABLE',
        committed: true,
        path: files[0],
        result: { id: files[0], hash: hashContent('new'), outcome: 'replaced', receipt: { durability: 'none' } },
        cause: { code: 'EIO' },
      },
    },
    { status: 'fulfilled' },
  ]);
  expect(state.metrics.snapshot().counters['write.files']).toBe(2);
});

test('items that got no descriptor are tried again by themselves', async () => {
  const directory = temporaryDirectory();
  const files = Array.from({ length: 12 }, (_, index) => path.join(directory, `f${index}`));
  let refusals = 0;
  let opened = 0;
  const state = await openState(directory, (real) => ({
    async openTargets(batch) {
      opened += batch.count;
      const result = await real.openTargets(batch);
      if (refusals < 3) {
        refusals += 1;
        result.status[0] = constants.errno.EMFILE;
      }
      return result;
    },
  }));
  const made = await Promise.all(files.map((file) => createFile(state, file, 'x')));
  expect(made.every(({ outcome }) => outcome === 'created')).toBe(true);
  expect(opened).toBe(files.length + refusals);
});
