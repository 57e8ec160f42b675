/** What every batch of the addon shares: opaque handles, failures, packed paths. See addon.ts. */

/** Opaque handles. Each is freed by its `close…` function, and by the garbage collector at the latest. */
export type NativeRoot = { readonly __nativeRoot: unique symbol };
export type NativeRootSet = { readonly __nativeRootSet: unique symbol };
export type NativeTargets = { readonly __nativeTargets: unique symbol };
export type NativeStream = { readonly __nativeStream: unique symbol };
export type NativeContentCache = { readonly __nativeContentCache: unique symbol };
/** Paths below the roots of a set, in the order in which they were added: see `scanKnown`. */
export type NativeKnownPaths = { readonly __nativeKnownPaths: unique symbol };
/** Hashes and stamps, by the positions of known paths. */
export type NativeKnownStates = { readonly __nativeKnownStates: unique symbol };
export type NativeOwner = { readonly __nativeOwner: unique symbol };
export type NativeWatch = { readonly __nativeWatch: unique symbol };

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
  /** As in `ProbeResult`. */
  readonly type: string;
  readonly remote: boolean;
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

export const NativeEntryType = { missing: 0, file: 1, directory: 2, symlink: 3, other: 4 } as const;
