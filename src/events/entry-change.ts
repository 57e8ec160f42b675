import type { EntryType } from '../types.js';

interface ChangeBase {
  readonly root: string;
  /** Spelt with the configured root. */
  readonly path: string;
  readonly entryType: EntryType;
  /** Who made the change, where that is known. */
  readonly origin: string | null;
  /**
   * `device.inode` and, of anything but a directory, size and modification time: what a rename leaves as it is. Of what the
   * change made or moved; of a removal, of what was removed. `''` where it is not known.
   */
  readonly version: string;
  /** Of a file that was at `path` and is not any more, in this version. */
  readonly replacedStamp?: string;
}

/**
 * One change of a watched tree, before it is an event. A sequence of them that is valid over a listing, applied in order,
 * gives the next listing:
 *
 * - create: the path was absent, and is there.
 * - update: the path was there, no directory, and is there with another stamp.
 * - remove: the path was there; it and everything below it are absent.
 * - rename: `from` was there; it and everything below it are under `path`. That was absent, or there and no directory with
 *   content: then it is replaced, with everything below it gone, and `replaces` says what it was.
 */
export type EntryChange =
  | (ChangeBase & { readonly type: 'create' | 'update'; readonly stamp: string })
  | (ChangeBase & { readonly type: 'remove' })
  | (ChangeBase & {
      readonly type: 'rename';
      readonly from: string;
      readonly stamp: string;
      /** What was at `path`; absent: nothing. Without it nobody could tell an atomic save from a new file. */
      readonly replaces?: EntryType;
    });
