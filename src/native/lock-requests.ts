/** Locks on files. See addon.ts. */

import type { NativeRootSet } from './batch.js';

/** Numbers that `tryLock` leaves behind: see `lockNumbers`. */
export const LockNumber = {
  /** 0 where a lock was got; `NativeFailure.locked`, an errno and so on otherwise. */
  status: 0,
  syscall: 1,
  /** Of the file that is locked, or whose lock somebody else holds. */
  device: 2,
  inode: 3,
  /** Of `locked`: 1 where a call of this thread holds it. */
  here: 4,
} as const;
export const LOCK_NUMBERS = 5;

export interface LockPath {
  readonly set: NativeRootSet;
  readonly root: number;
  /** A link as the last name leads to its target. */
  readonly path: string;
  readonly exclusive: boolean;
  /** A `NativeLockKind`. */
  readonly kind: number;
}
export interface LockWaitRequest extends LockPath {
  /** Not used by another wait of this thread; names it for `cancelLockWait`. */
  readonly wait: number;
}
export interface LockWaitResult {
  /** 0: none was got. */
  readonly lock: number;
  /** Of `locked`: whether a call of this thread holds it. */
  readonly here: boolean;
  /** ECANCELED after `cancelLockWait`. */
  readonly status: number;
  readonly syscall: number;
  readonly device: number;
  readonly inode: number;
}
/** What a holder wrote down; `text` is as it was given to `writeLockRecord`. */
export interface LockRecord {
  readonly name: string;
  readonly text: string;
}
