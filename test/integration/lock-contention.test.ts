import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { openWorkspace } from '../../src/index.js';
import { lockContentionMs } from '../../src/telemetry/call-trace.js';
import type { WorkspaceOptions } from '../../src/types.js';
import { foreignHolder, untilWaits } from '../support/foreign-lock.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import { recordCalls, recordContentions } from '../support/told.js';

async function setUp(options: Partial<WorkspaceOptions> = {}) {
  const directory = temporaryDirectory();
  const file = path.join(directory, 'file');
  writeFileSync(file, 'content');
  const workspace = await openWorkspace({ roots: [directory], durability: 'none', origin: 'us', ...options });
  onTestFinished(() => workspace.close());
  return { file, workspace };
}

/** Longer than what is told of; the timeout is the clock. */
const longEnoughMs = lockContentionMs + 50;
const timeout = { code: 'ERR_PLOKE_LOCK_TIMEOUT' };

test('what a call waits for a lock of another process is told, and counted', async () => {
  const { file, workspace } = await setUp();
  const calls = recordCalls();
  const holder = await foreignHolder(file);
  const writing = workspace.writeFile(file, 'new');
  await untilWaits(file, 1);
  await holder.release();
  await writing;
  await (await workspace.lock(file)).release();
  expect(calls.ended('writeFile')[0]?.lockWaitMs).toBeGreaterThan(0);
  expect(calls.ended('lock')[0]?.lockWaitMs).toBe(0);
  const { counters, histograms } = workspace.metrics();
  expect(counters['lock.waits']).toBe(1);
  expect(histograms['lock.wait.ms']?.count).toBe(1);
});

test('who stood in line behind another call has waited, though the lock was free when its turn came', async () => {
  const { file, workspace } = await setUp();
  const calls = recordCalls();
  const controller = new AbortController();
  const first = await workspace.lock(file);
  const second = workspace.lock(file, { signal: controller.signal });
  const third = workspace.lock(file);
  const secondFailed = expect(second).rejects.toMatchObject({ code: 'ABORT_ERR' });
  while ((workspace.metrics().counters['lock.waits'] ?? 0) < 2) await turn();
  controller.abort();
  await first.release();
  await secondFailed;
  await (await third).release();
  expect(calls.ended('lock').map(({ code, lockWaitMs }) => [code, lockWaitMs > 0])).toEqual([
    ['OK', false],
    ['ABORT_ERR', true],
    ['OK', true],
  ]);
});

test('a lock that was waited for in vain is told with who holds it', async () => {
  const { file, workspace } = await setUp();
  const contentions = recordContentions();
  await foreignHolder(file);
  await expect(workspace.writeFile(file, 'new', { lockTimeoutMs: longEnoughMs })).rejects.toMatchObject(timeout);
  expect(contentions).toMatchObject([
    { operation: 'writeFile', path: file, acquired: false, origin: 'us', workspaceOrigin: 'us' },
  ]);
  expect(contentions[0]?.waitedMs).toBeGreaterThanOrEqual(lockContentionMs);
  expect(contentions[0]?.holders).toMatchObject([{ mode: 'exclusive', source: 'kernel' }]);
  expect(workspace.metrics().counters['lock.contentions']).toBe(1);
});

test('so is one that was had in the end, by lock() as by a change, and once a call', async () => {
  const { file, workspace } = await setUp();
  const contentions = recordContentions();
  const holder = await foreignHolder(file);
  const locking = workspace.lock(file);
  await untilWaits(file, 1);
  // In line behind the other: it has waited long enough when this one gives up.
  await expect(workspace.lock(file, { lockTimeoutMs: longEnoughMs })).rejects.toMatchObject(timeout);
  await holder.release();
  await (await locking).release();
  expect(contentions).toMatchObject([
    { operation: 'lock', path: file, acquired: false, origin: null },
    { operation: 'lock', path: file, acquired: true, origin: null },
  ]);
  expect(contentions[1]?.holders).toMatchObject([{ mode: 'exclusive', source: 'kernel' }]);
});

test('a short wait is no contention', async () => {
  const { file, workspace } = await setUp();
  const contentions = recordContentions();
  await foreignHolder(file);
  await expect(workspace.writeFile(file, 'new', { lockTimeoutMs: 0 })).rejects.toMatchObject(timeout);
  expect(contentions).toEqual([]);
  const { counters } = workspace.metrics();
  expect([counters['lock.waits'], counters['lock.contentions']]).toEqual([1, undefined]);
});

test('without a subscriber it is counted all the same', async () => {
  const { file, workspace } = await setUp();
  await foreignHolder(file);
  await expect(workspace.lock(file, { lockTimeoutMs: longEnoughMs })).rejects.toMatchObject(timeout);
  expect(workspace.metrics().counters['lock.contentions']).toBe(1);
});
