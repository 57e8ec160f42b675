import type { NativeAddon } from '../native/addon.js';
import type { NativeContentCache } from '../native/batch.js';
import type { Warning } from '../types.js';

const coarseStamps: Warning = {
  code: 'PLOKE_CACHE_COARSE_STAMPS',
  message:
    'A file was read from a file system whose times are coarse or unknown: no content of such a file system is cached, since no stat proves that it is unchanged.',
};

/** The contents that a workspace has read, in the addon: every read asks it after a stat on the opened file (ADR 13). */
export class ContentCache {
  readonly native: NativeContentCache;
  readonly #addon: NativeAddon;
  #isCoarseTold = false;

  constructor(addon: NativeAddon, maxBytes: number) {
    this.#addon = addon;
    this.native = addon.createContentCache(maxBytes);
  }

  /** Gives back the memory of a version that is known to be over. That it is never served does not depend on it. */
  forget(stamp: string): void {
    this.#addon.forgetContent(this.native, stamp);
  }

  clear(): void {
    this.#addon.clearContentCache(this.native);
  }

  counters(): Readonly<Record<string, number>> {
    const { hits, misses, stale, evictions, bytes, entries } = this.#addon.contentCacheCounts(this.native);
    return {
      'cache.hits': hits,
      'cache.misses': misses,
      'cache.stale': stale,
      'cache.evictions': evictions,
      'cache.bytes': bytes,
      'cache.entries': entries,
    };
  }

  /** Tells once. */
  noteCoarseStamps(warn: (warning: Warning) => void): void {
    if (this.#isCoarseTold) return;
    this.#isCoarseTold = true;
    warn(coarseStamps);
  }
}
