import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { hashContent, openWorkspace } from '../../src/index.js';
import type { ListOptions, Workspace, WorkspaceOptions } from '../../src/types.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import { collect, makeTree } from '../support/tree.js';

async function openTree(files: Readonly<Record<string, string>>, options: Partial<WorkspaceOptions> = {}) {
  const directory = temporaryDirectory();
  makeTree(directory, files);
  const workspace = await openWorkspace({ roots: [directory], ...options });
  const names = async (listOptions?: ListOptions) =>
    (await collect(workspace.listFiles(listOptions))).map((entry) => path.relative(directory, entry.path));
  return { directory, workspace, names, at: (name: string) => path.join(directory, name) };
}

test('files come depth first, names in the order of their bytes, whatever the locale', async () => {
  const { workspace, names } = await openTree({
    b: '',
    B: '',
    'a/z': '',
    'a/b/c': '',
    'a.b': '',
    é: '',
    漢: '',
    '😀': '',
  });
  await using _ = workspace;
  expect(await names()).toEqual(['B', 'a/b/c', 'a/z', 'a.b', 'b', 'é', '漢', '😀']);
});

test('an entry says what it is; the default is files only', async () => {
  const { workspace, at, directory } = await openTree({ 'd/file': 'content' });
  await using _ = workspace;
  symlinkSync('d', at('link'));
  const types = ['file', 'directory', 'symlink', 'other'] as const;
  const entries = await collect(workspace.listFiles({ types }));
  expect(entries).toStrictEqual([
    { path: at('d'), type: 'directory', byteLength: expect.any(Number), stamp: expect.any(String) },
    { path: at('d/file'), type: 'file', byteLength: 7, stamp: expect.stringMatching(/^1\./) },
    { path: at('link'), type: 'symlink', byteLength: 1, stamp: expect.any(String) },
  ]);
  expect(await collect(workspace.listFiles({ types: ['symlink'], under: directory }))).toHaveLength(1);
  expect((await collect(workspace.listFiles())).map((entry) => entry.path)).toEqual([at('d/file')]);
});

test('hash adds the hash of the content to files', async () => {
  const { workspace, at } = await openTree({ 'd/file': 'content' });
  await using _ = workspace;
  const entries = await collect(workspace.listFiles({ hash: true, types: ['file', 'directory'] }));
  expect(entries).toMatchObject([
    { path: at('d'), type: 'directory' },
    { path: at('d/file'), byteLength: 7, hash: hashContent('content') },
  ]);
  expect(entries[0]).not.toHaveProperty('hash');
});

test('links are never descended into, except by under, where the policy judges them', async () => {
  const { workspace, at } = await openTree({ 'd/file': '' });
  await using _ = workspace;
  symlinkSync('..', at('d/up'));
  symlinkSync('d', at('inside'));
  symlinkSync('/etc', at('outside'));
  const under = async (name: string) =>
    (await collect(workspace.listFiles({ under: at(name) }))).map((entry) => entry.path);
  expect(await under('.')).toEqual([at('d/file')]);
  expect(await under('inside')).toEqual([at('inside/file')]);
  await expect(under('outside')).rejects.toMatchObject({ code: 'ERR_PLOKE_SYMLINK_ESCAPE', path: at('outside') });
  await expect(under('missing')).rejects.toMatchObject({ code: 'ENOENT' });
  await expect(under('d/file')).rejects.toMatchObject({ code: 'ENOTDIR' });
});

test('the patterns of the workspace apply, unless the call brings its own', async () => {
  const files = {
    '.git/config': '',
    'node_modules/m/index.js': '',
    'src/node_modules/x': '',
    'src/a.log': '',
    'src/a': '',
  };
  const { workspace, names, at } = await openTree(files);
  await using _ = workspace;
  expect(await names()).toEqual(['src/a', 'src/a.log']);
  expect(await names({ ignore: ['*.log', 'node_modules/'] })).toEqual(['.git/config', 'src/a']);
  expect(await names({ ignore: ['*', '!src/', '!a'] })).toEqual(['src/a']);
  expect(await names({ ignore: [] })).toHaveLength(5);
  expect(await names({ under: at('src') })).toEqual(['src/a', 'src/a.log']);
  // Asked for by name, so its own exclusion does not count; what is below it is judged.
  expect(await names({ under: at('node_modules/m') })).toEqual(['node_modules/m/index.js']);
});

test('the workspace option ignore replaces the default patterns', async () => {
  const { workspace, names } = await openTree({ '.git/config': '', a: '', b: '' }, { ignore: ['/a'] });
  await using _ = workspace;
  expect(await names()).toEqual(['.git/config', 'b']);
});

test('all roots are listed in the configured order, an absorbed one once', async () => {
  const directory = temporaryDirectory();
  makeTree(directory, { 'one/a': '', 'one/sub/b': '', 'two/c': '' });
  const roots = ['two', 'one', 'one/sub'].map((name) => path.join(directory, name));
  await using workspace = await openWorkspace({ roots });
  const entries = await collect(workspace.listFiles());
  expect(entries.map((entry) => path.relative(directory, entry.path))).toEqual(['two/c', 'one/a', 'one/sub/b']);
});

test('a name that is not UTF-8 is left out, with its bytes in a warning', async () => {
  const { workspace, directory, names } = await openTree({ good: '' });
  await using _ = workspace;
  writeFileSync(Buffer.concat([Buffer.from(`${directory}/a`), Buffer.of(0xff, 0x62)]), '');
  const listing = workspace.listFiles();
  expect(await collect(listing)).toHaveLength(1);
  expect(listing.warnings).toMatchObject([
    { code: 'PLOKE_NAME_NOT_UTF8', message: expect.stringMatching(/not UTF-8/), path: `${directory}/a\\xffb` },
  ]);
  expect(await names()).toEqual(['good']);
});

test('a directory that may not be listed is a warning, and the rest is listed', async () => {
  const { workspace, at, names } = await openTree({ 'a/file': '', 'closed/file': '', 'z/file': '' });
  await using _ = workspace;
  const { chmodSync } = await import('node:fs');
  chmodSync(at('closed'), 0);
  const user = process.geteuid?.();
  // Root may list everything: look with the eyes of somebody else.
  if (user === 0) for (const name of ['.', 'a', 'z']) chmodSync(at(name), 0o755);
  if (user === 0) process.seteuid?.(65_534);
  try {
    const listing = workspace.listFiles();
    expect((await collect(listing)).map((entry) => entry.path)).toEqual([at('a/file'), at('z/file')]);
    expect(listing.warnings).toMatchObject([{ code: 'EACCES', path: at('closed') }]);
  } finally {
    if (user === 0) process.seteuid?.(0);
    chmodSync(at('closed'), 0o755);
  }
  expect(await names()).toHaveLength(3);
});

test('each loop is a pass of its own, and a broken off one ends the work', async () => {
  const { workspace, at, names } = await openTree(
    Object.fromEntries(Array.from({ length: 3_000 }, (_, index) => [`d${index % 50}/f${index}`, ''])),
  );
  await using _ = workspace;
  const listing = workspace.listFiles();
  let seen = 0;
  for await (const _entry of listing) if (++seen === 5) break;
  expect(seen).toBe(5);
  rmSync(at('d0'), { recursive: true });
  expect(await collect(listing)).toHaveLength(2_940);
  expect(await names()).toHaveLength(2_940);
});

test('directories that appear or vanish while the loop runs do no harm', async () => {
  const { workspace, at } = await openTree(
    Object.fromEntries(Array.from({ length: 4_000 }, (_, index) => [`d${String(index).padStart(4, '0')}/f`, ''])),
  );
  await using _ = workspace;
  let seen = 0;
  for await (const _entry of workspace.listFiles({ hash: true })) {
    if (++seen === 1) {
      rmSync(at('d3999'), { recursive: true });
      mkdirSync(at('z'));
      symlinkSync('/etc', at('d3999'));
    }
  }
  expect(seen).toBeGreaterThanOrEqual(3_999);
});

test('a loop that takes its time holds up neither setRoots nor close', async () => {
  const { workspace, directory } = await openTree(
    Object.fromEntries(Array.from({ length: 3_000 }, (_, index) => [`d${index % 50}/f${index}`, ''])),
  );
  const iterator = workspace.listFiles()[Symbol.asyncIterator]();
  await iterator.next();
  await workspace.setRoots([directory]);
  expect((await iterator.next()).done).toBe(false);
  await workspace.close();
  const rest = async () => {
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next());
  };
  await expect(rest()).rejects.toMatchObject({ code: 'ERR_PLOKE_CLOSED' });
});

test('a listing sees what was created before it was asked for', async () => {
  const { workspace, at, names } = await openTree({ a: '' });
  await using _ = workspace;
  const writes = [workspace.createFile(at('d/new'), '', { parents: true }), workspace.removeFile(at('a'))];
  expect(await names()).toEqual(['d/new']);
  await Promise.all(writes);
});

test.each<[string, unknown]>([
  ['an unknown option', { gitIgnore: true }],
  ['an unknown type', { types: ['files'] }],
  ['no type', { types: [] }],
  ['a pattern that is no string', { ignore: [1] }],
  ['patterns that are no list', { ignore: '*.log' }],
  ['a flag that is no boolean', { hash: 1 }],
])('argument errors are thrown at once: %s', async (_, options) => {
  const { workspace } = await openTree({});
  await using __ = workspace;
  const list = (given: unknown) => (workspace as Workspace).listFiles(given as ListOptions);
  expect(() => list(options)).toThrow(expect.objectContaining({ code: 'ERR_PLOKE_INVALID_ARGUMENT' }));
  expect(() => list({ under: '/etc' })).toThrow(expect.objectContaining({ code: 'ERR_PLOKE_OUTSIDE_ROOTS' }));
});

test('an aborted signal ends the loop with its reason', async () => {
  const { workspace } = await openTree({ a: '', b: '' });
  await using _ = workspace;
  const controller = new AbortController();
  const loop = async () => {
    for await (const _entry of workspace.listFiles({ signal: controller.signal })) controller.abort('enough');
  };
  await expect(loop()).rejects.toMatchObject({ name: 'AbortError', cause: 'enough' });
});
