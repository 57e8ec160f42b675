import type { NativeAddon } from '../native/addon.js';
import type { BatchStatus, NativeRootSet } from '../native/batch.js';
import type { Durability } from '../types.js';
import type { Devices } from './devices.js';
import type { Owners } from './owners.js';
import type { ReplaceOutcome } from './replacement.js';

/** What the replacements of one group share. */
export interface ReplaceRequest {
  readonly addon: NativeAddon;
  readonly owners: Owners;
  readonly devices: Devices;
  readonly set: NativeRootSet;
  /** By the root's index. */
  readonly rootPaths: readonly string[];
  readonly cancel: Int32Array | null;
  readonly operation: string;
  readonly durability: Durability;
  /** What of the files that are there is read and handed to `decide`. */
  readonly read: 'nothing' | 'hash' | 'contents';
  readonly preserveMetadata: boolean;
  /** Whether a file that cannot be replaced by a rename is written in place. */
  readonly inPlace: boolean;
  /** For whoever watches in another process; null: it is not shared. */
  readonly origin: string | null;
  readonly locks: LockUse;
  /** A larger file is not read; bytes. */
  readonly maxFileBytes: number;
}

/** The locks of a group. */
export interface LockUse {
  /** A `NativeLockKind`. */
  readonly kind: number;
  /** Held already: those that this call waited for, and `required`. */
  readonly given: readonly number[];
  /** The one that the caller of the library gave: every item must be a file under it. */
  readonly required: number | undefined;
}

/** In columns as well, so that items that got no descriptor can be told and run again. */
export interface ReplaceResult extends BatchStatus {
  readonly outcomes: ReplaceOutcome[];
  /** The item whose lock somebody else holds: then no item was begun. */
  blocked: number | undefined;
}
