import { KnownFileSet } from '../io/known-files.js';
import { letEventsRun } from '../io/turn.js';
import type { NativeKnownPaths, NativeKnownStamps } from '../native/batch.js';
import type { Resolver } from '../policy/resolve.js';
import type { ResolvedPath } from '../policy/resolved-path.js';
import type { ReadScope } from './read-scope.js';

/** Files that are taken in before the event loop runs again. */
const filesPerTurn = 2_048;

/** The paths of a known state as the roots of a workspace see them, made once and kept for the next scan. */
export interface KnownPaths {
  /** Of the roots by which the paths were judged: others may judge them in another way. */
  readonly resolve: Resolver;
  /** The files whose path is good. A position is an index here. */
  readonly targets: readonly ResolvedPath[];
  /** By position: the index of the file in the known state. */
  readonly indexes: Uint32Array;
  /** The indexes of the others. */
  readonly refused: readonly number[];
  /** Whether every path is spelt as it is handed out. */
  readonly isSpelt: boolean;
  readonly native: NativeKnownPaths;
  readonly chunkEnds: Uint32Array;
  /** Made when they are first compared. */
  stamps: NativeKnownStamps | undefined;
}

const pathsOfSets = new WeakMap<KnownFileSet, KnownPaths>();

export async function knownPathsOf(scope: ReadScope, set: KnownFileSet): Promise<KnownPaths> {
  const { resolve } = scope.lease;
  const made = pathsOfSets.get(set);
  if (made?.resolve === resolve) return made;
  const paths = await makePaths(scope, set);
  pathsOfSets.set(set, paths);
  return paths;
}

/** For a set of the same files, of which some have other stamps. */
export function inheritPaths(paths: KnownPaths, set: KnownFileSet, stamps: NativeKnownStamps | undefined): void {
  pathsOfSets.set(set, { ...paths, isSpelt: true, stamps });
}

async function makePaths({ context, lease, operation }: ReadScope, set: KnownFileSet): Promise<KnownPaths> {
  const { addon } = context;
  const { paths: given } = KnownFileSet.columnsOf(set);
  const native = addon.createKnownPaths();
  const targets: ResolvedPath[] = [];
  const indexes: number[] = [];
  const refused: number[] = [];
  let isSpelt = true;
  for (let first = 0; first < given.length; first += filesPerTurn) {
    if (first > 0) await letEventsRun();
    const before = targets.length;
    for (let index = first; index < Math.min(first + filesPerTurn, given.length); index++) {
      try {
        const target = lease.resolve(given[index], operation);
        isSpelt &&= target.path === given[index];
        targets.push(target);
        indexes.push(index);
      } catch {
        // What is wrong with it is told by each scan anew.
        refused.push(index);
      }
    }
    const added = targets.slice(before);
    const roots = Uint8Array.from(added, ({ root }) => root);
    addon.addKnownPaths(native, added.map(({ relative }) => relative).join('\0'), roots);
  }
  const chunkEnds = await addon.sealKnownPaths(native);
  const { resolve } = lease;
  return {
    resolve,
    targets,
    indexes: Uint32Array.from(indexes),
    refused,
    isSpelt,
    native,
    chunkEnds,
    stamps: undefined,
  };
}

export async function knownStampsOf(
  { context }: ReadScope,
  set: KnownFileSet,
  paths: KnownPaths,
): Promise<NativeKnownStamps> {
  if (paths.stamps) return paths.stamps;
  const { addon } = context;
  const { stamps: given } = KnownFileSet.columnsOf(set);
  const { indexes } = paths;
  const stamps = addon.createKnownStamps(indexes.length);
  for (let first = 0; first < indexes.length; first += filesPerTurn) {
    if (first > 0) await letEventsRun();
    const some = Array.from(indexes.subarray(first, first + filesPerTurn), (index) => given[index] ?? '');
    addon.setKnownStamps(stamps, first, some.join('\0'));
  }
  paths.stamps = stamps;
  return stamps;
}
