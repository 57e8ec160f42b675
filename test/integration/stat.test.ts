import { chmodSync, linkSync, statSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { openWorkspace } from '../../src/index.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import { makeTree } from '../support/tree.js';

test('stat tells what the system tells', async () => {
  const directory = temporaryDirectory();
  const file = path.join(directory, 'd/file');
  makeTree(directory, { 'd/file': 'content' });
  chmodSync(file, 0o640);
  linkSync(file, path.join(directory, 'second'));
  await using workspace = await openWorkspace({ roots: [directory] });
  const expected = statSync(file);
  const info = await workspace.stat(file);
  expect(info).toStrictEqual({
    path: file,
    type: 'file',
    byteLength: 7,
    mode: 0o640,
    modifiedMs: expect.closeTo(expected.mtimeMs, 2),
    createdMs: expect.any(Number),
    linkCount: 2,
    stamp: expect.stringMatching(/^1\./),
  });
  expect(info.stamp).toBe((await workspace.readFile(file)).stamp);
  expect(await workspace.stat(`${directory}/d/`)).toMatchObject({ path: path.join(directory, 'd'), type: 'directory' });
  expect(await workspace.stat(directory)).toMatchObject({ path: directory, type: 'directory' });
});

test('a link is followed as the policy allows, or looked at itself', async () => {
  const directory = temporaryDirectory();
  const at = (name: string) => path.join(directory, name);
  makeTree(directory, { file: 'content' });
  symlinkSync('file', at('inside'));
  symlinkSync('/etc/hostname', at('outside'));
  symlinkSync('missing', at('dangling'));
  await using workspace = await openWorkspace({ roots: [directory] });
  expect(await workspace.stat(at('inside'))).toMatchObject({ path: at('inside'), type: 'file', byteLength: 7 });
  await expect(workspace.stat(at('outside'))).rejects.toMatchObject({ code: 'ERR_PLOKE_SYMLINK_ESCAPE' });
  await expect(workspace.stat(at('dangling'))).rejects.toMatchObject({ code: 'ENOENT' });
  for (const name of ['inside', 'outside', 'dangling']) {
    expect(await workspace.stat(at(name), { followLinks: false })).toMatchObject({ path: at(name), type: 'symlink' });
  }
});

test('what is not there is undefined with throwIfNoEntry: false, and nothing else is', async () => {
  const directory = temporaryDirectory();
  makeTree(directory, { file: '' });
  await using workspace = await openWorkspace({ roots: [directory] });
  const stat = (name: string) => workspace.stat(path.join(directory, name), { throwIfNoEntry: false });
  expect(await stat('missing')).toBeUndefined();
  expect(await stat('missing/below')).toBeUndefined();
  await expect(stat('file/below')).rejects.toMatchObject({ code: 'ENOTDIR', operation: 'stat' });
  await expect(stat('file/')).rejects.toMatchObject({ code: 'ENOTDIR' });
  await expect(workspace.stat(path.join(directory, 'missing'))).rejects.toMatchObject({ code: 'ENOENT' });
  const wrong = workspace.stat(directory, { followlinks: true } as object);
  await expect(wrong).rejects.toMatchObject({ code: 'ERR_PLOKE_INVALID_ARGUMENT', message: /followLinks/ });
});
