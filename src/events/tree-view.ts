import type { EntryType } from '../types.js';

export interface ViewedEntry {
  readonly root: string;
  readonly entryType: EntryType;
  readonly stamp: string;
}

/** The watched trees as they are now. */
export interface TreeView {
  lookup(path: string): ViewedEntry | undefined;
  /** What holds before what is held, without `path` itself. */
  below(path: string): Iterable<ViewedEntry & { readonly path: string }>;
  /** The root that `path` is below, whether or not it is there. */
  rootOf(path: string): string | undefined;
}
