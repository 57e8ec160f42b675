import { throwIfAborted } from '../errors/make.js';
import type { NativeAddon } from '../native/addon.js';
import type { NativeContentCache, NativeRootSet } from '../native/batch.js';
import { type ReadBatchResult, SLICE_WIDTH } from '../native/look-batches.js';
import { retryExhausted } from './exhaustion.js';
import { packPaths } from './path-batch.js';
import { mergeReadResults } from './read-merge.js';
import { fileOf, mostBytesOf, type ReadPlan } from './read-plan.js';
import { letEventsRun } from './turn.js';

/** What a chunk holds at most. Whichever is reached first ends it; one file's slices are never divided. */
const filesPerChunk = 256;
const slicesPerChunk = 4_096;
const bytesPerChunk = 4 * 1024 * 1024;
/** Three, so that two native threads have work while JavaScript builds results; more would only hold memory. */
const chunksInFlight = 3;
/** What a slice of unknown size is taken for until the first chunk has shown it. */
const firstGuessBytes = 128 * 1024;

/** Permits to hold descriptors; the workspace's gate. */
export interface Permits {
  run<T>(count: number, signal: AbortSignal | undefined, work: () => Promise<T>, operation: string): Promise<T>;
}

export interface VerifiedRead {
  readonly addon: NativeAddon;
  readonly permits: Permits;
  readonly set: NativeRootSet;
  readonly cancel: Int32Array | null;
  readonly signal: AbortSignal | undefined;
  readonly operation: string;
  readonly plan: ReadPlan;
  readonly text: boolean;
  readonly stamps: boolean;
  readonly maxFileBytes: number;
  readonly cache: NativeContentCache | null;
}

/** Files `[firstFile, endFile)` and the slices at `[firstSlice, endSlice)` of `plan.order`, as the addon read them. */
export interface ReadChunk {
  readonly firstFile: number;
  readonly endFile: number;
  readonly firstSlice: number;
  readonly endSlice: number;
  readonly result: ReadBatchResult;
}

type ChunkBounds = Omit<ReadChunk, 'result'>;
type Outcome = { readonly result: ReadBatchResult } | { readonly error: unknown };

/**
 * Reads every file of the plan once, hashes it and cuts the slices, all on native threads. `consume` gets the chunks in
 * the plan's order; between chunks the event loop runs. A file's failure is in its chunk's columns; this rejects only
 * when the signal aborts, the workspace closes or the addon breaks, and then no native work of this call is left running.
 */
export async function readVerified(read: VerifiedRead, consume: (chunk: ReadChunk) => void): Promise<void> {
  const { plan } = read;
  const inFlight: { readonly bounds: ChunkBounds; readonly outcome: Promise<Outcome> }[] = [];
  let nextFile = 0;
  let guessBytes = firstGuessBytes;

  const fill = () => {
    while (inFlight.length < chunksInFlight && nextFile < plan.files.length) {
      const bounds = nextChunk(plan, nextFile, guessBytes);
      nextFile = bounds.endFile;
      inFlight.push({ bounds, outcome: settle(readChunk(read, bounds)) });
    }
  };

  try {
    fill();
    for (let chunk = inFlight.shift(); chunk !== undefined; chunk = inFlight.shift()) {
      const outcome = await chunk.outcome;
      throwIfAborted(read.signal, read.operation);
      if ('error' in outcome) throw outcome.error;
      guessBytes = averageBytes(outcome.result, guessBytes);
      fill();
      consume({ ...chunk.bounds, result: outcome.result });
      if (inFlight.length > 0) await letEventsRun();
    }
  } finally {
    for (const { outcome } of inFlight) await outcome;
  }
}

/** Keeps a failure as a value, so that a chunk behind the one that is awaited is never an unhandled rejection. */
function settle(result: Promise<ReadBatchResult>): Promise<Outcome> {
  return result.then(
    (value) => ({ result: value }),
    (error: unknown) => ({ error }),
  );
}

function nextChunk(plan: ReadPlan, firstFile: number, guessBytes: number): ChunkBounds {
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

function averageBytes(result: ReadBatchResult, otherwise: number): number {
  const count = result.sliceEnds.length;
  let bytes = 0;
  for (let slice = 0; slice < count; slice++)
    bytes += (result.sliceEnds[slice] ?? 0) - (result.sliceStarts[slice] ?? 0);
  return count === 0 ? otherwise : bytes / count;
}

function readChunk(read: VerifiedRead, bounds: ChunkBounds): Promise<ReadBatchResult> {
  const { plan, permits, signal, operation } = read;
  const { firstFile, endFile, firstSlice, endSlice } = bounds;
  const packed = packSlices(plan, bounds);

  const run = (indexes: readonly number[] | null): Promise<ReadBatchResult> =>
    permits.run(
      1,
      signal,
      () => {
        const some = indexes?.map((index) => plan.files[firstFile + index]).filter((file) => file !== undefined);
        return read.addon.readBatch({
          ...packPaths(read.set, some ?? plan.files.slice(firstFile, endFile), read.cancel),
          maxFileBytes: read.maxFileBytes,
          text: read.text,
          stamps: read.stamps,
          cache: read.cache,
          slices: indexes === null ? packed : selectSlices(packed, indexes),
        });
      },
      operation,
    );

  const slicesOf = (index: number): readonly [number, number] => {
    const start = plan.starts[firstFile + index] ?? firstSlice;
    return [start - firstSlice, (plan.starts[firstFile + index + 1] ?? endSlice) - firstSlice];
  };
  return retryExhausted(run, (into, again, indexes) => mergeReadResults(into, again, indexes, slicesOf), signal);
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

/** The slices of some files of a chunk, with the files counted anew. `indexes` ascends, as the slices' files do. */
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
