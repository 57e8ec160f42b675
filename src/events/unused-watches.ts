import type { DirectoryIndex } from './directory-index.js';

/**
 * Watches of directories that left the index. A listing that is under way may be given one of them for the same directory
 * under another name, so they are ended when none is.
 */
export class UnusedWatches {
  readonly #index: DirectoryIndex;
  readonly #watches = new Set<number>();

  constructor(index: DirectoryIndex) {
    this.#index = index;
  }

  add(watches: readonly number[]): void {
    for (const watch of watches) this.#watches.add(watch);
  }

  /** Those that no directory has by now. */
  take(): readonly number[] {
    if (this.#watches.size === 0) return [];
    const unused = [...this.#watches].filter((watch) => this.#index.ofWatch(watch).length === 0);
    this.#watches.clear();
    return unused;
  }
}
