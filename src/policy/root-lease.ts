import type { NativeRootSet } from '../native/batch.js';
import type { SymlinkPolicy } from '../types.js';
import type { Resolver } from './resolve.js';

/** The roots as one call sees them. They stay open, and the same, until `release`. */
export interface RootLease {
  readonly set: NativeRootSet;
  readonly symlinks: SymlinkPolicy;
  /** The only way from an argument to a `ResolvedPath`; see `Resolver` for what it throws. */
  readonly resolve: Resolver;
  /** The configured spelling, as callers have it, of each root of the set, by its index (absorbed roots are not among them). */
  readonly rootPaths: readonly string[];
  /** `device:inode` of each root of the set. It stays that of this directory for as long as the roots are open. */
  readonly rootIdentities: readonly string[];
  /** Those of all configured roots, absorbed ones included. */
  readonly heldIdentities: ReadonlySet<string>;
  /** Idempotent. */
  release(): void;
}
