import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { openWorkspace } from '../../src/index.js';
import type { Workspace } from '../../src/types.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

async function setUp() {
  const directory = temporaryDirectory();
  const file = path.join(directory, 'file');
  writeFileSync(file, 'old');
  return { directory, file, workspace: await openWorkspace({ roots: [directory] }) };
}

const calls: Readonly<Record<string, (workspace: Workspace, file: string) => Promise<unknown>>> = {
  readFile: (workspace, file) => workspace.readFile(file),
  readFiles: (workspace, file) => workspace.readFiles([{ path: file }]),
  readSnippets: (workspace, file) => workspace.readSnippets([{ path: file, start: 0, end: 1 }]),
  createReadStream: async (workspace, file) => workspace.createReadStream(file),
  scanChanges: (workspace) => workspace.scanChanges([]),
  listFiles: async (workspace) => workspace.listFiles(),
  writeFile: (workspace, file) => workspace.writeFile(file, 'x'),
  writeFiles: (workspace, file) => workspace.writeFiles([{ path: file, data: 'x' }]),
  writeSnippets: (workspace, file) => workspace.writeSnippets([{ path: file, find: 'old', replacement: 'x' }]),
  updateFile: (workspace, file) => workspace.updateFile(file, () => 'x'),
  createFile: (workspace, file) => workspace.createFile(`${file}2`, 'x'),
  createFiles: (workspace, file) => workspace.createFiles([{ path: `${file}2`, data: 'x' }]),
  removeFile: (workspace, file) => workspace.removeFile(file),
  rename: (workspace, file) => workspace.rename(file, `${file}2`),
  stat: (workspace, file) => workspace.stat(file),
  listDirectory: (workspace, file) => workspace.listDirectory(path.dirname(file)),
  createDirectory: (workspace, file) => workspace.createDirectory(`${file}2`),
  removeDirectory: (workspace, file) => workspace.removeDirectory(`${file}2`),
  setRoots: (workspace, file) => workspace.setRoots([path.dirname(file)]),
  capabilities: (workspace) => workspace.capabilities(),
};

test('every call after close is refused and does nothing', async () => {
  const { file, workspace } = await setUp();
  await workspace.close();
  for (const [operation, call] of Object.entries(calls)) {
    await expect(call(workspace, file), operation).rejects.toMatchObject({
      name: 'PlokeIoError',
      code: 'ERR_PLOKE_CLOSED',
      operation,
    });
  }
  expect(readFileSync(file, 'utf8')).toBe('old');
  expect(workspace.metrics().counters['error.ERR_PLOKE_CLOSED']).toBeGreaterThan(0);
});

test('close does not wait for the answer of an update, which is then refused', async () => {
  const { file, workspace } = await setUp();
  let answer: (text: string) => void = () => undefined;
  let updated: Promise<unknown> = Promise.resolve();
  await new Promise<void>((resolve) => {
    updated = workspace.updateFile(file, () => {
      resolve();
      return new Promise((done) => {
        answer = done;
      });
    });
  });
  await workspace.close();
  answer('updated after closing');
  await expect(updated).rejects.toMatchObject({ code: 'ERR_PLOKE_CLOSED', operation: 'updateFile', committed: false });
  expect(readFileSync(file, 'utf8')).toBe('old');
});

test('an aborted wait for close ends, and the closing goes on', async () => {
  const { file, workspace } = await setUp();
  const write = workspace.writeFile(file, 'new');
  const controller = new AbortController();
  const closed = workspace.close({ signal: controller.signal });
  controller.abort();
  await expect(closed).rejects.toMatchObject({ name: 'AbortError', code: 'ABORT_ERR', operation: 'close' });
  await expect(workspace.readFile(file)).rejects.toMatchObject({ code: 'ERR_PLOKE_CLOSED' });
  await write;
  await workspace.close();
  expect(readFileSync(file, 'utf8')).toBe('new');
});

test('an already aborted close does not close', async () => {
  const { file, workspace } = await setUp();
  await expect(workspace.close({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'ABORT_ERR' });
  await expect(workspace.close({ timeout: 1 } as never)).rejects.toMatchObject({ code: 'ERR_PLOKE_INVALID_ARGUMENT' });
  expect((await workspace.readFile(file)).text).toBe('old');
  await workspace[Symbol.asyncDispose]();
  await workspace.close();
});
