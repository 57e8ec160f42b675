import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { hashContent, openWorkspace } from '../../src/index.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

test('a read issued after a write of the same file sees it, also through a link and another workspace', async () => {
  const directory = temporaryDirectory();
  mkdirSync(path.join(directory, 'd'));
  const file = path.join(directory, 'd', 'file');
  const link = path.join(directory, 'link');
  symlinkSync('d/file', link);
  await using first = await openWorkspace({ roots: [directory] });
  await using second = await openWorkspace({ roots: [path.join(directory, 'd')] });
  for (let version = 0; version < 30; version += 1) {
    writeFileSync(file, 'before');
    const text = `version ${version}`;
    const write = first.writeFile(file, text);
    const reads = await Promise.all([first.readFile(file), first.readFile(link), second.readFile(file)]);
    expect(reads.map((read) => read.text)).toEqual([text, text, text]);
    const [snippet] = await first.readSnippets([{ path: link, start: 0, end: 7 }]);
    expect(snippet).toMatchObject({ status: 'fulfilled', value: { text: 'version' } });
    await write;
  }
});

test('the order of calls is the order of effects, whatever the kinds of the calls', async () => {
  const directory = temporaryDirectory();
  const file = path.join(directory, 'file');
  const moved = path.join(directory, 'moved');
  await using workspace = await openWorkspace({ roots: [directory] });
  const results = await Promise.all([
    workspace.createFile(file, 'one'),
    workspace.writeFile(file, 'two', { expectedHash: hashContent('one') }),
    workspace.rename(file, moved),
    workspace.readFile(moved),
    workspace.createFile(file, 'three'),
    workspace.removeFile(moved, { expectedHash: hashContent('two') }),
    workspace.readFile(file),
    workspace.readFile(moved, { throwIfNoEntry: false }),
  ]);
  expect(results[3]).toMatchObject({ text: 'two' });
  expect(results[6]).toMatchObject({ text: 'three' });
  expect(results[7]).toBeUndefined();
});

test('a renamed directory takes its order along: what comes after it sees the new names', async () => {
  const directory = temporaryDirectory();
  await using workspace = await openWorkspace({ roots: [directory] });
  const at = (name: string) => path.join(directory, name);
  const results = await Promise.all([
    workspace.createFile(at('a/b/file'), 'one', { parents: true }),
    workspace.rename(at('a'), at('z')),
    workspace.writeFile(at('z/b/file'), 'two'),
    workspace.readFile(at('z/b/file')),
  ]);
  expect(results[3]).toMatchObject({ text: 'two' });
  const [, after] = await Promise.all([
    workspace.removeDirectory(at('z'), { recursive: true }),
    workspace.readFile(at('z/b/file'), { throwIfNoEntry: false }),
  ]);
  expect(after).toBeUndefined();
});

test('relaxed reads return one version whole, old or new, with the hash of the bytes returned', async () => {
  const directory = temporaryDirectory();
  const file = path.join(directory, 'file');
  writeFileSync(file, '0'.repeat(100_000));
  await using workspace = await openWorkspace({ roots: [directory], readWhileWrite: 'relaxed', durability: 'none' });
  const work: Promise<unknown>[] = [];
  for (let version = 1; version < 60; version += 1) {
    work.push(workspace.writeFile(file, String(version % 10).repeat(100_000 + version)));
    work.push(
      workspace.readFile(file).then((read) => {
        expect(new Set(read.text).size).toBe(1);
        expect(read.hash).toBe(hashContent(read.text));
        expect(read.byteLength).toBe(read.text.length);
      }),
    );
  }
  await Promise.all(work);
});
