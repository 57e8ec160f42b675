import { existsSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openWorkspace } from '../../src/index.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

async function setUp() {
  const directory = temporaryDirectory();
  const at = (name: string) => path.join(directory, name);
  const workspace = await openWorkspace({ roots: [directory] });
  onTestFinished(() => workspace.close());
  return { directory, at, workspace };
}

test('makes a directory once, and with parents as often as asked', async () => {
  const { at, workspace } = await setUp();
  expect(await workspace.createDirectory(at('a'))).toMatchObject({
    path: at('a'),
    outcome: 'created',
    receipt: { atomic: true, durability: 'confirmed', compareAndSwap: 'checked', metadata: 'default' },
  });
  await expect(workspace.createDirectory(at('a'))).rejects.toMatchObject({ code: 'EEXIST', committed: false });
  await expect(workspace.createDirectory(at('b/c'))).rejects.toMatchObject({ code: 'ENOENT' });
  expect((await workspace.createDirectory(`${at('b/c')}/`, { parents: true })).outcome).toBe('created');
  expect(await workspace.createDirectory(at('b/c'), { parents: true })).toMatchObject({
    outcome: 'unchanged',
    receipt: { durability: 'none' },
  });
});

test('takes an exact mode, and no file or link for a directory', async () => {
  const { at, workspace } = await setUp();
  await workspace.createDirectory(at('private'), { mode: 0o700 });
  expect(statSync(at('private')).mode & 0o777).toBe(0o700);
  writeFileSync(at('file'), '');
  symlinkSync('private', at('link'));
  for (const name of ['file', 'link']) {
    await expect(workspace.createDirectory(at(name), { parents: true })).rejects.toMatchObject({ code: 'EEXIST' });
  }
});

test('a hundred calls for overlapping directories at once all succeed', async () => {
  const { directory, at, workspace } = await setUp();
  const names = Array.from({ length: 100 }, (_, index) => at(`x/${index % 5}/${index % 10}/${index % 20}`));
  await Promise.all(names.map((name) => workspace.createDirectory(name, { parents: true })));
  for (const name of names) expect(statSync(name).isDirectory()).toBe(true);
  expect(readdirSync(directory)).toEqual(['x']);
});

test('removes an empty directory, and a full one only with recursive', async () => {
  const { at, workspace } = await setUp();
  mkdirSync(at('a/b'), { recursive: true });
  writeFileSync(at('a/b/f'), '');
  await expect(workspace.removeDirectory(at('a'))).rejects.toMatchObject({ code: 'ENOTEMPTY', committed: false });
  expect(await workspace.removeDirectory(at('a'), { recursive: true })).toMatchObject({
    path: at('a'),
    outcome: 'removed',
    receipt: { atomic: false, durability: 'confirmed' },
  });
  expect(existsSync(at('a'))).toBe(false);
  mkdirSync(at('empty'));
  expect((await workspace.removeDirectory(`${at('empty')}/`)).receipt.atomic).toBe(true);
  await expect(workspace.removeDirectory(at('empty'))).rejects.toMatchObject({ code: 'ENOENT' });
});

test('removes links below it and nothing that they lead to', async () => {
  const { at, workspace } = await setUp();
  mkdirSync(at('kept'));
  writeFileSync(at('kept/f'), '');
  mkdirSync(at('tree'));
  symlinkSync('../kept', at('tree/link'));
  await workspace.removeDirectory(at('tree'), { recursive: true });
  expect(readdirSync(at('kept'))).toEqual(['f']);
});

test('removes no file, no link and no root', async () => {
  const { directory, at, workspace } = await setUp();
  writeFileSync(at('file'), '');
  symlinkSync('.', at('link'));
  for (const name of ['file', 'link']) {
    await expect(workspace.removeDirectory(at(name), { recursive: true })).rejects.toMatchObject({ code: 'ENOTDIR' });
  }
  await expect(workspace.removeDirectory(directory, { recursive: true })).rejects.toMatchObject({
    code: 'ERR_PLOKE_INVALID_PATH',
  });
  await expect(workspace.createDirectory(directory)).rejects.toMatchObject({ code: 'ERR_PLOKE_INVALID_PATH' });
});
