import { SLICE_WIDTH, SliceMode } from '../native/look-batches.js';
import type { PathBelowRoot } from './path-batch.js';

/** The distinct files of a call and the slices wanted of them. */
export interface ReadPlan {
  readonly files: readonly PathBelowRoot[];
  /** SLICE_WIDTH numbers for each slice, in the caller's order; the first is the file's index, -1 for a slice not wanted. */
  readonly slices: Float64Array;
  /** The slices' indexes, ordered by file. */
  readonly order: Uint32Array;
  /** Where each file's slices begin in `order`; one element more than files. */
  readonly starts: Uint32Array;
}

/** Orders the slices by file, keeping the caller's order within a file (a counting sort). */
export function planReads(files: readonly PathBelowRoot[], slices: Float64Array): ReadPlan {
  const starts = new Uint32Array(files.length + 1);
  const count = slices.length / SLICE_WIDTH;
  for (let slice = 0; slice < count; slice++) {
    const file = fileOf(slices, slice);
    if (file >= 0) starts[file + 1] = (starts[file + 1] ?? 0) + 1;
  }
  for (let file = 0; file < files.length; file++) starts[file + 1] = (starts[file + 1] ?? 0) + (starts[file] ?? 0);

  const order = new Uint32Array(starts[files.length] ?? 0);
  const next = starts.slice();
  for (let slice = 0; slice < count; slice++) {
    const file = fileOf(slices, slice);
    if (file < 0) continue;
    const place = next[file] ?? 0;
    order[place] = slice;
    next[file] = place + 1;
  }
  return { files, slices, order, starts };
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
