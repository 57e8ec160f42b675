import type { NativeAddon } from '../native/addon.js';
import type { NativeRootSet } from '../native/batch.js';
import type { SweepResult } from '../native/change-batches.js';
import { hostSpelling } from '../platform/path-spelling.js';
import type { Warning } from '../types.js';
import { type PathBelowRoot, packPaths } from './path-batch.js';

/** Beyond this many directories the set begins anew: sweeping one twice is only a listing too many. */
const maxVisited = 10_000;

/** A directory that is about to be written to. */
export interface SweepTarget extends PathBelowRoot {
  readonly path: string;
  /** `device:inode`. */
  readonly identity: string;
}

/** Temporary files that crashed processes left: found when a root is opened and when a directory is first written to. */
export class Sweeps {
  readonly #addon: NativeAddon;
  readonly #warn: (warning: Warning) => void;
  readonly #visited = new Set<string>();

  /** @param warn is told of every directory in which something was removed */
  constructor(addon: NativeAddon, warn: (warning: Warning) => void) {
    this.#addon = addon;
    this.#warn = warn;
  }

  /** Whether `visit` would look at the directory; of one that cannot be told (undefined) nobody can. */
  isNew(identity: string | undefined): boolean {
    return identity !== undefined && !this.#visited.has(identity);
  }

  /** Removes owner files that nobody holds and, in the root directories themselves, temporary files of dead owners. */
  async openRoots(set: NativeRootSet, rootPaths: readonly string[]): Promise<void> {
    const roots = rootPaths.map((path, root) => ({ root, relative: '', path }));
    this.#report(roots, await this.#addon.sweepRoots(packPaths(set, roots)));
  }

  /**
   * Removes temporary files of dead owners in the directories that were not visited yet. That it fails for one (it is
   * missing, may not be listed) is nobody's failure: the write that follows says what matters.
   */
  async visit(set: NativeRootSet, directories: readonly SweepTarget[]): Promise<void> {
    const fresh = directories.filter(({ identity }) => this.isNew(identity));
    if (fresh.length === 0) return;
    if (this.#visited.size + fresh.length > maxVisited) this.#visited.clear();
    for (const { identity } of fresh) this.#visited.add(identity);
    this.#report(fresh, await this.#addon.sweepDirectories(packPaths(set, fresh)));
  }

  #report(directories: readonly { readonly path: string }[], { removed, recovered }: SweepResult): void {
    for (const [index, { path }] of directories.entries()) {
      const count = removed[index] ?? 0;
      if (count === 0) continue;
      const files = count === 1 ? 'temporary file' : 'temporary files';
      this.#warn({ code: 'PLOKE_SWEPT', message: `${count} ${files} of a process that is gone removed`, path });
    }
    for (const { index, name } of recovered) {
      const directory = directories[index]?.path ?? '';
      const message =
        'A version that a process which died had in its hands was kept under this name: compare and remove it';
      this.#warn({ code: 'PLOKE_RECOVERED', message, path: hostSpelling.join(directory, name) });
    }
  }
}
