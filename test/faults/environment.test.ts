import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { hashContent, openWorkspace } from '../../src/index.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

function visibleNames(directory: string): string[] {
  return readdirSync(directory).filter((name) => name !== '.ploke-io');
}

function usedInodes(disk: string): number {
  const { files, ffree } = statfsSync(disk);
  return files - ffree;
}

function mounted(options: string): string {
  const directory = temporaryDirectory();
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', directory]);
  onTestFinished(() => {
    execFileSync('umount', ['-l', directory]);
  });
  return directory;
}

describe.skipIf(process.getuid?.() !== 0)('on a file system that takes nothing', () => {
  test('because it is full: replace, edit, patch and create leave what was there', async () => {
    const disk = mounted('size=1m');
    const file = path.join(disk, 'file');
    const before = `first line\n${'x'.repeat(600_000)}\n`;
    writeFileSync(file, before);
    // The control: the disk has no room for a second version.
    expect(() => writeFileSync(path.join(disk, 'probe'), before)).toThrow('ENOSPC');
    rmSync(path.join(disk, 'probe'));
    await using workspace = await openWorkspace({ roots: [disk] });
    const full = { code: 'ENOSPC', committed: false };
    await expect(workspace.writeFile(file, before, { expectedHash: hashContent(before) })).rejects.toMatchObject(full);
    await expect(workspace.updateFile(file, (current) => `${current?.text}!`)).rejects.toMatchObject(full);
    await expect(workspace.createFile(path.join(disk, 'new'), before)).rejects.toMatchObject(full);
    const [edit] = await workspace.writeSnippets([{ path: file, find: 'first', replacement: 'second' }]);
    expect(edit).toMatchObject({ status: 'rejected', reason: full });
    const diff = '--- a/file\n+++ b/file\n@@ -1,1 +1,1 @@\n-first line\n+other line\n';
    const [patch] = await workspace.applyPatches([{ path: file, diff }]);
    expect(patch).toMatchObject({ status: 'rejected', reason: full });
    expect(readFileSync(file, 'utf8')).toBe(before);
    expect(visibleNames(disk)).toEqual(['file']);
  });

  test('because it was mounted read-only meanwhile', async () => {
    const disk = mounted('size=1m');
    const file = path.join(disk, 'file');
    writeFileSync(file, 'before');
    const reader = await openWorkspace({ roots: [disk] });
    await reader.writeFile(file, 'written');
    // A workspace that has written holds nothing open for writing, which would be EBUSY here (mount(2)).
    execFileSync('mount', ['-o', 'remount,ro', disk]);
    expect(() => writeFileSync(file, 'x')).toThrow('EROFS');
    const refused = { code: 'EROFS', committed: false };
    await expect(reader.writeFile(file, 'x')).rejects.toMatchObject(refused);
    await expect(reader.createFile(path.join(disk, 'new'), 'x')).rejects.toMatchObject(refused);
    await expect(reader.removeFile(file)).rejects.toMatchObject(refused);
    await expect(reader.rename(file, path.join(disk, 'moved'))).rejects.toMatchObject(refused);
    expect((await reader.readFile(file)).text).toBe('written');
    const lock = await reader.lock(file);
    await lock.release();
    execFileSync('mount', ['-o', 'remount,rw', disk]);
    await reader.writeFile(file, 'again');
    await reader.close();
    expect(visibleNames(disk)).toEqual(['file']);
  });

  test('because it has no inode left', async () => {
    const disk = mounted('size=1m,nr_inodes=8');
    const file = path.join(disk, 'file');
    writeFileSync(file, 'before');
    await using workspace = await openWorkspace({ roots: [disk] });
    await workspace.writeFile(file, 'written');
    // The old version is given up after the call: not while the disk is being filled.
    while (usedInodes(disk) > readdirSync(disk, { recursive: true }).length + 1) await setImmediate();
    let fillers = 0;
    const fill = (): void => {
      for (;;) writeFileSync(path.join(disk, `filler${fillers++}`), '');
    };
    expect(fill).toThrow('ENOSPC');
    const full = { code: 'ENOSPC', committed: false };
    await expect(workspace.writeFile(file, 'x')).rejects.toMatchObject(full);
    await expect(workspace.createFile(path.join(disk, 'new'), 'x')).rejects.toMatchObject(full);
    expect(readFileSync(file, 'utf8')).toBe('written');
    expect(visibleNames(disk).filter((name) => !name.startsWith('filler'))).toEqual(['file']);
    // A rename makes no inode, so that removing with a look does go on.
    await workspace.removeFile(file, { expectedHash: hashContent('written') });
    expect(visibleNames(disk)).not.toContain('file');
  });
});

test('a directory that is removed underneath fails its own files, and nobody else', async () => {
  const directory = temporaryDirectory();
  const at = (name: string): string => path.join(directory, name);
  for (const folder of ['kept', 'gone']) {
    mkdirSync(at(folder));
    for (let index = 0; index < 20; index += 1) writeFileSync(at(`${folder}/file${index}`), 'before');
  }
  await using workspace = await openWorkspace({ roots: [directory] });
  const names = Array.from({ length: 20 }, (_, index) => [`kept/file${index}`, `gone/file${index}`]).flat();
  const writing = workspace.writeFiles(names.map((name) => ({ path: at(name), data: 'after' })));
  rmSync(at('gone'), { recursive: true, force: true });
  const results = await writing;
  for (const [index, name] of names.entries()) {
    const result = results[index];
    if (name.startsWith('kept')) expect(result?.status).toBe('fulfilled');
    if (result?.status === 'rejected') expect(result.reason).toMatchObject({ severity: 'fatal', committed: false });
  }
  for (let index = 0; index < 20; index += 1) expect(readFileSync(at(`kept/file${index}`), 'utf8')).toBe('after');
  expect(visibleNames(at('kept'))).toHaveLength(20);
});

test('where a root is replaced nothing is written into the new one', async () => {
  const parent = temporaryDirectory();
  const root = path.join(parent, 'root');
  mkdirSync(root);
  writeFileSync(path.join(root, 'file'), 'before');
  await using workspace = await openWorkspace({ roots: [root] });
  await workspace.writeFile(path.join(root, 'file'), 'first');
  renameSync(root, path.join(parent, 'old'));
  mkdirSync(root);
  writeFileSync(path.join(root, 'file'), 'foreign');
  const settled = await Promise.allSettled([
    workspace.writeFile(path.join(root, 'file'), 'second'),
    workspace.createFile(path.join(root, 'new'), 'x'),
  ]);
  for (const result of settled) if (result.status === 'rejected') expect(result.reason.severity).toBe('fatal');
  expect(visibleNames(root)).toEqual(['file']);
  expect(readFileSync(path.join(root, 'file'), 'utf8')).toBe('foreign');
  rmSync(path.join(parent, 'old'), { recursive: true });
  await expect(workspace.writeFile(path.join(root, 'file'), 'third')).rejects.toMatchObject({
    code: 'ERR_PLOKE_ROOT_LOST',
    committed: false,
  });
  expect(readFileSync(path.join(root, 'file'), 'utf8')).toBe('foreign');
});
