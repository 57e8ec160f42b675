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

import type {
  NativeContentCache,
  NativeKnownPaths,
  NativeKnownStates,
  NativeOwner,
  NativeRoot,
  NativeRootSet,
  NativeStream,
  NativeTargets,
  NativeWatch,
  PathBatch,
  RootInfo,
  RootSetSpec,
} from './batch.js';
import type {
  CommitBatch,
  CommitBatchResult,
  CreateDirectoryBatch,
  CreateDirectoryResult,
  EntryCommit,
  EntryCommitResult,
  OpenTargetsBatch,
  OpenTargetsResult,
  OwnerResult,
  RemoveDirectoryBatch,
  RemoveDirectoryResult,
  RenameCommit,
  SweepResult,
} from './change-batches.js';
import type { LockPath, LockRecord, LockWaitRequest, LockWaitResult } from './lock-requests.js';
import type {
  IdentifyBatch,
  IdentifyResult,
  ListBatch,
  ListBatchResult,
  OpenStreamResult,
  OriginBatchResult,
  ReadBatch,
  ReadBatchResult,
  ScanKnownBatch,
  ScanKnownResult,
  StatBatch,
  StatBatchResult,
  StreamRead,
} from './look-batches.js';
import type { WatchRecords } from './watch-batches.js';

export interface ProbeResult {
  readonly status: number;
  readonly syscall: number;
  /** statfs f_type. */
  readonly magic: number;
  /** The name of the file system where the system has names, else ''. */
  readonly type: string;
  /** The system says that it is not of this host. */
  readonly remote: boolean;
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

/**
 * What a directory's file system did. Of each thing that was tried: 0 or an errno; null where something before it failed, so
 * that it was not tried.
 */
export interface DirectoryDiagnosis {
  readonly status: number;
  readonly syscall: number;
  /** The name of the file that was made and removed again; '': none could be. */
  readonly name: string;
  readonly made: number;
  readonly fileSync: number | null;
  readonly directorySync: number | null;
  /** Renaming a file over one that is open. */
  readonly replace: number | null;
  /** Then the name led to the new content, and the open file had the old one. */
  readonly replacedWhole: boolean;
  /** Making a file without a name (O_TMPFILE). */
  readonly nameless: number | null;
  /** flock by one descriptor; by a second one meanwhile (EWOULDBLOCK: as it should be); by that one afterwards. */
  readonly lockFirst: number | null;
  readonly lockSecond: number | null;
  readonly lockAfter: number | null;
  /** A lock of the other kind (F_OFD_SETLK) by the second descriptor while the first holds its flock. */
  readonly recordLock: number | null;
  /** Times of modification, in decimal nanoseconds, after each of many quick writes. */
  readonly stampsNs: readonly string[];
}

/** `stale` of the `misses` met another version; `evictions` were for want of room. */
export interface ContentCacheCounts {
  readonly hits: number;
  readonly misses: number;
  readonly stale: number;
  readonly evictions: number;
  /** At most `maxBytes`: contents, and 256 bytes an entry. */
  readonly bytes: number;
  readonly entries: number;
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
  /** For `readBatch`. A content is served only under a stamp that proves it, which a stat on the opened file has shown. */
  createContentCache(maxBytes: number): NativeContentCache;
  /** What there is of the stamp's file, whatever its version. */
  forgetContent(cache: NativeContentCache, stamp: string): void;
  clearContentCache(cache: NativeContentCache): void;
  contentCacheCounts(cache: NativeContentCache): ContentCacheCounts;
  statBatch(batch: StatBatch): Promise<StatBatchResult>;
  /** Known paths are added, joined with NUL and with a root each, and sealed once; then nothing changes any more. */
  createKnownPaths(): NativeKnownPaths;
  addKnownPaths(known: NativeKnownPaths, paths: string, roots: Uint8Array): void;
  /** Sorts them by directory. */
  sealKnownPaths(known: NativeKnownPaths): Promise<void>;
  /** `count` stamps that prove nothing. */
  createKnownStates(count: number): NativeKnownStates;
  /** Hashes one after another, stamps (of an empty one nothing is known) joined with NUL. */
  setKnownStates(known: NativeKnownStates, positions: Uint32Array, hashes: string, stamps: string): void;
  /** Later changes of either are not seen in the other; until then they share their memory. */
  copyKnownStates(known: NativeKnownStates): NativeKnownStates;
  scanKnown(batch: ScanKnownBatch): Promise<ScanKnownResult>;
  /** Regular files only, each opened to read. */
  originBatch(batch: PathBatch): Promise<OriginBatchResult>;
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
   * Gives the lock's number, or 0; `lockNumbers` are filled in either case.
   */
  tryLock(set: number, root: number, path: string, exclusive: boolean, kind: number): number;
  /** The same array each time, LOCK_NUMBERS long. To be handed one with each call would cost more than to fill it. */
  lockNumbers(): Float64Array;
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

  /**
   * A watcher without directories: `listBatch` gives it those. The listener is called, in a turn of its own, when there is
   * something to take, and not again before `takeWatch`; now and then there is nothing left when it is called. It does not
   * keep the process alive. It is kept until the watch is closed: what it refers to is not collected, should that be the
   * handle itself. A positive errno where the system gives no watcher (EMFILE: also fs.inotify.max_user_instances).
   */
  openWatch(listener: () => void): NativeWatch | number;
  /** What happened before the call, on the calling thread. A barrier: nothing of that comes later. */
  takeWatch(watch: NativeWatch): WatchRecords;
  /** What is not watched (any more) is passed over. Each that was is told with a record `ignored`. */
  removeWatches(watch: NativeWatch, watches: Int32Array): void;
  /** Idempotent. When it resolves the listener is not called any more, and no descriptor is left. */
  closeWatch(watch: NativeWatch): Promise<void>;

  probeDirectory(batch: PathBatch): Promise<ProbeResult>;
  /** One path. What it makes is gone when the promise resolves. */
  diagnoseDirectory(batch: PathBatch): Promise<DirectoryDiagnosis>;
  /** Whether SHA-256 is that of the OpenSSL in this process, and not the portable one. */
  hashIsHost(): boolean;
}
