import { linkSync, mkdirSync, readdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { hashContent, openWorkspace } from '../../src/index.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

async function setUp() {
  const directory = temporaryDirectory();
  const at = (name: string) => path.join(directory, name);
  writeFileSync(at('a'), 'A');
  writeFileSync(at('b'), 'B');
  mkdirSync(at('d/sub'), { recursive: true });
  writeFileSync(at('d/sub/f'), 'F');
  const workspace = await openWorkspace({ roots: [directory] });
  onTestFinished(() => workspace.close());
  return { directory, at, workspace };
}

test('moves a file, and makes the directories of the target when told to', async () => {
  const { at, workspace } = await setUp();
  expect(await workspace.rename(at('a'), at('c'))).toMatchObject({
    path: at('c'),
    outcome: 'renamed',
    receipt: { atomic: true, durability: 'confirmed', compareAndSwap: 'checked', metadata: 'preserved' },
    warnings: [],
  });
  await expect(workspace.rename(at('c'), at('x/y/c'))).rejects.toMatchObject({ code: 'ENOENT', committed: false });
  await workspace.rename(at('c'), at('x/y/c'), { parents: true });
  expect(readFileSync(at('x/y/c'), 'utf8')).toBe('A');
});

test('overwrites nothing unless told to', async () => {
  const { at, workspace } = await setUp();
  await expect(workspace.rename(at('a'), at('b'))).rejects.toMatchObject({ code: 'EEXIST', committed: false });
  expect(readFileSync(at('b'), 'utf8')).toBe('B');
  const result = await workspace.rename(at('a'), at('b'), { ifExists: 'replace' });
  expect(result.receipt.compareAndSwap).toBe('none');
  expect(readFileSync(at('b'), 'utf8')).toBe('A');
});

test('moves only the content that is expected', async () => {
  const { at, workspace } = await setUp();
  await expect(workspace.rename(at('a'), at('c'), { expectedHash: hashContent('B') })).rejects.toMatchObject({
    code: 'ERR_PLOKE_CONTENT_MISMATCH',
    actualHash: hashContent('A'),
    path: at('a'),
  });
  await workspace.rename(at('a'), at('c'), { expectedHash: hashContent('A') });
  expect(readFileSync(at('c'), 'utf8')).toBe('A');
});

test('moves a directory with everything in it, but not into itself', async () => {
  const { at, workspace } = await setUp();
  await expect(workspace.rename(at('d'), at('d/sub/d'))).rejects.toMatchObject({ code: 'EINVAL' });
  await workspace.rename(`${at('d')}/`, `${at('e')}/`);
  expect(readFileSync(at('e/sub/f'), 'utf8')).toBe('F');
  await expect(workspace.rename(at('e'), at('a'), { ifExists: 'replace' })).rejects.toMatchObject({ code: 'ENOTDIR' });
  await expect(workspace.rename(at('a'), at('e'), { ifExists: 'replace' })).rejects.toMatchObject({ code: 'EISDIR' });
  mkdirSync(at('full/x'), { recursive: true });
  await expect(workspace.rename(at('e'), at('full'), { ifExists: 'replace' })).rejects.toMatchObject({
    code: 'ENOTEMPTY',
  });
});

test('moves a link itself', async () => {
  const { at, workspace } = await setUp();
  symlinkSync('a', at('link'));
  await workspace.rename(at('link'), at('d/link'));
  expect(readlinkSync(at('d/link'))).toBe('a');
  expect(readFileSync(at('a'), 'utf8')).toBe('A');
});

test('of two names of one file only one is left', async () => {
  const { directory, at, workspace } = await setUp();
  linkSync(at('a'), at('hard'));
  await workspace.rename(at('a'), at('hard'), { ifExists: 'replace' });
  expect(readdirSync(directory)).not.toContain('a');
  expect(readFileSync(at('hard'), 'utf8')).toBe('A');
});

test('does nothing where both paths are one name, however they are spelt', async () => {
  const { directory, at, workspace } = await setUp();
  symlinkSync('d', at('way'));
  for (const [from, to] of [
    ['a', './a'],
    ['d/sub/f', 'way/sub/f'],
  ] as const) {
    const result = await workspace.rename(at(from), `${directory}/${to}`);
    expect(result).toMatchObject({ outcome: 'unchanged', receipt: { durability: 'none' } });
  }
  await expect(workspace.rename(at('none'), at('none'))).rejects.toMatchObject({ code: 'ENOENT' });
  await expect(workspace.rename(at('a'), at('a'), { expectedHash: hashContent('B') })).rejects.toMatchObject({
    code: 'ERR_PLOKE_CONTENT_MISMATCH',
  });
});

test('refuses roots, slashes after files, and options that would do nothing', async () => {
  const { directory, at, workspace } = await setUp();
  await expect(workspace.rename(directory, at('x'))).rejects.toMatchObject({ code: 'ERR_PLOKE_INVALID_PATH' });
  await expect(workspace.rename(at('d'), directory)).rejects.toMatchObject({ code: 'ERR_PLOKE_INVALID_PATH' });
  await expect(workspace.rename(`${at('a')}/`, at('x'))).rejects.toMatchObject({ code: 'ENOTDIR' });
  await expect(workspace.rename(at('a'), `${at('x')}/`)).rejects.toMatchObject({ code: 'ENOTDIR' });
  for (const options of [{ ifMissing: 'error' }, { mode: 0o600 }, { expectedHash: null }] as const) {
    await expect(workspace.rename(at('a'), at('x'), options)).rejects.toMatchObject({
      code: 'ERR_PLOKE_INVALID_ARGUMENT',
    });
  }
});

test('calls after the move of a directory see the new names', async () => {
  const { at, workspace } = await setUp();
  const results = await Promise.all([
    workspace.writeFile(at('d/sub/f'), 'one'),
    workspace.rename(at('d'), at('e')),
    workspace.writeFile(at('e/sub/f'), 'two', { expectedHash: hashContent('one') }),
    workspace.createFile(at('d'), 'free again'),
  ]);
  expect(results[2].outcome).toBe('replaced');
  expect(readFileSync(at('e/sub/f'), 'utf8')).toBe('two');
});
