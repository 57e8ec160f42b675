/** Batches that look: reads, stats, stamps, listings, identities, streams. See addon.ts. */

import type {
  BatchStatus,
  NativeContentCache,
  NativeKnownPaths,
  NativeKnownStates,
  NativeRootSet,
  NativeStream,
  NativeWatch,
  PathBatch,
} from './batch.js';

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

/** Bytes of one file in `ReadBatch.expectedHashes`: 1 and the hash, or 0 and nothing of meaning. */
export const EXPECTED_HASH_WIDTH = 33;

export interface ReadBatch extends PathBatch {
  /** Above this a file is `tooLarge`, unless every slice of it has a finite maxBytes (or it has no slice and only its hash is wanted): then it is read in pieces. */
  readonly maxFileBytes: number;
  /** True: slices are strings, and a file that is not UTF-8 is `notUtf8`. False: slices are `Uint8Array`. */
  readonly text: boolean;
  /** Whether `stamps` is wanted. */
  readonly stamps: boolean;
  /** Float64Array of SLICE_WIDTH numbers a slice, ordered by file. */
  readonly slices: Float64Array;
  /** Uint8Array of EXPECTED_HASH_WIDTH bytes a file. */
  readonly expectedHashes: Uint8Array | null;
  /** Asked before a file is read of which a slice is wanted. */
  readonly cache: NativeContentCache | null;
}

export interface ReadBatchResult extends BatchStatus {
  readonly byteLengths: Float64Array;
  /** 1: the hash of the bytes that were read is the expected one. */
  readonly asExpected: Uint8Array;
  /** `sha256-…` of the bytes that were read; undefined where the file failed, or has the expected one. */
  readonly hashes: readonly (string | undefined)[];
  readonly stamps: readonly (string | undefined)[] | null;
  /** Of each slice: 0, `range`, `charBoundary`. Untouched (0) where its file failed. */
  readonly sliceStatus: Int32Array;
  /** Int32Array as long as each fits. */
  readonly sliceStarts: Float64Array | Int32Array;
  readonly sliceEnds: Float64Array | Int32Array;
  readonly truncated: Uint8Array;
  /** See `contentOf`: what is not in a text that several slices share. */
  readonly contents: readonly (string | Uint8Array | undefined)[];
  readonly texts: readonly string[];
  /** Of each slice: which of `texts` it is in, and where it begins there; -1: none. */
  readonly textOf: Int32Array;
  readonly textStarts: Uint32Array;
  /** What was read and hashed; what came from the cache was neither. */
  readonly filesRead: number;
  readonly bytesRead: number;
  /** A cache was given, and one of the files lies where stamps are never proof. */
  readonly passedCacheBy: boolean;
}

/** The content of a slice; undefined where it has none. Small texts share a string of at most 64 KiB, which they keep alive. */
export function contentOf(result: ReadBatchResult, slice: number): string | Uint8Array | undefined {
  const text = result.texts[result.textOf[slice] ?? -1];
  if (text === undefined) return result.contents[slice];
  const start = result.textStarts[slice] ?? 0;
  // ASCII: as many characters as bytes.
  return text.slice(start, start + (result.sliceEnds[slice] ?? 0) - (result.sliceStarts[slice] ?? 0));
}

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

/** restamped: its content is what is known. `changed` is the hash alone: the stamp may be the same. failed: see its status. */
export const KnownFinding = { restamped: 0, changed: 1, failed: 2 } as const;
export interface ScanKnownBatch {
  readonly set: NativeRootSet;
  /** Sealed. */
  readonly paths: NativeKnownPaths;
  /** As many as paths. */
  readonly states: NativeKnownStates;
  /** One number, 0 at first, that all calls of a scan share: each takes chunks until none is left, or it has done much. */
  readonly nextChunk: Uint32Array;
  /** These files instead of chunks. */
  readonly places: Uint32Array | null;
  /** Whether every file is hashed. Else those that a stat alone does not prove to be the same (fine stamps, not young, known file system). */
  readonly content: boolean;
  readonly cancel: Int32Array | null;
}
/** Of those files only of which not everything is as it was known. */
export interface ScanKnownResult extends BatchStatus {
  /** false: chunks may be left. */
  readonly ended: boolean;
  /** Files that were taken and not come to, because it had done much: for the next call. */
  readonly left: Uint32Array;
  /** Where they are among the sorted paths. */
  readonly places: Uint32Array;
  readonly positions: Uint32Array;
  /** A `KnownFinding` each. */
  readonly findings: Uint8Array;
  /** Of `changed`. */
  readonly hashes: readonly (string | undefined)[];
  /** Of all but `failed`. */
  readonly stamps: readonly (string | undefined)[];
  readonly filesRead: number;
  readonly bytesRead: number;
}

/** Who wrote the files, as they tell by themselves: see `CommitBatch.origin`. A link as the last name is not followed. */
export interface OriginBatchResult extends BatchStatus {
  /** undefined: the file does not tell, or what it has speaks of another version. Never empty, of any length. */
  readonly origins: readonly (string | undefined)[];
  /** Of the version that the origin speaks of. */
  readonly stamps: readonly (string | undefined)[];
}

export interface ListBatch extends PathBatch {
  readonly stamps: boolean;
  /** Whether a link as the last name is ENOTDIR instead of leading to its directory. Links on the way are followed as ever. */
  readonly noFollow?: boolean;
  /**
   * Each directory is watched before it is listed: what is not in the listing is in the records. Closing the watch
   * meanwhile makes the rest -ECANCELED.
   */
  readonly watch?: NativeWatch | undefined;
  /** Whether `identities` is wanted; with `watch` it comes anyway. */
  readonly identities?: boolean;
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
  /**
   * With `watch`, of each directory: the number of its watch (above 0), or minus the errno for which it has none (ENOSPC:
   * fs.inotify.max_user_watches), which does not keep it from being listed; 0 where it could not be opened. One that could
   * be opened and not listed (`status`) has its watch. Directories that are the same one have the same.
   */
  readonly watches: Int32Array | null;
  /** `device:inode`, decimal; undefined where the directory could not be opened. */
  readonly identities: readonly (string | undefined)[] | null;
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
