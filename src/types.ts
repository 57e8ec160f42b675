/**
 * Every model of the public API, in one place. This file imports nothing and holds no code, so that packages which need
 * the models only can import `ploke-io/types` without loading the addon.
 *
 * Offsets are bytes of the file's UTF-8 content (BOM included), half-open `[start, end)`. Path arguments are absolute;
 * paths that come back are spelt with the configured root. Times are milliseconds. Results are plain objects with own
 * properties, so `structuredClone` and `JSON.stringify` work. Option objects reject unknown keys; batch items, and results
 * fed back as items, do not.
 */

/**
 * An absolute path, or a `file:` URL. Nothing in it is trimmed, expanded, decoded twice or case-folded. On Windows `C:\ws\f`,
 * `C:/ws/f` and, below such a root, `\\host\share\f`; paths that come back have backslashes.
 */
export type PathInput = string | URL;

/** `sha256-` and 64 lower-case hex digits, over the file's raw bytes. */
export type ContentHash = string & { readonly __contentHash: unique symbol };

/** What symbolic links below a root may do; the same on every operation. */
export type SymlinkPolicy = 'deny-cross-root' | 'follow' | 'deny';

/** strict: every fsync must succeed or the call fails. best-effort: a failed directory fsync is a warning. none: no fsync. */
export type Durability = 'strict' | 'best-effort' | 'none';

/** How far the exclusion that a write had reaches. */
export type LockScope = 'cluster' | 'host' | 'process' | 'unproven' | 'none';

export type EntryType = 'file' | 'directory' | 'symlink' | 'other';

export interface WorkspaceOptions {
  /** At least one existing directory. A root beneath another is absorbed by it. */
  readonly roots: readonly PathInput[];
  /** Default `'deny-cross-root'`. */
  readonly symlinks?: SymlinkPolicy | undefined;
  /** Default true. False refuses files whose link count is above one. */
  readonly allowHardLinks?: boolean | undefined;
  /** Default true. False refuses to cross a mount point below a root. */
  readonly allowMounts?: boolean | undefined;
  /** gitignore patterns for listing and watching. Default `['.git/', 'node_modules/']`; a list given here replaces the default. */
  readonly ignore?: readonly string[] | undefined;
  /** Default `'strict'`. */
  readonly durability?: Durability | undefined;
  /** Default `'advisory'`: an flock(2) on the target (LockFileEx on Windows) besides the queue of this process. */
  readonly locking?: 'advisory' | 'process' | undefined;
  /** Milliseconds to wait for a lock. Default 10,000; 0 tries once. */
  readonly lockTimeoutMs?: number | undefined;
  /**
   * Default `'never'`: a file with several names, or one that is a mount point, cannot be replaced by rename and is refused.
   * `'when-required'` writes into such a file, with a backup beside it until that is synced (`receipt.atomic: false`).
   */
  readonly inPlace?: 'never' | 'when-required' | undefined;
  /** Permits: descriptors held at once. Clamped 4..1024; option > PLOKE_IO_FD_LIMIT > min(100, soft NOFILE / 3) > 50. */
  readonly maxOpenFiles?: number | undefined;
  /** Default 64 MiB: a larger file is ERR_PLOKE_FILE_TOO_LARGE unless truncated by `maxBytes` or streamed. */
  readonly maxFileBytes?: number | undefined;
  /** Default `'ordered'`: a read issued after a write of the same file waits for it and sees it. */
  readonly readWhileWrite?: 'ordered' | 'relaxed' | undefined;
  /**
   * Whether contents that were read are kept in memory, up to `maxBytes` bytes (256 more are counted for each file). Default
   * false. A content is served only after a stat on the opened file proved that it is still the version that was read, so a
   * file is served two seconds after its last change at the earliest, and never on a file system with coarse or unknown
   * times (warning `PLOKE_CACHE_COARSE_STAMPS`). Counters: `cache.hits`, `cache.misses`, of these `cache.stale`,
   * `cache.evictions`; and what is held: `cache.bytes`, `cache.entries`.
   */
  readonly cache?: false | { readonly maxBytes: number } | undefined;
  /** Default `'preserve'`: mode, owner, xattrs and ACL of a replaced file; on Windows its attributes and security descriptor. */
  readonly metadata?: 'preserve' | 'default' | undefined;
  /** Whether changes below the roots are watched, for `events()`. Default false; true: every default of WatchOptions. */
  readonly watch?: boolean | WatchOptions | undefined;
  /**
   * How paths are told in error messages, warnings and telemetry. Default `'none'`: as they are. `'relative'`: below the
   * roots, as `<root 0>/src/a.ts`; any other path is hashed. `'hash'`: as `path-` and 16 hex digits, the same for the same path
   * in this workspace. What a call returns as data (`result.path`, `event.path`, entries of listings) is told in full.
   */
  readonly redactPaths?: 'none' | 'relative' | 'hash' | undefined;
  /**
   * Milliseconds of its own work after which a call is told of on the channel `ploke-io:slow-operation`, and counted as
   * `operation.slow`. Default 1,000. See docs/observability.md.
   */
  readonly slowOperationMs?: number | undefined;
  /** Carried by every mutation of this workspace. Default: a random UUID. */
  readonly origin?: string | undefined;
  /**
   * Whether origins are shared with other processes and worker threads. Default false. A workspace with it keeps the origin
   * with the content that it writes (the extended attribute `user.ploke-io.origin`), and its own `events()` tell the origins
   * that others have kept so. It is about content alone: removals, renames and directories have origin null elsewhere.
   *
   * An origin out of another process is a hint and no proof: whoever may write the file can forge it. Where it cannot be kept
   * the write succeeds, with the warning `PLOKE_ORIGIN_NOT_SHARED`.
   */
  readonly shareOrigin?: boolean | undefined;
}

export interface WatchOptions {
  /**
   * Milliseconds for which changes by others are collected, and merged, before they are delivered. Default 250; 0: at once.
   * Changes by this library's own calls never wait.
   */
  readonly debounceMs?: number | undefined;
  /** Events that wait for one subscriber at most. Default 16,384. */
  readonly queueCapacity?: number | undefined;
  /**
   * What a subscriber loses that does not keep up. Default `'drop-oldest'`. Either way an `overflow` event says how many,
   * and once the queue has room what was missed is delivered, then `rescanned`. `'fail'` ends the iteration with
   * ERR_PLOKE_EVENT_OVERFLOW instead.
   */
  readonly overflow?: 'drop-oldest' | 'drop-newest' | 'fail' | undefined;
  /** Default `'tag'`: changes by this workspace are delivered with its origin. `'suppress'`: not at all. */
  readonly echo?: 'tag' | 'suppress' | undefined;
  /** Default `'auto'`: by file system and platform, see docs/decisions/0015-watch-backend.md. */
  readonly backend?: 'auto' | 'native' | 'chokidar' | 'polling' | undefined;
  /** Milliseconds between two looks where nothing better can be had. Default 1,000; longer where a look takes long. */
  readonly pollIntervalMs?: number | undefined;
}

/**
 * The roots, held open, and every operation below them. In the examples `workspace` is open on the directory `root` with
 * `watch: true`; in it are `README.md`, `notes.txt` (three lines: one, two, three) and `src/index.ts`. Each example is run, and
 * what it prints compared with what stands after the arrow.
 */
export interface Workspace extends AsyncDisposable {
  readonly roots: readonly string[];
  readonly origin: string;
  readonly limits: Limits;
  /** Of opening, sweeping and writing: lowered limits, leftovers of crashed processes that were removed, recovered files. */
  readonly warnings: readonly Warning[];

  /**
   * Reads a file, or a part of it. The hash is of exactly the bytes of the whole file that the text was taken from.
   *
   * @example
   * ```ts
   * const { text, hash } = await workspace.readFile(`${root}/notes.txt`, { lines: { start: 2, end: 2 } });
   * console.log(text.trimEnd(), hash === hashContent('one\ntwo\nthree\n')); // → two true
   * ```
   */
  readFile(
    path: PathInput,
    options: ReadOptions & { readonly encoding: 'buffer'; readonly throwIfNoEntry: false },
  ): Promise<FileBytes | undefined>;
  readFile(
    path: PathInput,
    options: ReadOptions & { readonly encoding: 'buffer'; readonly throwIfNoEntry?: true | undefined },
  ): Promise<FileBytes>;
  readFile(
    path: PathInput,
    options: ReadOptions & { readonly encoding?: 'utf8' | undefined; readonly throwIfNoEntry: false },
  ): Promise<FileText | undefined>;
  readFile(
    path: PathInput,
    options?: ReadOptions & { readonly encoding?: 'utf8' | undefined; readonly throwIfNoEntry?: true | undefined },
  ): Promise<FileText>;
  readFile(path: PathInput, options?: ReadOptions): Promise<FileText | FileBytes | undefined>;
  /**
   * Reads many files in one batch; results are in the order of the requests, and one failure is no other file's.
   *
   * @example
   * ```ts
   * const [notes, missing] = await workspace.readFiles([{ path: `${root}/notes.txt` }, { path: `${root}/missing` }]);
   * if (notes?.status === 'fulfilled') console.log(notes.value.byteLength); // → 14
   * if (missing?.status === 'rejected') console.log(missing.reason.code); // → ENOENT
   * ```
   */
  readFiles(requests: readonly FileRequest[], options?: CallOptions): Promise<Settled<FileText>[]>;
  /**
   * Reads byte ranges of many files in one batch.
   * What is read again and again is best packed once: `packSnippetRequests`.
   *
   * @example
   * ```ts
   * const { hash } = await workspace.readFile(`${root}/notes.txt`);
   * const [snippet] = await workspace.readSnippets([{ path: `${root}/notes.txt`, start: 4, end: 7, expectedHash: hash }]);
   * if (snippet?.status === 'fulfilled') console.log(snippet.value.text); // → two
   * ```
   */
  readSnippets(
    requests: readonly SnippetRequest[] | SnippetRequestSet,
    options?: CallOptions,
  ): Promise<Settled<Snippet>[]>;
  /**
   * No size limit; one version of the file throughout.
   *
   * @example
   * ```ts
   * let byteLength = 0;
   * for await (const piece of workspace.createReadStream(`${root}/notes.txt`)) byteLength += piece.byteLength;
   * console.log(byteLength); // → 14
   * ```
   */
  createReadStream(path: PathInput, options?: StreamOptions): ReadableStream<Uint8Array>;

  /**
   * Which of the known files are not as they were, and the state to scan next.
   *
   * @example
   * ```ts
   * const { path, hash, stamp } = await workspace.readFile(`${root}/notes.txt`);
   * await workspace.removeFile(path);
   * const { changes, known } = await workspace.scanChanges([{ path, hash, stamp }]);
   * console.log(changes.length, changes[0]?.after, known.size); // → 1 null 0
   * ```
   */
  scanChanges(known: readonly KnownFile[] | KnownFileSet, options?: ScanOptions): Promise<ScanResult>;
  /**
   * What is below the roots, depth first, each directory sorted by name. With `hash` every file is read.
   *
   * @example
   * ```ts
   * for await (const { path, byteLength } of workspace.listFiles({ under: `${root}/src` })) {
   *   console.log(path.slice(root.length), byteLength); // → /src/index.ts 26
   * }
   * ```
   */
  listFiles(options: ListOptions & { readonly hash: true }): FileListing<FileEntry & { readonly hash: ContentHash }>;
  listFiles(options?: ListOptions): FileListing<FileEntry>;

  /**
   * Replaces a file, whole or not at all. With `expectedHash` only the version that it names.
   *
   * @example
   * ```ts
   * const { hash } = await workspace.readFile(`${root}/notes.txt`);
   * const { outcome, receipt } = await workspace.writeFile(`${root}/notes.txt`, 'four\n', { expectedHash: hash });
   * console.log(outcome, receipt.atomic); // → replaced true
   * ```
   */
  writeFile(path: PathInput, data: string | Uint8Array, options?: WriteFileOptions): Promise<WriteResult>;
  /**
   * Group commit: the files share their fsyncs.
   *
   * @example
   * ```ts
   * const results = await workspace.writeFiles([
   *   { path: `${root}/notes.txt`, data: 'new\n' },
   *   { path: `${root}/README.md`, data: 'old\n', expectedHash: hashContent('something else') },
   * ]);
   * console.log(results.map(({ status }) => status).join()); // → fulfilled,rejected
   * ```
   */
  writeFiles(writes: readonly FileWrite[], options?: WriteOptions): Promise<Settled<WriteResult>[]>;
  /**
   * Group commit. The edits of one file have one base and one replace: they succeed or fail together.
   *
   * @example
   * ```ts
   * const [edit] = await workspace.writeSnippets([{ path: `${root}/notes.txt`, find: 'two', replacement: 'TWO' }]);
   * if (edit?.status === 'fulfilled' && edit.value.applied) console.log(edit.value.start); // → 4
   * ```
   */
  writeSnippets(edits: readonly SnippetEdit[], options?: EditOptions): Promise<Settled<EditResult>[]>;
  /**
   * Group commit. The patches of one file have one base and one replace: they succeed or fail together.
   *
   * @example
   * ```ts
   * const diff = '@@ -1,2 +1,2 @@\n one\n-two\n+TWO\n';
   * const [patch] = await workspace.applyPatches([{ path: `${root}/notes.txt`, diff }]);
   * if (patch?.status === 'fulfilled') console.log(patch.value.hunks[0]?.offset); // → 0
   * ```
   */
  applyPatches(patches: readonly Patch[], options?: PatchOptions): Promise<Settled<PatchResult>[]>;
  /**
   * Reads, calls `update`, writes if the file is still what was read, and tries again if not. `undefined` from
   * `update`: nothing is written.
   *
   * @example
   * ```ts
   * await workspace.updateFile(`${root}/notes.txt`, (current) => current?.text.toUpperCase());
   * console.log((await workspace.readFile(`${root}/notes.txt`)).text.trimEnd().split('\n').join()); // → ONE,TWO,THREE
   * ```
   */
  updateFile(
    path: PathInput,
    update: (current: FileText | undefined) => string | undefined | Promise<string | undefined>,
    options?: WriteOptions & { readonly maxAttempts?: number | undefined },
  ): Promise<WriteResult | undefined>;
  /**
   * Makes a file that is not there yet, complete and durable when it resolves.
   *
   * @example
   * ```ts
   * const { outcome } = await workspace.createFile(`${root}/docs/new.md`, '# New\n', { parents: true });
   * const again = await workspace.createFile(`${root}/docs/new.md`, '').catch((error: PlokeIoError) => error.code);
   * console.log(outcome, again); // → created EEXIST
   * ```
   */
  createFile(path: PathInput, data: string | Uint8Array, options?: CreateOptions): Promise<WriteResult>;
  /**
   * Group commit.
   *
   * @example
   * ```ts
   * const results = await workspace.createFiles([
   *   { path: `${root}/a.txt`, data: 'a' },
   *   { path: `${root}/b.txt`, data: 'b' },
   * ]);
   * console.log(results.every(({ status }) => status === 'fulfilled')); // → true
   * ```
   */
  createFiles(files: readonly FileCreate[], options?: CreateOptions): Promise<Settled<WriteResult>[]>;
  /**
   * Removes a file, or a symbolic link itself. With `expectedHash` only the version that it names.
   *
   * @example
   * ```ts
   * const { hash } = await workspace.readFile(`${root}/notes.txt`);
   * const { outcome } = await workspace.removeFile(`${root}/notes.txt`, { expectedHash: hash });
   * console.log(outcome); // → removed
   * ```
   */
  removeFile(path: PathInput, options?: WriteFileOptions): Promise<MutationResult>;
  /**
   * Files and directories.
   *
   * @example
   * ```ts
   * await workspace.rename(`${root}/src`, `${root}/lib`);
   * console.log((await workspace.stat(`${root}/lib/index.ts`)).type); // → file
   * ```
   */
  rename(from: PathInput, to: PathInput, options?: RenameOptions): Promise<MutationResult>;

  /**
   * What a path is, judged by the same policy as a read.
   *
   * @example
   * ```ts
   * const info = await workspace.stat(`${root}/src`);
   * const missing = await workspace.stat(`${root}/missing`, { throwIfNoEntry: false });
   * console.log(info.type, missing); // → directory undefined
   * ```
   */
  stat(path: PathInput, options: StatOptions & { readonly throwIfNoEntry: false }): Promise<PathInfo | undefined>;
  stat(path: PathInput, options?: StatOptions & { readonly throwIfNoEntry?: true | undefined }): Promise<PathInfo>;
  /**
   * One level, sorted by name.
   *
   * @example
   * ```ts
   * const names = (await workspace.listDirectory(root)).map(({ name }) => name);
   * console.log(names.join()); // → README.md,notes.txt,src
   * ```
   */
  listDirectory(path: PathInput, options?: CallOptions): Promise<DirectoryEntry[]>;
  /**
   * Makes a directory, durable when it resolves.
   *
   * @example
   * ```ts
   * const { outcome } = await workspace.createDirectory(`${root}/a/b`, { parents: true });
   * console.log(outcome); // → created
   * ```
   */
  createDirectory(path: PathInput, options?: CreateDirectoryOptions): Promise<MutationResult>;
  /**
   * Removes a directory: an empty one, or with `recursive` all that is in it. Links in it are removed, never
   * followed.
   *
   * @example
   * ```ts
   * const { outcome } = await workspace.removeDirectory(`${root}/src`, { recursive: true });
   * console.log(outcome); // → removed
   * ```
   */
  removeDirectory(path: PathInput, options?: RemoveDirectoryOptions): Promise<MutationResult>;

  /**
   * An advisory lock on an existing file, against every process that locks it: other workspaces, flock(1). Release it, or
   * use `await using`.
   *
   * @example
   * ```ts
   * const lock = await workspace.lock(`${root}/notes.txt`, { purpose: 'sorting' });
   * try {
   *   const { text } = await workspace.readFile(lock.path, { lock });
   *   await workspace.writeFile(lock.path, text.split('\n').filter(Boolean).sort().join('\n'), { lock });
   * } finally {
   *   await lock.release();
   * }
   * console.log((await workspace.readFile(`${root}/notes.txt`)).text.split('\n').join()); // → one,three,two
   * ```
   */
  lock(path: PathInput, options?: LockOptions): Promise<FileLock>;

  /**
   * Resolves when operations under removed roots have drained, and streams from them have been ended
   * (ERR_PLOKE_OUTSIDE_ROOTS). ABORT_ERR with `committed: true`: the new roots are in force, only the waiting was aborted.
   *
   * @example
   * ```ts
   * await workspace.setRoots([`${root}/src`]);
   * const outside = await workspace.readFile(`${root}/notes.txt`).catch((error: PlokeIoError) => error.code);
   * console.log(outside); // → ERR_PLOKE_OUTSIDE_ROOTS
   * ```
   */
  setRoots(roots: readonly PathInput[], options?: SetRootsOptions): Promise<void>;

  /**
   * A subscription that begins now. Any number may be open; a slow one delays neither the others nor a writer.
   *
   * @example
   * ```ts
   * const events = workspace.events();
   * await workspace.writeFile(`${root}/notes.txt`, 'new\n');
   * const { value: event } = await events.next();
   * if (event?.type === 'update') console.log(event.origin === workspace.origin); // → true
   * await events.return?.();
   * ```
   *
   * @throws ERR_PLOKE_WATCH_DISABLED without the option `watch`; ERR_PLOKE_CLOSED; ERR_PLOKE_INVALID_ARGUMENT
   */
  events(options?: EventOptions): FileEvents;
  /**
   * Resolves when every change made before the call, by whomever, has been delivered to the subscribers' queues.
   *
   * @example
   * ```ts
   * const events = workspace.events({ ignoreOrigin: workspace.origin });
   * await workspace.removeFile(`${root}/notes.txt`);
   * await workspace.flushEvents();
   * await workspace.close(); // What is in the queues is still delivered.
   * let foreign = 0;
   * for await (const _event of events) foreign++;
   * console.log(foreign); // → 0
   * ```
   *
   * @throws ERR_PLOKE_WATCH_DISABLED, ERR_PLOKE_CLOSED, ABORT_ERR
   */
  flushEvents(options?: CallOptions): Promise<void>;

  /**
   * What can be had of the file system that a path lies on; without a path, of the first root.
   *
   * @example
   * ```ts
   * const { atomicReplace, caseSensitive } = await workspace.capabilities();
   * console.log(atomicReplace, typeof caseSensitive); // → true boolean
   * ```
   */
  capabilities(path?: PathInput): Promise<Capabilities>;
  /**
   * Counters and histograms of this workspace since it was opened.
   *
   * @example
   * ```ts
   * await workspace.readFile(`${root}/notes.txt`);
   * const { counters, histograms } = workspace.metrics();
   * console.log(typeof counters, typeof histograms); // → object object
   * ```
   */
  metrics(): Metrics;
  /**
   * Idempotent; drains; later calls reject with ERR_PLOKE_CLOSED.
   *
   * @example
   * ```ts
   * await workspace.close();
   * const late = await workspace.readFile(`${root}/notes.txt`).catch((error: PlokeIoError) => error.code);
   * console.log(late); // → ERR_PLOKE_CLOSED
   * ```
   */
  close(options?: CallOptions): Promise<void>;
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}
export interface SetRootsOptions extends CallOptions {
  readonly symlinks?: SymlinkPolicy | undefined;
}
export interface Limits {
  readonly maxOpenFiles: number;
  readonly source: 'option' | 'environment' | 'rlimit' | 'default';
  readonly openFileLimit: number | null;
  readonly notes: readonly string[];
}

export interface ByteRange {
  readonly start?: number | undefined;
  readonly end?: number | undefined;
}
/** 1-based, inclusive; or the last lines. */
export type LineRange =
  | { readonly start?: number | undefined; readonly end?: number | undefined }
  | { readonly last: number };

export interface ReadOptions extends CallOptions {
  /** Default `'utf8'`. */
  readonly encoding?: 'utf8' | 'buffer' | undefined;
  readonly expectedHash?: ContentHash | undefined;
  readonly range?: ByteRange | undefined;
  readonly lines?: LineRange | undefined;
  /** Truncates at a character boundary; hash and byteLength are the whole file's. */
  readonly maxBytes?: number | undefined;
  /** Default true; false: resolves undefined. */
  readonly throwIfNoEntry?: boolean | undefined;
  /** A lock of this workspace on the same file: the read does not queue behind calls that wait for it. */
  readonly lock?: FileLock | undefined;
}
export interface FileRequest {
  readonly path: PathInput;
  readonly id?: string | undefined;
  readonly expectedHash?: ContentHash | undefined;
  readonly range?: ReadOptions['range'];
  readonly lines?: ReadOptions['lines'];
  readonly maxBytes?: number | undefined;
}
export interface StreamOptions extends CallOptions {
  readonly range?: ReadOptions['range'];
}
export interface FileBase {
  readonly id?: string;
  readonly path: string;
  readonly hash: ContentHash;
  readonly byteLength: number;
  /** The bytes returned. */
  readonly start: number;
  readonly end: number;
  readonly truncated: boolean;
  readonly stamp: string;
  readonly warnings: readonly Warning[];
}
export interface FileText extends FileBase {
  readonly text: string;
}
export interface FileBytes extends FileBase {
  readonly bytes: Uint8Array;
}

export interface SnippetRequest {
  readonly path: PathInput;
  readonly start: number;
  readonly end: number;
  readonly expectedHash?: ContentHash | undefined;
  readonly id?: string | undefined;
}
/** `structuredClone` and `postMessage` take no such object: pass them `[...requests]`. */
export interface SnippetRequestSet extends Iterable<SnippetRequest> {
  readonly size: number;
}
export interface Snippet {
  readonly id?: string;
  readonly path: string;
  readonly start: number;
  readonly end: number;
  /** One of at most 1 KiB may be part of a string of at most 64 KiB of the same call's, which lives as long as it does. */
  readonly text: string;
  /** Of the whole file; one string shared by the snippets of a file. */
  readonly hash: ContentHash;
}

export interface KnownFile {
  readonly path: PathInput;
  readonly hash: ContentHash;
  readonly id?: string | undefined;
  /** From an earlier entry, result or scan: lets an unchanged file be recognised by stat alone where that is safe. */
  readonly stamp?: string | null | undefined;
}
/** `structuredClone` and `postMessage` take no such object: pass them `[...known]`. */
export interface KnownFileSet extends Iterable<KnownFile> {
  readonly size: number;
  /** What `packKnownFiles` takes back: `packKnownFiles(JSON.parse(JSON.stringify(known)))`. */
  toJSON(): KnownFile[];
}
export interface ScanOptions extends CallOptions {
  /** Default `'content'`. */
  readonly verify?: 'content' | 'stamp' | undefined;
}
export interface ScanResult {
  /** In input order. */
  readonly changes: readonly Change[];
  readonly failures: readonly { readonly index: number; readonly reason: PlokeIoError }[];
  /** The state to scan next: new hashes and stamps, removed files left out. */
  readonly known: KnownFileSet;
}
export interface Change {
  readonly index: number;
  readonly id?: string;
  readonly path: string;
  readonly before: ContentHash;
  /** null: removed. */
  readonly after: ContentHash | null;
  readonly stamp: string | null;
}
export interface ListOptions extends CallOptions {
  readonly under?: PathInput | undefined;
  /** Default `['file']`. */
  readonly types?: readonly EntryType[] | undefined;
  readonly ignore?: readonly string[] | undefined;
  /** Default false: whether .gitignore files found on the way apply. */
  readonly gitignore?: boolean | undefined;
  readonly hash?: boolean | undefined;
}
export interface FileListing<T> extends AsyncIterable<T> {
  /** Unreadable directories, names that are not UTF-8. */
  readonly warnings: readonly Warning[];
}
export interface FileEntry {
  readonly path: string;
  readonly type: EntryType;
  readonly byteLength: number;
  readonly stamp: string;
  readonly hash?: ContentHash;
}

export interface WriteOptions extends CallOptions {
  readonly origin?: string | undefined;
  readonly durability?: Durability | undefined;
  /** Milliseconds to wait for locks; default the workspace's, 0 tries once. */
  readonly lockTimeoutMs?: number | undefined;
  /** An exclusive lock of this workspace on the one file that is changed: the call uses it and hands it on. */
  readonly lock?: FileLock | undefined;
}
export interface WriteFileOptions extends WriteOptions {
  /** null: the file must not exist. */
  readonly expectedHash?: ContentHash | null | undefined;
  /** Default `'error'`: creating is createFile's. */
  readonly ifMissing?: 'error' | 'create' | undefined;
  /** With `ifMissing: 'create'`. */
  readonly parents?: boolean | undefined;
  /** With `ifMissing: 'create'`: of the file that is made; one that is there keeps its own. On Windows see CreateOptions. */
  readonly mode?: number | undefined;
}
export interface FileWrite {
  readonly path: PathInput;
  readonly data: string | Uint8Array;
  readonly expectedHash?: ContentHash | undefined;
  readonly id?: string | undefined;
}
export interface FileCreate {
  readonly path: PathInput;
  readonly data: string | Uint8Array;
  readonly id?: string | undefined;
}
/** By offsets, with the hash they were taken from; or by text that occurs exactly once (`all: true`: at least once). */
export type SnippetEdit = {
  readonly path: PathInput;
  readonly replacement: string;
  readonly id?: string | undefined;
} & (
  | { readonly start: number; readonly end: number; readonly expectedHash: ContentHash }
  | { readonly find: string; readonly all?: boolean | undefined; readonly expectedHash?: ContentHash | undefined }
);
export interface EditOptions extends WriteOptions {
  readonly dryRun?: boolean | undefined;
}
export interface PatchOptions extends EditOptions {
  /** 0..1, default 1: the exact text, at another place if need be. Below 1 a hunk may also go where the text is that similar. */
  readonly minSimilarity?: number | undefined;
}
/** The hunks of one file; `splitPatch` divides a diff of several files. */
export interface Patch {
  readonly path: PathInput;
  /** A unified diff. `/dev/null` as the old name makes a file, as the new name removes it. */
  readonly diff: string;
  readonly expectedHash?: ContentHash | undefined;
  readonly id?: string | undefined;
}
/** One file of a diff of several files. */
export interface FileDiff {
  /** As the diff spells it, without `a/` and `b/`; of a removed file the old one. */
  readonly path: string;
  readonly diff: string;
}

export interface MutationResult {
  readonly id?: string;
  readonly path: string;
  readonly origin: string;
  readonly outcome: 'created' | 'replaced' | 'unchanged' | 'removed' | 'renamed';
  /** What was achieved, not what was asked for. */
  readonly receipt: Receipt;
  readonly warnings: readonly Warning[];
}
export interface WriteResult extends MutationResult {
  readonly hash: ContentHash;
  readonly previousHash: ContentHash | null;
  readonly byteLength: number;
  readonly stamp: string;
}
export interface Receipt {
  readonly atomic: boolean;
  readonly durability: 'confirmed' | 'delegated' | 'none';
  readonly lock: LockScope;
  readonly compareAndSwap: 'swap-verified' | 'checked' | 'none';
  readonly metadata: 'preserved' | 'partial' | 'default';
}
export interface DryRun {
  readonly applied: false;
  readonly id?: string;
  readonly path: string;
  readonly hash: ContentHash | null;
  /** A unified diff. */
  readonly preview: string;
}
export type EditResult =
  | (WriteResult & { readonly applied: true; readonly start: number; readonly removed: number; readonly added: number })
  | DryRun;

/** Where a hunk went. */
export interface HunkPlacement {
  /** 1-based line of the base at which it begins. */
  readonly line: number;
  /** Lines between the place that the hunk names and the place that it went to. */
  readonly offset: number;
  /** 1: the exact text. */
  readonly similarity: number;
}
export type PatchResult =
  | ((WriteResult | MutationResult) & { readonly applied: true; readonly hunks: readonly HunkPlacement[] })
  | (DryRun & { readonly hunks: readonly HunkPlacement[] });

export interface LockOptions extends CallOptions {
  /** Default `'exclusive'`. */
  readonly mode?: 'exclusive' | 'shared' | undefined;
  /** Milliseconds; default the workspace's, 0 tries once. */
  readonly lockTimeoutMs?: number | undefined;
  /** Told to those who wait for the lock in vain. */
  readonly purpose?: string | undefined;
}
/** An advisory lock that is held. A write that is given an exclusive one hands it on to the file's new version. */
export interface FileLock extends AsyncDisposable {
  readonly path: string;
  readonly mode: 'exclusive' | 'shared';
  readonly scope: LockScope;
  /** Aborts when another process replaces or removes the locked file, which makes the lock worthless: ERR_PLOKE_LOCK_LOST. */
  readonly signal: AbortSignal;
  /**
   * Looks at the file now: false after `release()`, and where another process has replaced or removed the file, of which the
   * signal may tell up to a second later. While a call uses the lock, what is known is told; the call looks for itself.
   */
  isHeld(): boolean;
  /** Idempotent. */
  release(): Promise<void>;
}
/** Who holds a lock, as far as it is known. */
export interface LockHolder {
  /** In the process id namespace of whoever reads this. */
  readonly pid: number | null;
  /** When that process began, milliseconds since the epoch, to about 10 ms: with the pid it names one process for good. */
  readonly startedAt: number | null;
  readonly host: string | null;
  readonly purpose: string | null;
  readonly mode: 'exclusive' | 'shared';
  /** kernel: /proc/locks, on Linux. record: what the holder wrote down. */
  readonly source: 'kernel' | 'record';
}

export interface CreateOptions extends WriteOptions {
  readonly parents?: boolean | undefined;
  /** Default `'error'`. */
  readonly ifExists?: 'error' | 'replace' | 'keep' | undefined;
  /**
   * Default: the operating system's default under the umask; of a replaced file, its own. Given: exactly this mode. On
   * Windows, which has no modes, only whether the owner may write (0o200) is kept, as the read-only attribute.
   */
  readonly mode?: number | undefined;
}
/** `expectedHash` is the source's; `parents` makes the target's directories. */
export interface RenameOptions extends WriteFileOptions {
  /** Default `'error'`. */
  readonly ifExists?: 'error' | 'replace' | undefined;
}
export interface StatOptions extends CallOptions {
  readonly throwIfNoEntry?: boolean | undefined;
  /** Default true, judged by the policy; false looks at the last name itself. */
  readonly followLinks?: boolean | undefined;
}
export interface PathInfo {
  readonly path: string;
  readonly type: EntryType;
  readonly byteLength: number;
  readonly mode: number;
  readonly modifiedMs: number;
  readonly createdMs: number | null;
  readonly linkCount: number;
  readonly stamp: string;
}
export interface DirectoryEntry {
  readonly name: string;
  readonly path: string;
  readonly type: EntryType;
  readonly byteLength: number;
  readonly modifiedMs: number;
}
export interface CreateDirectoryOptions extends WriteOptions {
  readonly parents?: boolean | undefined;
  readonly mode?: number | undefined;
}
export interface RemoveDirectoryOptions extends WriteOptions {
  readonly recursive?: boolean | undefined;
}

export interface EventOptions extends CallOptions {
  /** Changes that carry one of these origins are not delivered to this subscriber. */
  readonly ignoreOrigin?: string | readonly string[] | undefined;
}
/** Ends with `return()`, `await using`, an abort (ABORT_ERR) or the workspace's `close`. While a `next()` is pending, the process stays alive. */
export interface FileEvents extends AsyncIterableIterator<FileEvent>, AsyncDisposable {
  /** Events that were dropped because the queue was full; what they told of is delivered again before `rescanned`. */
  readonly dropped: number;
}
interface EventBase {
  /** Rises by one with each event of the workspace; a subscriber that ignores origins, or lost events, sees gaps. */
  readonly sequence: number;
  /** When it was delivered to the queue, milliseconds since the epoch. */
  readonly at: number;
}
interface ChangeEvent extends EventBase {
  readonly root: string;
  readonly path: string;
  readonly entryType: EntryType;
  /** Of the write that caused it, where that is known; null: somebody else's. Of another process: see `shareOrigin`. */
  readonly origin: string | null;
}
/**
 * What happened below the roots. Applied in order to a listing taken before, the events give the present one. Directories
 * are created, removed and renamed; what changes inside them is told of the entry itself.
 */
export type FileEvent =
  | (ChangeEvent & { readonly type: 'create' | 'update'; readonly stamp: string })
  /** Of a directory: stands for everything below it. */
  | (ChangeEvent & { readonly type: 'remove' })
  /** `from` is below the same root; of a directory: everything below it moved along. */
  | (ChangeEvent & { readonly type: 'rename'; readonly from: string; readonly stamp: string })
  /** queue: this subscriber did not keep up. kernel: the system dropped events, and does not say how many. */
  | (EventBase & { readonly type: 'overflow'; readonly source: 'queue' | 'kernel'; readonly dropped: number | null })
  /** All that was missed came before this. */
  | (EventBase & { readonly type: 'rescanned' })
  /** Part of the root is watched by something slower; changes are still found. */
  | (EventBase & { readonly type: 'degraded'; readonly root: string; readonly reason: Warning })
  /** The directory was removed, moved or unmounted. Nothing more is told of it until setRoots finds it again. */
  | (EventBase & { readonly type: 'root-lost'; readonly root: string; readonly reason: PlokeIoError });

export type Settled<T> =
  | { readonly status: 'fulfilled'; readonly value: T }
  | { readonly status: 'rejected'; readonly reason: PlokeIoError };
export interface Warning {
  /** One of `warningCodes`, or the code of the error that something was left out for. */
  readonly code: string;
  /** It names no file: that is what `path` is for. */
  readonly message: string;
  readonly path?: string;
}

/** What is fixed for an error's code, whoever throws it: `errorCodes`. */
export interface ErrorCodeFacts {
  /** fatal: this operation failed. internal: a broken invariant, a bug of ours. */
  readonly severity: 'fatal' | 'internal';
  /** Whether the same call, unchanged, may succeed later. */
  readonly retryable: boolean;
  /** What went wrong, as a sentence without its full stop. */
  readonly meaning: string;
  /** What the caller can do about it; the end of every message that gives nothing better. */
  readonly action: string;
}
/** What is fixed for a warning's code: `warningCodes`. */
export interface WarningCodeFacts {
  /** What happened, as a sentence without its full stop. */
  readonly meaning: string;
  /** What the caller can do about it. */
  readonly action: string;
}
export type WarningCode =
  | 'PLOKE_CACHE_COARSE_STAMPS'
  | 'PLOKE_DIRECTORY_UNSYNCED'
  | 'PLOKE_IGNORE_PATTERN'
  | 'PLOKE_LIMITS'
  | 'PLOKE_METADATA_PARTIAL'
  | 'PLOKE_NAME_NOT_UTF8'
  | 'PLOKE_NO_LOCK_RECORD'
  | 'PLOKE_NO_OWNER_FILE'
  | 'PLOKE_ORIGIN_NOT_SHARED'
  | 'PLOKE_RECOVERED'
  | 'PLOKE_SWEPT'
  | 'PLOKE_WATCH_POLLING'
  | 'PLOKE_WATCH_UNREADABLE';

export type ErrorCode =
  | 'ERR_PLOKE_INVALID_ARGUMENT'
  | 'ERR_PLOKE_INVALID_PATH'
  | 'ERR_PLOKE_OUTSIDE_ROOTS'
  | 'ERR_PLOKE_SYMLINK_ESCAPE'
  | 'ERR_PLOKE_CROSS_ROOT'
  | 'ERR_PLOKE_SYMLINK_DENIED'
  | 'ERR_PLOKE_HARD_LINK'
  | 'ERR_PLOKE_MOUNT'
  | 'ERR_PLOKE_NOT_REGULAR_FILE'
  | 'ERR_PLOKE_ROOT_LOST'
  | 'ERR_PLOKE_BUSY'
  | 'ERR_PLOKE_RANGE'
  | 'ERR_PLOKE_CHAR_BOUNDARY'
  | 'ERR_PLOKE_NOT_UTF8'
  | 'ERR_PLOKE_FILE_TOO_LARGE'
  | 'ERR_PLOKE_CONTENT_MISMATCH'
  | 'ERR_PLOKE_EDIT_OVERLAP'
  | 'ERR_PLOKE_EDIT_NOT_UNIQUE'
  | 'ERR_PLOKE_PATCH_SYNTAX'
  | 'ERR_PLOKE_PATCH_CONFLICT'
  | 'ERR_PLOKE_NOT_DURABLE'
  | 'ERR_PLOKE_LOCK_TIMEOUT'
  | 'ERR_PLOKE_LOCK_UNSUPPORTED'
  | 'ERR_PLOKE_LOCK_LOST'
  | 'ERR_PLOKE_WATCH_DISABLED'
  | 'ERR_PLOKE_EVENT_OVERFLOW'
  | 'ERR_PLOKE_CLOSED'
  | 'ERR_PLOKE_NATIVE_MISSING'
  | 'ERR_PLOKE_INTERNAL'
  | 'ABORT_ERR';

/** The shape of the error class `PlokeIoError` that `ploke-io` exports. */
export interface PlokeIoError extends Error {
  /** Or Node's own code (ENOENT, EACCES, ENOSPC…) for a system failure. */
  readonly code: ErrorCode | (string & {});
  /** fatal: this operation failed. internal: a broken invariant, a bug of ours. */
  readonly severity: 'fatal' | 'internal';
  /** The same call, unchanged, may succeed later (a mismatch: false). */
  readonly retryable: boolean;
  readonly operation: string;
  readonly path?: string;
  readonly errno?: number;
  readonly syscall?: string;
  /** Is the new content in place although the call failed? */
  readonly committed?: boolean | 'unknown';
  /** When committed. */
  readonly result?: WriteResult;
  readonly expectedHash?: ContentHash;
  readonly actualHash?: ContentHash | null;
  /**
   * For example `{ start, end, byteLength }`, `{ holders }` of a lock, `{ hunk, candidates }` of a patch, `{ recovered }`,
   * `{ report }` of a bug of ours.
   */
  readonly details?: Readonly<Record<string, unknown>>;
  /** What `structuredClone` and `postMessage` take in full; of the error itself they keep message, stack and cause. */
  toJSON(): Record<string, unknown>;
}

export interface Capabilities {
  readonly path: string;
  readonly fileSystem: string;
  readonly network: boolean;
  readonly atomicReplace: boolean;
  readonly exclusiveRename: boolean;
  readonly exchangeRename: boolean;
  readonly directorySync: 'ok' | 'unsupported' | 'unproven';
  readonly lockScope: LockScope;
  readonly kernelResolution: boolean;
  /** The backend that suits this file system. */
  readonly watch: 'native' | 'chokidar' | 'polling';
  readonly timestampResolutionMs: number;
  readonly caseSensitive: boolean;
  readonly notes: readonly string[];
}
/** What each name counts, and in which unit, is in docs/observability.md. */
export interface Metrics {
  readonly counters: Readonly<Record<string, number>>;
  readonly histograms: Readonly<
    Record<
      string,
      { readonly count: number; readonly sum: number; readonly p50: number; readonly p99: number; readonly max: number }
    >
  >;
}

/**
 * What subscribers are told of a call: the context object of the tracing channels `ploke-io:read` and so on, and the message
 * of `ploke-io:slow-operation`. One object a call, filled while it runs and complete at `asyncEnd`. See docs/observability.md.
 */
export interface OperationTrace {
  /** The name of the method; `look` is a look of the watcher's at the disk. */
  readonly operation: string;
  /** Of a call that is about one path, as `redactPaths` has it, once it was judged; of a rename the old one. Else null. */
  readonly path: string | null;
  /** Files, requests, edits or entries that the call was given, or has handed out. */
  readonly items: number;
  /** Of a batch: those that failed by themselves. */
  readonly failedItems: number;
  /** Content that was read from files, or, of a mutation, written to them. */
  readonly bytes: number;
  /** Spent in line: behind earlier calls on the same files, and for permits. Parts of one call that wait at once add up. */
  readonly queueWaitMs: number;
  /** Spent waiting for locks that others held. */
  readonly lockWaitMs: number;
  /** Spent in native calls, in line for their threads included. Those of one call that run at once add up. */
  readonly nativeMs: number;
  /** From the call to its end. Of a listing or a stream, what its reader does in between is part of it. */
  readonly durationMs: number;
  /** `OK`, the error's code, or `CALLER_FAILURE` for what a function of the caller's threw. null: it is under way. */
  readonly code: string | null;
  /** Of a mutation; else null. */
  readonly origin: string | null;
  readonly workspaceOrigin: string;
  /** What the call failed with. */
  readonly error?: unknown;
}

/** The message of `ploke-io:lock-contention`: a call waited for a lock for 100 ms or more. Once a call, of its longest wait. */
export interface LockContention {
  readonly operation: string;
  /** As `redactPaths` has it. */
  readonly path: string;
  readonly waitedMs: number;
  /** False: it was given up, by a timeout or an abort, or the file could not be locked. */
  readonly acquired: boolean;
  /** Who held it while it was waited for, as far as that is known. */
  readonly holders: readonly LockHolder[];
  /** Of a mutation; else null. */
  readonly origin: string | null;
  readonly workspaceOrigin: string;
}
