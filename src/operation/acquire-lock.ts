import { constants } from 'node:os';
import { performance } from 'node:perf_hooks';
import type { AcquiredLock, LockRequest } from '../concurrency/advisory-lock.js';
import { throwIfAborted } from '../errors/make.js';
import { PlokeIoError } from '../errors/ploke-io-error.js';
import { replaceResult, retryExhausted } from '../io/exhaustion.js';
import type { RootLease } from '../policy/root-lease.js';
import type { OperationContext } from './context.js';

/** A try for a lock as a batch of one. */
function outcome(result: { readonly acquired: AcquiredLock } | { readonly error: PlokeIoError }) {
  const status = 'error' in result ? constants.errno.ESTALE : 0;
  return { status: Int32Array.of(status), syscalls: new Uint8Array(1), result };
}

/**
 * Waits for a lock, on a network file system also until the name leads to the version that another host has just put in
 * place: that takes up to 2 s beside `timeoutMs`.
 *
 * @throws what AdvisoryLocks.acquire throws; ESTALE where hosts replace the file faster than this one can lock it
 */
export async function acquireLock(
  { locks, staleFiles }: Pick<OperationContext, 'locks' | 'staleFiles'>,
  lease: RootLease,
  request: LockRequest,
): Promise<AcquiredLock> {
  const { timeoutMs, lockTimeoutMs = timeoutMs } = request;
  const began = performance.now();
  const attempt = async () => {
    // All tries together have the time of one.
    const leftMs = Math.max(0, timeoutMs - (performance.now() - began));
    try {
      return outcome({ acquired: await locks.acquire({ ...request, timeoutMs: leftMs, lockTimeoutMs }) });
    } catch (error) {
      if (!(error instanceof PlokeIoError) || error.code !== 'ESTALE') throw error;
      return outcome({ error });
    }
  };
  const stale = staleFiles.of(lease, () => request.path);
  const { result } = await retryExhausted(attempt, replaceResult, request.signal, stale);
  if ('error' in result) {
    throwIfAborted(request.signal, request.operation, request.path.path);
    throw result.error;
  }
  return result.acquired;
}
