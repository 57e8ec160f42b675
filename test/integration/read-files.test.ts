import path from 'node:path';
import { expect, test } from 'vitest';
import { hashContent, openWorkspace } from '../../src/index.js';
import type { FileRequest } from '../../src/types.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import { makeTree } from '../support/tree.js';

test('one result a request, in their order, each failure its own', async () => {
  const directory = temporaryDirectory();
  const at = (name: string) => path.join(directory, name);
  makeTree(directory, { a: 'first\nsecond\n', b: 'b', 'd/': '' });
  await using workspace = await openWorkspace({ roots: [directory] });
  const results = await workspace.readFiles([
    { path: at('b'), id: 'whole' },
    { path: at('missing') },
    { path: at('a'), lines: { last: 1 } },
    { path: '/etc/hostname' },
    { path: at('a'), range: { start: 0, end: 5 }, expectedHash: hashContent('something else') },
    { path: at('a'), maxBytes: 3 },
    { path: at('d') },
    { path: at('a'), range: { start: -1 } },
    null as unknown as FileRequest,
    { path: at('a'), unknown: 'members of an item are let pass' } as FileRequest,
  ]);
  expect(results).toMatchObject([
    { status: 'fulfilled', value: { id: 'whole', path: at('b'), text: 'b', hash: hashContent('b') } },
    { status: 'rejected', reason: { code: 'ENOENT', path: at('missing'), operation: 'readFiles' } },
    { status: 'fulfilled', value: { text: 'second\n', start: 6, end: 13 } },
    { status: 'rejected', reason: { code: 'ERR_PLOKE_OUTSIDE_ROOTS' } },
    { status: 'rejected', reason: { code: 'ERR_PLOKE_CONTENT_MISMATCH', actualHash: hashContent('first\nsecond\n') } },
    { status: 'fulfilled', value: { text: 'fir', truncated: true, byteLength: 13 } },
    { status: 'rejected', reason: { code: 'EISDIR' } },
    { status: 'rejected', reason: { code: 'ERR_PLOKE_INVALID_ARGUMENT', message: /requests\[7\]\.range\.start/ } },
    { status: 'rejected', reason: { code: 'ERR_PLOKE_INVALID_ARGUMENT', message: /requests\[8\]/ } },
    { status: 'fulfilled', value: { text: 'first\nsecond\n' } },
  ]);
  expect(results[9]).not.toHaveProperty('value.id');
  expect(await workspace.readFiles([])).toEqual([]);
});

test('a file that is too large to be read whole can be read in part in the same batch', async () => {
  const directory = temporaryDirectory();
  makeTree(directory, { large: 'x'.repeat(5_000) });
  await using workspace = await openWorkspace({ roots: [directory], maxFileBytes: 1_000 });
  const file = path.join(directory, 'large');
  const results = await workspace.readFiles([{ path: file }, { path: file, maxBytes: 4 }]);
  expect(results).toMatchObject([
    { status: 'rejected', reason: { code: 'ERR_PLOKE_FILE_TOO_LARGE' } },
    { status: 'fulfilled', value: { text: 'xxxx', truncated: true, hash: hashContent('x'.repeat(5_000)) } },
  ]);
});

test('large files come in small chunks and none is lost', async () => {
  const directory = temporaryDirectory();
  const names = Array.from({ length: 40 }, (_, index) => `file${index}`);
  makeTree(directory, Object.fromEntries(names.map((name) => [name, name.repeat(60_000)])));
  await using workspace = await openWorkspace({ roots: [directory] });
  const results = await workspace.readFiles(names.map((name) => ({ path: path.join(directory, name), id: name })));
  for (const [index, result] of results.entries()) {
    const name = names[index] ?? '';
    expect(result).toMatchObject({ status: 'fulfilled', value: { id: name, byteLength: name.length * 60_000 } });
    if (result.status === 'fulfilled') expect(result.value.text === name.repeat(60_000)).toBe(true);
  }
});

test('a list or options of the wrong type reject the call', async () => {
  const directory = temporaryDirectory();
  await using workspace = await openWorkspace({ roots: [directory] });
  const wrong = { code: 'ERR_PLOKE_INVALID_ARGUMENT' };
  await expect(workspace.readFiles({} as FileRequest[])).rejects.toMatchObject(wrong);
  await expect(workspace.readFiles([], { single: true } as object)).rejects.toMatchObject(wrong);
});

test('an abort in the midst of a large batch rejects the call', async () => {
  const directory = temporaryDirectory();
  const names = Array.from({ length: 2_000 }, (_, index) => `file${index}`);
  makeTree(directory, Object.fromEntries(names.map((name) => [name, name])));
  await using workspace = await openWorkspace({ roots: [directory] });
  const controller = new AbortController();
  const requests = names.map((name) => ({ path: path.join(directory, name) }));
  const reading = workspace.readFiles(requests, { signal: controller.signal });
  setImmediate(() => controller.abort('enough'));
  await expect(reading).rejects.toMatchObject({ name: 'AbortError', cause: 'enough' });
});
