import type { PlokeIoError } from '../errors/ploke-io-error.js';
import type { ContentHash, LockScope, Warning } from '../types.js';
import type { Achieved } from './receipt.js';
import type { PlannedWrite } from './write-plan.js';

/** What is under a name, read in the moment in which the name was taken hold of. */
export interface Found {
  /** A `NativeEntryType`. */
  readonly type: number;
  /** null: no regular file, or its hash was not asked for. */
  readonly hash: ContentHash | null;
  readonly byteLength: number;
  /** `''` where nothing is there. */
  readonly stamp: string;
  /** Whether the path is a link, and this is what it leads to. */
  readonly followed: boolean;
  /** Of a regular file, where contents were asked for. Only `decide` has it: outcomes are kept, contents are not. */
  readonly contents: Uint8Array | undefined;
}

/** What to do with what was found. */
export type Decision =
  | { readonly action: 'leave' }
  | {
      readonly action: 'commit';
      readonly data: Uint8Array;
      /** Permission bits; -1: those of what is replaced, of a new file the system's default. */
      readonly mode: number;
      /** The content that must be what is replaced; null: the version that was found, whatever it holds. */
      readonly verify: ContentHash | null;
    }
  /** The file is removed, if it still has the content `verify`. */
  | { readonly action: 'remove'; readonly verify: ContentHash };

/** A decision to change something. */
export type Change = Exclude<Decision, { readonly action: 'leave' }>;

/** One name to be given a content, or to be removed. */
export interface Replacement extends PlannedWrite {
  /** A `TargetMode`. */
  readonly mode: number;
  /** Whether missing directories are made. */
  readonly parents: boolean;
  /**
   * What `decide` answers for every regular file, or for every one that has the content `verify`: with it the file can be
   * committed without a way back to JavaScript. undefined: it must be asked.
   */
  readonly upfront?: { readonly data: Uint8Array; readonly verify: ContentHash | null } | undefined;
  /** Judges what is there; a PlokeIoError that it throws is the item's failure. Called anew for each attempt. */
  readonly decide: (found: Found) => Decision;
}

export interface Committed extends Achieved {
  readonly status: 'committed';
  /** What was there before. */
  readonly found: Found;
  readonly hash: ContentHash;
  readonly byteLength: number;
  readonly stamp: string;
  /** Whether a content, or that nothing was there, was verified. */
  readonly verified: boolean;
  readonly lock: LockScope;
  readonly warnings: readonly Warning[];
  /** Of versions of others that could not be put back. */
  readonly recovered: readonly Warning[];
  /** The new content is in place, but a sync failed after the rename: what the system said. */
  readonly notDurable: PlokeIoError | undefined;
}

export interface Removed extends Achieved {
  readonly status: 'removed';
  /** As of `Committed`. */
  readonly recovered: readonly Warning[];
  readonly notDurable: PlokeIoError | undefined;
}

/** What became of a replacement. */
export type ReplaceOutcome =
  | Committed
  | Removed
  | { readonly status: 'left'; readonly found: Found }
  /** `recovered` as of `Committed`; absent where nothing had to be kept. */
  | { readonly status: 'failed'; readonly error: PlokeIoError; readonly recovered?: readonly Warning[] }
  /** Another version, or another entry, came between the look and the rename; what is there is the newest, untouched. */
  | {
      readonly status: 'changed';
      readonly found: Found;
      /** Whether that was seen after the exchange, and put back. */
      readonly swappedBack: boolean;
      readonly recovered: readonly Warning[];
    }
  /** Somebody else holds a lock that it, or another item of its group, needs; nothing was begun. */
  | { readonly status: 'locked' }
  /** The signal was aborted before the rename. */
  | { readonly status: 'aborted' };
