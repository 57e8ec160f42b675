import { getEventListeners } from 'node:events';
import { linkSync, renameSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import {
  type AcquiredLock,
  AdvisoryLocks,
  advisoryLocks,
  type LockRequest,
} from '../../../src/concurrency/advisory-lock.js';
import type { NativeAddon } from '../../../src/native/addon.js';
import { NativeLockKind } from '../../../src/native/batch.js';
import { loadAddon } from '../../../src/native/load.js';
import { foreignHolder, isFree, untilWaits } from '../../support/foreign-lock.js';
import { nativeRootSet } from '../../support/native-root.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

const real = loadAddon();
const long = 1_000_000;
const timeout = { code: 'ERR_PLOKE_LOCK_TIMEOUT', retryable: true };

/** `disturb` may put something between the class and the addon: what another caller does at just that moment. */
async function setUp(disturb: Partial<NativeAddon> = {}) {
  const directory = temporaryDirectory();
  const file = path.join(directory, 'file');
  writeFileSync(file, 'content');
  const set = await nativeRootSet(real, [directory]);
  const locks = new AdvisoryLocks({ ...real, ...disturb });
  const held = new Set<AcquiredLock>();
  const keep = <T extends AcquiredLock | undefined>(lock: T): T => {
    if (lock) held.add(lock);
    return lock;
  };
  onTestFinished(() => {
    for (const { id } of held) real.releaseLock(id);
  });
  const request = (more: Partial<LockRequest> & { readonly name?: string } = {}): LockRequest => {
    const { name = 'file', ...rest } = more;
    return {
      set,
      path: { root: 0, relative: name, path: path.join(directory, name) },
      exclusive: true,
      kind: NativeLockKind.advisory,
      operation: 'lock',
      timeoutMs: long,
      signal: undefined,
      mayBlock: false,
      describeHolders: async () => [],
      ...rest,
    };
  };
  return {
    directory,
    file,
    locks,
    request,
    tryNow: (more?: Parameters<typeof request>[0]) => keep(locks.tryNow(request(more))),
    acquire: async (more?: Parameters<typeof request>[0]) => keep(await locks.acquire(request(more))),
  };
}

function idOf(lock: AcquiredLock | undefined): number {
  if (!lock) throw new Error('no lock');
  return lock.id;
}

test('what is free is had at once, and what is held is not', async () => {
  const { file, locks, tryNow, acquire } = await setUp();
  const { dev, ino } = statSync(file);
  const lock = await acquire();
  expect(lock).toMatchObject({ device: dev, inode: ino });
  expect(tryNow()).toBeUndefined();
  expect(tryNow({ exclusive: false })).toBeUndefined();
  locks.release(lock.id);
  const holder = await foreignHolder(file, '-s');
  expect(tryNow()).toBeUndefined();
  const shared = tryNow({ exclusive: false });
  locks.release(idOf(shared));
  await holder.release();
  locks.release(idOf(tryNow()));
  expect(await isFree(file)).toBe(true);
});

test('what cannot be locked is an error, and nobody waits for it', async () => {
  const { directory, locks, request, tryNow, acquire } = await setUp();
  const missing = { code: 'ENOENT', operation: 'lock', path: path.join(directory, 'missing') };
  expect(() => tryNow({ name: 'missing' })).toThrow(expect.objectContaining(missing));
  for (const mayBlock of [false, true]) {
    await expect(acquire({ name: 'missing', mayBlock })).rejects.toMatchObject(missing);
    await expect(acquire({ name: '', mayBlock })).rejects.toMatchObject({ code: 'EISDIR' });
  }
  expect(locks.isAwaited(request({ name: 'missing' }).path.path)).toBe(false);
});

test('those that wait for a call of this thread are served in the order in which they came', async () => {
  const { file, locks, tryNow, acquire } = await setUp();
  const first = idOf(tryNow());
  const order: number[] = [];
  const waiting = Array.from({ length: 20 }, async (_, index) => {
    const { id } = await acquire({ exclusive: index % 3 !== 0 });
    order.push(index);
    await turn();
    locks.release(id);
  });
  expect(locks.isAwaited(file)).toBe(true);
  await turn();
  expect(order).toEqual([]);
  locks.release(first);
  await Promise.all(waiting);
  expect(order).toEqual(Array.from({ length: 20 }, (_, index) => index));
  expect(locks.isAwaited(file)).toBe(false);
});

test('so are those that come by other names of the file', async () => {
  const { directory, file, locks, tryNow, acquire } = await setUp();
  const first = idOf(tryNow());
  const order: string[] = [];
  const waiting = ['c', 'a', 'b', 'd'].map(async (name) => {
    linkSync(file, path.join(directory, name));
    const { id } = await acquire({ name });
    order.push(name);
    await turn();
    locks.release(id);
  });
  await turn();
  locks.release(first);
  await Promise.all(waiting);
  expect(order).toEqual(['c', 'a', 'b', 'd']);
});

test('whoever gives up in the middle of the line lets nobody past those before him', async () => {
  const { locks, tryNow, acquire } = await setUp();
  const first = idOf(tryNow());
  const controller = new AbortController();
  const order: string[] = [];
  const take = async (name: string) => {
    const { id } = await acquire();
    order.push(name);
    locks.release(id);
  };
  const second = take('second');
  const third = acquire({ signal: controller.signal });
  controller.abort();
  await expect(third).rejects.toMatchObject({ code: 'ABORT_ERR' });
  // Free, but not for one that comes now.
  locks.release(first);
  const fourth = take('fourth');
  await Promise.all([second, fourth]);
  expect(order).toEqual(['second', 'fourth']);
});

test('a lock that is given up while another is being asked for on a thread is not missed', async () => {
  let giveUp: () => void = () => undefined;
  const { locks, tryNow, acquire } = await setUp({
    async tryLockLater(request) {
      const result = await real.tryLockLater(request);
      giveUp();
      return result;
    },
  });
  const first = idOf(tryNow());
  giveUp = () => {
    giveUp = () => undefined;
    locks.release(first);
  };
  // Nobody gives up anything after that: it would wait until its time is up.
  expect((await acquire({ mayBlock: true })).id).not.toBe(first);
}, 10_000);

test('several shared locks wake one exclusive wait, the last of them', async () => {
  const { locks, tryNow, acquire } = await setUp();
  const shared = [tryNow({ exclusive: false }), tryNow({ exclusive: false })].map(idOf);
  let isHeld = false;
  const waiting = acquire().then((lock) => {
    isHeld = true;
    return lock;
  });
  locks.release(shared[0] ?? 0);
  await turn();
  expect(isHeld).toBe(false);
  locks.release(shared[1] ?? 0);
  expect((await waiting).id).toBeGreaterThan(0);
});

test('another process is waited for in the kernel, and a file that it replaces is the one that is had', async () => {
  const { directory, file, locks, acquire } = await setUp();
  for (const mayBlock of [false, true]) {
    const holder = await foreignHolder(file);
    const waiting = acquire({ mayBlock });
    await untilWaits(file, 1);
    writeFileSync(path.join(directory, 'new'), 'newer');
    renameSync(path.join(directory, 'new'), file);
    await holder.release();
    const lock = await waiting;
    expect(lock.inode).toBe(statSync(file).ino);
    expect(await isFree(file)).toBe(false);
    locks.release(lock.id);
  }
});

test('those behind the one that waits in the kernel wait without a thread', async () => {
  let threads = 0;
  const { file, locks, acquire } = await setUp({
    waitLock(request) {
      threads += 1;
      return real.waitLock(request);
    },
  });
  const holder = await foreignHolder(file);
  const order: number[] = [];
  const waiting = Array.from({ length: 5 }, async (_, index) => {
    const { id } = await acquire();
    order.push(index);
    locks.release(id);
  });
  await untilWaits(file, 1);
  await holder.release();
  await Promise.all(waiting);
  expect(order).toEqual([0, 1, 2, 3, 4]);
  expect(threads).toBe(1);
});

test('a wait in vain says who holds the file', async () => {
  const { file, request, tryNow, acquire } = await setUp();
  const { dev, ino } = statSync(file);
  const asked: number[][] = [];
  const holders = [
    {
      pid: 7,
      startedAt: null,
      host: 'there',
      purpose: 'a build',
      mode: 'exclusive' as const,
      source: 'kernel' as const,
    },
  ] as unknown as Awaited<ReturnType<LockRequest['describeHolders']>>;
  const describeHolders: LockRequest['describeHolders'] = async (device, inode) => {
    asked.push([device, inode]);
    return holders;
  };
  const holder = await foreignHolder(file);
  const failure = { ...timeout, operation: 'lock', path: request().path.path };
  for (const timeoutMs of [0, 1]) {
    const waiting = acquire({ timeoutMs, describeHolders });
    await expect(waiting).rejects.toMatchObject({ ...failure, details: { timeoutMs, holders } });
    await expect(waiting).rejects.toThrow('process 7 on there for "a build" (exclusive)');
  }
  expect(asked).toEqual([
    [dev, ino],
    [dev, ino],
  ]);
  // That nobody can tell is no other failure.
  const untold = acquire({ timeoutMs: 0, describeHolders: () => Promise.reject(new Error('mine')) });
  await expect(untold).rejects.toMatchObject({ ...failure, details: { timeoutMs: 0, holders: [] } });
  await expect(untold).rejects.toThrow('by somebody else');
  await holder.release();
  expect(tryNow()).toBeDefined();
  await expect(acquire({ timeoutMs: 1 })).rejects.toThrow('by a call of this process');
});

test('a signal ends every kind of wait, and nothing is left of it', async () => {
  const { file, locks, tryNow, acquire } = await setUp();
  const aborted = { code: 'ABORT_ERR', name: 'AbortError', operation: 'lock', path: file };
  const here = idOf(tryNow());
  await expect(acquire({ signal: AbortSignal.abort() })).rejects.toMatchObject(aborted);
  const behindCall = new AbortController();
  const inLine = new AbortController();
  const waits = [acquire({ signal: behindCall.signal }), acquire({ signal: inLine.signal })];
  inLine.abort();
  await expect(waits[1]).rejects.toMatchObject(aborted);
  behindCall.abort();
  await expect(waits[0]).rejects.toMatchObject(aborted);
  locks.release(here);

  const holder = await foreignHolder(file);
  const inKernel = new AbortController();
  const waiting = acquire({ signal: inKernel.signal });
  await untilWaits(file, 1);
  inKernel.abort();
  await expect(waiting).rejects.toMatchObject(aborted);
  for (const { signal } of [behindCall, inLine, inKernel]) expect(getEventListeners(signal, 'abort')).toEqual([]);
  expect(locks.isAwaited(file)).toBe(false);
  await holder.release();
  expect(await isFree(file)).toBe(true);
});

test('nothing is left of a wait that was not in vain', async () => {
  const { file, locks, tryNow, acquire } = await setUp();
  const { signal } = new AbortController();
  const here = idOf(tryNow());
  const behindCall = acquire({ signal });
  expect(getEventListeners(signal, 'abort')).toHaveLength(1);
  locks.release(here);
  locks.release((await behindCall).id);
  const holder = await foreignHolder(file);
  const inKernel = acquire({ signal });
  await untilWaits(file, 1);
  await holder.release();
  locks.release((await inKernel).id);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
  expect(locks.isAwaited(file)).toBe(false);
});

test('a lock that comes in the moment of the abort is given back', async () => {
  const controller = new AbortController();
  const { file, acquire } = await setUp({
    async waitLock(request) {
      const result = await real.waitLock(request);
      expect(result.lock).toBeGreaterThan(0);
      controller.abort();
      return result;
    },
  });
  const holder = await foreignHolder(file);
  const waiting = acquire({ signal: controller.signal });
  await untilWaits(file, 1);
  await Promise.all([expect(waiting).rejects.toMatchObject({ code: 'ABORT_ERR' }), holder.release()]);
  expect(await isFree(file)).toBe(true);
});

test('where the file system may keep the caller waiting nothing is asked on this thread', async () => {
  const { file, locks, acquire } = await setUp({
    tryLock() {
      throw new Error('asked on the calling thread');
    },
  });
  const lock = await acquire({ mayBlock: true });
  const waiting = acquire({ mayBlock: true });
  await expect(acquire({ mayBlock: true, timeoutMs: 0 })).rejects.toMatchObject(timeout);
  locks.release(lock.id);
  const { id } = await waiting;
  expect(await isFree(file)).toBe(false);
  locks.release(id);
  await expect(acquire()).rejects.toThrow('asked on the calling thread');
});

test('a watch tells until it is taken back, each lock for itself', async () => {
  const { directory, file, locks, tryNow } = await setUp();
  writeFileSync(path.join(directory, 'other'), '');
  const [one, two] = [tryNow(), tryNow({ name: 'other' })].map(idOf) as [number, number];
  const told: string[] = [];
  const otherGone = new Promise<void>((resolve) => {
    locks.watch(one, () => told.push('replaced watch'));
    locks.watch(one, () => told.push('file'));
    locks.watch(two, () => {
      told.push('other');
      resolve();
    });
  });
  locks.unwatch(one);
  unlinkSync(file);
  unlinkSync(path.join(directory, 'other'));
  // By the same watch, in order.
  await otherGone;
  expect(told).not.toContain('file');
  expect(told).not.toContain('replaced watch');
});

test('where the system has no watch to give, it is asked from time to time, until the lock is released', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  const { locks, tryNow } = await setUp({ watchLock: () => 28 });
  const id = idOf(tryNow());
  let told = 0;
  locks.watch(id, () => {
    told += 1;
  });
  vi.advanceTimersByTime(3_000);
  expect(told).toBe(3);
  locks.release(id);
  expect(vi.getTimerCount()).toBe(0);
  vi.advanceTimersByTime(3_000);
  expect(told).toBe(3);
});

test('there is one of them for each thread', () => {
  expect(advisoryLocks(real)).toBe(advisoryLocks(real));
});
