import { performance } from 'node:perf_hooks';
import type { AcquiredLock, LockPlace, LockRequest } from '../concurrency/advisory-lock.js';
import { PlokeIoError } from '../errors/ploke-io-error.js';
import type { RootLease } from '../policy/root-lease.js';
import { type CallTrace, lockContentionMs } from '../telemetry/call-trace.js';
import { lockContentions } from '../telemetry/channels.js';
import type { LockHolder } from '../types.js';
import { acquireLock } from './acquire-lock.js';
import type { OperationContext } from './context.js';

/** What a wait for a lock works with. */
interface LockScope {
  readonly context: Pick<OperationContext, 'locks' | 'metrics' | 'staleFiles'>;
  readonly trace: CallTrace | undefined;
  readonly lease: RootLease;
}

/**
 * Acquires a lock, and tells metrics and trace of the wait, if it is one: how long it took, and of a long one who held the lock
 * meanwhile.
 *
 * @param wasBlocked somebody held it a moment ago
 * @throws what acquiring throws
 */
export async function awaitLock(
  { context, trace, lease }: LockScope,
  request: LockRequest,
  wasBlocked: boolean,
): Promise<AcquiredLock> {
  const wait = new Wait(context.metrics, trace, request);
  if (wasBlocked) wait.blocked();
  try {
    const acquired = await acquireLock(context, lease, { ...request, onBlocked: (place) => wait.blocked(place) });
    wait.end(true, []);
    return acquired;
  } catch (error) {
    wait.end(false, holdersIn(error));
    throw error;
  }
}

class Wait {
  readonly #metrics: OperationContext['metrics'];
  readonly #trace: CallTrace | undefined;
  readonly #request: LockRequest;
  readonly #began = performance.now();
  #isBlocked = false;
  #place: LockPlace | undefined;
  /** Only for those who are told of it: it takes a look at /proc and at what holders wrote down. */
  #look: NodeJS.Timeout | undefined;
  #holders: readonly LockHolder[] = [];

  constructor(metrics: OperationContext['metrics'], trace: CallTrace | undefined, request: LockRequest) {
    this.#metrics = metrics;
    this.#trace = trace;
    this.#request = request;
  }

  /** @param place where the lock lies, once that is known */
  blocked(place?: LockPlace): void {
    this.#place = place ?? this.#place;
    if (this.#isBlocked) return;
    this.#isBlocked = true;
    this.#metrics.count('lock.waits');
    if (!this.#trace || !lockContentions.hasSubscribers) return;
    this.#look = setTimeout(() => void this.#lookWhoHolds(), lockContentionMs);
  }

  end(acquired: boolean, holders: readonly LockHolder[]): void {
    clearTimeout(this.#look);
    if (!this.#isBlocked) return;
    const waitedMs = performance.now() - this.#began;
    this.#metrics.observe('lock.wait.ms', waitedMs);
    if (waitedMs >= lockContentionMs) this.#metrics.count('lock.contentions');
    const known = holders.length > 0 ? holders : this.#holders;
    this.#trace?.addLockWait({ path: this.#request.path.path, waitedMs, acquired, holders: known });
  }

  async #lookWhoHolds(): Promise<void> {
    if (!this.#place) return;
    const { device, inode } = this.#place;
    // Whoever waits learns nothing else from a look that fails, and needs nothing from it.
    this.#holders = await this.#request.describeHolders(device, inode).catch(() => []);
  }
}

/** A wait that was in vain has found out who held the lock. */
function holdersIn(error: unknown): readonly LockHolder[] {
  const holders = error instanceof PlokeIoError ? error.details?.holders : undefined;
  return Array.isArray(holders) ? holders : [];
}
