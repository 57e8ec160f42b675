import { readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { openWorkspace } from '../../src/index.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import { makeTree } from '../support/tree.js';

test('the file system is named and probed, and the probe leaves nothing behind', async () => {
  const directory = temporaryDirectory();
  makeTree(directory, { 'd/file': '' });
  await using workspace = await openWorkspace({ roots: [directory] });
  const capabilities = await workspace.capabilities();
  expect(capabilities).toMatchObject({
    path: directory,
    fileSystem: expect.stringMatching(/^[a-z]/),
    atomicReplace: true,
    exclusiveRename: expect.any(Boolean),
    exchangeRename: expect.any(Boolean),
    kernelResolution: expect.any(Boolean),
    caseSensitive: expect.any(Boolean),
    notes: expect.any(Array),
  });
  expect(capabilities.timestampResolutionMs).toBeGreaterThan(0);
  expect(readdirSync(directory)).toEqual(['d']);
});

test('of a file the directory is looked at; a path that is refused or missing is an error', async () => {
  const directory = temporaryDirectory();
  makeTree(directory, { 'd/file': '' });
  await using workspace = await openWorkspace({ roots: [directory] });
  const file = path.join(directory, 'd/file');
  const { path: _, ...ofRoot } = await workspace.capabilities();
  expect(await workspace.capabilities(file)).toEqual({ path: file, ...ofRoot });
  expect(readdirSync(path.join(directory, 'd'))).toEqual(['file']);
  await expect(workspace.capabilities(path.join(directory, 'missing'))).rejects.toMatchObject({ code: 'ENOENT' });
  await expect(workspace.capabilities(`${file}/`)).rejects.toMatchObject({ code: 'ENOTDIR' });
  await expect(workspace.capabilities('/etc')).rejects.toMatchObject({ code: 'ERR_PLOKE_OUTSIDE_ROOTS' });
});

test.runIf(process.platform === 'linux')('procfs and sysfs can be named where nothing can be written', async () => {
  await using workspace = await openWorkspace({ roots: ['/sys'] });
  const capabilities = await workspace.capabilities();
  expect(capabilities).toMatchObject({ fileSystem: 'sysfs', exclusiveRename: false, exchangeRename: false });
  expect(capabilities.notes.join(' ')).toContain('not probed');
});
