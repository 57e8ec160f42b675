import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openWorkspace } from '../../src/index.js';
import { openDescriptors } from '../setup/open-descriptors.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

async function setUp() {
  const directory = temporaryDirectory();
  const at = (name: string) => path.join(directory, name);
  for (const root of ['one', 'two', 'three']) {
    mkdirSync(at(root));
    writeFileSync(at(`${root}/file`), root);
  }
  symlinkSync('../two/file', at('one/link'));
  const workspace = await openWorkspace({ roots: [at('one'), at('two')] });
  onTestFinished(() => workspace.close());
  return { at, workspace };
}

test('takes roots away and adds others, in one step', async () => {
  const { at, workspace } = await setUp();
  await workspace.setRoots([at('two'), at('three')]);
  expect(workspace.roots).toEqual([at('two'), at('three')]);
  await expect(workspace.readFile(at('one/file'))).rejects.toMatchObject({ code: 'ERR_PLOKE_OUTSIDE_ROOTS' });
  expect((await workspace.readFile(at('three/file'))).text).toBe('three');
  await workspace.writeFile(at('three/file'), 'new');
});

test('lets what was called before finish under the roots of before', async () => {
  const { at, workspace } = await setUp();
  const writes = Array.from({ length: 20 }, (_, index) => workspace.writeFile(at('one/file'), `version ${index}`));
  const changed = workspace.setRoots([at('two')]);
  const late = workspace.writeFile(at('two/file'), 'under both');
  await changed;
  // It resolved, so nothing is under way in what was taken away.
  expect(readFileSync(at('one/file'), 'utf8')).toBe('version 19');
  expect(readdirSync(at('one'))).toEqual(['file', 'link']);
  await Promise.all([...writes, late]);
});

test('changes the policy for links', async () => {
  const { at, workspace } = await setUp();
  await expect(workspace.readFile(at('one/link'))).rejects.toMatchObject({ code: 'ERR_PLOKE_CROSS_ROOT' });
  await workspace.setRoots([at('one'), at('two')], { symlinks: 'follow' });
  expect((await workspace.readFile(at('one/link'))).text).toBe('two');
  await workspace.setRoots([at('one'), at('two')]);
  expect((await workspace.readFile(at('one/link'))).text).toBe('two');
});

test('leaves everything as it was when a root cannot be opened', async () => {
  const { at, workspace } = await setUp();
  const before = openDescriptors();
  await expect(workspace.setRoots([at('three'), at('missing')], { symlinks: 'follow' })).rejects.toMatchObject({
    code: 'ENOENT',
    path: at('missing'),
  });
  for (const roots of [[], ['relative'], 'x', undefined] as unknown as string[][]) {
    await expect(workspace.setRoots(roots)).rejects.toMatchObject({
      code: expect.stringMatching(/^ERR_PLOKE_INVALID/),
    });
  }
  expect(workspace.roots).toEqual([at('one'), at('two')]);
  expect((await workspace.readFile(at('one/file'))).text).toBe('one');
  expect(openDescriptors().size).toBe(before.size);
});

test('calls at once take effect in their order', async () => {
  const { at, workspace } = await setUp();
  await Promise.all([
    workspace.setRoots([at('one')]),
    workspace.setRoots([at('missing')]).catch(() => undefined),
    workspace.setRoots([at('two')]),
    workspace.setRoots([at('two'), at('three')]),
  ]);
  expect(workspace.roots).toEqual([at('two'), at('three')]);
});

test('an owner file of a root that was taken away does not stay', async () => {
  const { at, workspace } = await setUp();
  await workspace.writeFile(at('one/file'), 'x');
  expect(readdirSync(at('one'))).toContain('.ploke-io');
  await workspace.setRoots([at('two')]);
  expect(readdirSync(at('one'))).not.toContain('.ploke-io');
});

test('refuses an aborted signal, unknown options and a closed workspace', async () => {
  const { at, workspace } = await setUp();
  const signal = AbortSignal.abort();
  await expect(workspace.setRoots([at('two')], { signal })).rejects.toMatchObject({ code: 'ABORT_ERR' });
  expect(workspace.roots).toEqual([at('one'), at('two')]);
  const options = { symlink: 'deny' } as never;
  await expect(workspace.setRoots([at('two')], options)).rejects.toMatchObject({
    code: 'ERR_PLOKE_INVALID_ARGUMENT',
    message: expect.stringContaining('"symlinks"'),
  });
  await workspace.close();
  await expect(workspace.setRoots([at('two')])).rejects.toMatchObject({ code: 'ERR_PLOKE_CLOSED' });
});
