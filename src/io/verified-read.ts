import { throwIfAborted } from '../errors/make.js';
import type { NativeContentCache } from '../native/batch.js';
import type { ReadBatchResult } from '../native/look-batches.js';
import { retryExhausted } from './exhaustion.js';
import type { NativeSide } from './native-side.js';
import { packedChunk, selectFiles } from './read-chunks.js';
import { mergeReadResults } from './read-merge.js';
import type { ChunkBounds, PackedChunk, ReadPlan } from './read-plan.js';
import { letEventsRun } from './turn.js';

/** Three, so that two native threads have work while JavaScript builds results; more would only hold memory. */
const chunksInFlight = 3;
/** What a slice of unknown size is taken for until the first chunk has shown it. */
const firstGuessBytes = 128 * 1024;

export interface VerifiedRead extends NativeSide {
  readonly plan: ReadPlan;
  readonly text: boolean;
  readonly stamps: boolean;
  readonly maxFileBytes: number;
  readonly cache: NativeContentCache | null;
}

/** A chunk of the plan, as the addon read it. */
export interface ReadChunk extends ChunkBounds {
  readonly result: ReadBatchResult;
}

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
      const chunk = packedChunk(plan, nextFile, guessBytes);
      nextFile = chunk.bounds.endFile;
      inFlight.push({ bounds: chunk.bounds, outcome: settle(readChunk(read, chunk)) });
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

function averageBytes(result: ReadBatchResult, otherwise: number): number {
  const count = result.sliceEnds.length;
  let bytes = 0;
  for (let slice = 0; slice < count; slice++)
    bytes += (result.sliceEnds[slice] ?? 0) - (result.sliceStarts[slice] ?? 0);
  return count === 0 ? otherwise : bytes / count;
}

function readChunk(read: VerifiedRead, chunk: PackedChunk): Promise<ReadBatchResult> {
  const { addon, set, cancel, plan, permits, signal, operation, maxFileBytes, text, stamps, cache } = read;
  const { firstFile, firstSlice, endSlice } = chunk.bounds;
  const common = { set, cancel, maxFileBytes, text, stamps, cache };

  const run = (indexes: readonly number[] | null): Promise<ReadBatchResult> => {
    const { count, paths, roots, slices, expectedHashes } =
      indexes === null ? chunk : selectFiles(plan, chunk, indexes);
    const batch = { ...common, count, paths, roots, slices, expectedHashes };
    return permits.run(1, signal, () => addon.readBatch(batch), operation);
  };

  const slicesOf = (index: number): readonly [number, number] => {
    const start = plan.starts[firstFile + index] ?? firstSlice;
    return [start - firstSlice, (plan.starts[firstFile + index + 1] ?? endSlice) - firstSlice];
  };
  const merge = (into: ReadBatchResult, again: ReadBatchResult, indexes: readonly number[]) =>
    mergeReadResults(into, again, indexes, slicesOf);
  const stale = read.staleFiles.of(read, (index) => plan.files[firstFile + index]);
  return retryExhausted(run, merge, signal, stale);
}
