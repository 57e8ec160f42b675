import { availableParallelism } from 'node:os';
import { throwIfAborted } from '../errors/make.js';
import type { NativeKnownPaths, NativeKnownStates } from '../native/batch.js';
import type { ScanKnownResult } from '../native/look-batches.js';
import { retryExhausted } from './exhaustion.js';
import type { NativeSide } from './native-side.js';
import type { PathBelowRoot } from './path-batch.js';

/** One native thread less than there are: beside a single scan, short calls have one. */
const mostCallsInFlight = 3;

export interface KnownFileScan extends NativeSide {
  readonly paths: NativeKnownPaths;
  readonly states: NativeKnownStates;
  /** Whether every file is hashed, not only those that a stat does not prove to be the same. */
  readonly content: boolean;
  readonly pathAt: (position: number) => PathBelowRoot | undefined;
}

/** Looks whether files are what is known of them. `consume` gets those that are not, in any order. */
export async function scanKnown(scan: KnownFileScan, consume: (result: ScanKnownResult) => void): Promise<void> {
  const { signal, operation } = scan;
  const nextChunk = new Uint32Array(1);
  const work = async () => {
    let left: Uint32Array | null = null;
    for (let isEnd = false; !isEnd; ) {
      const result: ScanKnownResult = await lookOn(scan, nextChunk, left);
      throwIfAborted(signal, operation);
      consume(result);
      left = result.left.length > 0 ? result.left : null;
      isEnd = result.ended && left === null;
    }
  };
  const calls = Math.min(availableParallelism(), mostCallsInFlight);
  const outcomes = await Promise.allSettled(Array.from({ length: calls }, work));
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
}

/** Looks at the files at `left`, or takes chunks. */
function lookOn(scan: KnownFileScan, nextChunk: Uint32Array, left: Uint32Array | null): Promise<ScanKnownResult> {
  const { addon, permits, set, cancel, signal, operation, paths, states, content, pathAt } = scan;
  const call = { set, paths, states, nextChunk, content, cancel };
  let latest: ScanKnownResult | undefined;
  const run = async (indexes: readonly number[] | null, found: ScanKnownResult | undefined) => {
    const places = indexes ? Uint32Array.from(indexes, (index) => found?.places[index] ?? 0) : left;
    latest = await permits.run(1, signal, () => addon.scanKnown({ ...call, places }), operation);
    return latest;
  };
  const merge = (into: ScanKnownResult, again: ScanKnownResult, indexes: readonly number[]) => {
    latest = mergeScans(into, again, indexes);
    return latest;
  };
  const stale = scan.staleFiles.of(scan, (index) => pathAt(latest?.positions[index] ?? -1));
  return retryExhausted(run, merge, signal, stale);
}

/** What was found, with what was found of some files in a second look in place of what was found in the first. */
function mergeScans(first: ScanKnownResult, again: ScanKnownResult, indexes: readonly number[]): ScanKnownResult {
  const isReplaced = new Set(indexes);
  const isKept = (_value: unknown, index: number) => !isReplaced.has(index);
  const joined = <T extends Int32Array | Uint32Array | Uint8Array>(a: T, b: T): T => {
    const kept = a.filter(isKept) as T;
    const all = new (a.constructor as new (length: number) => T)(kept.length + b.length);
    all.set(kept);
    all.set(b, kept.length);
    return all;
  };
  return {
    ended: first.ended,
    left: Uint32Array.of(...first.left, ...again.left),
    status: joined(first.status, again.status),
    syscalls: joined(first.syscalls, again.syscalls),
    places: joined(first.places, again.places),
    positions: joined(first.positions, again.positions),
    findings: joined(first.findings, again.findings),
    hashes: [...first.hashes.filter(isKept), ...again.hashes],
    stamps: [...first.stamps.filter(isKept), ...again.stamps],
    filesRead: first.filesRead + again.filesRead,
    bytesRead: first.bytesRead + again.bytesRead,
  };
}
