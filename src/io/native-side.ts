import type { NativeAddon } from '../native/addon.js';
import type { NativeRootSet } from '../native/batch.js';
import type { StaleFiles } from './stale-files.js';

/** Permits to hold descriptors; the workspace's gate. */
export interface Permits {
  run<T>(count: number, signal: AbortSignal | undefined, work: () => Promise<T>, operation: string): Promise<T>;
}

/** What native work of a call that only looks is done with. */
export interface NativeSide {
  readonly addon: NativeAddon;
  readonly permits: Permits;
  readonly set: NativeRootSet;
  readonly cancel: Int32Array | null;
  readonly signal: AbortSignal | undefined;
  readonly operation: string;
  readonly staleFiles: StaleFiles;
  /** By the root's index. */
  readonly rootPaths: readonly string[];
}
