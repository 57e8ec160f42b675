import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openWorkspace } from '../../src/index.js';
import type { WorkspaceOptions } from '../../src/types.js';
import { openState } from '../support/open-state.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

const bytes = Buffer.alloc(3_000_000, 'text ');

async function setUp(options: Partial<WorkspaceOptions> = {}) {
  const directory = temporaryDirectory();
  const at = (name: string): string => path.join(directory, name);
  for (const name of ['one', 'two', 'one/inner']) {
    mkdirSync(at(name));
    writeFileSync(at(`${name}/file`), bytes);
  }
  symlinkSync('../two/file', at('one/link'));
  const workspace = await openWorkspace({ roots: [at('one'), at('two')], ...options });
  onTestFinished(() => workspace.close());
  const begin = async (name: string) => {
    const reader = workspace.createReadStream(at(name)).getReader();
    await reader.read();
    return reader;
  };
  return { at, workspace, begin };
}

async function rest(reader: { read(): Promise<{ readonly done: boolean }> }): Promise<void> {
  for (let next = await reader.read(); !next.done; next = await reader.read());
}

test('a stream from a root that is taken away has ended when setRoots resolves, others go on', async () => {
  const { at, workspace, begin } = await setUp();
  const [gone, stays] = [await begin('one/file'), await begin('two/file')];
  await workspace.setRoots([at('two')]);
  await expect(gone.read()).rejects.toMatchObject({ code: 'ERR_PLOKE_OUTSIDE_ROOTS', path: at('one/file') });
  await rest(stays);
});

test('a stream that outlived one change of roots is ended by the one that takes its root away', async () => {
  const { at, workspace, begin } = await setUp();
  const [first, second] = [await begin('two/file'), await begin('two/file')];
  await workspace.setRoots([at('two')]);
  await workspace.setRoots([at('two'), at('one')]);
  await rest(second);
  await workspace.setRoots([at('one')]);
  await expect(first.read()).rejects.toMatchObject({ code: 'ERR_PLOKE_OUTSIDE_ROOTS' });
});

test('a stream through a link between roots ends when either is taken away', async () => {
  const { at, workspace, begin } = await setUp({ symlinks: 'follow' });
  const linked = await begin('one/link');
  await workspace.setRoots([at('one')]);
  await expect(linked.read()).rejects.toMatchObject({ code: 'ERR_PLOKE_OUTSIDE_ROOTS' });
});

test('a stream that is being opened while its root is taken away delivers nothing afterwards', async () => {
  const { at, workspace } = await setUp();
  const reader = workspace.createReadStream(at('one/file')).getReader();
  const first = reader.read().catch((error: unknown) => error);
  let resolved = false;
  const changed = workspace.setRoots([at('two')]).then(() => {
    resolved = true;
  });
  await Promise.all([first, changed]);
  expect(resolved).toBe(true);
  await expect(reader.read()).rejects.toMatchObject({ code: 'ERR_PLOKE_OUTSIDE_ROOTS' });
});

test('setRoots with the same roots takes up a directory that was made anew, and ends streams from the old one', async () => {
  const { at, workspace, begin } = await setUp();
  const old = await begin('one/file');
  rmSync(at('one'), { recursive: true });
  mkdirSync(at('one'));
  await expect(workspace.createFile(at('one/made'), 'x')).rejects.toMatchObject({
    code: expect.stringMatching(/^(ERR_PLOKE_ROOT_LOST|ENOENT)$/),
  });
  await workspace.setRoots([at('one'), at('two')]);
  await workspace.createFile(at('one/made'), 'x');
  expect((await workspace.readFile(at('one/made'))).text).toBe('x');
  await expect(old.read()).rejects.toMatchObject({ code: 'ERR_PLOKE_OUTSIDE_ROOTS' });
});

test('after a root was moved its new place decides what it is absorbed by', async () => {
  const { at, workspace } = await setUp();
  renameSync(at('one'), at('two/moved'));
  symlinkSync('two/moved', at('one'));
  await workspace.setRoots([at('one'), at('two')]);
  // A link between the two is no link between roots any more.
  symlinkSync('../file', at('two/moved/up'));
  expect((await workspace.readFile(at('one/up'))).byteLength).toBe(bytes.length);
});

test('setRoots that is aborted while it waits for earlier calls says that the new roots are in force', async () => {
  const { at } = await setUp();
  const state = await openState(at('one'));
  const controller = new AbortController();
  const { signal } = controller;
  const call = state.lease('readFile');
  const changed = state.setRoots([at('two')], undefined, signal).catch((error: unknown) => error);
  while (state.roots[0] !== at('two')) await new Promise((resolve) => setImmediate(resolve));
  controller.abort('enough');
  expect(await changed).toMatchObject({ code: 'ABORT_ERR', operation: 'setRoots', committed: true, cause: 'enough' });
  call.release();
  const early = await state.setRoots([at('one')], undefined, signal).catch((error: unknown) => error);
  expect(early).not.toHaveProperty('committed');
  expect(state.roots).toEqual([at('two')]);
});
