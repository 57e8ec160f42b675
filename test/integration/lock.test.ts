import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openWorkspace } from '../../src/index.js';
import type { LockHolder, PlokeIoError, WorkspaceOptions } from '../../src/types.js';
import { runShell, startChild } from '../support/child.js';
import { temporaryDirectory } from '../support/temporary-directory.js';

async function setUp(options: Partial<WorkspaceOptions> = {}) {
  const directory = temporaryDirectory();
  const file = path.join(directory, 'file');
  writeFileSync(file, 'content');
  const workspace = await openWorkspace({ roots: [directory], durability: 'none', ...options });
  onTestFinished(() => workspace.close());
  return { directory, file, workspace };
}

/** flock(1), from util-linux, holds the file in a process of its own. */
async function foreignHolder(file: string, mode: '-x' | '-s' = '-x') {
  // exec: the process that is killed is the one that holds the lock.
  const holder = spawn('flock', [mode, '--no-fork', file, 'sh', '-c', 'echo held; exec cat'], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  onTestFinished(() => void holder.kill('SIGKILL'));
  await once(holder.stdout, 'data');
  const ended = once(holder, 'close');
  return { pid: holder.pid ?? 0, kill: () => holder.kill('SIGKILL'), release: () => holder.stdin.end(), ended };
}

const isFree = async (file: string, mode: '-x' | '-s' = '-x'): Promise<boolean> =>
  (await runShell(`flock -n ${mode} '${file}' true`)).code === 0;

function holdersOf(error: unknown): readonly LockHolder[] {
  return (error as PlokeIoError).details?.holders as readonly LockHolder[];
}

/** Until the kernel's list has somebody who waits for a lock on the file. */
async function untilSomebodyWaits(file: string): Promise<void> {
  const { ino } = statSync(file);
  const isWaiting = (): boolean =>
    readFileSync('/proc/locks', 'utf8')
      .split('\n')
      .some((line) => line.includes('->') && line.includes(`:${ino} `));
  while (!isWaiting()) await new Promise((resolve) => setImmediate(resolve));
}

test('excludes flock(1), and is excluded by it, shared and exclusive', async () => {
  const { file, workspace } = await setUp({ lockTimeoutMs: 0 });
  const timeout = { code: 'ERR_PLOKE_LOCK_TIMEOUT', retryable: true };
  const exclusive = await workspace.lock(file);
  expect(exclusive).toMatchObject({ path: file, mode: 'exclusive', scope: 'host' });
  expect([await isFree(file, '-x'), await isFree(file, '-s')]).toEqual([false, false]);
  await exclusive.release();
  await exclusive.release();
  const one = await workspace.lock(file, { mode: 'shared' });
  const two = await workspace.lock(file, { mode: 'shared' });
  expect([await isFree(file, '-x'), await isFree(file, '-s')]).toEqual([false, true]);
  await expect(workspace.lock(file)).rejects.toMatchObject(timeout);
  await one.release();
  await two.release();
  expect(await isFree(file)).toBe(true);

  const reader = await foreignHolder(file, '-s');
  await (await workspace.lock(file, { mode: 'shared' })).release();
  await expect(workspace.lock(file)).rejects.toMatchObject(timeout);
  reader.kill();
  await reader.ended;
  await (await workspace.lock(file)).release();
});

test('a timeout says who holds the lock, by the kernel: process and when it began', async () => {
  const { file, workspace } = await setUp();
  const holder = await foreignHolder(file);
  const error = await workspace.lock(file, { lockTimeoutMs: 1 }).catch((reason: unknown) => reason);
  const [found, ...more] = holdersOf(error);
  expect(more).toEqual([]);
  expect(found).toMatchObject({ pid: holder.pid, mode: 'exclusive', source: 'kernel', purpose: null });
  // Ticks of 10 ms since a boot that is told in whole seconds.
  expect(Math.abs((found?.startedAt ?? 0) - Date.now())).toBeLessThan(60_000);
  expect((error as Error).message).toContain(`process ${holder.pid}`);
});

test('and what it is for, from what the holder wrote down', async () => {
  const { directory, file } = await setUp();
  const child = startChild('test/integration/lock-child.mjs', [directory, file, 'rebuilding the index']);
  onTestFinished(() => void child.kill('SIGKILL'));
  if (!child.stdout) throw new Error('no pipe');
  await once(child.stdout, 'data');
  await using workspace = await openWorkspace({ roots: [directory], lockTimeoutMs: 1 });
  const error = await workspace.lock(file).catch((reason: unknown) => reason);
  expect(holdersOf(error)).toEqual([
    expect.objectContaining({ pid: child.pid, host: hostname(), purpose: 'rebuilding the index', source: 'kernel' }),
  ]);
  expect((error as Error).message).toContain('for "rebuilding the index"');
  // A crash frees it, and what it wrote down goes with the next look.
  child.kill('SIGKILL');
  await once(child, 'close');
  await (await workspace.lock(file)).release();
});

test('waits for another process, until that releases or is killed', async () => {
  const { file, workspace } = await setUp();
  for (const how of ['release', 'kill'] as const) {
    const holder = await foreignHolder(file);
    const waiting = workspace.lock(file);
    await untilSomebodyWaits(file);
    holder[how]();
    const lock = await waiting;
    expect(await isFree(file)).toBe(false);
    await lock.release();
    await holder.ended;
  }
});

test('whoever waits across a replacement gets the lock of the file that is there', async () => {
  const { directory, file, workspace } = await setUp();
  const holder = await foreignHolder(file);
  const waiting = workspace.lock(file);
  await untilSomebodyWaits(file);
  writeFileSync(path.join(directory, 'new'), 'newer');
  renameSync(path.join(directory, 'new'), file);
  holder.kill();
  const lock = await waiting;
  expect(await isFree(file)).toBe(false);
  await lock.release();
});

test('a wait ends with its signal, and leaves nothing behind', async () => {
  const { file, workspace } = await setUp();
  const holder = await foreignHolder(file);
  const controller = new AbortController();
  const waiting = workspace.lock(file, { signal: controller.signal });
  await untilSomebodyWaits(file);
  controller.abort(new Error('enough'));
  await expect(waiting).rejects.toMatchObject({ code: 'ABORT_ERR', name: 'AbortError' });
  await expect(workspace.lock(file, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'ABORT_ERR' });
  holder.kill();
  await holder.ended;
  expect(await isFree(file)).toBe(true);
});

test('within a process whoever asks first is served first, and other workspaces are others', async () => {
  const { directory, file, workspace } = await setUp();
  await using other = await openWorkspace({ roots: [directory], durability: 'none' });
  const held = await workspace.lock(file);
  const order: number[] = [];
  const waiting = Array.from({ length: 10 }, async (_, index) => {
    const lock = await (index % 2 === 0 ? workspace : other).lock(file);
    order.push(index);
    await lock.release();
  });
  await expect(other.lock(file, { lockTimeoutMs: 0 })).rejects.toMatchObject({ code: 'ERR_PLOKE_LOCK_TIMEOUT' });
  await held.release();
  await Promise.all(waiting);
  expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test("locking: 'process' keeps out the calls of this thread, and asks the system for nothing", async () => {
  const { directory, file, workspace } = await setUp({ locking: 'process' });
  await using other = await openWorkspace({ roots: [directory], durability: 'none', lockTimeoutMs: 0 });
  const lock = await workspace.lock(file);
  expect(lock.scope).toBe('process');
  expect(await isFree(file)).toBe(true);
  await expect(other.lock(file)).rejects.toMatchObject({ code: 'ERR_PLOKE_LOCK_TIMEOUT' });
  await expect(other.writeFile(file, 'x')).rejects.toMatchObject({ code: 'ERR_PLOKE_LOCK_TIMEOUT' });
  await lock.release();
  await (await other.lock(file)).release();
});

test('isHeld looks at the file, at once and with nobody to watch it', async () => {
  const { directory, file, workspace } = await setUp();
  const lock = await workspace.lock(file);
  expect(lock.isHeld()).toBe(true);
  await workspace.writeFile(file, 'ours', { lock });
  expect(lock.isHeld()).toBe(true);
  const other = path.join(directory, 'other');
  writeFileSync(other, 'theirs');
  renameSync(other, file);
  expect(lock.isHeld()).toBe(false);
  expect(lock.signal.reason).toMatchObject({ code: 'ERR_PLOKE_LOCK_LOST', path: file });

  const released = await workspace.lock(file);
  await released.release();
  expect(released.isHeld()).toBe(false);
  expect(released.signal.aborted).toBe(false);
});

test('the signal aborts when somebody replaces, removes or moves the file, not when he changes its mode', async () => {
  const { directory, file, workspace } = await setUp();
  const calm = await workspace.lock(file);
  const { signal } = calm;
  chmodSync(file, 0o600);
  // Told after the change of mode, by the same watch: had that aborted the signal, it would have by now.
  const moved = once(signal, 'abort');
  renameSync(file, path.join(directory, 'moved'));
  await moved;
  expect(signal.reason).toMatchObject({ code: 'ERR_PLOKE_LOCK_LOST', path: file });
  await calm.release();

  writeFileSync(file, 'again');
  const removed = await workspace.lock(file);
  const gone = once(removed.signal, 'abort');
  unlinkSync(file);
  await gone;

  writeFileSync(file, 'and again');
  const late = await workspace.lock(file);
  unlinkSync(file);
  // Whoever looks only now is told as well.
  expect(late.signal.aborted).toBe(true);
  await late.release();
});

test('locks end with their workspace, and with their root', async () => {
  const { directory, file } = await setUp();
  const inner = path.join(directory, 'inner');
  mkdirSync(inner);
  writeFileSync(path.join(inner, 'file'), 'x');
  const workspace = await openWorkspace({ roots: [inner], durability: 'none' });
  const lock = await workspace.lock(path.join(inner, 'file'));
  const { signal } = lock;
  await workspace.setRoots([directory]);
  expect(signal.aborted).toBe(false);
  const kept = await workspace.lock(file);
  await workspace.setRoots([inner]);
  expect(kept.signal.reason).toMatchObject({ code: 'ERR_PLOKE_OUTSIDE_ROOTS' });
  expect(await isFree(file)).toBe(true);
  await workspace.close();
  expect(signal.reason).toMatchObject({ code: 'ERR_PLOKE_CLOSED' });
  expect(await isFree(path.join(inner, 'file'))).toBe(true);
  await expect(workspace.lock(path.join(inner, 'file'))).rejects.toMatchObject({ code: 'ERR_PLOKE_CLOSED' });
});

test('bad input is refused', async () => {
  const { directory, file, workspace } = await setUp({ maxOpenFiles: 4 });
  await expect(workspace.lock(path.join(directory, 'missing'))).rejects.toMatchObject({ code: 'ENOENT' });
  await expect(workspace.lock(directory)).rejects.toMatchObject({ code: 'EISDIR' });
  await expect(workspace.lock('/etc/hostname')).rejects.toMatchObject({ code: 'ERR_PLOKE_OUTSIDE_ROOTS' });
  await runShell(`mkfifo '${directory}/fifo'`);
  await expect(workspace.lock(path.join(directory, 'fifo'))).rejects.toMatchObject({
    code: 'ERR_PLOKE_NOT_REGULAR_FILE',
  });
  symlinkSync('/etc/hostname', path.join(directory, 'out'));
  await expect(workspace.lock(path.join(directory, 'out'))).rejects.toMatchObject({ code: 'ERR_PLOKE_SYMLINK_ESCAPE' });
  for (const options of [
    { mode: 'both' },
    { lockTimeoutMs: -1 },
    { lockTimeoutMs: 1.5 },
    { purpose: '' },
    { wait: 1 },
  ]) {
    await expect(workspace.lock(file, options as never)).rejects.toMatchObject({ code: 'ERR_PLOKE_INVALID_ARGUMENT' });
  }
  const locks = await Promise.all(Array.from({ length: 4 }, () => workspace.lock(file, { mode: 'shared' })));
  await expect(workspace.lock(file, { mode: 'shared' })).rejects.toMatchObject({ code: 'ERR_PLOKE_BUSY' });
  for (const lock of locks) await lock.release();
  rmSync(path.join(directory, 'fifo'));
});
