import type { BatchStatus } from '../native/batch.js';
import type { ListBatchResult } from '../native/look-batches.js';
import { retryExhausted } from './exhaustion.js';
import type { NativeSide } from './native-side.js';
import { type PathBelowRoot, packPaths } from './path-batch.js';

export interface DirectoryRead extends NativeSide {
  readonly directories: readonly PathBelowRoot[];
  readonly stamps: boolean;
}

/** The entries of one directory by index, sorted by the bytes of their names; or the status that says why there are none. */
export interface DirectoryListing {
  readonly status: number;
  readonly syscall: number;
  readonly names: readonly string[];
  /** A `NativeEntryType` each. */
  readonly types: Uint8Array;
  readonly byteLengths: Float64Array;
  readonly modifiedMs: Float64Array;
  readonly stamps: readonly string[] | null;
  /** Names that are not UTF-8, escaped; they are in no other column. */
  readonly unrepresentable: readonly string[];
  readonly hasTemporaries: boolean;
}

export const emptyListing: DirectoryListing = {
  status: 0,
  syscall: 0,
  names: [],
  types: new Uint8Array(0),
  byteLengths: new Float64Array(0),
  modifiedMs: new Float64Array(0),
  stamps: null,
  unrepresentable: [],
  hasTemporaries: false,
};

interface ListingBatch extends BatchStatus {
  readonly listings: readonly DirectoryListing[];
}

/** Lists directories in one native call; a directory's failure is in its listing. */
export async function listDirectories(read: DirectoryRead): Promise<readonly DirectoryListing[]> {
  if (read.directories.length === 0) return [];
  const run = async (indexes: readonly number[] | null): Promise<ListingBatch> => {
    const some = indexes?.map((index) => read.directories[index]).filter((directory) => directory !== undefined);
    const paths = packPaths(read.set, some ?? read.directories, read.cancel);
    const list = () => read.addon.listBatch({ ...paths, stamps: read.stamps });
    const result = await read.permits.run(1, read.signal, list, read.operation);
    return { status: result.status, syscalls: result.syscalls, listings: divide(result) };
  };
  const stale = read.staleFiles.of(read, (index) => read.directories[index]);
  const { listings } = await retryExhausted(run, mergeListings, read.signal, stale);
  return listings;
}

function mergeListings(into: ListingBatch, again: ListingBatch, indexes: readonly number[]): ListingBatch {
  const listings = [...into.listings];
  for (const [position, index] of indexes.entries()) {
    const listing = again.listings[position];
    if (listing === undefined) continue;
    into.status[index] = listing.status;
    into.syscalls[index] = listing.syscall;
    listings[index] = listing;
  }
  return { ...into, listings };
}

function divide(result: ListBatchResult): DirectoryListing[] {
  const names = result.names === '' ? [] : result.names.split('\0');
  const unrepresentable = new Map<number, string[]>();
  for (const { index, name } of result.unrepresentable) {
    const ofDirectory = unrepresentable.get(index);
    if (ofDirectory) ofDirectory.push(name);
    else unrepresentable.set(index, [name]);
  }
  const withTemporaries = new Set(result.withTemporaries);

  const listings: DirectoryListing[] = [];
  let start = 0;
  for (const [index, count] of result.counts.entries()) {
    const end = start + count;
    listings.push({
      status: result.status[index] ?? 0,
      syscall: result.syscalls[index] ?? 0,
      names: names.slice(start, end),
      types: result.types.subarray(start, end),
      byteLengths: result.byteLengths.subarray(start, end),
      modifiedMs: result.modifiedMs.subarray(start, end),
      stamps: result.stamps?.slice(start, end) ?? null,
      unrepresentable: unrepresentable.get(index) ?? [],
      hasTemporaries: withTemporaries.has(index),
    });
    start = end;
  }
  return listings;
}
