import type { WatchTraits } from '../io/watch-traits.js';
import type { Warning, WatchOptions } from '../types.js';
import type { EntryChange } from './entry-change.js';
import type { TreeAccess } from './tree-reader.js';

/** The option `watch` with every default filled in. */
export type WatcherOptions = { readonly [K in keyof WatchOptions]-?: Exclude<WatchOptions[K], undefined> };

/** What a watcher needs of its workspace. */
export interface WatcherHost extends TreeAccess {
  /** Told apart from other workspaces: whose changes are `echo`. */
  readonly source: object;
  /** Whether files are asked who wrote them. */
  readonly sharesOrigins: boolean;
  /**
   * Whether an entry is not watched, by its path below its root; a directory's ends in `/`. A root that lies below another is
   * watched whatever the patterns say of it; `byPatternsAlone` leaves that out.
   */
  ignores(root: string, relative: string, byPatternsAlone?: boolean): boolean;
  /** Roots that this one has absorbed, by their paths below it, in a fixed order. */
  innerRoots(root: string): readonly string[];
  traitsOf(root: string, identity: string, asked: WatcherOptions['backend']): Promise<WatchTraits>;
  /** `device:inode` of the directory that lies at the path now; null: there is none. undefined: it cannot be told. */
  identityAt(path: string): Promise<string | null | undefined>;
  /** For each change, own ones too, before anybody hears of it: what is remembered of the path is outdated. */
  changed(change: EntryChange): void;
  warn(warning: Warning): void;
  count(metric: string, by?: number): void;
  /** A look failed. Whether it is worth another try; not after a bug of ours. */
  failed(error: unknown): boolean;
}
