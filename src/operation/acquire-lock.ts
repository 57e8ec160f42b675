import { constants } from 'node:os';
import type { AcquiredLock, LockRequest } from '../concurrency/advisory-lock.js';
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
  const attempt = async () => {
    try {
      return outcome({ acquired: await locks.acquire(request) });
    } catch (error) {
      if (!(error instanceof PlokeIoError) || error.code !== 'ESTALE') throw error;
      return outcome({ error });
    }
  };
  const stale = staleFiles.of(lease, () => request.path);
  const { result } = await retryExhausted(attempt, replaceResult, request.signal, stale);
  if ('error' in result) throw result.error;
  return result.acquired;
}
