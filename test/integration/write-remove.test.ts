import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { hashContent, openWorkspace } from '../../src/index.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

async function setUp() {
  const directory = temporaryDirectory();
  const at = (name: string) => path.join(directory, name);
  writeFileSync(at('file'), 'content');
  const workspace = await openWorkspace({ roots: [directory] });
  onTestFinished(() => workspace.close());
  return { directory, at, workspace };
}

test('removes a file and says what that was worth', async () => {
  const { at, workspace } = await setUp();
  expect(await workspace.removeFile(at('file'))).toEqual({
    path: at('file'),
    origin: workspace.origin,
    outcome: 'removed',
    receipt: {
      atomic: true,
      durability: 'confirmed',
      lock: 'host',
      compareAndSwap: 'none',
      metadata: 'default',
    },
    warnings: [],
  });
  expect(existsSync(at('file'))).toBe(false);
  await expect(workspace.removeFile(at('file'))).rejects.toMatchObject({ code: 'ENOENT', committed: false });
});

test('removes only the content that is expected', async () => {
  const { at, workspace } = await setUp();
  const expectedHash = hashContent('other');
  await expect(workspace.removeFile(at('file'), { expectedHash })).rejects.toMatchObject({
    code: 'ERR_PLOKE_CONTENT_MISMATCH',
    expectedHash,
    actualHash: hashContent('content'),
  });
  const result = await workspace.removeFile(at('file'), { expectedHash: hashContent('content') });
  expect(result.receipt.compareAndSwap).toBe('swap-verified');
});

test('removes a link and leaves what it leads to', async () => {
  const { at, workspace } = await setUp();
  symlinkSync('file', at('link'));
  await expect(workspace.removeFile(at('link'), { expectedHash: hashContent('content') })).rejects.toMatchObject({
    code: 'ERR_PLOKE_SYMLINK_DENIED',
  });
  await workspace.removeFile(at('link'));
  expect(existsSync(at('link'))).toBe(false);
  expect(readFileSync(at('file'), 'utf8')).toBe('content');
});

test('removes a FIFO without opening it, and no directory', async () => {
  const { at, workspace } = await setUp();
  execFileSync('mkfifo', [at('fifo')]);
  expect((await workspace.removeFile(at('fifo'))).outcome).toBe('removed');
  mkdirSync(at('directory'));
  await expect(workspace.removeFile(at('directory'))).rejects.toMatchObject({ code: 'EISDIR' });
  await expect(workspace.removeFile(`${at('directory')}/`)).rejects.toMatchObject({ code: 'ERR_PLOKE_INVALID_PATH' });
});

test('takes no option that would do nothing', async () => {
  const { at, workspace } = await setUp();
  for (const options of [
    { ifMissing: 'create' },
    { parents: true },
    { mode: 0o600 },
    { expectedHash: null },
  ] as const) {
    await expect(workspace.removeFile(at('file'), options)).rejects.toMatchObject({
      code: 'ERR_PLOKE_INVALID_ARGUMENT',
    });
  }
  await workspace.removeFile(at('file'), { ifMissing: 'error' });
});

test('of removals of one file the first one does it', async () => {
  const { at, workspace } = await setUp();
  const settled = await Promise.allSettled([1, 2, 3].map(() => workspace.removeFile(at('file'))));
  expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected']);
});
