import type { NativeRootSet, PathBatch } from '../native/batch.js';

/** What of a `ResolvedPath` crosses to the addon. Stated by shape, because io/ may not import policy/. */
export interface PathBelowRoot {
  readonly root: number;
  readonly relative: string;
}

export type PackedPaths = Pick<PathBatch, 'count' | 'paths' | 'roots'>;

/** Packs paths for one native call: one string, one byte a path. `paths` is not kept. */
export function packPaths(
  set: NativeRootSet,
  paths: readonly PathBelowRoot[],
  cancel: Int32Array | null = null,
): PathBatch {
  return { set, cancel, ...joinPaths(paths) };
}

export function joinPaths(paths: readonly PathBelowRoot[]): PackedPaths {
  const count = paths.length;
  const roots = new Uint8Array(count);
  const relatives: string[] = new Array(count);
  let index = 0;
  for (const path of paths) {
    roots[index] = path.root;
    relatives[index] = path.relative;
    index++;
  }
  return { count, paths: relatives.join('\0'), roots };
}
