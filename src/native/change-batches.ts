/** Batches that change: targets, commits, directories, owners, sweeps. See addon.ts. */

import type { BatchStatus, NativeOwner, NativeTargets, PathBatch } from './batch.js';

/** What the last name may be when a target is opened. */
export const TargetMode = {
  /** An existing regular file; a link leads to its target (a dangling one is `symlinkDenied`). */
  replace: 0,
  /** The same, or a name that does not exist. */
  replaceOrCreate: 1,
  /** The name itself, whatever it is or is not; a link is not followed and nothing is read of anything but a regular file. */
  entry: 2,
} as const;

export interface OpenTargetsBatch extends PathBatch {
  /** A `TargetMode` each. */
  readonly modes: Uint8Array;
  /** 1: make missing parent directories (mode 0777 under the umask), each synced into its parent unless durability is none. */
  readonly createParents: Uint8Array;
  readonly durability: number;
  /** Whether to read and hash an existing regular file. */
  readonly hash: boolean;
  /** Whether to hand its bytes over as well. */
  readonly contents: boolean;
  readonly maxFileBytes: number;
  /**
   * A `NativeLockKind`: how the regular files among the targets are locked (exclusively) before they are read, until
   * `closeTargets`. It never waits: see `blocked`.
   */
  readonly lock: number;
  /** Numbers of locks that the call has already (`tryLock`, `waitLock`); they stay the caller's to release. */
  readonly given: Uint32Array;
  /** What is committed right after it was opened. Absent or null: nothing. */
  readonly commit?: CommitAtOnce | null;
}
/**
 * Commits about which nothing has to be decided between the look and the swap. Of its items those are committed whose
 * target is a regular file beneath `landedRoot` with the content that they expect, if they do; the others are left, open.
 */
export interface CommitAtOnce extends Omit<CommitBatch, 'targets' | 'durability' | 'cancel'> {
  readonly landedRoot: number;
}
export interface OpenTargetsResult extends BatchStatus {
  /** Holds one directory handle for each distinct parent until `closeTargets`. */
  readonly targets: NativeTargets;
  /** A `NativeEntryType` each. */
  readonly types: Uint8Array;
  /** The root beneath which the target really lies (`follow` may lead from one root to another). */
  readonly landedRoots: Uint8Array;
  readonly byteLengths: Float64Array;
  readonly hashes: readonly (string | undefined)[];
  readonly stamps: readonly (string | undefined)[];
  /** Absent where they were not asked for. */
  readonly contents?: readonly (Uint8Array | undefined)[];
  /** Warnings of directory syncs under best-effort: item indexes; absent where there are none. */
  readonly unsynced?: readonly number[];
  /** The item whose lock somebody else holds, or -1. Then all items are `locked`, and no lock is held but those given. */
  readonly blocked: number;
  /** The items whose last name is a link, which was followed; absent where there are none. */
  readonly followed?: Uint32Array;
  /** Of each item the number of the given lock that it uses, 0: none. Absent where none was given. */
  readonly usedLocks?: Uint32Array;
  /** With `commit`: the items that were committed at once, and what became of each. */
  readonly atOnce?: Uint32Array;
  readonly committed?: CommitBatchResult;
}

export interface CommitItem {
  /** Index within the targets. */
  readonly index: number;
  readonly data: Uint8Array;
  /** Permission bits; -1: a replaced file's own, for a new one 0666 under the umask (or the directory's default ACL). */
  readonly mode: number;
  /** Whether the target must not exist: a no-replace rename bears it (EEXIST otherwise). False: it must still be what was opened, else `changed`. */
  readonly create: boolean;
  /** Whether the target, which must have `expectedHash`, is removed: then `data` is empty, and the answer has no hash. */
  readonly remove: boolean;
  /** `sha256-…` the target must still have, or null: it must be the version that was opened. */
  readonly expectedHash: string | null;
  /**
   * Whether a replaced file is exchanged with the new version and looked at before it is removed: what is not the expected
   * version is put back (`changed`). False, or where the file system cannot exchange: a last look before the rename.
   */
  readonly swap: boolean;
}
export interface CommitBatch {
  readonly targets: NativeTargets;
  readonly items: readonly CommitItem[];
  /** 32 hex digits of the owner file; part of every temporary name. */
  readonly owner: string;
  readonly durability: number;
  readonly preserveMetadata: boolean;
  /**
   * Whether a file with several names, or one that is a mount point, is written in place, with a synced backup beside it
   * until it is synced itself. Without, the first is `manyNames` and the second EBUSY.
   */
  readonly inPlace: boolean;
  /** Kept with each new version, for `originBatch`; null: none is. */
  readonly origin: string | null;
  readonly cancel: Int32Array | null;
}
/** Group commit: all temps, all fsyncs, all renames, one fsync a directory. Bits of `CommitBatchResult.flags`. */
export const CommitFlag = {
  /** The new content is under its name (also when `status` is `notDurable`). */
  committed: 1,
  /** Content and name are durable. */
  durable: 2,
  /** Owner, xattrs or ACL could not all be kept. */
  metadataPartial: 4,
  /** Metadata of a replaced file was kept in full. */
  metadataPreserved: 8,
  /** The directory could not be synced (best-effort). */
  directoryUnsynced: 16,
  /** What was replaced was looked at after the exchange: it was the expected version. */
  swapVerified: 32,
  /** Something else came out of the exchange, and was put back (`status` is `changed`) as far as that was possible. */
  swappedBack: 64,
  /** The content was written into the file that is there, not atomically. */
  inPlace: 128,
  /** The origin could not be kept with the new version. */
  originNotShared: 256,
} as const;
export interface CommitBatchResult extends BatchStatus {
  readonly flags: Uint16Array;
  /** The errno of a failed fsync where `status` is `notDurable`. */
  readonly detail: Int32Array;
  readonly hashes: readonly (string | undefined)[];
  readonly stamps: readonly (string | undefined)[];
  /** Names, in the target's directory, under which versions of others were kept that could not be put back. */
  readonly recovered: readonly (readonly string[] | undefined)[];
}

export interface EntryCommit {
  readonly targets: NativeTargets;
  readonly index: number;
  readonly durability: number;
  readonly cancel: Int32Array | null;
  /**
   * `sha256-…` the regular file must still have, or null: only its identity is looked at. With it the file is moved first
   * and looked at where nobody else is; what is not the expected version is put back (`changed`).
   */
  readonly expectedHash: string | null;
  /** 32 hex digits of the owner file; part of every temporary name. */
  readonly owner: string;
}
export interface RenameCommit extends EntryCommit {
  /** The new name, in the same targets. */
  readonly toIndex: number;
  readonly replace: boolean;
}
export interface EntryCommitResult {
  readonly status: number;
  readonly syscall: number;
  readonly flags: number;
  readonly detail: number;
  /** As of `CommitBatchResult`. */
  readonly recovered: readonly string[];
  /** Of what was renamed, under its new name; undefined where it is not there (any more), and for a removal. */
  readonly stamp: string | undefined;
}

export interface DirectoryBatch extends PathBatch {
  readonly durability: number;
}
export interface CreateDirectoryBatch extends DirectoryBatch {
  readonly parents: boolean;
  /** -1: 0777 under the umask. */
  readonly mode: number;
}
export interface CreateDirectoryResult extends BatchStatus {
  readonly flags: Uint16Array;
  readonly detail: Int32Array;
  /** 1: made by this call; 0: it was there already (with `parents`; without, EEXIST). */
  readonly created: Uint8Array;
}
export interface RemoveDirectoryBatch extends DirectoryBatch {
  readonly recursive: boolean;
}
export interface RemoveDirectoryResult extends BatchStatus {
  readonly flags: Uint16Array;
  readonly detail: Int32Array;
  /** Entries that were removed, also when the call failed half-way. */
  readonly removed: Float64Array;
}

export interface OwnerResult {
  readonly status: number;
  readonly syscall: number;
  readonly owner: NativeOwner | undefined;
}
export interface SweepResult extends BatchStatus {
  /** Temporary files of dead owners that were removed, of each directory. */
  readonly removed: Uint32Array;
  /** Contents that were neither the old nor the new version of a write that died: kept under these names. */
  readonly recovered: readonly { readonly index: number; readonly name: string }[];
}
