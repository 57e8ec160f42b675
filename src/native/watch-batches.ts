/** What the watch of directories tells. See addon.ts, and inotify(7). */

/** Bits of `WatchRecords.masks`; the values are the kernel's. */
export const WatchMask = {
  /** A file in the directory was written to, or cut. */
  modify: 0x2,
  /** Mode, owner, times, attributes or the number of links of an entry (or of the directory itself) changed. */
  attrib: 0x4,
  /** A file in the directory that was open for writing was closed. */
  closeWrite: 0x8,
  /** The old name of something renamed; the cookie is that of `movedTo`, if its directory is watched as well. */
  movedFrom: 0x40,
  movedTo: 0x80,
  create: 0x100,
  delete: 0x200,
  /** The directory itself is gone: not before the last descriptor on it is closed, in whichever process (inotify(7)). */
  deleteSelf: 0x400,
  /** The directory itself was renamed. Its watch stays on it. */
  moveSelf: 0x800,
  unmount: 0x2000,
  /** Not in any record: it is `WatchRecords.overflow`. */
  overflow: 0x4000,
  /** The last record of a watch: it was removed, or its directory is gone. */
  ignored: 0x8000,
  /** Beside the others: what the record is of is a directory. */
  isDirectory: 0x40000000,
} as const;

/**
 * Columns, one row a record, in the order in which it happened. Without names that are not UTF-8 and those of temporary
 * files; of a rename from or to such a name the other half is there. Records that follow each other and are the same are
 * one.
 */
export interface WatchRecords {
  /** The numbers that `listBatch` gave. */
  readonly watches: Int32Array;
  /** Bits of `WatchMask`. */
  readonly masks: Uint32Array;
  /** The same for both halves of a rename, else 0. */
  readonly cookies: Uint32Array;
  /** Joined with NUL, one a record; `''` for the directory itself. Without records it is `''` as well. */
  readonly names: string;
  /** Records were lost, `ignored` ones perhaps among them: only looking at everything makes up for it. */
  readonly overflow: boolean;
  /** The errno of a read or poll that failed, from then on in each answer: no more records come. Otherwise 0. */
  readonly error: number;
}
