import { performance } from 'node:perf_hooks';
import type { AcquiredLock, LockRequest } from '../concurrency/advisory-lock.js';
import { PlokeIoError } from '../errors/ploke-io-error.js';
import type { NamedPath } from '../io/identify.js';
import { lockHolders } from '../io/lock-holders.js';
import { wrongLock } from '../io/replace-failure.js';
import type { LockUse } from '../io/replace-request.js';
import { NativeLockKind } from '../native/batch.js';
import { awaitLock } from './await-lock.js';
import { localDeviceOf, type MutationScope } from './mutation-scope.js';

/** The exclusive locks that a change of existing files is made under: a `NativeLockKind`. */
export function lockKindOf({ context }: MutationScope): number {
  return NativeLockKind[context.options.locking];
}

/**
 * The waiting of one call for locks that others hold. It holds at most one lock while it tries to get the rest, and none
 * while it waits: so no two callers wait for each other, whatever files they share.
 */
export class LockWaits {
  readonly #scope: MutationScope;
  /** Milliseconds that were waited for each path already, over all attempts. */
  #waitedMs: Map<string, number> | undefined;
  #acquired: AcquiredLock | undefined;

  constructor(scope: MutationScope) {
    this.#scope = scope;
  }

  /** What the next attempt may use. */
  get use(): LockUse {
    const { lock } = this.#scope.call;
    return {
      kind: lockKindOf(this.#scope),
      given: [lock?.id, this.#acquired?.id].filter((id) => id !== undefined),
      required: lock?.id,
    };
  }

  /**
   * After an attempt: gives back the lock that it was given, and lets others of this thread try again, since the locks
   * that the attempt took itself are free by now too.
   */
  giveBack(): void {
    const { locks } = this.#scope.context;
    const acquired = this.#acquired;
    this.#acquired = undefined;
    if (acquired) locks.release(acquired.id);
    else locks.wake();
  }

  /**
   * Waits for the lock on a file, which the next attempt then has.
   *
   * @throws ERR_PLOKE_LOCK_TIMEOUT, ABORT_ERR, and what keeps the file from being locked
   */
  async waitFor(path: NamedPath): Promise<void> {
    const { context, call, lease } = this.#scope;
    // Whoever holds a lock of his own must not wait for another.
    const timeoutMs = call.lock ? 0 : Math.max(0, call.lockTimeoutMs - (this.#waitedMs?.get(path.path) ?? 0));
    const began = performance.now();
    // What others do to the file meanwhile is not this call's.
    this.#scope.hold.pause();
    try {
      const request: LockRequest = {
        set: lease.set,
        path,
        exclusive: true,
        kind: lockKindOf(this.#scope),
        timeoutMs,
        lockTimeoutMs: call.lock ? undefined : call.lockTimeoutMs,
        signal: call.signal,
        operation: call.operation,
        mayBlock: localDeviceOf(context, lease, path.root) === undefined,
        describeHolders: (device, inode) => lockHolders({ addon: context.addon, set: lease.set, path }, device, inode),
      };
      this.#acquired = await awaitLock(this.#scope, request, true);
    } finally {
      this.#scope.hold.resume();
      const waitedMs = performance.now() - began;
      this.#waitedMs ??= new Map();
      this.#waitedMs.set(path.path, (this.#waitedMs.get(path.path) ?? 0) + waitedMs);
    }
  }

  /**
   * `waitFor`, where the file may be another one, or gone, by the time its turn comes: then the next attempt sees that.
   *
   * @throws ERR_PLOKE_LOCK_TIMEOUT, ABORT_ERR and the like
   */
  async waitOrLookAgain(path: NamedPath): Promise<void> {
    try {
      await this.waitFor(path);
    } catch (error) {
      const { context, call } = this.#scope;
      // Somebody replaced the file under the caller's lock, and the new version is another's: waiting would not help.
      const isLost = call.lock !== undefined && context.addon.checkLock(call.lock.id) !== 0;
      if (isLost) throw wrongLock(call.operation, path.path, true);
      if (!(error instanceof PlokeIoError) || error.code !== 'ENOENT') throw error;
    }
  }
}
