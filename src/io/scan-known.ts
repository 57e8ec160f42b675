import { throwIfAborted } from '../errors/make.js';
import type { NativeAddon } from '../native/addon.js';
import type { NativeKnownPaths, NativeKnownStamps, NativeRootSet } from '../native/batch.js';
import type { CompareKnownResult } from '../native/look-batches.js';
import { replaceResult, retryExhausted } from './exhaustion.js';
import type { Permits } from './verified-read.js';

/** Three, so that two native threads have work while JavaScript takes in what the third has found. */
const callsInFlight = 3;

export interface StampComparison {
  readonly addon: NativeAddon;
  readonly permits: Permits;
  readonly set: NativeRootSet;
  readonly cancel: Int32Array | null;
  readonly signal: AbortSignal | undefined;
  readonly operation: string;
  readonly paths: NativeKnownPaths;
  readonly chunkEnds: Uint32Array;
  readonly stamps: NativeKnownStamps;
}

/** Compares stamps with what a stat tells. `consume` gets what is not the same, in any order. */
export async function compareStamps(
  comparison: StampComparison,
  consume: (result: CompareKnownResult) => void,
): Promise<void> {
  const { chunkEnds, signal, operation } = comparison;
  let next = 0;
  const work = async () => {
    while (next < chunkEnds.length) {
      const result = await compareChunk(comparison, next++);
      throwIfAborted(signal, operation);
      consume(result);
    }
  };
  const outcomes = await Promise.allSettled(Array.from({ length: callsInFlight }, work));
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
}

function compareChunk(comparison: StampComparison, chunk: number): Promise<CompareKnownResult> {
  const { addon, permits, set, cancel, signal, operation, paths, chunkEnds, stamps } = comparison;
  const from = chunkEnds[chunk - 1] ?? 0;
  const to = chunkEnds[chunk] ?? from;
  const run = () =>
    permits.run(1, signal, () => addon.compareKnown({ set, paths, stamps, from, to, cancel }), operation);
  return retryExhausted(run, replaceResult, signal);
}
