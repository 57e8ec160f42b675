import { fileOf, orderByFile, packExpectedHashes, type ReadPlan } from '../io/read-plan.js';
import { SnippetRequestSet } from '../io/snippet-requests.js';
import { letEventsRun } from '../io/turn.js';
import { SLICE_WIDTH } from '../native/look-batches.js';
import type { Resolver } from '../policy/resolve.js';
import type { ResolvedPath } from '../policy/resolved-path.js';
import { DistinctFiles } from './distinct-files.js';
import type { RequestColumns } from './read-requests.js';
import type { ReadScope } from './read-scope.js';

/** Paths that are resolved before the event loop runs again. */
const pathsPerTurn = 1_024;

/** Packed requests as the roots of a workspace see them, made once and kept for the next read. */
export interface PackedRequests {
  /** Of the roots by which the paths were judged: others may judge them in another way. */
  readonly resolve: Resolver;
  readonly requests: RequestColumns;
  readonly plan: ReadPlan;
  /** Of requests whose path is not good: the index, and the path that is judged anew by each read. */
  readonly refused: readonly { readonly index: number; readonly path: unknown }[];
}

const requestsOfSets = new WeakMap<SnippetRequestSet, PackedRequests>();

export async function packedRequestsOf(scope: ReadScope, set: SnippetRequestSet): Promise<PackedRequests> {
  const { resolve } = scope.lease;
  const made = requestsOfSets.get(set);
  if (made?.resolve === resolve) return made;
  const packed = await makeRequests(scope, set);
  requestsOfSets.set(set, packed);
  return packed;
}

async function makeRequests(scope: ReadScope, set: SnippetRequestSet): Promise<PackedRequests> {
  const { paths } = SnippetRequestSet.columnsOf(set);
  const files = new DistinctFiles(scope.lease, scope.operation);
  const fileOfPath = new Int32Array(paths.length).fill(-1);
  for (let first = 0; first < paths.length; first += pathsPerTurn) {
    if (first > 0) await letEventsRun();
    resolvePaths(files, paths, fileOfPath, first);
  }
  const { resolve } = scope.lease;
  const { targets } = files;
  // Each path is a file of its own: what was made of the requests when they were packed holds.
  if (targets.length === paths.length) return { resolve, ...planAsPacked(set, targets), refused: [] };
  return { resolve, ...planAnew(set, targets, fileOfPath) };
}

function resolvePaths(files: DistinctFiles, paths: readonly unknown[], fileOfPath: Int32Array, first: number): void {
  const end = Math.min(first + pathsPerTurn, paths.length);
  for (let index = first; index < end; index++) {
    try {
      fileOfPath[index] = files.indexOf(paths[index]);
    } catch {
      // What is wrong with it is told by each read anew.
    }
  }
}

function planAsPacked(
  set: SnippetRequestSet,
  targets: readonly ResolvedPath[],
): Pick<PackedRequests, 'requests' | 'plan'> {
  const { slices, ids, expectedHashes: hashes, order, packedHashes: expectedHashes } = SnippetRequestSet.columnsOf(set);
  const requests = { targets, slices, ids, expectedHashes: hashes };
  return { requests, plan: { files: targets, slices, ...order, expectedHashes, packed: new Map() } };
}

function planAnew(
  set: SnippetRequestSet,
  targets: readonly ResolvedPath[],
  fileOfPath: Int32Array,
): Omit<PackedRequests, 'resolve'> {
  const { paths, slices: given, ids, expectedHashes: hashes } = SnippetRequestSet.columnsOf(set);
  const slices = given.slice();
  const refused: { index: number; path: unknown }[] = [];
  for (let index = 0; index < ids.length; index++) {
    const path = fileOf(given, index);
    const file = fileOfPath[path] ?? -1;
    slices[index * SLICE_WIDTH] = file;
    if (file < 0) refused.push({ index, path: paths[path] });
  }
  const order = orderByFile(targets.length, slices);
  const expectedHashes = packExpectedHashes(order, hashes);
  const plan = { files: targets, slices, ...order, expectedHashes, packed: new Map() };
  return { requests: { targets, slices, ids, expectedHashes: hashes }, plan, refused };
}
