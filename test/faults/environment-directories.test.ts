import { once } from 'node:events';
import { cpSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openWorkspace } from '../../src/index.js';
import { finished, startChild } from '../support/child.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import { buildTracer, tracerRefusal } from '../support/tracer.mjs';
import { makeTree } from '../support/tree.js';
import { disturbedBatch } from './environment-batch.mjs';

const script = 'test/faults/environment-directories-child.mjs';
const missing = 'ENOENT, committed: false';
const mismatch = 'ERR_PLOKE_CONTENT_MISMATCH, committed: false';

/** Names and texts of all files below a directory. */
function textsBelow(directory: string): Record<string, string> {
  const names = readdirSync(directory, { recursive: true, encoding: 'utf8' });
  const files = names.filter((name) => statSync(path.join(directory, name)).isFile());
  return Object.fromEntries(files.map((name) => [name, readFileSync(path.join(directory, name), 'utf8')]));
}

/** Temporary files and owners. */
function strangersBelow(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((name) => name.includes('.ploke-io'));
}

const decoys = { 'folder/a': 'decoy a\n', 'folder/b': 'decoy b\n', counter: 'decoy\n', one: 'decoy\n' };
const others = { counter: '0\n', one: 'one\n' };

/** A root with a folder of four files, and beside it what somebody else may put in its place. */
function setUp(): { readonly outer: string; readonly root: string } {
  const outer = temporaryDirectory();
  const root = path.join(outer, 'root');
  makeTree(path.join(outer, 'decoy'), decoys);
  const files = { 'folder/a': 'a\n', 'folder/b': 'b\n', 'folder/c': 'c\n', 'folder/d': 'd\n' };
  makeTree(root, { ...files, ...others });
  return { outer, root };
}

describe('a directory that is taken away at one call of a batch', () => {
  let tracer: { readonly program: string; remove(): void };
  beforeAll(() => {
    tracer = buildTracer();
    expect(tracerRefusal(tracer.program)).toBeUndefined();
  });
  afterAll(() => tracer.remove());

  /** A call of the batch, and how many of its four files have their new content by then. */
  const places = [
    ['before the first lock', 'openat#1', 0],
    ['before the first new file', 'openat#5', 0],
    ['before the first exchange', 'exchange#1', 0],
    ['between two exchanges', 'exchange#3', 2],
    ['before it is synced', 'fsync#5', 4],
  ] as const;

  test.each(places)('%s: the rest says ENOENT, and nothing is made anew', async (_name, call, written) => {
    const { root } = setUp();
    const report = await disturbedBatch({ tracer, root, call, command: `rm -rf ${root}/folder` });
    const results = [0, 1, 2, 3].map((index) => (index < written ? 'done' : missing));
    expect(report).toEqual({ results, plain: 'ENOENT', descriptors: 0 });
    expect(textsBelow(root)).toEqual(others);
  });

  test.each(places)('%s, and made anew by somebody: the new files stay as they are', async (_name, call, written) => {
    const { outer, root } = setUp();
    const command = `rm -rf ${root}/folder && cp -r ${outer}/decoy/folder ${root}/folder`;
    const { results, ...rest } = await disturbedBatch({ tracer, root, call, command });
    expect(results.slice(0, written)).toEqual(Array(written).fill('done'));
    for (const end of results.slice(written)) expect([missing, mismatch]).toContain(end);
    expect(rest).toEqual({ plain: 'done', descriptors: 0 });
    // The control writes by path and asks for nothing: it did land there.
    expect(textsBelow(root)).toEqual({ ...others, 'folder/a': 'plain\n', 'folder/b': 'decoy b\n' });
  });

  test.each(places)('%s, with the whole root replaced: the batch goes on in the one it holds', async (_name, call) => {
    const { outer, root } = setUp();
    const command = `mv ${root} ${outer}/old && cp -r ${outer}/decoy ${root}`;
    const report = await disturbedBatch({ tracer, root, call, command });
    expect(report).toEqual({ results: ['done', 'done', 'done', 'done'], plain: 'done', descriptors: 0 });
    expect(textsBelow(root)).toEqual({ ...decoys, 'folder/a': 'plain\n' });
    const written = Object.fromEntries(['a', 'b', 'c', 'd'].map((file) => [`folder/${file}`, 'new\n']));
    expect(textsBelow(path.join(outer, 'old'))).toEqual({ ...others, ...written });
  });
});

describe('a root that is replaced while changes of every kind run', () => {
  test('gets nothing of them, however the moment falls', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { outer, root } = setUp();
      const child = startChild(script, ['changes', root]);
      const ended = finished(child);
      if (child.stdout) await once(child.stdout, 'data');
      renameSync(root, path.join(outer, 'old'));
      cpSync(path.join(outer, 'decoy'), root, { recursive: true });
      writeFileSync(path.join(outer, 'replaced'), '');
      const { code, stdout, stderr } = await ended;
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      const report = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as { readonly rounds: number };
      expect(report).toEqual({ ends: ['done'], descriptors: 0, plain: 'done', rounds: report.rounds });
      expect(textsBelow(root)).toEqual({ ...decoys, 'folder/a': 'plain\n' });
      expect(readFileSync(path.join(outer, 'old', 'counter'), 'utf8')).toBe(`${report.rounds}\n`);
      expect(strangersBelow(path.join(outer, 'old'))).toEqual([]);
    }
  });

  test('is lost when the old one is removed, and the new one stays as it is', async () => {
    const { outer, root } = setUp();
    await using workspace = await openWorkspace({ roots: [root], durability: 'none' });
    const at = (name: string) => path.join(root, name);
    await workspace.writeFile(at('folder/a'), 'new\n');
    renameSync(root, path.join(outer, 'old'));
    cpSync(path.join(outer, 'decoy'), root, { recursive: true });
    await workspace.writeFile(at('folder/a'), 'newer\n');
    expect(readFileSync(path.join(outer, 'old', 'folder', 'a'), 'utf8')).toBe('newer\n');
    rmSync(path.join(outer, 'old'), { recursive: true });
    const lost = { code: 'ERR_PLOKE_ROOT_LOST', committed: false };
    await expect(workspace.writeFile(at('folder/a'), 'lost\n')).rejects.toMatchObject(lost);
    await expect(workspace.createFile(at('made'), 'lost\n')).rejects.toMatchObject(lost);
    await expect(workspace.createFile(at('made/deep'), 'lost\n', { parents: true })).rejects.toMatchObject(lost);
    await expect(workspace.removeFile(at('folder/a'))).rejects.toMatchObject(lost);
    await expect(workspace.rename(at('folder/a'), at('moved'))).rejects.toMatchObject(lost);
    await expect(workspace.updateFile(at('counter'), () => 'lost\n')).rejects.toMatchObject(lost);
    await expect(workspace.readFile(at('counter'))).rejects.toMatchObject({ code: 'ERR_PLOKE_ROOT_LOST' });
    await expect(workspace.lock(at('counter'))).rejects.toMatchObject({ code: 'ERR_PLOKE_ROOT_LOST' });
    const [edit] = await workspace.writeSnippets([{ path: at('folder/a'), find: 'decoy', replacement: 'lost' }]);
    expect(edit).toMatchObject({ status: 'rejected', reason: lost });
    expect(textsBelow(root)).toEqual(decoys);
    expect(readdirSync(root).sort()).toEqual(['counter', 'folder', 'one']);
  });
});
