/**
 * The addon's interface: batches in, packed columns out. Nothing here is policy; see docs/architecture.md.
 *
 * - A path crosses as text relative to a root's handle (`''` is the root itself; a trailing `/` demands a directory; the
 *   text is already free of `.`, `..`, `//`, NUL and lone surrogates). The paths of a batch are joined with NUL.
 * - Every batch runs on the addon's own threads, never in libuv's pool, and is one promise. The promise rejects only for
 *   a broken call (a bug of ours); what fails for an item is in `status`.
 * - `status[i]` is 0, an errno above 0, or a `NativeFailure` below 0; `syscalls[i]` indexes `syscallNames()`.
 * - `cancel`, when given, is looked at before each item: element 0 set to 1 makes the items not begun fail with ECANCELED.
 */

/** Opaque handles. Each is freed by its `close…` function, and by the garbage collector at the latest. */
export type NativeRoot = { readonly __nativeRoot: unique symbol };
export type NativeRootSet = { readonly __nativeRootSet: unique symbol };
export type NativeTargets = { readonly __nativeTargets: unique symbol };
export type NativeStream = { readonly __nativeStream: unique symbol };
export type NativeOwner = { readonly __nativeOwner: unique symbol };

/** Failures that are not the operating system's. The values are fixed in native/platform.h. */
export const NativeFailure = {
  escape: -1,
  crossRoot: -2,
  symlinkDenied: -3,
  hardLink: -4,
  mount: -5,
  notRegularFile: -6,
  rootLost: -7,
  busy: -8,
  tooLarge: -9,
  notUtf8: -10,
  range: -11,
  charBoundary: -12,
  /** The target is no longer what `openTargets` saw. */
  changed: -13,
  /** The change is in place, but an fsync after it failed: `status` of the item is in `detail`. */
  notDurable: -14,
  /** The name belongs to ploke-io itself; a path whose text says so never comes to the addon. */
  reserved: -15,
  /** Somebody else holds a lock that the item, or another one of its batch, needs. */
  locked: -16,
  /** The file system has no advisory locks. */
  lockUnsupported: -17,
  /** The file has several names, so that a rename would not replace all of it. */
  manyNames: -18,
} as const;

/** Order of `NativeSymlinks`: the values are fixed in native/roots.h. */
export const NativeSymlinks = { 'deny-cross-root': 0, follow: 1, deny: 2 } as const;
/** process: among the calls of this thread only. advisory: by flock(2) as well. */
export const NativeLockKind = { none: 0, process: 1, advisory: 2 } as const;
export const NativeDurability = { strict: 0, 'best-effort': 1, none: 2 } as const;

export interface RootInfo {
  readonly root: NativeRoot;
  /** The kernel's own spelling of the directory, links resolved. */
  readonly canonicalPath: string;
  /** `device:inode`, decimal. */
  readonly identity: string;
}

export interface RootSpelling {
  /** Absolute, normalised, without a trailing slash (except `/`). */
  readonly path: string;
  readonly root: number;
  /** Where the spelling leads below the root, `''` for the root itself (absorbed roots lead deeper). */
  readonly prefix: string;
}

export interface RootSetSpec {
  readonly roots: readonly NativeRoot[];
  /** Every absolute spelling that belongs to a root: configured and canonical. */
  readonly spellings: readonly RootSpelling[];
  readonly symlinks: number;
  readonly allowHardLinks: boolean;
  readonly allowMounts: boolean;
}

export interface PathBatch {
  readonly set: NativeRootSet;
  readonly count: number;
  /** `count` relative paths joined with NUL. */
  readonly paths: string;
  /** The root of each path. */
  readonly roots: Uint8Array;
  readonly cancel: Int32Array | null;
}

export interface BatchStatus {
  readonly status: Int32Array;
  readonly syscalls: Uint8Array;
}

/** How a slice names its bytes. */
export const SliceMode = {
  /** `[a, b)` exactly; outside the file it is `range`, inside a character (text) `charBoundary`. */
  exact: 0,
  /** `[a, b)` with b cut to the file's end (b may be Infinity); a beyond the end is `range`. */
  open: 1,
  /** Lines a to b, 1-based, inclusive (b may be Infinity); beyond the last line: empty at the end. */
  lines: 2,
  /** The last a lines. */
  lastLines: 3,
} as const;

/** Numbers of one slice in `ReadBatch.slices`: file, mode, a, b, maxBytes (Infinity: no truncation). */
export const SLICE_WIDTH = 5;

export interface ReadBatch extends PathBatch {
  /** Above this a file is `tooLarge`, unless every slice of it has a finite maxBytes (or it has no slice and only its hash is wanted): then it is read in pieces. */
  readonly maxFileBytes: number;
  /** True: slices are strings, and a file that is not UTF-8 is `notUtf8`. False: slices are `Uint8Array`. */
  readonly text: boolean;
  /** Whether `stamps` is wanted. */
  readonly stamps: boolean;
  /** Float64Array of SLICE_WIDTH numbers a slice, ordered by file. */
  readonly slices: Float64Array;
}

export interface ReadBatchResult extends BatchStatus {
  readonly byteLengths: Float64Array;
  /** `sha256-…` of the bytes that were read; undefined where the file failed. */
  readonly hashes: readonly (string | undefined)[];
  readonly stamps: readonly (string | undefined)[] | null;
  /** Of each slice: 0, `range`, `charBoundary`. Untouched (0) where its file failed. */
  readonly sliceStatus: Int32Array;
  readonly sliceStarts: Float64Array;
  readonly sliceEnds: Float64Array;
  readonly truncated: Uint8Array;
  readonly contents: readonly (string | Uint8Array | undefined)[];
}

export const NativeEntryType = { missing: 0, file: 1, directory: 2, symlink: 3, other: 4 } as const;

export interface StatBatch extends PathBatch {
  readonly followLinks: boolean;
}
/** Numbers of one item in `StatBatchResult.numbers`: byteLength, mode, modifiedMs, createdMs (NaN: unknown), linkCount. */
export const STAT_WIDTH = 5;
export interface StatBatchResult extends BatchStatus {
  readonly types: Uint8Array;
  readonly numbers: Float64Array;
  readonly stamps: readonly (string | undefined)[];
}

export const StampState = { same: 0, differs: 1, missing: 2, failed: 3 } as const;
export interface CompareStampsBatch extends PathBatch {
  /** `count` stamps joined with NUL; an empty one differs. */
  readonly stamps: string;
}
export interface CompareStampsResult extends BatchStatus {
  /** A `StampState` each. `same` is said only where a stat alone is proof (fine stamps, not young, known file system). */
  readonly states: Uint8Array;
}

export interface ListBatch extends PathBatch {
  readonly stamps: boolean;
}
export interface ListBatchResult extends BatchStatus {
  /** Entries of each directory; sorted by the names' bytes within it. Temporary files and `.ploke-io` are left out. */
  readonly counts: Uint32Array;
  /** All names joined with NUL. */
  readonly names: string;
  readonly types: Uint8Array;
  readonly byteLengths: Float64Array;
  readonly modifiedMs: Float64Array;
  readonly stamps: readonly string[] | null;
  /** Names that are not UTF-8: the directory's index and the name with `\xNN` for each byte that is not part of a character. */
  readonly unrepresentable: readonly { readonly index: number; readonly name: string }[];
  /** Directories (indexes) in which a temporary file was seen. */
  readonly withTemporaries: readonly number[];
}

export interface IdentifyBatch extends PathBatch {
  /** 1: a link as the last name leads to its target (reads, writes); 0: the name itself is meant (create, remove, rename). */
  readonly followLast: Uint8Array;
}
export interface IdentifyResult extends BatchStatus {
  /** `device:inode/name` of the parent and the last name; where parents are missing, of the deepest existing directory and the rest. */
  readonly keys: readonly (string | undefined)[];
  /** A `NativeEntryType` each. */
  readonly types: Uint8Array;
}

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
} as const;
export interface CommitBatchResult extends BatchStatus {
  readonly flags: Uint8Array;
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
  readonly flags: Uint8Array;
  readonly detail: Int32Array;
  /** 1: made by this call; 0: it was there already (with `parents`; without, EEXIST). */
  readonly created: Uint8Array;
}
export interface RemoveDirectoryBatch extends DirectoryBatch {
  readonly recursive: boolean;
}
export interface RemoveDirectoryResult extends BatchStatus {
  readonly flags: Uint8Array;
  readonly detail: Int32Array;
  /** Entries that were removed, also when the call failed half-way. */
  readonly removed: Float64Array;
}

export interface StreamRead {
  /** Empty at the end of the file. */
  readonly bytes: Uint8Array;
  readonly status: number;
  readonly syscall: number;
}
export interface OpenStreamResult {
  readonly status: number;
  readonly syscall: number;
  readonly stream: NativeStream | undefined;
  readonly byteLength: number;
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

/** Numbers that `tryLock` leaves behind, in a Float64Array of this length that the caller owns. */
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

export interface ProbeResult {
  readonly status: number;
  readonly syscall: number;
  /** statfs f_type. */
  readonly magic: number;
  readonly mountId: number;
  readonly device: string;
  readonly kernelResolution: boolean;
  /** Probed with temporary files that are removed again; null where nothing may be written. */
  readonly exclusiveRename: boolean | null;
  readonly exchangeRename: boolean | null;
  /** errno of fsync on the directory, 0: it answered. */
  readonly directorySync: number;
  readonly caseSensitive: boolean | null;
}

export interface NativeAddon {
  /** Names by the index that `syscalls` carries. */
  syscallNames(): readonly string[];
  processLimits(): { readonly softOpenFiles: number | null; readonly openDescriptors: number | null };

  /** Opens a directory by its absolute path; links in it are resolved now, once. Rejects with an object `{ status, syscall }`. */
  openRoot(path: string): Promise<RootInfo>;
  closeRoot(root: NativeRoot): void;
  createRootSet(spec: RootSetSpec): NativeRootSet;
  closeRootSet(set: NativeRootSet): void;

  readBatch(batch: ReadBatch): Promise<ReadBatchResult>;
  statBatch(batch: StatBatch): Promise<StatBatchResult>;
  compareStamps(batch: CompareStampsBatch): Promise<CompareStampsResult>;
  listBatch(batch: ListBatch): Promise<ListBatchResult>;
  identifyBatch(batch: IdentifyBatch): Promise<IdentifyResult>;
  /** One path, on the calling thread: the digit of its `NativeEntryType`, its size, a colon and its key; undefined where it cannot be told. */
  identifyNow(set: NativeRootSet, root: number, path: string, followLast: boolean): string | undefined;

  /** One path; the descriptor is held until `closeStream`. */
  openStream(batch: PathBatch): Promise<OpenStreamResult>;
  /** Up to `byteLength` bytes at `position`; `changed` when the file was modified in place since it was opened. */
  readStream(stream: NativeStream, position: number, byteLength: number): Promise<StreamRead>;
  closeStream(stream: NativeStream): void;

  openTargets(batch: OpenTargetsBatch): Promise<OpenTargetsResult>;
  /** The same on the calling thread: for one small file of a local file system, where a thread would cost more than the work. */
  openTargetsNow(batch: OpenTargetsBatch): OpenTargetsResult;
  closeTargets(targets: NativeTargets): void;
  /** The old version of a file that is replaced alone may be closed only after the promise: see `settleJobs`. */
  commitBatch(batch: CommitBatch): Promise<CommitBatchResult>;
  /** Resolves when nothing is open any more of what the calls before it, whose promises were told, have replaced. */
  settleJobs(): Promise<void>;
  removeEntry(commit: EntryCommit): Promise<EntryCommitResult>;
  renameEntry(commit: RenameCommit): Promise<EntryCommitResult>;

  createDirectories(batch: CreateDirectoryBatch): Promise<CreateDirectoryResult>;
  removeDirectories(batch: RemoveDirectoryBatch): Promise<RemoveDirectoryResult>;

  /** Makes `<root>/.ploke-io/owner-<id>` and holds its lock until `closeOwner`, which removes it (and the folder, by the last). */
  openOwner(set: NativeRootSet, root: number, id: string): Promise<OwnerResult>;
  closeOwner(owner: NativeOwner): Promise<void>;
  /** Removes owner files that nobody holds, and the temporary files of dead owners in the root directory itself. */
  sweepRoots(batch: PathBatch): Promise<SweepResult>;
  /** Removes the temporary files of dead owners in each directory. */
  sweepDirectories(batch: PathBatch): Promise<SweepResult>;

  /** A number for a root set, which `tryLock` takes: a handle costs it more than the lock's own bookkeeping. */
  lockSet(set: NativeRootSet): number;
  /**
   * Locks a regular file if that is possible at once, on the calling thread: no promise, for the path that is walked most.
   * Gives the lock's number, or 0; `numbers` (LOCK_NUMBERS long) is filled in either case.
   */
  tryLock(set: number, root: number, path: string, exclusive: boolean, kind: number, numbers: Float64Array): number;
  /** The same on a job thread: for file systems that may keep the caller waiting. */
  tryLockLater(path: LockPath): Promise<LockWaitResult>;
  /**
   * Waits for a lock of another process, in flock(2) on a thread that does nothing else. Where the file is replaced
   * meanwhile it goes on with the new one. `locked`: a call of this thread holds it.
   */
  waitLock(request: LockWaitRequest): Promise<LockWaitResult>;
  /** Ends a wait; its promise resolves. Nothing happens where there is none of this number. */
  cancelLockWait(wait: number): void;
  /** Idempotent. */
  releaseLock(lock: number): void;
  /** 0, or `changed` where the path's name leads to another file than the locked one by now (or to none). */
  checkLock(lock: number): number;
  /**
   * Has the listener called whenever the locked file may have been replaced or removed (`checkLock` tells), until the lock
   * is released; also after the lock was handed on to a new version. 0, or an errno where the system has no watch to give.
   */
  watchLock(lock: number): number;
  /** One a thread, with the number of a lock. It does not keep the process alive. */
  setLockListener(listener: (lock: number) => void): void;
  /** Writes a small file into the owner's folder; `name` is a plain name, `text` replaces what it held. 0, or why not. */
  writeLockRecord(owner: NativeOwner, name: string, text: string): Promise<number>;
  removeLockRecord(owner: NativeOwner, name: string): Promise<void>;
  /** The records `lock-<32 hex digits of the owner>-…` of a root whose owners live. Those of dead owners are removed. */
  readLockRecords(set: NativeRootSet, root: number): Promise<readonly LockRecord[]>;

  probeDirectory(batch: PathBatch): Promise<ProbeResult>;
}
