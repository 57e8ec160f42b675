import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, renameSync, statSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { hashContent, openWorkspace } from '../../src/index.js';
import type { WorkspaceOptions } from '../../src/types.js';
import { runShell } from '../support/child.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

async function setUp(options: Partial<WorkspaceOptions> = {}) {
  const directory = temporaryDirectory();
  const at = (name: string): string => path.join(directory, name);
  for (const name of ['a', 'b', 'c']) writeFileSync(at(name), name);
  const workspace = await openWorkspace({ roots: [directory], durability: 'none', ...options });
  onTestFinished(() => workspace.close());
  return { directory, at, workspace };
}

/** flock(1) in another process holds the file until `release`. */
async function foreignHolder(file: string) {
  const holder = spawn('flock', ['-x', file, 'sh', '-c', 'echo held; read line'], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  onTestFinished(() => void holder.kill('SIGKILL'));
  await once(holder.stdout, 'data');
  const ended = once(holder, 'close');
  return {
    async release(): Promise<void> {
      holder.stdin.end('\n');
      await ended;
    },
  };
}

/** Whether another process gets the lock at once. */
async function isFree(file: string): Promise<boolean> {
  return (await runShell(`flock -n -x '${file}' true`)).code === 0;
}

test('a write waits for a process that locks the file, and says how far its own lock reached', async () => {
  const { at, workspace } = await setUp();
  const holder = await foreignHolder(at('a'));
  let settled = false;
  const writing = workspace.writeFile(at('a'), 'written').finally(() => {
    settled = true;
  });
  // Another file, called later, is done while this one waits.
  await workspace.writeFile(at('b'), 'at once');
  expect(settled).toBe(false);
  expect(readFileSync(at('a'), 'utf8')).toBe('a');
  await holder.release();
  expect((await writing).receipt.lock).toBe('host');
  expect(readFileSync(at('a'), 'utf8')).toBe('written');
  expect(await isFree(at('a'))).toBe(true);
});

test('every change of a file is made under its lock', async () => {
  const { at, workspace } = await setUp({ lockTimeoutMs: 0 });
  const holder = await foreignHolder(at('a'));
  const timeout = { code: 'ERR_PLOKE_LOCK_TIMEOUT', retryable: true, committed: false };
  await expect(workspace.writeFile(at('a'), 'x')).rejects.toMatchObject(timeout);
  await expect(workspace.updateFile(at('a'), () => 'x')).rejects.toMatchObject(timeout);
  await expect(workspace.createFile(at('a'), 'x', { ifExists: 'replace' })).rejects.toMatchObject(timeout);
  await expect(workspace.removeFile(at('a'))).rejects.toMatchObject(timeout);
  await expect(workspace.rename(at('a'), at('moved'))).rejects.toMatchObject(timeout);
  await expect(workspace.rename(at('b'), at('a'), { ifExists: 'replace' })).rejects.toMatchObject(timeout);
  // Nothing is replaced, so that there is nothing to wait for.
  await expect(workspace.rename(at('b'), at('a'))).rejects.toMatchObject({ code: 'EEXIST' });
  await expect(workspace.createFile(at('a'), 'x')).rejects.toMatchObject({ code: 'EEXIST' });
  const [edit] = await workspace.writeSnippets([{ path: at('a'), find: 'a', replacement: 'x' }]);
  expect(edit).toMatchObject({ status: 'rejected', reason: timeout });
  const [preview] = await workspace.writeSnippets([{ path: at('a'), find: 'a', replacement: 'x' }], { dryRun: true });
  expect(preview?.status).toBe('fulfilled');
  expect((await workspace.readFile(at('a'))).text).toBe('a');
  await holder.release();
  expect(await workspace.updateFile(at('a'), () => 'x')).toMatchObject({ receipt: { lock: 'host' } });
});

test('in a batch only the file whose lock is not to be had fails', async () => {
  const { at, workspace } = await setUp();
  const holder = await foreignHolder(at('b'));
  const writes = ['a', 'b', 'c'].map((name) => ({ path: at(name), data: `new ${name}` }));
  const results = await workspace.writeFiles(writes, { lockTimeoutMs: 1 });
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(results[1]).toMatchObject({
    reason: { code: 'ERR_PLOKE_LOCK_TIMEOUT', details: { holders: [{ source: 'kernel' }] } },
  });
  expect(['a', 'b', 'c'].map((name) => readFileSync(at(name), 'utf8'))).toEqual(['new a', 'b', 'new c']);
  await holder.release();
});

test('a batch holds nothing while it waits', async () => {
  const { at, workspace } = await setUp();
  const holder = await foreignHolder(at('b'));
  const writing = workspace.writeFiles(['a', 'b', 'c'].map((name) => ({ path: at(name), data: `new ${name}` })));
  // That it waits is seen in the kernel's list: a thread of ours is blocked on the lock.
  const { ino } = statSync(at('b'));
  while (!/->.*FLOCK/.test(blockedLines(ino))) await new Promise((resolve) => setImmediate(resolve));
  expect(await isFree(at('a'))).toBe(true);
  expect(await isFree(at('c'))).toBe(true);
  await holder.release();
  expect((await writing).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled']);
});

function blockedLines(inode: number): string {
  return readFileSync('/proc/locks', 'utf8')
    .split('\n')
    .filter((line) => line.includes(`:${inode} `))
    .join('\n');
}

test("locking: 'process' does not ask the system", async () => {
  const { at, workspace } = await setUp({ locking: 'process' });
  const holder = await foreignHolder(at('a'));
  expect((await workspace.writeFile(at('a'), 'written')).receipt.lock).toBe('process');
  await holder.release();
});

test('a write that is given the lock uses it and hands it on', async () => {
  const { at, workspace } = await setUp({ lockTimeoutMs: 0 });
  const lock = await workspace.lock(at('a'));
  for (const content of ['one', 'two', 'three']) {
    await workspace.writeFile(at('a'), content, { lock });
    expect(await isFree(at('a'))).toBe(false);
    expect((await workspace.readFile(at('a'), { lock })).text).toBe(content);
  }
  await expect(workspace.writeFile(at('a'), 'without')).rejects.toMatchObject({ code: 'ERR_PLOKE_LOCK_TIMEOUT' });
  expect(lock.signal.aborted).toBe(false);
  const [edit] = await workspace.writeSnippets([{ path: at('a'), find: 'three', replacement: 'four' }], { lock });
  expect(edit?.status).toBe('fulfilled');
  await workspace.updateFile(at('a'), (file) => `${file?.text}!`, { lock });
  expect(lock.signal.aborted).toBe(false);
  await lock.release();
  expect(await isFree(at('a'))).toBe(true);
  expect(readFileSync(at('a'), 'utf8')).toBe('four!');
  await expect(workspace.writeFile(at('a'), 'x', { lock })).rejects.toMatchObject({ code: 'ERR_PLOKE_LOCK_LOST' });
});

test('a write without the lock queues behind its holder in the same process, and does not hold him up', async () => {
  const { at, workspace } = await setUp();
  const lock = await workspace.lock(at('a'));
  const order: string[] = [];
  const behind = workspace.writeFile(at('a'), 'behind').then(() => order.push('behind'));
  await workspace.writeFile(at('a'), 'holder', { lock });
  order.push('holder');
  expect((await workspace.readFile(at('a'), { lock })).text).toBe('holder');
  await lock.release();
  await behind;
  expect(order).toEqual(['holder', 'behind']);
  expect(readFileSync(at('a'), 'utf8')).toBe('behind');
});

test('the lock goes with the file that is renamed, and ends with the one that is removed', async () => {
  const { at, workspace } = await setUp({ lockTimeoutMs: 0 });
  const lock = await workspace.lock(at('a'));
  await workspace.rename(at('a'), at('moved'), { lock });
  expect(lock.path).toBe(at('moved'));
  expect(lock.signal.aborted).toBe(false);
  expect(await isFree(at('moved'))).toBe(false);
  await workspace.writeFile(at('moved'), 'written', { lock });
  await workspace.removeFile(at('moved'), { lock });
  expect(readdirSync(path.dirname(at('a'))).filter((name) => !name.startsWith('.'))).toEqual(['b', 'c']);
  await expect(workspace.createFile(at('moved'), 'x', { lock })).rejects.toMatchObject({ code: 'ERR_PLOKE_LOCK_LOST' });
  await lock.release();
});

test('a lock that is not for this change is refused', async () => {
  const { at, workspace, directory } = await setUp();
  await using other = await openWorkspace({ roots: [directory] });
  const invalid = { code: 'ERR_PLOKE_INVALID_ARGUMENT' };
  const shared = await workspace.lock(at('a'), { mode: 'shared' });
  await expect(workspace.writeFile(at('a'), 'x', { lock: shared })).rejects.toMatchObject(invalid);
  await shared.release();
  const lock = await workspace.lock(at('a'));
  await expect(workspace.writeFile(at('b'), 'x', { lock })).rejects.toMatchObject(invalid);
  await expect(other.writeFile(at('a'), 'x', { lock })).rejects.toMatchObject(invalid);
  await expect(workspace.writeFile(at('a'), 'x', { lock: {} as never })).rejects.toMatchObject(invalid);
  await expect(workspace.createDirectory(at('d'), { lock })).rejects.toMatchObject(invalid);
  await expect(workspace.removeDirectory(at('d'), { lockTimeoutMs: 1 })).rejects.toMatchObject(invalid);
  // A link to the file is the file.
  symlinkSync('a', at('link'));
  expect((await workspace.writeFile(at('link'), 'x', { lock })).outcome).toBe('replaced');
  const results = await workspace.writeFiles(
    [
      { path: at('a'), data: 'mine' },
      { path: at('b'), data: 'not mine' },
    ],
    { lock },
  );
  expect(results).toMatchObject([{ status: 'fulfilled' }, { status: 'rejected', reason: invalid }]);
  await lock.release();
});

test('a lock is lost when somebody replaces or removes the file, and writes say so', async () => {
  const { at, workspace } = await setUp();
  const lock = await workspace.lock(at('a'));
  const lost = once(lock.signal, 'abort');
  writeFileSync(at('new'), 'foreign');
  renameSync(at('new'), at('a'));
  await expect(workspace.writeFile(at('a'), 'x', { lock })).rejects.toMatchObject({ code: 'ERR_PLOKE_LOCK_LOST' });
  await lost;
  expect(lock.signal.reason).toMatchObject({ code: 'ERR_PLOKE_LOCK_LOST' });
  expect(readFileSync(at('a'), 'utf8')).toBe('foreign');

  const second = await workspace.lock(at('b'));
  unlinkSync(at('b'));
  await expect(workspace.writeFile(at('b'), 'x', { lock: second })).rejects.toMatchObject({
    code: expect.stringMatching(/ENOENT|LOCK_LOST/),
  });
  await lock.release();
  await second.release();
});

test('what was replaced is told: swap-verified with and without an expected content', async () => {
  const { at, workspace } = await setUp({ durability: 'strict' });
  const result = await workspace.writeFile(at('a'), 'x', { expectedHash: hashContent('a') });
  expect(result.receipt).toMatchObject({ compareAndSwap: 'swap-verified', atomic: true, lock: 'host' });
  expect((await workspace.writeFile(at('a'), 'y')).receipt.compareAndSwap).toBe('swap-verified');
  const plain = await workspace.writeFile(at('a'), 'z', { durability: 'none' });
  expect(plain.receipt.compareAndSwap).toBe('none');
  expect((await workspace.removeFile(at('a'), { expectedHash: plain.hash })).receipt.compareAndSwap).toBe(
    'swap-verified',
  );
});
