import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openWorkspace } from '../../src/index.js';
import type { CallOptions, Workspace } from '../../src/types.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

async function setUp() {
  const directory = temporaryDirectory();
  const at = (name: string) => path.join(directory, name);
  writeFileSync(at('file'), 'old');
  const workspace = await openWorkspace({ roots: [directory], durability: 'none' });
  onTestFinished(() => workspace.close());
  return { directory, at, workspace };
}

const mutations: readonly ((workspace: Workspace, file: string, options: CallOptions) => Promise<unknown>)[] = [
  (workspace, file, options) => workspace.writeFile(file, 'x', options),
  (workspace, file, options) => workspace.writeFiles([{ path: file, data: 'x' }], options),
  (workspace, file, options) => workspace.writeSnippets([{ path: file, find: 'old', replacement: 'x' }], options),
  (workspace, file, options) => workspace.updateFile(file, () => 'x', options),
  (workspace, file, options) => workspace.createFile(`${file}2`, 'x', options),
  (workspace, file, options) => workspace.createFiles([{ path: `${file}2`, data: 'x' }], options),
  (workspace, file, options) => workspace.removeFile(file, options),
  (workspace, file, options) => workspace.rename(file, `${file}2`, options),
  (workspace, file, options) => workspace.createDirectory(`${file}2`, options),
  (workspace, file, options) => workspace.removeDirectory(file, options),
];

test('every mutation that is refused before it begins says that nothing is in place', async () => {
  const { at, workspace } = await setUp();
  for (const mutate of mutations) {
    await expect(mutate(workspace, at('file'), { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'ABORT_ERR',
      committed: false,
    });
    await expect(mutate(workspace, at('file'), { timeout: 1 } as CallOptions)).rejects.toMatchObject({
      code: 'ERR_PLOKE_INVALID_ARGUMENT',
      committed: false,
    });
  }
  expect(await workspace.writeFiles([{ path: at('file'), data: 1 as never }])).toMatchObject([
    { status: 'rejected', reason: { code: 'ERR_PLOKE_INVALID_ARGUMENT', committed: false } },
  ]);
  await workspace.close();
  for (const mutate of mutations) {
    await expect(mutate(workspace, at('file'), {})).rejects.toMatchObject({
      code: 'ERR_PLOKE_CLOSED',
      committed: false,
    });
  }
});

test('a mode is exactly that of what createFile makes, and of writeFile only where the file is new', async () => {
  const { at, workspace } = await setUp();
  chmodSync(at('file'), 0o640);
  await workspace.createFile(at('file'), 'new', { ifExists: 'replace' });
  expect(statSync(at('file')).mode & 0o7777).toBe(0o640);
  await workspace.writeFile(at('file'), 'newer', { ifMissing: 'create', mode: 0o600 });
  expect(statSync(at('file')).mode & 0o7777).toBe(0o640);
  const replaced = await workspace.createFile(at('file'), 'newest', { ifExists: 'replace', mode: 0o757 });
  expect(replaced).toMatchObject({ outcome: 'replaced', receipt: { metadata: 'preserved' } });
  expect(statSync(at('file')).mode & 0o7777).toBe(0o757);
});

/** An update whose answer never comes, once it was asked for. */
async function neverAnswered(workspace: Workspace, file: string, options: CallOptions = {}) {
  let updated: Promise<unknown> = Promise.resolve();
  await new Promise<void>((asked) => {
    updated = workspace.updateFile(
      file,
      () => {
        asked();
        return new Promise(() => {});
      },
      options,
    );
  });
  return { updated };
}

test('an update that never answers ends when its signal aborts', async () => {
  const { at, workspace } = await setUp();
  const controller = new AbortController();
  const { updated } = await neverAnswered(workspace, at('file'), { signal: controller.signal });
  controller.abort();
  await expect(updated).rejects.toMatchObject({ code: 'ABORT_ERR', operation: 'updateFile', committed: false });
  expect(readFileSync(at('file'), 'utf8')).toBe('old');
});

test('an update that never answers holds up neither a change of roots nor closing', async () => {
  const { directory, at, workspace } = await setUp();
  mkdirSync(at('inner'));
  await neverAnswered(workspace, at('file'));
  await workspace.setRoots([at('inner')]);
  await workspace.setRoots([directory]);
  await neverAnswered(workspace, at('file'));
  await workspace.close();
});

test('an answer that comes after a change of roots is written only beneath the new ones', async () => {
  const { at, workspace } = await setUp();
  mkdirSync(at('inner'));
  const refused = workspace.updateFile(at('file'), async () => {
    await workspace.setRoots([at('inner')]);
    return 'new';
  });
  await expect(refused).rejects.toMatchObject({ code: 'ERR_PLOKE_OUTSIDE_ROOTS', committed: false });
  expect(readFileSync(at('file'), 'utf8')).toBe('old');
});
