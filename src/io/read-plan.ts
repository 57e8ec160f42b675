import { EXPECTED_HASH_WIDTH, SLICE_WIDTH, SliceMode } from '../native/look-batches.js';
import type { ContentHash } from '../types.js';
import type { PackedPaths, PathBelowRoot } from './path-batch.js';

/** The distinct files of a call and the slices wanted of them. */
export interface ReadPlan {
  readonly files: readonly PathBelowRoot[];
  /** SLICE_WIDTH numbers for each slice, in the caller's order; the first is the file's index, -1 for a slice not wanted. */
  readonly slices: Float64Array;
  /** The slices' indexes, ordered by file. */
  readonly order: Uint32Array;
  /** Where each file's slices begin in `order`; one element more than files. */
  readonly starts: Uint32Array;
  /** What the addon is to compare: EXPECTED_HASH_WIDTH bytes a file. undefined: nothing. */
  readonly expectedHashes?: Uint8Array;
  /** Of a plan that is kept: its chunks, by their first file, once they were made. */
  readonly packed?: Map<number, PackedChunk>;
}

/** Files `[firstFile, endFile)` and the slices at `[firstSlice, endSlice)` of `plan.order`. */
export interface ChunkBounds {
  readonly firstFile: number;
  readonly endFile: number;
  readonly firstSlice: number;
  readonly endSlice: number;
}

/** A chunk of a plan as it crosses to the addon. */
export interface PackedChunk extends PackedPaths {
  readonly bounds: ChunkBounds;
  /** With the files counted from the chunk's first. */
  readonly slices: Float64Array;
  readonly expectedHashes: Uint8Array | null;
}

/** Which slices are of which file. */
export type SliceOrder = Pick<ReadPlan, 'order' | 'starts'>;

export function planReads(files: readonly PathBelowRoot[], slices: Float64Array): ReadPlan {
  return { files, slices, ...orderByFile(files.length, slices) };
}

/** Orders the slices by file, keeping the caller's order within a file (a counting sort). */
export function orderByFile(fileCount: number, slices: Float64Array): SliceOrder {
  const starts = new Uint32Array(fileCount + 1);
  const count = slices.length / SLICE_WIDTH;
  for (let slice = 0; slice < count; slice++) {
    const file = fileOf(slices, slice);
    if (file >= 0) starts[file + 1] = (starts[file + 1] ?? 0) + 1;
  }
  for (let file = 0; file < fileCount; file++) starts[file + 1] = (starts[file + 1] ?? 0) + (starts[file] ?? 0);

  const order = new Uint32Array(starts[fileCount] ?? 0);
  const next = starts.slice();
  for (let slice = 0; slice < count; slice++) {
    const file = fileOf(slices, slice);
    if (file < 0) continue;
    const place = next[file] ?? 0;
    order[place] = slice;
    next[file] = place + 1;
  }
  return { order, starts };
}

/**
 * Of a file whose slices expect different hashes, or not all of them any, none is given: they are compared one by one.
 * EXPECTED_HASH_WIDTH bytes a file.
 */
export function packExpectedHashes(
  { order, starts }: SliceOrder,
  hashes: readonly (ContentHash | undefined)[],
): Uint8Array {
  const packed = Buffer.alloc((starts.length - 1) * EXPECTED_HASH_WIDTH);
  for (let file = 0; file < starts.length - 1; file++) {
    const start = starts[file] ?? 0;
    const end = starts[file + 1] ?? start;
    const hash = start < end ? hashes[order[start] ?? 0] : undefined;
    let isOne = hash !== undefined;
    for (let place = start + 1; place < end && isOne; place++) isOne = hashes[order[place] ?? 0] === hash;
    if (!hash || !isOne) continue;
    const at = file * EXPECTED_HASH_WIDTH;
    packed[at] = 1;
    packed.write(hash.slice('sha256-'.length), at + 1, 'hex');
  }
  return packed;
}

/** A plan for hashes alone. */
export function planHashes(files: readonly PathBelowRoot[]): ReadPlan {
  return planReads(files, new Float64Array(0));
}

/** Sets the numbers of one slice. */
export function setSlice(
  slices: Float64Array,
  index: number,
  file: number,
  mode: number,
  a: number,
  b: number,
  maxBytes: number,
): void {
  const at = index * SLICE_WIDTH;
  slices[at] = file;
  slices[at + 1] = mode;
  slices[at + 2] = a;
  slices[at + 3] = b;
  slices[at + 4] = maxBytes;
}

export interface SliceRequest {
  /** A `SliceMode`. */
  readonly mode: number;
  readonly a: number;
  readonly b: number;
  /** Infinity: no truncation. */
  readonly maxBytes: number;
}

export const wholeFile: SliceRequest = { mode: SliceMode.open, a: 0, b: Infinity, maxBytes: Infinity };

/** The file that a slice is of, -1 where it is not wanted. */
export function fileOf(slices: Float64Array, slice: number): number {
  return slices[slice * SLICE_WIDTH] ?? -1;
}

/** At most this many bytes come out of the slice; Infinity where only the file tells. */
export function mostBytesOf(slices: Float64Array, slice: number): number {
  const at = slice * SLICE_WIDTH;
  const mode = slices[at + 1];
  const maxBytes = slices[at + 4] ?? Infinity;
  if (mode !== SliceMode.exact && mode !== SliceMode.open) return maxBytes;
  return Math.min(maxBytes, Math.max(0, (slices[at + 3] ?? Infinity) - (slices[at + 2] ?? 0)));
}

/** Whether the slice asks for so many bytes at most. */
export function isTruncated(slices: Float64Array, slice: number): boolean {
  return Number.isFinite(slices[slice * SLICE_WIDTH + 4] ?? Infinity);
}
