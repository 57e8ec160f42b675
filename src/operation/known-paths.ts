import { type KnownFileColumns, KnownFileSet } from '../io/known-files.js';
import { letEventsRun } from '../io/turn.js';
import type { NativeAddon } from '../native/addon.js';
import type { NativeKnownPaths, NativeKnownStates } from '../native/batch.js';
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
  /** Made by the first scan. */
  states: NativeKnownStates | undefined;
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

/** For a set of the same files, of which some are in another state. */
export function inheritPaths(paths: KnownPaths, set: KnownFileSet, states: NativeKnownStates): void {
  pathsOfSets.set(set, { ...paths, isSpelt: true, states });
}

async function makePaths({ addon, lease, operation }: ReadScope, set: KnownFileSet): Promise<KnownPaths> {
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
  await addon.sealKnownPaths(native);
  const { resolve } = lease;
  return {
    resolve,
    targets,
    indexes: Uint32Array.from(indexes),
    refused,
    isSpelt,
    native,
    states: undefined,
  };
}

export async function knownStatesOf(
  { addon }: ReadScope,
  set: KnownFileSet,
  paths: KnownPaths,
): Promise<NativeKnownStates> {
  if (paths.states) return paths.states;
  const states = addon.createKnownStates(paths.indexes.length);
  await putStates(addon, states, paths, KnownFileSet.columnsOf(set), paths.indexes.keys());
  paths.states = states;
  return states;
}

/** Takes in what is known of some files. */
export async function putStates(
  addon: NativeAddon,
  states: NativeKnownStates,
  { indexes }: KnownPaths,
  { hashes, stamps }: KnownFileColumns,
  positions: Iterable<number>,
): Promise<void> {
  const all = Uint32Array.from(positions);
  for (let first = 0; first < all.length; first += filesPerTurn) {
    if (first > 0) await letEventsRun();
    const some = all.subarray(first, first + filesPerTurn);
    const known = Array.from(some, (position) => indexes[position] ?? -1);
    const ofHashes = known.map((index) => hashes[index]).join('');
    addon.setKnownStates(states, some, ofHashes, known.map((index) => stamps[index] ?? '').join('\0'));
  }
}
