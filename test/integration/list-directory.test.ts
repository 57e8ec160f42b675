import { symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { openWorkspace } from '../../src/index.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import { makeTree } from '../support/tree.js';

test('one level is listed, sorted by the bytes of the names, nothing ignored', async () => {
  const directory = temporaryDirectory();
  makeTree(directory, { b: 'bb', 'a/deep': '', 'node_modules/m': '', '.hidden': '', é: '', Z: '' });
  symlinkSync('/etc', path.join(directory, 'link'));
  await using workspace = await openWorkspace({ roots: [directory] });
  const entries = await workspace.listDirectory(directory);
  expect(entries.map(({ name, type }) => `${name}:${type}`)).toEqual([
    '.hidden:file',
    'Z:file',
    'a:directory',
    'b:file',
    'link:symlink',
    'node_modules:directory',
    'é:file',
  ]);
  expect(entries[3]).toStrictEqual({
    name: 'b',
    path: path.join(directory, 'b'),
    type: 'file',
    byteLength: 2,
    modifiedMs: expect.any(Number),
  });
});

test('what belongs to ploke-io itself is not listed, nor what cannot be spelt', async () => {
  const directory = temporaryDirectory();
  await using workspace = await openWorkspace({ roots: [directory] });
  await workspace.createFile(path.join(directory, 'file'), '');
  writeFileSync(Buffer.concat([Buffer.from(`${directory}/`), Buffer.of(0xff)]), '');
  expect((await workspace.listDirectory(directory)).map((entry) => entry.name)).toEqual(['file']);
});

test('anything but a directory within the roots is refused', async () => {
  const directory = temporaryDirectory();
  const at = (name: string) => path.join(directory, name);
  makeTree(directory, { file: '', 'empty/': '' });
  symlinkSync('/etc', at('outside'));
  await using workspace = await openWorkspace({ roots: [directory] });
  expect(await workspace.listDirectory(at('empty'))).toEqual([]);
  await expect(workspace.listDirectory(at('file'))).rejects.toMatchObject({ code: 'ENOTDIR' });
  await expect(workspace.listDirectory(at('missing'))).rejects.toMatchObject({ code: 'ENOENT' });
  await expect(workspace.listDirectory(at('outside'))).rejects.toMatchObject({ code: 'ERR_PLOKE_SYMLINK_ESCAPE' });
  await expect(workspace.listDirectory('/etc')).rejects.toMatchObject({ code: 'ERR_PLOKE_OUTSIDE_ROOTS' });
  const aborted = workspace.listDirectory(directory, { signal: AbortSignal.abort('enough') });
  await expect(aborted).rejects.toMatchObject({ code: 'ABORT_ERR', cause: 'enough' });
});

test('a listing sees what was created and removed before it was asked for', async () => {
  const directory = temporaryDirectory();
  makeTree(directory, { old: '' });
  await using workspace = await openWorkspace({ roots: [directory] });
  const writes = [
    workspace.createFile(path.join(directory, 'new'), ''),
    workspace.removeFile(path.join(directory, 'old')),
  ];
  expect((await workspace.listDirectory(directory)).map((entry) => entry.name)).toEqual(['new']);
  await Promise.all(writes);
});
