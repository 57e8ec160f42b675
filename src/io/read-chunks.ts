import { EXPECTED_HASH_WIDTH, SLICE_WIDTH } from '../native/look-batches.js';
import { joinPaths } from './path-batch.js';
import { type ChunkBounds, fileOf, mostBytesOf, type PackedChunk, type ReadPlan } from './read-plan.js';

/** What a chunk holds at most. Whichever is reached first ends it; one file's slices are never divided. */
const filesPerChunk = 256;
const slicesPerChunk = 4_096;
const bytesPerChunk = 4 * 1024 * 1024;

/** @param guessBytes what a slice of unknown size is taken for */
export function packedChunk(plan: ReadPlan, firstFile: number, guessBytes: number): PackedChunk {
  const made = plan.packed?.get(firstFile);
  if (made) return made;
  const bounds = boundsOf(plan, firstFile, guessBytes);
  const { endFile } = bounds;
  const packed = {
    ...joinPaths(plan.files.slice(firstFile, endFile)),
    bounds,
    slices: packSlices(plan, bounds),
    expectedHashes: plan.expectedHashes?.slice(firstFile * EXPECTED_HASH_WIDTH, endFile * EXPECTED_HASH_WIDTH) ?? null,
  };
  plan.packed?.set(firstFile, packed);
  return packed;
}

/** The same with some of its files alone. `indexes` are counted from the chunk's first file, and ascend. */
export function selectFiles(
  plan: ReadPlan,
  { bounds, slices, expectedHashes }: PackedChunk,
  indexes: readonly number[],
): Omit<PackedChunk, 'bounds'> {
  const files = indexes.map((index) => plan.files[bounds.firstFile + index]).filter((file) => file !== undefined);
  const hashes = expectedHashes && new Uint8Array(indexes.length * EXPECTED_HASH_WIDTH);
  for (const [position, index] of indexes.entries()) {
    const from = index * EXPECTED_HASH_WIDTH;
    hashes?.set(expectedHashes?.subarray(from, from + EXPECTED_HASH_WIDTH) ?? [], position * EXPECTED_HASH_WIDTH);
  }
  return { ...joinPaths(files), slices: selectSlices(slices, indexes), expectedHashes: hashes };
}

function boundsOf(plan: ReadPlan, firstFile: number, guessBytes: number): ChunkBounds {
  const { files, slices, order, starts } = plan;
  const firstSlice = starts[firstFile] ?? 0;
  let endFile = firstFile;
  let endSlice = firstSlice;
  let bytes = 0;
  while (endFile < files.length && endFile - firstFile < filesPerChunk) {
    const nextSlice = starts[endFile + 1] ?? endSlice;
    for (let place = endSlice; place < nextSlice; place++) {
      const most = mostBytesOf(slices, order[place] ?? 0);
      bytes += most === Infinity ? guessBytes : most;
    }
    const isFull = nextSlice - firstSlice > slicesPerChunk || bytes > bytesPerChunk;
    if (isFull && endFile > firstFile) break;
    endFile++;
    endSlice = nextSlice;
  }
  return { firstFile, endFile, firstSlice, endSlice };
}

/** The chunk's slices as they cross, with the files counted from the chunk's first. */
function packSlices(plan: ReadPlan, bounds: ChunkBounds): Float64Array {
  const packed = new Float64Array((bounds.endSlice - bounds.firstSlice) * SLICE_WIDTH);
  for (let place = bounds.firstSlice, to = 0; place < bounds.endSlice; place++, to += SLICE_WIDTH) {
    const slice = plan.order[place] ?? 0;
    const from = slice * SLICE_WIDTH;
    packed[to] = fileOf(plan.slices, slice) - bounds.firstFile;
    for (let column = 1; column < SLICE_WIDTH; column++) packed[to + column] = plan.slices[from + column] ?? 0;
  }
  return packed;
}

/** With the files counted anew. */
function selectSlices(packed: Float64Array, indexes: readonly number[]): Float64Array {
  const positions = new Map(indexes.map((index, position) => [index, position]));
  const selected: number[] = [];
  for (let from = 0; from < packed.length; from += SLICE_WIDTH) {
    const position = positions.get(packed[from] ?? -1);
    if (position === undefined) continue;
    selected.push(position);
    for (let column = 1; column < SLICE_WIDTH; column++) selected.push(packed[from + column] ?? 0);
  }
  return Float64Array.from(selected);
}
