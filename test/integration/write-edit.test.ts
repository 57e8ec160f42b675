import { readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { hashContent, openWorkspace } from '../../src/index.js';
import type { EditResult, Settled, SnippetEdit } from '../../src/types.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

async function setUp(content: string | Uint8Array) {
  const directory = temporaryDirectory();
  const file = path.join(directory, 'file');
  writeFileSync(file, content);
  const workspace = await openWorkspace({ roots: [directory], durability: 'none' });
  onTestFinished(() => workspace.close());
  return { directory, file, workspace };
}

const codes = (results: readonly Settled<EditResult>[]) =>
  results.map((result) => (result.status === 'fulfilled' ? 'ok' : result.reason.code));

test('applies several edits of one file to one base, in one replace', async () => {
  const base = '\uFEFFconst a = 1;\r\nconst b = 2;\r\nconst é = 3;';
  const { file, workspace } = await setUp(base);
  const expectedHash = hashContent(base);
  const results = await workspace.writeSnippets([
    { path: file, find: 'é', replacement: 'e', id: 'rename' },
    { path: file, start: 3, end: 8, replacement: 'let', expectedHash },
    { path: file, find: '2', replacement: '22' },
  ]);
  const after = '\uFEFFlet a = 1;\r\nconst b = 22;\r\nconst e = 3;';
  expect(readFileSync(file, 'utf8')).toBe(after);
  expect(results).toMatchObject([
    { value: { id: 'rename', applied: true, start: 37, removed: 2, added: 1, hash: hashContent(after) } },
    { value: { start: 3, removed: 5, added: 3, previousHash: expectedHash, outcome: 'replaced' } },
    { value: { start: 27, removed: 1, added: 2, receipt: { compareAndSwap: 'swap-verified' } } },
  ]);
  expect(workspace.metrics().counters['committed.replaced']).toBe(1);
});

test('the edits of one file fail together, each with its own reason or the name of the one at fault', async () => {
  const { directory, file, workspace } = await setUp('one two');
  const other = path.join(directory, 'other');
  writeFileSync(other, 'one two');
  const results = await workspace.writeSnippets([
    { path: file, find: 'one', replacement: '1' },
    { path: file, find: 'three', replacement: '3' },
    { path: other, find: 'one', replacement: '1' },
    { path: file, start: 5, end: 99, replacement: '', expectedHash: hashContent('one two') },
  ]);
  expect(codes(results)).toEqual(['ERR_PLOKE_EDIT_NOT_UNIQUE', 'ERR_PLOKE_EDIT_NOT_UNIQUE', 'ok', 'ERR_PLOKE_RANGE']);
  expect(results[0]).toMatchObject({ reason: { details: { failedEdit: 1 }, committed: false } });
  expect(results[1]).toMatchObject({ reason: { details: { occurrences: 0 } } });
  expect(results[3]).toMatchObject({ reason: { details: { start: 5, end: 99, byteLength: 7 } } });
  expect(readFileSync(file, 'utf8')).toBe('one two');
  expect(readFileSync(other, 'utf8')).toBe('1 two');
});

test('an edit whose arguments are wrong keeps the other edits of its file from being applied', async () => {
  const { file, workspace } = await setUp('one two');
  const results = await workspace.writeSnippets([
    { path: file, find: 'one', replacement: '1' },
    { path: file, find: '', replacement: '' },
  ]);
  expect(codes(results)).toEqual(['ERR_PLOKE_INVALID_ARGUMENT', 'ERR_PLOKE_INVALID_ARGUMENT']);
  expect(results[0]).toMatchObject({ reason: { details: { failedEdit: 1 } } });
  expect(readFileSync(file, 'utf8')).toBe('one two');
});

test('two paths of one file are one file', async () => {
  const { directory, file, workspace } = await setUp('one two');
  const link = path.join(directory, 'link');
  symlinkSync('file', link);
  const results = await workspace.writeSnippets([
    { path: file, find: 'one', replacement: '1' },
    { path: link, find: 'two', replacement: '2' },
  ]);
  expect(results).toMatchObject([{ value: { path: file } }, { value: { path: link } }]);
  expect(readFileSync(file, 'utf8')).toBe('1 2');
});

test('refuses a stale edit with both hashes and writes nothing', async () => {
  const { file, workspace } = await setUp('now');
  const expectedHash = hashContent('before');
  const stale: SnippetEdit = { path: file, start: 0, end: 3, replacement: 'x', expectedHash };
  const [refused, beside] = await workspace.writeSnippets([stale, { path: file, find: 'now', replacement: 'x' }]);
  expect(refused).toMatchObject({
    reason: { code: 'ERR_PLOKE_CONTENT_MISMATCH', expectedHash, actualHash: hashContent('now') },
  });
  expect(beside).toMatchObject({
    reason: { code: 'ERR_PLOKE_CONTENT_MISMATCH', actualHash: hashContent('now'), details: { failedEdit: 0 } },
  });
  expect(readFileSync(file, 'utf8')).toBe('now');
});

test('says where a text that is not unique occurs, and replaces every place with all', async () => {
  const { file, workspace } = await setUp('x\nx\n');
  const [refused] = await workspace.writeSnippets([{ path: file, find: 'x', replacement: 'y' }]);
  expect(refused).toMatchObject({
    reason: {
      code: 'ERR_PLOKE_EDIT_NOT_UNIQUE',
      details: {
        occurrences: 2,
        places: [
          { start: 0, line: 1 },
          { start: 2, line: 2 },
        ],
      },
    },
  });
  const [all] = await workspace.writeSnippets([{ path: file, find: 'x', replacement: 'yy', all: true }]);
  expect(all).toMatchObject({ value: { start: 0, removed: 2, added: 4 } });
  expect(readFileSync(file, 'utf8')).toBe('yy\nyy\n');
});

test('refuses content that is not UTF-8, missing files and directories', async () => {
  const { directory, file, workspace } = await setUp(new Uint8Array([0x61, 0xff]));
  const results = await workspace.writeSnippets(
    [file, path.join(directory, 'missing'), `${directory}/`].map((name) => ({
      path: name,
      find: 'a',
      replacement: '',
    })),
  );
  expect(codes(results)).toEqual(['ERR_PLOKE_NOT_UTF8', 'ENOENT', 'ERR_PLOKE_INVALID_PATH']);
});

test('refuses a file above maxFileBytes with both numbers', async () => {
  const directory = temporaryDirectory();
  const file = path.join(directory, 'file');
  writeFileSync(file, 'x'.repeat(101));
  await using workspace = await openWorkspace({ roots: [directory], maxFileBytes: 100 });
  const [result] = await workspace.writeSnippets([{ path: file, find: 'x', replacement: '' }]);
  expect(result).toMatchObject({ reason: { code: 'ERR_PLOKE_FILE_TOO_LARGE', details: { maxFileBytes: 100 } } });
  // Replacing it as a whole needs nothing of it in memory.
  expect((await workspace.writeFile(file, 'small')).previousHash).toBe(hashContent('x'.repeat(101)));
});

test('a dry run shows the diff and the hash that would be, and touches nothing', async () => {
  const { directory, file, workspace } = await setUp('one\ntwo\n');
  const { ino, mtimeNs, ctimeNs } = statSync(file, { bigint: true });
  const results = await workspace.writeSnippets(
    [
      { path: file, find: 'two', replacement: 'zwei', id: 'a' },
      { path: file, find: 'one', replacement: 'eins' },
      { path: path.join(directory, 'missing'), find: 'x', replacement: '' },
    ],
    { dryRun: true },
  );
  const preview = `--- ${file}\n+++ ${file}\n@@ -1,2 +1,2 @@\n-one\n-two\n+eins\n+zwei\n`;
  const hash = hashContent('eins\nzwei\n');
  expect(results.slice(0, 2)).toEqual([
    { status: 'fulfilled', value: { id: 'a', applied: false, path: file, hash, preview } },
    { status: 'fulfilled', value: { applied: false, path: file, hash, preview } },
  ]);
  expect(codes(results)[2]).toBe('ENOENT');
  expect(readdirSync(directory)).toEqual(['file']);
  expect(statSync(file, { bigint: true })).toMatchObject({ ino, mtimeNs, ctimeNs });
});

test('says of offsets without a hash, and of offsets beside a text, what to pass', async () => {
  const { file, workspace } = await setUp('one');
  const edits = [
    { path: file, start: 0, end: 1, replacement: '' },
    { path: file, start: 0, end: 1, find: 'o', replacement: '' },
    { path: file, replacement: '' },
    { path: file, start: 0, replacement: '', expectedHash: hashContent('one') },
  ] as unknown as SnippetEdit[];
  for (const edit of edits) {
    const [result] = await workspace.writeSnippets([edit]);
    expect(result).toMatchObject({ reason: { code: 'ERR_PLOKE_INVALID_ARGUMENT' } });
  }
});
