import type { AcquiredLock, AdvisoryLocks } from '../concurrency/advisory-lock.js';
import { closedError, invalidArgument } from '../errors/make.js';
import { PlokeIoError } from '../errors/ploke-io-error.js';
import type { Redactor } from '../errors/redactor.js';
import type { FileSystemKind } from '../io/file-system-kind.js';
import type { NativeAddon } from '../native/addon.js';
import type { NativeOwner, NativeRootSet } from '../native/batch.js';
import type { RootLease } from '../policy/root-lease.js';
import type { FileLock, LockScope } from '../types.js';

/** What of a workspace its locks need. */
export interface LockContext {
  readonly addon: NativeAddon;
  readonly locks: AdvisoryLocks;
  readonly fileLocks: FileLocks;
  readonly redactor: Redactor;
}

export interface LockFacts {
  readonly path: string;
  readonly mode: FileLock['mode'];
  readonly scope: LockScope;
  /** The roots that it was taken under. */
  readonly set: NativeRootSet;
}

/** What a holder wrote down, to be removed with the lock. */
export interface WrittenRecord {
  readonly owner: NativeOwner;
  readonly name: string;
}

const done = Promise.resolve();

/** A lock that a caller holds. */
export class HeldFileLock implements FileLock {
  readonly mode: FileLock['mode'];
  readonly scope: LockScope;
  readonly id: number;
  readonly #context: LockContext;
  #set: NativeRootSet;
  #path: string;
  #state: 'held' | 'lost' | 'released' = 'held';
  #reason: PlokeIoError | undefined;
  #controller: AbortController | undefined;
  #record: WrittenRecord | undefined;
  /** The last call that uses it; undefined: none does. */
  #lastUse: Promise<void> | undefined;
  #released: Promise<void> | undefined;

  constructor(context: LockContext, { id }: AcquiredLock, { path, mode, scope, set }: LockFacts) {
    this.#context = context;
    this.id = id;
    this.#path = path;
    this.mode = mode;
    this.scope = scope;
    this.#set = set;
    context.fileLocks.add(this);
  }

  get path(): string {
    return this.#path;
  }

  /** Made, and the file watched, when somebody looks at it: most locks are held for a moment only. */
  get signal(): AbortSignal {
    if (this.#controller) return this.#controller.signal;
    this.#controller = new AbortController();
    if (this.#state === 'lost') this.#controller.abort(this.#context.redactor.error(this.#reason));
    if (this.#state === 'held') this.#watch();
    return this.#controller.signal;
  }

  isHeld(): boolean {
    this.#check();
    return this.#state === 'held';
  }

  /** Idempotent. Waits for calls that use the lock. */
  release(): Promise<void> {
    if (this.#released) return this.#released;
    if (this.#lastUse) this.#released = this.#lastUse.then(() => this.#giveUp('released'));
    else this.#released = this.#giveUp('released');
    return this.#released;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.release();
  }

  belongsTo(context: LockContext): boolean {
    return this.#context.fileLocks === context.fileLocks;
  }

  /**
   * Runs a call that is given the lock, after those that were given it before. The lock may be handed on to a new version
   * by it, which is no loss.
   *
   * @throws ERR_PLOKE_LOCK_LOST where it was released or lost before
   */
  use<T>(operation: string, work: () => Promise<T>): Promise<T> {
    const run = async (): Promise<T> => {
      this.#checkHeld(operation);
      try {
        return await work();
      } finally {
        // It may lie on a new version now.
        if (this.#controller && this.#state === 'held') this.#watch();
      }
    };
    const result = this.#lastUse ? this.#lastUse.then(run) : run();
    const ended = (): void => {
      if (this.#lastUse === use) this.#lastUse = undefined;
    };
    const use: Promise<void> = result.then(ended, ended);
    this.#lastUse = use;
    return result;
  }

  /** After a rename with the lock. */
  moved(path: string): void {
    this.#path = path;
  }

  /** After a removal with the lock: there is nothing to hold any more, and nothing was lost. */
  ended(): void {
    void this.#giveUp('released');
  }

  /** It is worth nothing any more: the signal aborts. */
  lose(reason: PlokeIoError): void {
    if (this.#state !== 'held') return;
    this.#reason = reason;
    void this.#giveUp('lost');
    this.#controller?.abort(this.#context.redactor.error(reason));
  }

  /** After setRoots: it goes on under the present roots, if its path is under them. */
  retire(retired: NativeRootSet, present: RootLease): void {
    if (this.#set !== retired || this.#state !== 'held') return;
    try {
      present.resolve(this.#path, 'setRoots');
      this.#set = present.set;
    } catch {
      const message = 'The root of the locked file was taken away by setRoots';
      this.lose(
        new PlokeIoError({ code: 'ERR_PLOKE_OUTSIDE_ROOTS', message, operation: 'setRoots', path: this.#path }),
      );
    }
  }

  remember(record: WrittenRecord): void {
    this.#record = record;
  }

  #watch(): void {
    this.#context.locks.watch(this.id, () => this.#check());
    this.#check();
  }

  /** A call that uses it may be replacing the file: that is looked at when the call is over. */
  #check(): void {
    if (this.#lastUse || this.#state !== 'held') return;
    if (this.#context.addon.checkLock(this.id) !== 0) this.lose(this.#lostError('lock'));
  }

  #checkHeld(operation: string): void {
    if (this.#state === 'held' && this.#context.addon.checkLock(this.id) !== 0) this.lose(this.#lostError(operation));
    if (this.#state === 'held') return;
    throw this.#state === 'lost' && this.#reason?.code === 'ERR_PLOKE_LOCK_LOST'
      ? this.#lostError(operation)
      : releasedError(operation, this.#path);
  }

  #lostError(operation: string): PlokeIoError {
    return new PlokeIoError({
      code: 'ERR_PLOKE_LOCK_LOST',
      message: 'Another process has replaced or removed the locked file',
      operation,
      path: this.#path,
    });
  }

  #giveUp(state: 'lost' | 'released'): Promise<void> {
    if (this.#state !== 'held') return done;
    this.#state = state;
    const { addon, locks, fileLocks } = this.#context;
    fileLocks.delete(this);
    locks.release(this.id);
    const record = this.#record;
    // The record goes last, so that nobody waits for a lock that nobody seems to hold; a name of its own, so that nobody
    // else's goes with it.
    return record ? addon.removeLockRecord(record.owner, record.name).catch(() => undefined) : done;
  }
}

function releasedError(operation: string, path: string): PlokeIoError {
  return new PlokeIoError({
    code: 'ERR_PLOKE_LOCK_LOST',
    message: 'The lock was released before this call',
    operation,
    path,
  });
}

/** @throws ERR_PLOKE_INVALID_ARGUMENT */
export function checkFileLock(operation: string, value: unknown): HeldFileLock {
  if (value instanceof HeldFileLock) return value;
  throw invalidArgument(operation, 'lock is no lock. Pass what lock() of this workspace resolved to.', {
    argument: 'lock',
  });
}

/** The file system of a root, so that a lock on it costs no look-up of texts. */
export interface KnownRoot {
  readonly set: NativeRootSet;
  readonly root: number;
  readonly device: number;
  readonly kind: FileSystemKind;
}

/** The locks that the callers of a workspace hold. */
export class FileLocks {
  readonly #limit: number;
  readonly #held = new Set<HeldFileLock>();
  /** The root that was last asked for. */
  knownRoot: KnownRoot | undefined;

  /** @param limit each lock is an open file */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** @throws ERR_PLOKE_BUSY */
  checkRoom(operation: string, path: string): void {
    if (this.#held.size < this.#limit) return;
    throw new PlokeIoError({
      code: 'ERR_PLOKE_BUSY',
      message: `${this.#held.size} locks are held, which is the limit (maxOpenFiles)`,
      action: 'Release some of them, or raise maxOpenFiles.',
      operation,
      path,
      details: { held: this.#held.size },
    });
  }

  add(lock: HeldFileLock): void {
    this.#held.add(lock);
  }

  delete(lock: HeldFileLock): void {
    this.#held.delete(lock);
  }

  closeAll(operation: string): void {
    for (const lock of [...this.#held]) lock.lose(closedError(operation));
  }

  retire(retired: NativeRootSet, present: RootLease): void {
    for (const lock of [...this.#held]) lock.retire(retired, present);
  }
}
