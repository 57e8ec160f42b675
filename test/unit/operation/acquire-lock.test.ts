import { constants } from 'node:os';
import { expect, onTestFinished, test } from 'vitest';
import type { AdvisoryLocks, LockRequest } from '../../../src/concurrency/advisory-lock.js';
import { PlokeIoError } from '../../../src/errors/ploke-io-error.js';
import type { StaleFiles } from '../../../src/io/stale-files.js';
import { acquireLock } from '../../../src/operation/acquire-lock.js';
import { openState } from '../../support/open-state.js';
import { temporaryDirectory } from '../../support/temporary-directory.js';

const operation = 'lock';

/** A server that answers ESTALE to so many tries, each of which has waited. */
async function setUp(staleTries: number, abortAt = Infinity) {
  const directory = temporaryDirectory();
  const state = await openState(directory);
  const lease = state.lease(operation);
  onTestFinished(() => lease.release());
  const controller = new AbortController();
  const asked: number[] = [];
  const acquire: AdvisoryLocks['acquire'] = async ({ timeoutMs, path: { path } }) => {
    asked.push(timeoutMs);
    if (asked.length === abortAt) controller.abort();
    if (asked.length > staleTries) return { id: 7, device: 1, inode: 2 };
    const errno = -constants.errno.ESTALE;
    throw new PlokeIoError({ code: 'ESTALE', message: 'stale', operation, path, errno, syscall: 'openat' });
  };
  const all: ReturnType<StaleFiles['of']> = { among: async (indexes) => indexes, refresh: async () => {} };
  const context = { locks: { acquire } as AdvisoryLocks, staleFiles: { of: () => all } as unknown as StaleFiles };
  const request: LockRequest = {
    operation,
    set: lease.set,
    path: lease.resolve(`${directory}/file`, operation),
    exclusive: true,
    kind: 0,
    timeoutMs: 60_000,
    signal: controller.signal,
    mayBlock: true,
    describeHolders: async () => [],
  };
  return { asked, acquired: acquireLock(context, lease, request) };
}

test('all tries for a lock together have the time of one', async () => {
  const { asked, acquired } = await setUp(4);
  expect(await acquired).toMatchObject({ id: 7 });
  expect(asked).toHaveLength(5);
  // The pauses between them are counted as well, 5 ms and more each.
  for (const [index, timeoutMs] of asked.entries()) expect(timeoutMs).toBeLessThanOrEqual(60_000 - 4 * index);
});

test('whoever is aborted as he waits for a stale name is told that', async () => {
  const { asked, acquired } = await setUp(Infinity, 2);
  await expect(acquired).rejects.toMatchObject({ code: 'ABORT_ERR', operation });
  expect(asked.length).toBeLessThanOrEqual(3);
});
