import type { Warning, WatchOptions } from '../types.js';
import type { EntryChange } from './entry-change.js';
import type { TreeAccess } from './tree-reader.js';

/** The option `watch` with every default filled in. */
export type WatcherOptions = { readonly [K in keyof WatchOptions]-?: Exclude<WatchOptions[K], undefined> };

/** How a root is watched. */
export interface RootTraits {
  readonly backend: 'native' | 'chokidar' | 'polling';
  /** Why it is polled although nobody asked for that. */
  readonly degraded: Warning | undefined;
}

/** What a watcher needs of its workspace. */
export interface WatcherHost extends TreeAccess {
  /** Told apart from other workspaces: whose changes are `echo`. */
  readonly source: object;
  /** Whether an entry is not watched, by its path below its root; a directory's ends in `/`. */
  ignores(relative: string): boolean;
  traitsOf(root: string, identity: string, asked: WatcherOptions['backend']): Promise<RootTraits>;
  /** `device:inode` of the directory that lies at the path now; undefined where there is none. */
  identityAt(path: string): Promise<string | undefined>;
  /** For each change, own ones too, before anybody hears of it: what is remembered of the path is outdated. */
  changed(change: EntryChange): void;
  warn(warning: Warning): void;
  count(metric: string, by?: number): void;
  /** After a bug of ours. */
  failed(error: unknown): void;
}
