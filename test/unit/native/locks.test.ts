import {
  linkSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { NativeDurability, NativeFailure, NativeLockKind } from '../../../src/native/batch.js';
import { CommitFlag, TargetMode } from '../../../src/native/change-batches.js';
import { loadAddon } from '../../../src/native/load.js';
import { LOCK_NUMBERS, LockNumber, type LockWaitResult } from '../../../src/native/lock-requests.js';
import { openDescriptors } from '../../setup/open-descriptors.js';
import { runShell } from '../../support/child.js';
import { foreignHolder, isFree, untilWaits } from '../../support/foreign-lock.js';
import { nativeRootSet } from '../../support/native-root.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

const addon = loadAddon();
const { advisory, process: inProcess } = NativeLockKind;
const { ENOENT, EISDIR, ECANCELED } = constants.errno;
/** Of native/lock_wait.h. */
const mostWaits = 128;
const owner = '5'.repeat(32);

async function setUp() {
  const directory = temporaryDirectory();
  const at = (name: string): string => path.join(directory, name);
  writeFileSync(at('file'), 'content');
  const set = await nativeRootSet(addon, [directory]);
  const setNumber = addon.lockSet(set);
  const numbers = addon.lockNumbers();
  const held: number[] = [];
  onTestFinished(() => {
    for (const lock of held) addon.releaseLock(lock);
  });
  return {
    directory,
    at,
    set,
    setNumber,
    file: at('file'),
    tryLock(name: string, exclusive = true, kind: number = advisory) {
      const lock = addon.tryLock(setNumber, 0, name, exclusive, kind);
      if (lock !== 0) held.push(lock);
      const [status, , device, inode, here] = numbers;
      return { lock, status, device, inode, here: here === 1 };
    },
    tryLater: (name: string, exclusive = true, kind: number = advisory) =>
      kept(held, addon.tryLockLater({ set, root: 0, path: name, exclusive, kind })),
    wait: (wait: number, name = 'file', exclusive = true) =>
      kept(held, addon.waitLock({ set, root: 0, path: name, exclusive, kind: advisory, wait })),
    /** Writes as an editor does: another inode under the same name. */
    replace(content: string): number {
      writeFileSync(at('new'), content);
      renameSync(at('new'), at('file'));
      return statSync(at('file')).ino;
    },
  };
}

async function kept(held: number[], coming: Promise<LockWaitResult>): Promise<LockWaitResult> {
  const result = await coming;
  if (result.lock !== 0) held.push(result.lock);
  return result;
}

/** Resolves with the next number that the listener is told. */
function nextTold(): Promise<number> {
  return new Promise((resolve) => addon.setLockListener(resolve));
}

test('one exclusive lock or many shared ones, for the calls of a thread and for other processes', async () => {
  const { file, tryLock, tryLater } = await setUp();
  const { ino, dev } = statSync(file);
  const exclusive = tryLock('file');
  expect(exclusive).toMatchObject({ status: 0, device: dev, inode: ino, here: false });
  expect(exclusive.lock).toBeGreaterThan(0);
  const refused = { lock: 0, status: NativeFailure.locked, device: dev, inode: ino, here: true };
  expect([tryLock('file'), tryLock('file', false)]).toEqual([refused, refused]);
  expect(await tryLater('file')).toMatchObject(refused);
  expect([await isFree(file), await isFree(file, '-s')]).toEqual([false, false]);

  addon.releaseLock(exclusive.lock);
  const shared = [tryLock('file', false), await tryLater('file', false)];
  expect(shared).toMatchObject([{ status: 0 }, { status: 0 }]);
  expect(tryLock('file')).toEqual(refused);
  expect([await isFree(file), await isFree(file, '-s')]).toEqual([false, true]);
  addon.releaseLock(shared[0]?.lock ?? 0);
  // One of two is not the last.
  expect(tryLock('file')).toEqual(refused);
  addon.releaseLock(shared[1]?.lock ?? 0);
  expect(await isFree(file)).toBe(true);
  expect(tryLock('file').status).toBe(0);
});

test('what another process holds is refused, and it is said that it is not held here', async () => {
  const { file, tryLock, tryLater } = await setUp();
  const { ino } = statSync(file);
  const holder = await foreignHolder(file, '-s');
  const refused = { lock: 0, status: NativeFailure.locked, inode: ino, here: false };
  expect(tryLock('file')).toMatchObject(refused);
  expect(await tryLater('file')).toMatchObject(refused);
  const { lock, status } = tryLock('file', false);
  expect(status).toBe(0);
  addon.releaseLock(lock);
  await holder.release();
  expect(tryLock('file').status).toBe(0);
});

test('a lock among the calls of a thread asks the system for nothing', async () => {
  const { file, tryLock, tryLater } = await setUp();
  const holder = await foreignHolder(file);
  const { lock, status } = tryLock('file', true, inProcess);
  expect(status).toBe(0);
  expect(await tryLater('file', false, inProcess)).toMatchObject({ lock: 0, here: true });
  await holder.release();
  expect(await isFree(file)).toBe(true);
  // It excludes those of this thread that do ask, and they are told that it is held here.
  expect(tryLock('file')).toMatchObject({ lock: 0, here: true });
  addon.releaseLock(lock);
  expect(tryLock('file').status).toBe(0);
});

test('a file has one lock, by whatever name or link it is reached', async () => {
  const { at, tryLock, tryLater } = await setUp();
  mkdirSync(at('below'));
  linkSync(at('file'), at('below/other'));
  symlinkSync('file', at('link'));
  const { lock, inode } = tryLock('link');
  expect(inode).toBe(statSync(at('file')).ino);
  for (const name of ['file', 'link', 'below/other']) {
    expect(tryLock(name)).toMatchObject({ lock: 0, status: NativeFailure.locked, here: true });
    expect(await tryLater(name)).toMatchObject({ lock: 0, status: NativeFailure.locked, here: true });
  }
  addon.releaseLock(lock);
  expect(tryLock('below/other').status).toBe(0);
});

test('releasing again, or what never was, touches no other lock', async () => {
  const { file, tryLock } = await setUp();
  const first = tryLock('file').lock;
  addon.releaseLock(first);
  addon.releaseLock(first);
  const second = tryLock('file').lock;
  expect(second).not.toBe(first);
  addon.releaseLock(first);
  for (const none of [0, -1, 1.5, 4_000_000_000, 'x', undefined]) addon.releaseLock(none as never);
  expect(addon.checkLock(second)).toBe(0);
  expect(await isFree(file)).toBe(false);
  expect(addon.checkLock(first)).toBe(NativeFailure.changed);
});

test('a lock is of no use any more once its name leads to another file, to none, or to a link', async () => {
  const { at, tryLock, replace } = await setUp();
  const replaced = tryLock('file').lock;
  const inode = replace('newer');
  expect(addon.checkLock(replaced)).toBe(NativeFailure.changed);
  // The one that is there now is another file, and free.
  const current = tryLock('file');
  expect(current).toMatchObject({ status: 0, inode });
  unlinkSync(at('file'));
  expect(addon.checkLock(current.lock)).toBe(NativeFailure.changed);
  writeFileSync(at('target'), '');
  const behind = tryLock('target');
  renameSync(at('target'), at('moved'));
  symlinkSync('moved', at('target'));
  expect(addon.checkLock(behind.lock)).toBe(NativeFailure.changed);
  renameSync(at('moved'), at('target'));
  expect(addon.checkLock(behind.lock)).toBe(0);
});

test('whoever waits gets the lock when its holder releases it, or dies', async () => {
  const { file, wait } = await setUp();
  for (const how of ['release', 'kill'] as const) {
    const holder = await foreignHolder(file);
    const waiting = wait(7);
    await untilWaits(file, 1);
    await holder[how]();
    const result = await waiting;
    expect(result).toMatchObject({ status: 0, here: false, inode: statSync(file).ino });
    expect(addon.checkLock(result.lock)).toBe(0);
    expect(await isFree(file)).toBe(false);
    addon.releaseLock(result.lock);
  }
});

test('a shared wait is over while an exclusive one still waits', async () => {
  const { file, tryLock, wait } = await setUp();
  const holder = await foreignHolder(file);
  const shared = wait(1, 'file', false);
  await untilWaits(file, 1);
  await holder.release();
  const { lock } = await shared;
  expect([await isFree(file, '-s'), await isFree(file)]).toEqual([true, false]);
  expect(tryLock('file', false).status).toBe(0);
  addon.releaseLock(lock);
});

test('a wait goes on with the file that has replaced the one it began with', async () => {
  const { file, wait, replace } = await setUp();
  const first = await foreignHolder(file);
  const waiting = wait(1);
  await untilWaits(file, 1);
  const inode = replace('newer');
  // The new one is held as well: the lock of the old one, which nobody can reach any more, must not be the answer.
  const second = await foreignHolder(file);
  await first.release();
  await untilWaits(file, 1);
  await second.release();
  const result = await waiting;
  expect(result).toMatchObject({ status: 0, inode });
  expect(addon.checkLock(result.lock)).toBe(0);
  expect(await isFree(file)).toBe(false);
});

test('a wait whose file is removed meanwhile ends with that', async () => {
  const { file, wait } = await setUp();
  const holder = await foreignHolder(file);
  const waiting = wait(1);
  await untilWaits(file, 1);
  unlinkSync(file);
  await holder.release();
  expect(await waiting).toMatchObject({ lock: 0, status: ENOENT });
});

test('a wait that ends while a call of this thread has the file is told so', async () => {
  const { file, tryLock, wait } = await setUp();
  const here = tryLock('file', true, inProcess);
  expect(await wait(1)).toMatchObject({ lock: 0, status: NativeFailure.locked });
  // What it had got of the system was given back.
  expect(await isFree(file)).toBe(true);
  addon.releaseLock(here.lock);
  expect((await wait(1)).status).toBe(0);
});

test('a wait can be cancelled, before it has begun and after', async () => {
  const { file, wait } = await setUp();
  const holder = await foreignHolder(file);
  for (let number = 1; number <= 50; number += 1) {
    const waiting = wait(number);
    if (number % 2 === 0) await untilWaits(file, 1);
    addon.cancelLockWait(number);
    addon.cancelLockWait(number);
    expect(await waiting).toMatchObject({ lock: 0, status: ECANCELED });
  }
  // Another one goes on.
  const [one, two] = [wait(1), wait(2)];
  await untilWaits(file, 2);
  addon.cancelLockWait(1);
  addon.cancelLockWait(3);
  expect(await one).toMatchObject({ lock: 0, status: ECANCELED });
  await holder.release();
  expect((await two).status).toBe(0);
});

test('the number of waits is bounded, and those that are over do not count', async () => {
  const { file, wait } = await setUp();
  const holder = await foreignHolder(file);
  const waiting = Array.from({ length: mostWaits }, (_, index) => wait(index + 1));
  await untilWaits(file, mostWaits);
  const busy = { lock: 0, status: NativeFailure.busy };
  expect(await wait(mostWaits + 1)).toMatchObject(busy);
  addon.cancelLockWait(5);
  expect(await waiting[4]).toMatchObject({ status: ECANCELED });
  const again = wait(5);
  await untilWaits(file, mostWaits);
  // The number of one that still waits is taken.
  expect(await wait(6)).toMatchObject(busy);
  for (let number = 1; number <= mostWaits; number += 1) addon.cancelLockWait(number);
  const results = await Promise.all([...waiting, again]);
  expect(results.every(({ lock, status }) => lock === 0 && status === ECANCELED)).toBe(true);
  await holder.release();
  expect((await wait(1)).status).toBe(0);
});

test('a wait that was told of is over: its number is free again', async () => {
  const { wait } = await setUp();
  for (let round = 0; round < 300; round += 1) {
    const { lock, status } = await wait(1);
    expect([round, status]).toEqual([round, 0]);
    addon.releaseLock(lock);
  }
});

test('a commit under a given lock hands it on to the new version', async () => {
  const { file, set, tryLock } = await setUp();
  const { owner: ownerFile } = await addon.openOwner(set, 0, owner);
  if (!ownerFile) throw new Error('no owner file');
  const { lock, inode } = tryLock('file');
  const told = nextTold();
  expect(addon.watchLock(lock)).toBe(0);
  const open = (given: readonly number[]) =>
    addon.openTargetsNow({
      set,
      count: 1,
      paths: 'file',
      roots: new Uint8Array(1),
      cancel: null,
      modes: Uint8Array.of(TargetMode.replace),
      createParents: new Uint8Array(1),
      durability: NativeDurability.none,
      hash: true,
      contents: false,
      maxFileBytes: 1_000,
      lock: advisory,
      given: Uint32Array.from(given),
    });
  const blocked = open([]);
  expect(blocked).toMatchObject({ blocked: 0 });
  expect([...blocked.status]).toEqual([NativeFailure.locked]);
  addon.closeTargets(blocked.targets);

  const opened = open([lock]);
  expect([...(opened.usedLocks ?? [])]).toEqual([lock]);
  const committed = await addon.commitBatch({
    targets: opened.targets,
    items: [
      { index: 0, data: Buffer.from('newer'), mode: -1, create: false, remove: false, expectedHash: null, swap: true },
    ],
    owner,
    durability: NativeDurability.none,
    preserveMetadata: true,
    inPlace: false,
    origin: null,
    cancel: null,
  });
  expect([...committed.status]).toEqual([0]);
  expect((committed.flags[0] ?? 0) & CommitFlag.committed).toBe(CommitFlag.committed);
  addon.closeTargets(opened.targets);
  expect(readFileSync(file, 'utf8')).toBe('newer');
  expect(statSync(file).ino).not.toBe(inode);
  // The caller's lock is on the new version, and the watch with it once it is asked for anew.
  expect(await told).toBe(lock);
  expect(addon.checkLock(lock)).toBe(0);
  expect(await isFree(file)).toBe(false);
  expect(tryLock('file')).toMatchObject({ lock: 0, here: true, inode: statSync(file).ino });
  expect(addon.watchLock(lock)).toBe(0);
  const removed = nextTold();
  unlinkSync(file);
  expect(await removed).toBe(lock);
  expect(addon.checkLock(lock)).toBe(NativeFailure.changed);
  addon.releaseLock(lock);
  await addon.closeOwner(ownerFile);
});

test('a watch tells of a file that was replaced, for each lock on it, until the lock is released', async () => {
  const { at, tryLock, replace } = await setUp();
  writeFileSync(at('other'), '');
  const [one, two] = [tryLock('file', false).lock, tryLock('file', false).lock];
  const other = tryLock('other').lock;
  const told: number[] = [];
  let wake: () => void = () => undefined;
  addon.setLockListener((lock) => {
    told.push(lock);
    wake();
  });
  const until = async (lock: number) => {
    while (!told.includes(lock)) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  expect([one, two, other].map((lock) => addon.watchLock(lock))).toEqual([0, 0, 0]);
  addon.releaseLock(one);
  replace('newer');
  await until(two);
  unlinkSync(at('other'));
  // Told in order, by one thread: had the released lock been told of, it would have been by now.
  await until(other);
  expect(told).not.toContain(one);
  for (const none of [one, 0, 'x']) expect(addon.watchLock(none as never)).toBe(NativeFailure.changed);
});

test('what cannot be locked is refused with its reason', async () => {
  const { at, tryLock, tryLater, wait } = await setUp();
  mkdirSync(at('folder'));
  mkdirSync(at('.ploke-io'));
  writeFileSync(at('.ploke-io/owner-x'), '');
  symlinkSync('.ploke-io/owner-x', at('inside'));
  symlinkSync('/etc/hostname', at('out'));
  symlinkSync('missing', at('dangling'));
  await runShell(`mkfifo '${at('fifo')}'`);
  const expected: Record<string, number> = {
    missing: ENOENT,
    'missing/file': ENOENT,
    '': EISDIR,
    inside: NativeFailure.reserved,
    out: NativeFailure.escape,
    dangling: ENOENT,
    fifo: NativeFailure.notRegularFile,
  };
  for (const [name, status] of Object.entries(expected)) {
    expect([name, tryLock(name)]).toMatchObject([name, { lock: 0, status }]);
    expect([name, await tryLater(name)]).toMatchObject([name, { lock: 0, status }]);
    if (name !== 'fifo') expect([name, await wait(1, name)]).toMatchObject([name, { lock: 0, status }]);
  }
  for (const { lock, status } of [tryLock('folder'), await tryLater('folder'), await wait(1, 'folder')]) {
    expect(lock).toBe(0);
    expect(status).not.toBe(0);
  }
});

test('a broken call throws a TypeError, and locks nothing', async () => {
  const { file, set, setNumber } = await setUp();
  const good = [setNumber, 0, 'file', true, advisory] as const;
  const broken: readonly [number, unknown][] = [
    [0, 4_000_000],
    [0, set],
    [1, 1],
    [1, '0'],
    [3, 1],
    [4, NativeLockKind.none],
    [4, 3],
  ];
  for (const [place, value] of broken) {
    const call = good.map((argument, index) => (index === place ? value : argument));
    expect(() => addon.tryLock(...(call as unknown as typeof good))).toThrow(TypeError);
  }
  const request = { set, root: 0, path: 'file', exclusive: true, kind: advisory, wait: 1 };
  for (const wrong of [{ set: {} }, { root: 1 }, { path: 1 }, { kind: 0 }, { kind: 3 }, { kind: 'x' }]) {
    expect(() => addon.tryLockLater({ ...request, ...wrong } as never)).toThrow(TypeError);
    expect(() => addon.waitLock({ ...request, ...wrong } as never)).toThrow(TypeError);
  }
  expect(() => addon.tryLockLater(undefined as never)).toThrow(TypeError);
  expect(() => addon.waitLock({ ...request, wait: 'x' } as never)).toThrow(TypeError);
  expect(() => addon.setLockListener(1 as never)).toThrow(TypeError);
  expect(() => addon.lockSet({} as never)).toThrow(TypeError);
  for (const none of [0, 9, 'x', undefined]) addon.cancelLockWait(none as never);
  expect(await isFree(file)).toBe(true);
  const lock = addon.tryLock(...good);
  expect(lock).toBeGreaterThan(0);
  addon.releaseLock(lock);
});

test('each set of roots has one number, and its own files', async () => {
  const first = await setUp();
  const second = await setUp();
  expect(second.setNumber).not.toBe(first.setNumber);
  // Whoever goes back and forth between two sets asks each time.
  for (let round = 0; round < 3; round += 1) {
    expect([first, second].map(({ set }) => addon.lockSet(set))).toEqual([first.setNumber, second.setNumber]);
  }
  expect(first.tryLock('file').inode).toBe(statSync(first.file).ino);
  expect(second.tryLock('file').inode).toBe(statSync(second.file).ino);
});

test('no lock, no failure, no wait and no watch leaves a descriptor behind', async () => {
  const { at, directory, file, tryLock, tryLater, wait } = await setUp();
  symlinkSync('file', at('link'));
  const ours = () => [...openDescriptors().values()].filter((target) => target.startsWith(`${directory}/`));
  const all = () => openDescriptors().size;
  const round = async () => {
    for (const name of ['file', 'link', 'missing', '']) {
      for (const exclusive of [true, false]) {
        const { lock } = tryLock(name, exclusive);
        const second = tryLock(name, exclusive);
        addon.watchLock(lock);
        addon.releaseLock(second.lock);
        addon.releaseLock(lock);
        addon.releaseLock((await tryLater(name, exclusive)).lock);
      }
    }
    const holder = await foreignHolder(file);
    tryLock('file');
    const [got, cancelled] = [wait(1), wait(2)];
    await untilWaits(file, 2);
    addon.cancelLockWait(2);
    await cancelled;
    await holder.release();
    const { lock } = await got;
    expect(ours()).toEqual([readlinkSync(`/proc/self/fd/${descriptorOf(file)}`)]);
    addon.releaseLock(lock);
    expect(ours()).toEqual([]);
  };
  await round();
  // The pipes of flock(1) are closed by callbacks.
  for (let turns = 0; turns < 20; turns += 1) await turn();
  const before = all();
  for (let rounds = 0; rounds < 5; rounds += 1) await round();
  for (let turns = 0; turns < 200 && all() > before; turns += 1) await turn();
  expect(all()).toBeLessThanOrEqual(before);
});

function descriptorOf(file: string): number {
  for (const [descriptor, target] of openDescriptors()) if (target === file) return descriptor;
  throw new Error(`nothing has ${file} open`);
}

test('the numbers that come back are those of the documented places', async () => {
  const { file, set } = await setUp();
  const numbers = addon.lockNumbers().fill(99);
  const lock = addon.tryLock(addon.lockSet(set), 0, 'missing', true, advisory);
  expect(lock).toBe(0);
  expect(numbers[LockNumber.status]).toBe(ENOENT);
  expect(addon.syscallNames()[numbers[LockNumber.syscall] ?? 0]).toMatch(/^(openat2?|fstatat)$/);
  expect(numbers[LockNumber.here]).toBe(0);
  const got = addon.tryLock(addon.lockSet(set), 0, 'file', true, advisory);
  onTestFinished(() => addon.releaseLock(got));
  const { dev, ino } = statSync(file);
  expect([...numbers]).toEqual([0, 0, dev, ino, 0]);
  expect(numbers).toHaveLength(LOCK_NUMBERS);
  expect(addon.lockNumbers()).toBe(numbers);
});
