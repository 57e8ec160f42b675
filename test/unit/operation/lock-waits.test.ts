import { readdirSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import type { NativeAddon } from '../../../src/native/addon.js';
import { NativeLockKind } from '../../../src/native/batch.js';
import { KeyHold } from '../../../src/operation/key-hold.js';
import { lockFile } from '../../../src/operation/lock-file.js';
import { LockWaits, lockKindOf } from '../../../src/operation/lock-waits.js';
import type { MutationCall } from '../../../src/operation/mutation-options.js';
import type { MutationScope } from '../../../src/operation/mutation-scope.js';
import { writeFile } from '../../../src/operation/write-files.js';
import { foreignHolder, isFree, untilWaits } from '../../support/foreign-lock.js';
import { openState } from '../../support/open-state.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

const operation = 'writeFile';
const timeout = { code: 'ERR_PLOKE_LOCK_TIMEOUT', operation };

async function setUp(disturb?: (addon: NativeAddon) => Partial<NativeAddon>) {
  const directory = temporaryDirectory();
  const file = path.join(directory, 'file');
  const other = path.join(directory, 'other');
  for (const name of [file, other]) writeFileSync(name, 'content');
  const state = await openState(directory, disturb);
  const lease = state.lease(operation);
  onTestFinished(() => lease.release());
  const scopeOf = (more: Partial<MutationCall> = {}): MutationScope => ({
    context: state,
    lease,
    trace: undefined,
    addon: state.addon,
    gate: state.gate,
    cancel: null,
    identities: new Map(),
    hold: new KeyHold(() => () => {}),
    call: {
      operation,
      signal: undefined,
      origin: '',
      durability: 'none',
      lockTimeoutMs: 1_000_000,
      lock: undefined,
      ...more,
    },
  });
  return {
    directory,
    file,
    other,
    state,
    scopeOf,
    named: (name: string) => lease.resolve(name, operation),
    waitsOf: (more?: Partial<MutationCall>) => new LockWaits(scopeOf(more)),
  };
}

test('a call begins with no lock but the one that it was given', async () => {
  const { file, state, scopeOf, waitsOf } = await setUp();
  expect(lockKindOf(scopeOf())).toBe(NativeLockKind.advisory);
  expect(waitsOf().use).toEqual({ kind: NativeLockKind.advisory, given: [], required: undefined });
  const lock = await lockFile(state, file);
  expect(waitsOf({ lock }).use).toEqual({ kind: NativeLockKind.advisory, given: [lock.id], required: lock.id });
  await lock.release();
});

test('what was waited for is used by the next attempt, and given back after it', async () => {
  const { file, state, named, waitsOf } = await setUp();
  const waits = waitsOf();
  const holder = await foreignHolder(file);
  const waiting = waits.waitFor(named(file));
  await untilWaits(file, 1);
  await holder.release();
  await waiting;
  const [id = 0, ...more] = waits.use.given;
  expect(more).toEqual([]);
  expect(waits.use.required).toBeUndefined();
  expect(state.addon.checkLock(id)).toBe(0);
  expect(await isFree(file)).toBe(false);
  waits.giveBack();
  expect(waits.use.given).toEqual([]);
  expect(await isFree(file)).toBe(true);
  waits.giveBack();
  expect(state.metrics.snapshot().counters['lock.waits']).toBe(1);
});

test('giving back wakes those of this thread that wait for what the attempt itself had', async () => {
  const { file, state, scopeOf, named, waitsOf } = await setUp();
  const { lease } = scopeOf();
  // Taken as the addon does for an attempt: nobody hears of it.
  const set = state.addon.lockSet(lease.set);
  const lock = state.addon.tryLock(set, 0, 'file', true, NativeLockKind.advisory);
  expect(lock).toBeGreaterThan(0);
  const waiting = waitsOf();
  const waited = waiting.waitFor(named(file));
  await turn();
  expect(waiting.use.given).toEqual([]);
  state.addon.releaseLock(lock);
  waitsOf().giveBack();
  await waited;
  expect(waiting.use.given).toHaveLength(1);
  waiting.giveBack();
}, 10_000);

test('a call that has a lock of its own does not wait for another', async () => {
  const { file, other, state, named, waitsOf } = await setUp();
  const lock = await lockFile(state, file);
  const holder = await foreignHolder(other);
  const waits = waitsOf({ lock });
  await expect(waits.waitFor(named(other))).rejects.toMatchObject({ ...timeout, details: { timeoutMs: 0 } });
  expect(waits.use.given).toEqual([lock.id]);
  // Free: then there is nothing to wait for, and giving it back leaves the caller's.
  await holder.release();
  await waits.waitFor(named(other));
  expect(waits.use.given).toHaveLength(2);
  expect(waits.use.required).toBe(lock.id);
  waits.giveBack();
  expect(waits.use.given).toEqual([lock.id]);
  expect([await isFree(file), await isFree(other)]).toEqual([false, true]);
  await lock.release();
});

test('the time is that of all attempts together, for each file', async () => {
  const { file, other, named, waitsOf } = await setUp();
  const [first, second] = [await foreignHolder(file), await foreignHolder(other)];
  const waits = waitsOf({ lockTimeoutMs: 5 });
  await expect(waits.waitFor(named(file))).rejects.toMatchObject({ ...timeout, details: { timeoutMs: 5 } });
  // The time of this file is up, that of the other is not. What is told is what the caller allowed, not the rest of it.
  await expect(waits.waitFor(named(file))).rejects.toMatchObject({ ...timeout, details: { timeoutMs: 5 } });
  await expect(waits.waitFor(named(other))).rejects.toMatchObject({ ...timeout, details: { timeoutMs: 5 } });
  await first.release();
  await second.release();
  // What is free is had without any time.
  await waits.waitFor(named(file));
  expect(waits.use.given).toHaveLength(1);
  waits.giveBack();
});

test('an aborted signal ends the wait', async () => {
  const { file, named, waitsOf } = await setUp();
  const holder = await foreignHolder(file);
  const controller = new AbortController();
  const waits = waitsOf({ signal: controller.signal });
  const waiting = waits.waitOrLookAgain(named(file));
  await untilWaits(file, 1);
  controller.abort();
  await expect(waiting).rejects.toMatchObject({ code: 'ABORT_ERR', operation });
  expect(waits.use.given).toEqual([]);
  await holder.release();
  expect(await isFree(file)).toBe(true);
});

test('a file that has gone when its turn comes is looked at again', async () => {
  const { file, named, waitsOf } = await setUp();
  const holder = await foreignHolder(file);
  const waits = waitsOf();
  const waiting = waits.waitOrLookAgain(named(file));
  await untilWaits(file, 1);
  unlinkSync(file);
  await holder.release();
  await waiting;
  expect(waits.use.given).toEqual([]);
  await expect(waits.waitFor(named(file))).rejects.toMatchObject({ code: 'ENOENT' });
});

test('a wait for a file that was replaced under the own lock says that the lock is lost', async () => {
  const { directory, file, state, named, waitsOf } = await setUp();
  const lock = await lockFile(state, file);
  writeFileSync(path.join(directory, 'new'), 'theirs');
  renameSync(path.join(directory, 'new'), file);
  const holder = await foreignHolder(file);
  const waits = waitsOf({ lock });
  await expect(waits.waitOrLookAgain(named(file))).rejects.toMatchObject({
    code: 'ERR_PLOKE_LOCK_LOST',
    committed: false,
    path: file,
  });
  await holder.release();
  await lock.release();
});

test('a write waits once for each time that it is blocked, and its locks are gone after it', async () => {
  let attempts = 0;
  const { directory, file, state } = await setUp((real) => ({
    openTargets(batch) {
      attempts += 1;
      return real.openTargets(batch);
    },
    openTargetsNow(batch) {
      attempts += 1;
      return real.openTargetsNow(batch);
    },
  }));
  const holder = await foreignHolder(file);
  const writing = writeFile(state, file, 'written');
  await untilWaits(file, 1);
  // The file under the lock is another one by the time it is free: so the attempt begins anew with that.
  writeFileSync(path.join(directory, 'new'), 'theirs');
  renameSync(path.join(directory, 'new'), file);
  await holder.release();
  await writing;
  expect(attempts).toBe(2);
  expect(state.metrics.snapshot().counters['lock.waits']).toBe(1);
  expect(await isFree(file)).toBe(true);
  expect(readdirSync(directory).sort()).toEqual(['.ploke-io', 'file', 'other']);
});
