import {
  chmodSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { hashContent, openWorkspace } from '../../src/index.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

async function setUp(options: { readonly durability?: 'strict' | 'best-effort' | 'none' } = {}) {
  const directory = temporaryDirectory();
  const file = path.join(directory, 'file');
  writeFileSync(file, 'old');
  const workspace = await openWorkspace({ roots: [directory], ...options });
  onTestFinished(() => workspace.close());
  return { directory, file, workspace };
}

test('replaces a file and says everything about it', async () => {
  const { file, workspace } = await setUp();
  const result = await workspace.writeFile(file, 'new é');
  expect(result).toEqual({
    path: file,
    origin: workspace.origin,
    outcome: 'replaced',
    receipt: {
      atomic: true,
      durability: 'confirmed',
      lock: 'host',
      compareAndSwap: 'swap-verified',
      metadata: 'preserved',
    },
    warnings: [],
    hash: hashContent('new é'),
    previousHash: hashContent('old'),
    byteLength: 6,
    stamp: expect.stringMatching(/^1\./),
  });
  expect(structuredClone(result)).toEqual(result);
  expect(readFileSync(file, 'utf8')).toBe('new é');
  expect((await workspace.readFile(file)).hash).toBe(result.hash);
});

test('takes bytes, an empty content, a file URL and an origin', async () => {
  const { file, workspace } = await setUp();
  const bytes = new Uint8Array([0, 255, 10, 13]);
  const write = workspace.writeFile(pathToFileURL(file), bytes, { origin: 'the test' });
  // What happens to the caller's buffer after the call does not reach the file.
  bytes.fill(1);
  expect(await write).toMatchObject({ path: file, origin: 'the test', byteLength: 4 });
  expect([...readFileSync(file)]).toEqual([0, 255, 10, 13]);
  expect(await workspace.writeFile(file, '')).toMatchObject({ byteLength: 0, hash: hashContent('') });
  expect(readFileSync(file)).toHaveLength(0);
});

test('does not create unless told to, and then with the mode and the parents that are asked for', async () => {
  const { directory, workspace } = await setUp();
  const missing = path.join(directory, 'a', 'b', 'new');
  await expect(workspace.writeFile(missing, 'x')).rejects.toMatchObject({ code: 'ENOENT', committed: false });
  await expect(workspace.writeFile(missing, 'x', { ifMissing: 'create' })).rejects.toMatchObject({ code: 'ENOENT' });
  const options = { ifMissing: 'create', parents: true, mode: 0o640 } as const;
  expect(await workspace.writeFile(missing, 'x', options)).toMatchObject({
    outcome: 'created',
    previousHash: null,
    receipt: { compareAndSwap: 'checked', metadata: 'default' },
  });
  expect(statSync(missing).mode & 0o777).toBe(0o640);
  expect(await workspace.writeFile(missing, 'y', options)).toMatchObject({ outcome: 'replaced' });
});

test('replaces only what is expected, and gives both hashes where that is not there', async () => {
  const { file, workspace } = await setUp();
  const stale = hashContent('something else');
  await expect(workspace.writeFile(file, 'new', { expectedHash: stale })).rejects.toMatchObject({
    code: 'ERR_PLOKE_CONTENT_MISMATCH',
    retryable: false,
    committed: false,
    expectedHash: stale,
    actualHash: hashContent('old'),
    path: file,
  });
  expect(readFileSync(file, 'utf8')).toBe('old');
  const result = await workspace.writeFile(file, 'new', { expectedHash: hashContent('old') });
  expect(result.receipt.compareAndSwap).toBe('swap-verified');
});

test('with expectedHash null it only writes where nothing is', async () => {
  const { directory, file, workspace } = await setUp();
  await expect(workspace.writeFile(file, 'new', { expectedHash: null })).rejects.toMatchObject({
    code: 'ERR_PLOKE_CONTENT_MISMATCH',
    actualHash: hashContent('old'),
  });
  const made = await workspace.writeFile(path.join(directory, 'new'), 'new', { expectedHash: null });
  expect(made.outcome).toBe('created');
  const gone = { expectedHash: hashContent('x'), ifMissing: 'create' } as const;
  await expect(workspace.writeFile(path.join(directory, 'none'), '', gone)).rejects.toMatchObject({ actualHash: null });
});

test('writes through a link and keeps the link', async () => {
  const { directory, file, workspace } = await setUp();
  const link = path.join(directory, 'link');
  symlinkSync('file', link);
  expect(await workspace.writeFile(link, 'through')).toMatchObject({ path: link, previousHash: hashContent('old') });
  expect(readFileSync(file, 'utf8')).toBe('through');
  expect(readlinkSync(link)).toBe('file');
  symlinkSync('nowhere', path.join(directory, 'dangling'));
  await expect(
    workspace.writeFile(path.join(directory, 'dangling'), 'x', { ifMissing: 'create' }),
  ).rejects.toMatchObject({ code: 'ERR_PLOKE_SYMLINK_DENIED' });
});

test('keeps the mode, and refuses files with several names and directories', async () => {
  const { directory, file, workspace } = await setUp();
  chmodSync(file, 0o604);
  await workspace.writeFile(file, 'new');
  expect(statSync(file).mode & 0o777).toBe(0o604);
  linkSync(file, path.join(directory, 'other'));
  await expect(workspace.writeFile(file, 'x')).rejects.toMatchObject({ code: 'ERR_PLOKE_HARD_LINK', committed: false });
  expect(readFileSync(path.join(directory, 'other'), 'utf8')).toBe('new');
  mkdirSync(path.join(directory, 'd'));
  await expect(workspace.writeFile(path.join(directory, 'd'), 'x')).rejects.toMatchObject({ code: 'EISDIR' });
});

test('a batch gives one result for each item, and the failure of one is its own', async () => {
  const { directory, file, workspace } = await setUp();
  const results = await workspace.writeFiles([
    { path: file, data: 'one', id: 'a' },
    { path: path.join(directory, 'missing'), data: 'x', id: 'b' },
    { path: '/etc/hostname', data: 'x' },
    { path: file, data: 'x', expectedHash: hashContent('stale') },
    { path: file, data: 'two' },
  ]);
  expect(results.map((result) => (result.status === 'fulfilled' ? 'ok' : result.reason.code))).toEqual([
    'ok',
    'ENOENT',
    'ERR_PLOKE_OUTSIDE_ROOTS',
    'ERR_PLOKE_CONTENT_MISMATCH',
    'ok',
  ]);
  expect(results[0]).toMatchObject({ value: { id: 'a', previousHash: hashContent('old') } });
  expect(results[4]).toMatchObject({ value: { previousHash: hashContent('one') } });
  expect(results[4]?.status === 'fulfilled' && 'id' in results[4].value).toBe(false);
  expect(readFileSync(file, 'utf8')).toBe('two');
  expect(await workspace.writeFiles([])).toEqual([]);
});

test('several writes of one file in a batch are done one after another, also through a link', async () => {
  const { directory, file, workspace } = await setUp({ durability: 'none' });
  symlinkSync('file', path.join(directory, 'link'));
  const versions = Array.from({ length: 20 }, (_, index) => `version ${index}`);
  const results = await workspace.writeFiles(
    versions.map((data, index) => ({ path: index % 2 === 0 ? file : path.join(directory, 'link'), data })),
  );
  for (const [index, result] of results.entries()) {
    expect(result).toMatchObject({
      value: { previousHash: hashContent(index === 0 ? 'old' : `version ${index - 1}`) },
    });
  }
  expect(readFileSync(file, 'utf8')).toBe('version 19');
});

test('a batch larger than the permits is divided and done in full', async () => {
  const directory = temporaryDirectory();
  const names = Array.from({ length: 300 }, (_, index) => path.join(directory, `d${index % 7}`, `f${index}`));
  await using workspace = await openWorkspace({ roots: [directory], maxOpenFiles: 4, durability: 'none' });
  const made = await workspace.createFiles(
    names.map((name) => ({ path: name, data: name })),
    { parents: true },
  );
  expect(made.every(({ status }) => status === 'fulfilled')).toBe(true);
  const written = await workspace.writeFiles(names.map((name) => ({ path: name, data: `${name}!` })));
  expect(written.every(({ status }) => status === 'fulfilled')).toBe(true);
  for (const name of names) expect(readFileSync(name, 'utf8')).toBe(`${name}!`);
});

test('results fed back as items are taken, with members that mean nothing there', async () => {
  const { file, workspace } = await setUp();
  const read = await workspace.readFile(file);
  const [result] = await workspace.writeFiles([{ ...read, data: 'new', expectedHash: read.hash }]);
  expect(result?.status).toBe('fulfilled');
});

test('says what each durability came to', async () => {
  const { file, workspace } = await setUp();
  for (const [durability, achieved] of [
    ['strict', 'confirmed'],
    ['best-effort', 'confirmed'],
    ['none', 'none'],
  ] as const) {
    expect((await workspace.writeFile(file, durability, { durability })).receipt.durability).toBe(achieved);
  }
});

test('leaves nothing behind: no temporary file, no owner file', async () => {
  const { directory, file, workspace } = await setUp();
  await workspace.writeFile(file, 'new');
  expect(readdirSync(directory).sort()).toEqual(['.ploke-io', 'file']);
  expect(readdirSync(path.join(directory, '.ploke-io'))).toHaveLength(2);
  expect(await workspace.listDirectory(directory)).toHaveLength(1);
  await workspace.close();
  expect(readdirSync(directory)).toEqual(['file']);
});

test('concurrent writes of one file are done in the order of the calls', async () => {
  const { file, workspace } = await setUp({ durability: 'none' });
  const results = await Promise.all(
    Array.from({ length: 50 }, (_, index) => workspace.writeFile(file, `version ${index}`)),
  );
  for (const [index, { previousHash }] of results.entries()) {
    expect(previousHash).toBe(hashContent(index === 0 ? 'old' : `version ${index - 1}`));
  }
  expect(readFileSync(file, 'utf8')).toBe('version 49');
});
