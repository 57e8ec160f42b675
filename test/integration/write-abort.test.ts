import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openWorkspace } from '../../src/index.js';
import type { CallOptions, Workspace } from '../../src/types.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

async function setUp() {
  const directory = temporaryDirectory();
  const file = path.join(directory, 'file');
  writeFileSync(file, 'old');
  mkdirSync(path.join(directory, 'empty'));
  const workspace = await openWorkspace({ roots: [directory], durability: 'none' });
  onTestFinished(() => workspace.close());
  return { directory, file, workspace };
}

type Mutation = (workspace: Workspace, file: string, options: CallOptions) => Promise<unknown>;

const mutations: Readonly<Record<string, Mutation>> = {
  writeFile: (workspace, file, options) => workspace.writeFile(file, 'x', options),
  writeFiles: (workspace, file, options) => workspace.writeFiles([{ path: file, data: 'x' }], options),
  writeSnippets: (workspace, file, options) =>
    workspace.writeSnippets([{ path: file, find: 'old', replacement: 'x' }], options),
  updateFile: (workspace, file, options) => workspace.updateFile(file, () => 'x', options),
  createFile: (workspace, file, options) => workspace.createFile(`${file}2`, 'x', options),
  createFiles: (workspace, file, options) => workspace.createFiles([{ path: `${file}2`, data: 'x' }], options),
  removeFile: (workspace, file, options) => workspace.removeFile(file, options),
  rename: (workspace, file, options) => workspace.rename(file, `${file}2`, options),
  createDirectory: (workspace, file, options) => workspace.createDirectory(`${file}2`, options),
  removeDirectory: (workspace, file, options) =>
    workspace.removeDirectory(path.join(path.dirname(file), 'empty'), options),
};

test('an aborted signal rejects every mutation before it has any effect', async () => {
  const { directory, file, workspace } = await setUp();
  const reason = new Error('changed my mind');
  for (const [operation, mutate] of Object.entries(mutations)) {
    const failure = await mutate(workspace, file, { signal: AbortSignal.abort(reason) }).catch(
      (error: unknown) => error,
    );
    expect(failure, operation).toMatchObject({ name: 'AbortError', code: 'ABORT_ERR', operation, cause: reason });
  }
  expect(readFileSync(file, 'utf8')).toBe('old');
  expect(readdirSync(directory)).toEqual(['empty', 'file']);
});

test('a mutation that is aborted while it waits for its turn does nothing, and those behind it go on', async () => {
  const { file, workspace } = await setUp();
  for (const [operation, mutate] of Object.entries(mutations)) {
    const controller = new AbortController();
    const first = workspace.writeFile(file, 'old');
    const aborted = mutate(workspace, file, { signal: controller.signal }).catch((error: unknown) => error);
    const behind = workspace.writeFile(file, 'old');
    controller.abort();
    expect(await aborted, operation).toMatchObject({ code: 'ABORT_ERR', committed: false });
    await Promise.all([first, behind]);
  }
  expect(readFileSync(file, 'utf8')).toBe('old');
});

test('a batch that is aborted half-way says of each item what became of it', async () => {
  const { directory, workspace } = await setUp();
  const names = Array.from({ length: 3_000 }, (_, index) => path.join(directory, `f${index}`));
  const controller = new AbortController();
  const batch = workspace.createFiles(
    names.map((name) => ({ path: name, data: 'x' })),
    { signal: controller.signal },
  );
  // As soon as the first file is seen, the batch may no longer be rejected as a whole.
  while (!readdirSync(directory).includes('f0')) await new Promise((resolve) => setImmediate(resolve));
  controller.abort();
  const results = await batch;
  const there = new Set(readdirSync(directory));
  expect(results).toHaveLength(names.length);
  for (const [index, result] of results.entries()) {
    expect(there.has(`f${index}`)).toBe(result.status === 'fulfilled');
    if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'ABORT_ERR', committed: false });
  }
  expect(results[0]?.status).toBe('fulfilled');
  expect(results.at(-1)?.status).toBe('rejected');
});

test('what was committed is not undone by a later abort', async () => {
  const { file, workspace } = await setUp();
  const controller = new AbortController();
  const result = await workspace.writeFile(file, 'new', { signal: controller.signal });
  controller.abort();
  expect(result.outcome).toBe('replaced');
  expect(readFileSync(file, 'utf8')).toBe('new');
});
