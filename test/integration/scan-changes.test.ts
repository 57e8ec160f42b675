import { mkdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { hashContent, openWorkspace, packKnownFiles } from '../../src/index.js';
import type { KnownFile, Workspace } from '../../src/types.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import { collect, makeTree } from '../support/tree.js';

const knownFiles = (workspace: Workspace): Promise<KnownFile[]> => collect(workspace.listFiles({ hash: true }));

async function openTree(files: Readonly<Record<string, string>>) {
  const directory = temporaryDirectory();
  makeTree(directory, files);
  const workspace = await openWorkspace({ roots: [directory] });
  return { workspace, at: (name: string) => path.join(directory, name) };
}

for (const verify of ['content', 'stamp'] as const) {
  test(`a scan by ${verify} finds exactly what changed, in the order it was given`, async () => {
    const { workspace, at } = await openTree({ a: 'a', b: 'b', 'd/c': 'c', 'd/e': 'e', f: 'f' });
    await using _ = workspace;
    const known = (await knownFiles(workspace)).map((file, index) => ({ ...file, id: `id${index}` }));
    expect(known.map((file) => file.path)).toEqual(['a', 'b', 'd/c', 'd/e', 'f'].map(at));
    writeFileSync(at('b'), 'B');
    rmSync(at('d/c'));
    // Same size, and the time put back: only the content, or the inode's change time, tells.
    writeFileSync(at('f'), 'F');
    utimesSync(at('f'), 1, 1);

    const scan = await workspace.scanChanges(known.reverse(), { verify });
    expect(scan.failures).toEqual([]);
    expect(scan.changes).toStrictEqual([
      {
        index: 0,
        id: 'id4',
        path: at('f'),
        before: hashContent('f'),
        after: hashContent('F'),
        stamp: expect.any(String),
      },
      { index: 2, id: 'id2', path: at('d/c'), before: hashContent('c'), after: null, stamp: null },
      {
        index: 3,
        id: 'id1',
        path: at('b'),
        before: hashContent('b'),
        after: hashContent('B'),
        stamp: expect.any(String),
      },
    ]);
    expect([...scan.known].map((file) => [file.id, file.path, file.hash])).toEqual([
      ['id4', at('f'), hashContent('F')],
      ['id3', at('d/e'), hashContent('e')],
      ['id1', at('b'), hashContent('B')],
      ['id0', at('a'), hashContent('a')],
    ]);
    expect((await workspace.scanChanges(scan.known, { verify })).changes).toEqual([]);
  });
}

test('a rewrite with the same content is no change, and the new stamp is kept', async () => {
  const { workspace, at } = await openTree({ a: 'a' });
  await using _ = workspace;
  const known = await knownFiles(workspace);
  rmSync(at('a'));
  writeFileSync(at('a'), 'a');
  const scan = await workspace.scanChanges(known, { verify: 'stamp' });
  expect(scan.changes).toEqual([]);
  expect([...scan.known][0]?.stamp).not.toBe(known[0]?.stamp);
});

test('a stamp is trusted once it is no longer young, and never before', async () => {
  const { workspace, at } = await openTree({ a: 'a' });
  await using _ = workspace;
  const young = await workspace.readFile(at('a'));
  expect(young.stamp).toMatch(/y$/);
  let old = young;
  while (old.stamp.endsWith('y')) old = await workspace.readFile(at('a'));
  expect(`${old.stamp}y`).toBe(young.stamp);
  // Only who does not look at the content believes a wrong hash.
  const hash = hashContent('another');
  const scan = (stamp: string) => workspace.scanChanges([{ path: at('a'), hash, stamp }], { verify: 'stamp' });
  expect((await scan(old.stamp)).changes).toEqual([]);
  expect((await scan(young.stamp)).changes).toMatchObject([{ path: at('a'), after: hashContent('a') }]);
});

test('a file whose parent is gone, or a file by now, is removed', async () => {
  const { workspace, at } = await openTree({ 'a/file': '1', 'b/file': '2' });
  await using _ = workspace;
  const known = await knownFiles(workspace);
  rmSync(at('a'), { recursive: true });
  rmSync(at('b'), { recursive: true });
  writeFileSync(at('b'), 'a file');
  for (const verify of ['content', 'stamp'] as const) {
    const scan = await workspace.scanChanges(known, { verify });
    expect(scan.changes.map(({ after }) => after)).toEqual([null, null]);
    expect([scan.failures, scan.known.size]).toEqual([[], 0]);
  }
});

test('a file that cannot be judged fails by itself and stays in the state as it was', async () => {
  const { workspace, at } = await openTree({ a: 'a', b: 'b', c: 'c' });
  await using _ = workspace;
  const good = await knownFiles(workspace);
  rmSync(at('b'));
  mkdirSync(at('b'));
  rmSync(at('c'));
  symlinkSync('/etc/hostname', at('c'));
  const hash = hashContent('');
  const known: KnownFile[] = [{ path: 'relative', hash }, ...good, { path: '/etc/hostname', hash, id: 'outside' }];
  for (const verify of ['content', 'stamp'] as const) {
    const scan = await workspace.scanChanges(known, { verify });
    expect(scan.changes).toEqual([]);
    expect(scan.failures).toMatchObject([
      { index: 0, reason: { code: 'ERR_PLOKE_INVALID_PATH' } },
      { index: 2, reason: { code: 'EISDIR', path: at('b') } },
      { index: 3, reason: { code: 'ERR_PLOKE_SYMLINK_ESCAPE', path: at('c') } },
      { index: 4, reason: { code: 'ERR_PLOKE_OUTSIDE_ROOTS' } },
    ]);
    const kept = [...scan.known];
    expect(kept.map((file) => file.path)).toEqual(['relative', at('a'), at('b'), at('c'), '/etc/hostname']);
    expect(kept.map((file) => file.hash)).toEqual(known.map((file) => file.hash));
    expect(kept[4]).toEqual({ path: '/etc/hostname', hash, id: 'outside' });
  }
});

test('results and a packed state can be scanned; a scan changes neither', async () => {
  const { workspace, at } = await openTree({ a: 'a', b: 'b' });
  await using _ = workspace;
  const packed = packKnownFiles([await workspace.readFile(at('a')), await workspace.readFile(at('b'))]);
  writeFileSync(at('a'), 'A');
  const before = [...packed];
  const scan = await workspace.scanChanges(packed);
  expect(scan.changes).toMatchObject([{ index: 0, path: at('a') }]);
  expect([...packed]).toEqual(before);
  expect(
    (await workspace.scanChanges(scan.changes.map((change) => ({ ...change, hash: hashContent('A') })))).changes,
  ).toEqual([]);
});

test('thousands of files are scanned, larger ones than maxFileBytes as well', async () => {
  const directory = temporaryDirectory();
  const names = Array.from({ length: 3_000 }, (_, index) => `d${index % 30}/file${index}`);
  makeTree(directory, Object.fromEntries(names.map((name) => [name, name.repeat(5)])));
  await using workspace = await openWorkspace({ roots: [directory], maxFileBytes: 16 });
  const known = await knownFiles(workspace);
  expect(known).toHaveLength(3_000);
  const changed = [5, 700, 2_999].map((index) => known[index]?.path ?? '');
  for (const file of changed) writeFileSync(file, 'changed');
  for (const verify of ['content', 'stamp'] as const) {
    const scan = await workspace.scanChanges(known, { verify });
    expect(scan.changes.map((change) => change.path)).toEqual(changed);
    expect(scan.failures).toEqual([]);
  }
});

test('wrong arguments and an abort reject the call', async () => {
  const { workspace, at } = await openTree({ a: 'a' });
  await using _ = workspace;
  const wrong = { code: 'ERR_PLOKE_INVALID_ARGUMENT' };
  await expect(workspace.scanChanges([{ path: at('a') } as KnownFile])).rejects.toMatchObject(wrong);
  await expect(workspace.scanChanges('a' as never)).rejects.toMatchObject(wrong);
  await expect(workspace.scanChanges([], { verify: 'mtime' as never })).rejects.toMatchObject(wrong);
  const signal = AbortSignal.abort('enough');
  await expect(workspace.scanChanges([], { signal })).rejects.toMatchObject({ code: 'ABORT_ERR', cause: 'enough' });
});
