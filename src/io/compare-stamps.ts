import { throwIfAborted } from '../errors/make.js';
import type { NativeAddon } from '../native/addon.js';
import type { NativeRootSet } from '../native/batch.js';
import type { CompareStampsResult } from '../native/look-batches.js';
import { retryExhausted } from './exhaustion.js';
import { type PathBelowRoot, packPaths } from './path-batch.js';
import { letEventsRun } from './turn.js';
import type { Permits } from './verified-read.js';

/** More than for reads: nothing but a byte a file comes back, and the addon opens each directory of a call once. */
const filesPerCall = 1_024;
const callsInFlight = 2;

export interface StampComparison {
  readonly addon: NativeAddon;
  readonly permits: Permits;
  readonly set: NativeRootSet;
  readonly cancel: Int32Array | null;
  readonly signal: AbortSignal | undefined;
  readonly operation: string;
  readonly files: readonly PathBelowRoot[];
  /** One for each file; `''` where none is known. */
  readonly stamps: readonly string[];
}

/** Compares stamps with what a stat tells, two native calls at a time. `consume` gets the results in the files' order. */
export async function compareStampsOf(
  comparison: StampComparison,
  consume: (firstFile: number, result: CompareStampsResult) => void,
): Promise<void> {
  const { files, signal, operation } = comparison;
  for (let first = 0; first < files.length; first += callsInFlight * filesPerCall) {
    const calls: Promise<CompareStampsResult>[] = [];
    for (let start = first; start < files.length && calls.length < callsInFlight; start += filesPerCall) {
      calls.push(compareSome(comparison, start));
    }
    const outcomes = await Promise.allSettled(calls);
    throwIfAborted(signal, operation);
    for (const [call, outcome] of outcomes.entries()) {
      if (outcome.status === 'rejected') throw outcome.reason;
      consume(first + call * filesPerCall, outcome.value);
    }
    await letEventsRun();
  }
}

function compareSome(comparison: StampComparison, first: number): Promise<CompareStampsResult> {
  const { addon, permits, set, cancel, signal, operation } = comparison;
  const files = comparison.files.slice(first, first + filesPerCall);
  const stamps = comparison.stamps.slice(first, first + filesPerCall);
  const run = (indexes: readonly number[] | null): Promise<CompareStampsResult> =>
    permits.run(
      1,
      signal,
      () => {
        const some = indexes?.map((index) => files[index]).filter((file) => file !== undefined) ?? files;
        const theirs = indexes?.map((index) => stamps[index] ?? '') ?? stamps;
        return addon.compareStamps({ ...packPaths(set, some, cancel), stamps: theirs.join('\0') });
      },
      operation,
    );
  return retryExhausted(run, mergeStates, signal);
}

function mergeStates(
  into: CompareStampsResult,
  again: CompareStampsResult,
  indexes: readonly number[],
): CompareStampsResult {
  for (const [position, index] of indexes.entries()) {
    into.status[index] = again.status[position] ?? 0;
    into.syscalls[index] = again.syscalls[position] ?? 0;
    into.states[index] = again.states[position] ?? 0;
  }
  return into;
}
