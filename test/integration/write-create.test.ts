import { linkSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { hashContent, openWorkspace } from '../../src/index.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

async function setUp() {
  const directory = temporaryDirectory();
  const at = (name: string) => path.join(directory, name);
  writeFileSync(at('there'), 'old');
  mkdirSync(at('directory'));
  symlinkSync('there', at('link'));
  symlinkSync('nowhere', at('dangling'));
  const workspace = await openWorkspace({ roots: [directory] });
  onTestFinished(() => workspace.close());
  return { directory, at, workspace };
}

test('creates a file with its content whole and the mode of the system', async () => {
  const { at, workspace } = await setUp();
  const result = await workspace.createFile(at('new'), 'content');
  expect(result).toMatchObject({
    path: at('new'),
    outcome: 'created',
    hash: hashContent('content'),
    previousHash: null,
    byteLength: 7,
    receipt: {
      atomic: true,
      durability: 'confirmed',
      lock: 'process',
      compareAndSwap: 'checked',
      metadata: 'default',
    },
  });
  expect(readFileSync(at('new'), 'utf8')).toBe('content');
  expect(statSync(at('new')).mode & 0o777).toBe(0o666 & ~process.umask());
});

test('makes parents only when told to, and takes an exact mode', async () => {
  const { at, workspace } = await setUp();
  await expect(workspace.createFile(at('a/b/c'), '')).rejects.toMatchObject({ code: 'ENOENT', committed: false });
  await workspace.createFile(at('a/b/c'), 'x', { parents: true, mode: 0o600 });
  expect(statSync(at('a/b/c')).mode & 0o777).toBe(0o600);
});

test('creates over nothing that is there, a dangling link included', async () => {
  const { directory, at, workspace } = await setUp();
  for (const name of ['there', 'directory', 'link', 'dangling']) {
    await expect(workspace.createFile(at(name), 'x')).rejects.toMatchObject({ code: 'EEXIST', committed: false });
  }
  expect(readdirSync(directory).filter((name) => name !== '.ploke-io')).toHaveLength(4);
  expect(readFileSync(at('there'), 'utf8')).toBe('old');
});

test('a file with several names is there, also where such files are refused', async () => {
  const { directory, at } = await setUp();
  linkSync(at('there'), at('second'));
  await using strict = await openWorkspace({ roots: [directory], allowHardLinks: false });
  await expect(strict.createFile(at('there'), 'x')).rejects.toMatchObject({ code: 'EEXIST', committed: false });
  for (const ifExists of ['replace', 'keep'] as const) {
    await expect(strict.createFile(at('there'), 'x', { ifExists })).rejects.toMatchObject({
      code: 'ERR_PLOKE_HARD_LINK',
    });
  }
});

test('replaces a regular file when told to, and nothing else', async () => {
  const { at, workspace } = await setUp();
  const result = await workspace.createFile(at('there'), 'new', { ifExists: 'replace' });
  expect(result).toMatchObject({ outcome: 'replaced', previousHash: hashContent('old') });
  await expect(workspace.createFile(at('link'), 'x', { ifExists: 'replace' })).rejects.toMatchObject({
    code: 'ERR_PLOKE_SYMLINK_DENIED',
    message: expect.stringContaining('writeFile()'),
  });
  await expect(workspace.createFile(at('directory'), 'x', { ifExists: 'replace' })).rejects.toMatchObject({
    code: 'EISDIR',
  });
  expect((await workspace.createFile(at('free'), 'x', { ifExists: 'replace' })).outcome).toBe('created');
});

test('keeps what is there when told to, and says what that is', async () => {
  const { at, workspace } = await setUp();
  const { stamp } = await workspace.readFile(at('there'));
  expect(await workspace.createFile(at('there'), 'new', { ifExists: 'keep' })).toMatchObject({
    outcome: 'unchanged',
    hash: hashContent('old'),
    previousHash: hashContent('old'),
    byteLength: 3,
    receipt: { durability: 'none', compareAndSwap: 'none' },
  });
  expect((await workspace.stat(at('there'))).stamp.slice(0, -1)).toBe(stamp.slice(0, -1));
  await expect(workspace.createFile(at('link'), '', { ifExists: 'keep' })).rejects.toMatchObject({
    code: 'ERR_PLOKE_SYMLINK_DENIED',
  });
});

test('in a batch the first of a name creates it and the second meets it', async () => {
  const { at, workspace } = await setUp();
  const files = ['d/x', 'd/x', 'd/y', 'there'].map((name, index) => ({
    path: at(name),
    data: String(index),
    id: name,
  }));
  const results = await workspace.createFiles(files, { parents: true });
  expect(results).toMatchObject([
    { status: 'fulfilled', value: { id: 'd/x', outcome: 'created' } },
    { status: 'rejected', reason: { code: 'EEXIST' } },
    { status: 'fulfilled', value: { id: 'd/y' } },
    { status: 'rejected', reason: { code: 'EEXIST' } },
  ]);
  expect(readFileSync(at('d/x'), 'utf8')).toBe('0');
});

test('of calls for one name the first wins, in the order of the calls', async () => {
  const { at, workspace } = await setUp();
  const settled = await Promise.allSettled(
    Array.from({ length: 20 }, (_, index) => workspace.createFile(at('deep/er/one'), String(index), { parents: true })),
  );
  expect(settled.map(({ status }) => status === 'fulfilled').indexOf(true)).toBe(0);
  expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  expect(readFileSync(at('deep/er/one'), 'utf8')).toBe('0');
});

test('a file that is created below a directory that an earlier call makes waits for it', async () => {
  const { at, workspace } = await setUp();
  for (let round = 0; round < 10; round += 1) {
    await Promise.all([
      workspace.createDirectory(at(`made${round}`)),
      workspace.createDirectory(at(`made${round}/below`)),
      workspace.createFile(at(`made${round}/below/file`), 'x'),
    ]);
  }
});

test('refuses a root, a trailing slash and names of its own', async () => {
  const { directory, at, workspace } = await setUp();
  for (const name of [
    directory,
    `${at('new')}/`,
    at('.ploke-io/x'),
    at(`.ploke-io-tmp-${'0'.repeat(32)}-${'1'.repeat(32)}-w`),
  ]) {
    await expect(workspace.createFile(name, 'x')).rejects.toMatchObject({ code: 'ERR_PLOKE_INVALID_PATH' });
  }
});
