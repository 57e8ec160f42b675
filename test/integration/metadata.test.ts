import { chmodSync, chownSync, linkSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { openWorkspace } from '../../src/index.js';
import { accessList, getAttribute, setAttribute } from '../support/attributes.mjs';
import { temporaryDirectory } from '../support/temporary-directory.js';

const isRoot = process.getuid?.() === 0;

test('a replaced file keeps its mode, whatever the umask', async () => {
  const directory = temporaryDirectory();
  await using workspace = await openWorkspace({ roots: [directory] });
  for (const mode of [0o600, 0o640, 0o644, 0o664, 0o755, 0o777, 0o400]) {
    const file = path.join(directory, `mode-${mode.toString(8)}`);
    writeFileSync(file, 'before');
    chmodSync(file, mode);
    const result = await workspace.writeFile(file, 'after');
    expect(statSync(file).mode & 0o7777).toBe(mode);
    expect(result).toMatchObject({ outcome: 'replaced', receipt: { metadata: 'preserved' }, warnings: [] });
  }
});

test('a new file has the default mode under the umask, or exactly the mode that was asked for', async () => {
  const directory = temporaryDirectory();
  await using workspace = await openWorkspace({ roots: [directory] });
  const umask = process.umask();
  await workspace.createFile(path.join(directory, 'default'), '');
  await workspace.createFile(path.join(directory, 'exact'), '', { mode: 0o666 });
  await workspace.createFile(path.join(directory, 'made', 'deep'), '', { parents: true });
  await workspace.createDirectory(path.join(directory, 'private'), { mode: 0o700 });
  expect(statSync(path.join(directory, 'default')).mode & 0o7777).toBe(0o666 & ~umask);
  expect(statSync(path.join(directory, 'exact')).mode & 0o7777).toBe(0o666);
  expect(statSync(path.join(directory, 'made')).mode & 0o7777).toBe(0o777 & ~umask);
  expect(statSync(path.join(directory, 'private')).mode & 0o7777).toBe(0o700);
});

test("metadata 'default' gives the new version what a new file gets", async () => {
  const directory = temporaryDirectory();
  const file = path.join(directory, 'file');
  writeFileSync(file, 'before');
  chmodSync(file, 0o777);
  await using workspace = await openWorkspace({ roots: [directory], metadata: 'default' });
  const result = await workspace.writeFile(file, 'after');
  expect(statSync(file).mode & 0o7777).toBe(0o666 & ~process.umask());
  expect(result.receipt.metadata).toBe('default');
});

test('a file with a second name is not replaced; by option it is not even read', async () => {
  const directory = temporaryDirectory();
  const file = path.join(directory, 'file');
  const other = path.join(directory, 'other');
  writeFileSync(file, 'before');
  linkSync(file, other);
  await using strict = await openWorkspace({ roots: [directory], allowHardLinks: false });
  for (const refused of [
    strict.readFile(file),
    strict.writeFile(file, 'after'),
    strict.removeFile(file),
    strict.rename(file, path.join(directory, 'moved')),
  ]) {
    await expect(refused).rejects.toMatchObject({ code: 'ERR_PLOKE_HARD_LINK' });
  }
  expect((await strict.stat(file)).linkCount).toBe(2);
  await using workspace = await openWorkspace({ roots: [directory] });
  await expect(workspace.writeFile(file, 'after')).rejects.toMatchObject({ code: 'ERR_PLOKE_HARD_LINK' });
  expect(readFileSync(other, 'utf8')).toBe('before');
  await workspace.rename(file, path.join(directory, 'moved'));
  await workspace.removeFile(other);
  expect(readFileSync(path.join(directory, 'moved'), 'utf8')).toBe('before');
});

const access = 'system.posix_acl_access';

describe.skipIf(!isRoot)('as root', () => {
  test('owner, group, extended attributes and ACL are kept', async () => {
    const directory = temporaryDirectory();
    const file = path.join(directory, 'file');
    writeFileSync(file, 'before');
    chownSync(file, 1234, 2345);
    chmodSync(file, 0o640);
    setAttribute(file, 'user.note', 'kept');
    const list = accessList([
      ['owner', 6],
      ['user', 6, 4321],
      ['group', 4],
      ['mask', 6],
      ['other', 0],
    ]);
    setAttribute(file, access, list);
    await using workspace = await openWorkspace({ roots: [directory] });
    const result = await workspace.writeFile(file, 'after');
    const status = statSync(file);
    expect({ uid: status.uid, gid: status.gid }).toEqual({ uid: 1234, gid: 2345 });
    expect(getAttribute(file, 'user.note')?.toString()).toBe('kept');
    expect(getAttribute(file, access)).toEqual(list);
    expect(result.receipt.metadata).toBe('preserved');
  });

  test('a new file in a directory with a default ACL inherits it', async () => {
    const directory = temporaryDirectory();
    const parent = path.join(directory, 'shared');
    mkdirSync(parent);
    const inherited = accessList([
      ['owner', 7],
      ['user', 6, 4321],
      ['group', 4],
      ['mask', 6],
      ['other', 0],
    ]);
    setAttribute(parent, 'system.posix_acl_default', inherited);
    writeFileSync(path.join(parent, 'plain'), '');
    await using workspace = await openWorkspace({ roots: [directory] });
    await workspace.createFile(path.join(parent, 'ours'), '');
    const plain = getAttribute(path.join(parent, 'plain'), access);
    expect(plain).toBeDefined();
    expect(getAttribute(path.join(parent, 'ours'), access)).toEqual(plain);
  });

  test('set-id bits survive only while the owner stays', async () => {
    const directory = temporaryDirectory();
    const file = path.join(directory, 'file');
    writeFileSync(file, 'before');
    chmodSync(file, 0o4755);
    await using workspace = await openWorkspace({ roots: [directory] });
    await workspace.writeFile(file, 'after');
    expect(statSync(file).mode & 0o7777).toBe(0o4755);
  });
});
