import { abortError } from '../errors/make.js';
import type { NativeAddon } from '../native/addon.js';
import { NativeFailure, type NativeRootSet } from '../native/batch.js';
import { failureFrom } from '../native/failure.js';
import { LockNumber } from '../native/lock-requests.js';
import type { LockHolder } from '../types.js';
import { lockTimeoutError } from './lock-timeout.js';
import { WaitLimit } from './wait-limit.js';

/** What is to be locked, and how. */
export interface LockTarget {
  readonly set: NativeRootSet;
  readonly path: { readonly root: number; readonly relative: string; readonly path: string };
  readonly exclusive: boolean;
  /** A `NativeLockKind`. */
  readonly kind: number;
  readonly operation: string;
}

export interface LockRequest extends LockTarget {
  /** 0 tries once. */
  readonly timeoutMs: number;
  /** What the caller allowed in all, for the error, where earlier waits have used up a part of it. */
  readonly lockTimeoutMs?: number | undefined;
  readonly signal: AbortSignal | undefined;
  /** Whether the file system may keep the caller waiting: then nothing is asked of it on the thread of JavaScript. */
  readonly mayBlock: boolean;
  /** For the error of a wait that was in vain. */
  readonly describeHolders: (device: number, inode: number) => Promise<readonly LockHolder[]>;
  /** Called, once or more often, when the lock cannot be had at once; with the place of the lock, once that is known. */
  readonly onBlocked?: ((place?: LockPlace) => void) | undefined;
}

/** The file that a lock is on, as stat(2) has it. */
export interface LockPlace {
  readonly device: number;
  readonly inode: number;
}

/** A lock that is held; whoever has it gives it back with `release`. */
export interface AcquiredLock extends LockPlace {
  readonly id: number;
}

/** Somebody else's lock. */
interface Blocked extends LockPlace {
  readonly here: boolean;
}

const firstWait = 1;
const secondMs = 1_000;

/**
 * The locks of one thread of JavaScript. What is free is taken at once. What a call of this thread holds is waited for in
 * the order of the requests; what another process holds, by the kernel, on a thread that does nothing else. There is no
 * polling in either.
 */
export class AdvisoryLocks {
  readonly #addon: NativeAddon;
  readonly #numbers: Float64Array;
  /** The last one in line for each path; the first one tries and waits, the others wait for those before them. */
  readonly #lines = new Map<string, Promise<void>>();
  /** Those that wait for a call of this thread: told whenever one of its locks is given up. */
  readonly #waitingHere = new Set<() => void>();
  /** How often they were told. */
  #wakes = 0;
  #lastWait = firstWait;
  readonly #watched = new Map<number, { readonly changed: () => void; readonly timer: NodeJS.Timeout | undefined }>();
  #isListening = false;
  #lastSet: NativeRootSet | undefined;
  #lastSetNumber = 0;

  constructor(addon: NativeAddon) {
    this.#addon = addon;
    this.#numbers = addon.lockNumbers();
  }

  /** Whether somebody of this thread waits in line for a path. */
  isAwaited(path: string): boolean {
    return this.#lines.size > 0 && this.#lines.has(path);
  }

  /**
   * @returns undefined where somebody else holds it
   * @throws what else keeps the file from being locked
   */
  tryNow(target: LockTarget): AcquiredLock | undefined {
    const outcome = this.#try(target);
    return 'id' in outcome ? outcome : undefined;
  }

  /**
   * @throws ERR_PLOKE_LOCK_TIMEOUT with `details.holders`, ERR_PLOKE_LOCK_UNSUPPORTED, ERR_PLOKE_BUSY, ABORT_ERR, ENOENT and
   * what else keeps the file from being opened
   */
  async acquire(request: LockRequest): Promise<AcquiredLock> {
    const { path } = request.path;
    const before = this.#lines.get(path);
    if (!before && !request.mayBlock) {
      const outcome = this.#try(request);
      if ('id' in outcome) return outcome;
    }
    if (before) request.onBlocked?.();
    const limit = new WaitLimit(request.timeoutMs, request.signal);
    const turn = this.#acquireInTurn(request, before, limit);
    const over = turn.then(
      () => undefined,
      () => undefined,
    );
    // Whoever gives up early leaves those before him in line.
    const settled = before ? over.then(() => before) : over;
    this.#lines.set(path, settled);
    void settled.then(() => {
      if (this.#lines.get(path) === settled) this.#lines.delete(path);
    });
    try {
      return await turn;
    } finally {
      limit.end();
    }
  }

  /**
   * Has `changed` called whenever the file of a lock may have been replaced or removed, until `unwatch`. Call it anew when
   * the lock was handed on. Where the system has no watch to give, it is asked once a second.
   */
  watch(id: number, changed: () => void): void {
    if (!this.#isListening) this.#addon.setLockListener((lock) => this.#watched.get(lock)?.changed());
    this.#isListening = true;
    this.unwatch(id);
    const hasWatch = this.#addon.watchLock(id) === 0;
    const timer = hasWatch ? undefined : setInterval(changed, secondMs).unref();
    this.#watched.set(id, { changed, timer });
  }

  unwatch(id: number): void {
    clearInterval(this.#watched.get(id)?.timer);
    this.#watched.delete(id);
  }

  release(id: number): void {
    if (this.#watched.size > 0) this.unwatch(id);
    this.#addon.releaseLock(id);
    this.wake();
  }

  /** A lock of this thread was given up: those that wait for one try again, first come first. */
  wake(): void {
    this.#wakes += 1;
    if (this.#waitingHere.size === 0) return;
    const waiting = [...this.#waitingHere];
    this.#waitingHere.clear();
    for (const resume of waiting) resume();
  }

  async #acquireInTurn(
    request: LockRequest,
    before: Promise<void> | undefined,
    limit: WaitLimit,
  ): Promise<AcquiredLock> {
    if (before) await limit.race(before);
    for (;;) {
      if (request.signal?.aborted) throw abortError(request.signal, request.operation, request.path.path);
      // Once more when the time is up: it may have become free in this moment, and else it is known who holds it.
      const wakes = this.#wakes;
      const outcome = await this.#tryFor(request);
      if ('id' in outcome) return outcome;
      request.onBlocked?.(outcome);
      if (limit.isOver) throw await lockTimeoutError(request, outcome);
      if (outcome.here) {
        // One that was given up while a thread tried may have been this one.
        if (wakes === this.#wakes) await this.#givenUpHere(limit);
      } else {
        const acquired = await this.#waitInKernel(request, limit);
        if (acquired) return acquired;
      }
    }
  }

  async #givenUpHere(limit: WaitLimit): Promise<void> {
    let resume: () => void = () => undefined;
    const givenUp = new Promise<void>((resolve) => {
      resume = resolve;
    });
    this.#waitingHere.add(resume);
    await limit.race(givenUp);
    this.#waitingHere.delete(resume);
  }

  /** undefined: not this time; try again, if there is time left. */
  async #waitInKernel(request: LockRequest, limit: WaitLimit): Promise<AcquiredLock | undefined> {
    const wait = this.#lastWait;
    this.#lastWait = wait >= 0xffff_fffe ? firstWait : wait + 1;
    const { set, exclusive, kind } = request;
    const { root, relative } = request.path;
    const waiting = this.#addon.waitLock({ set, root, path: relative, exclusive, kind, wait });
    limit.onOver(() => this.#addon.cancelLockWait(wait));
    const { lock, status, syscall, device, inode } = await waiting;
    limit.onOver(undefined);
    if (lock !== 0) {
      if (!request.signal?.aborted) return { id: lock, device, inode };
      this.release(lock);
      return undefined;
    }
    const isOurs = limit.isOver && (status === NativeFailure.busy || status > 0);
    if (status === NativeFailure.changed || status === NativeFailure.locked || isOurs) return undefined;
    throw this.#failure(request, status, syscall);
  }

  async #tryFor(request: LockRequest): Promise<AcquiredLock | Blocked> {
    if (!request.mayBlock) return this.#try(request);
    const { set, exclusive, kind } = request;
    const { root, relative } = request.path;
    const result = await this.#addon.tryLockLater({ set, root, path: relative, exclusive, kind });
    const { lock, status, syscall, here, device, inode } = result;
    if (lock !== 0) return { id: lock, device, inode };
    if (status === NativeFailure.locked) return { here, device, inode };
    throw this.#failure(request, status, syscall);
  }

  #try({ set, path, exclusive, kind, operation }: LockTarget): AcquiredLock | Blocked {
    const numbers = this.#numbers;
    const id = this.#addon.tryLock(this.#numberOf(set), path.root, path.relative, exclusive, kind);
    const device = numbers[LockNumber.device] ?? 0;
    const inode = numbers[LockNumber.inode] ?? 0;
    if (id !== 0) return { id, device, inode };
    const status = numbers[LockNumber.status] ?? 0;
    if (status === NativeFailure.locked) return { here: numbers[LockNumber.here] === 1, device, inode };
    throw this.#failure({ operation, path }, status, numbers[LockNumber.syscall] ?? 0);
  }

  #numberOf(set: NativeRootSet): number {
    if (set !== this.#lastSet) {
      this.#lastSetNumber = this.#addon.lockSet(set);
      this.#lastSet = set;
    }
    return this.#lastSetNumber;
  }

  #failure({ operation, path }: Pick<LockTarget, 'operation' | 'path'>, status: number, syscall: number) {
    return failureFrom(this.#addon, status, syscall, { operation, path: path.path });
  }
}

let ofThisThread: { readonly addon: NativeAddon; readonly locks: AdvisoryLocks } | undefined;

/** The locks of this thread. Other threads count as other processes. */
export function advisoryLocks(addon: NativeAddon): AdvisoryLocks {
  ofThisThread ??= { addon, locks: new AdvisoryLocks(addon) };
  return ofThisThread.locks;
}
