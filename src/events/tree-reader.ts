import { packPaths } from '../io/path-batch.js';
import { letEventsRun } from '../io/turn.js';
import type { NativeAddon } from '../native/addon.js';
import type { NativeRootSet, NativeWatch, PathBatch } from '../native/batch.js';
import type { Place } from './hints.js';
import {
  type ContentAnswer,
  contentAnswer,
  type DirectoryLook,
  divide,
  type Look,
  lookOf,
  type OriginAnswer,
  originAnswer,
} from './look-results.js';
import type { DirectoryNode } from './watched-tree.js';

const pathsPerCall = 256;
/** Two, so that native threads work while JavaScript takes in what was found. */
const callsInFlight = 2;
/** Of what is larger no content is compared. */
const mostHashedBytes = 64 * 1024 * 1024;

/** The roots of the workspace for the time of one native call. */
export interface RootsLease {
  readonly set: NativeRootSet;
  readonly rootPaths: readonly string[];
  readonly rootIdentities: readonly string[];
  release(): void;
}

export interface TreeAccess {
  readonly addon: NativeAddon;
  /** undefined after the workspace was closed. */
  lease(): RootsLease | undefined;
  /** Permits for descriptors. */
  run<T>(work: () => Promise<T>): Promise<T>;
}

/** Looks at the disk for the index, in batches, through the roots' handles. */
export class TreeReader {
  readonly #access: TreeAccess;

  constructor(access: TreeAccess) {
    this.#access = access;
  }

  /** Gives the places of a root that is no longer there no look at all. */
  async lookAt<P extends Place>(places: readonly P[], consume: (place: P, look: Look) => void): Promise<void> {
    const { addon } = this.#access;
    const call = (paths: PathBatch) => addon.statBatch({ ...paths, followLinks: false });
    await this.#each(places, call, (place, { status, types, stamps }, index) =>
      consume(place, lookOf(status[index] ?? 0, types[index] ?? 0, stamps[index])),
    );
  }

  /** Asks regular files who wrote them. Of what cannot be opened, or is something else by now, nothing is heard. */
  async askOrigins<P extends Place>(
    places: readonly P[],
    consume: (place: P, answer: OriginAnswer) => void,
  ): Promise<void> {
    const call = (paths: PathBatch) => this.#access.addon.originBatch(paths);
    await this.#each(places, call, (place, result, index) => {
      const answer = originAnswer(result, index);
      if (answer !== undefined) consume(place, answer);
    });
  }

  /** Hashes regular files. Of what cannot be read, or is larger than `mostHashedBytes`, nothing is heard. */
  async hash<P extends Place>(places: readonly P[], consume: (place: P, answer: ContentAnswer) => void): Promise<void> {
    const wanted = {
      maxFileBytes: mostHashedBytes,
      text: false,
      stamps: true,
      slices: new Float64Array(0),
      expectedHashes: null,
      cache: null,
    };
    const call = (paths: PathBatch) => this.#access.addon.readBatch({ ...paths, ...wanted });
    await this.#each(places, call, (place, result, index) => {
      const answer = contentAnswer(result, index);
      if (answer !== undefined) consume(place, answer);
    });
  }

  /** Lists directories; with `watch`, each is watched before it is listed. */
  async list(
    directories: readonly DirectoryNode[],
    watch: NativeWatch | undefined,
    consume: (directory: DirectoryNode, look: DirectoryLook) => void,
  ): Promise<void> {
    const { addon } = this.#access;
    await this.#inBatches(
      directories,
      (directory) => directory,
      async (some, lease, roots) => {
        const paths = some.map((directory, index) => ({ root: roots[index] ?? 0, relative: directory.relative }));
        const result = await addon.listBatch({
          ...packPaths(lease.set, paths),
          stamps: true,
          noFollow: true,
          identities: true,
          watch,
        });
        divide(result, (index, look) => {
          const directory = some[index];
          if (directory) consume(directory, look);
        });
      },
    );
  }

  /** One native call for each batch of places; `consume` gets its result with each place's index in it. */
  async #each<P extends Place, R>(
    places: readonly P[],
    call: (paths: PathBatch) => Promise<R>,
    consume: (place: P, result: R, index: number) => void,
  ): Promise<void> {
    await this.#inBatches(
      places,
      ({ parent }) => parent,
      async (some, lease, roots) => {
        const result = await call(packPaths(lease.set, pathsOf(some, roots)));
        for (const [index, place] of some.entries()) consume(place, result, index);
      },
    );
  }

  async #inBatches<T>(
    items: readonly T[],
    directoryOf: (item: T) => DirectoryNode,
    look: (some: readonly T[], lease: RootsLease, roots: readonly number[]) => Promise<void>,
  ): Promise<void> {
    const one = (start: number) => this.#oneBatch(items.slice(start, start + pathsPerCall), directoryOf, look);
    for (let start = 0; start < items.length; start += pathsPerCall * callsInFlight) {
      if (start > 0) await letEventsRun();
      const starts = Array.from({ length: callsInFlight }, (_, call) => start + call * pathsPerCall);
      await Promise.all(starts.filter((first) => first < items.length).map(one));
    }
  }

  async #oneBatch<T>(
    items: readonly T[],
    directoryOf: (item: T) => DirectoryNode,
    look: (some: readonly T[], lease: RootsLease, roots: readonly number[]) => Promise<void>,
  ): Promise<void> {
    await this.#access.run(async () => {
      const lease = this.#access.lease();
      if (!lease) return;
      try {
        const some: T[] = [];
        const roots: number[] = [];
        for (const item of items) {
          const root = lease.rootPaths.indexOf(directoryOf(item).tree.root);
          if (root < 0) continue;
          some.push(item);
          roots.push(root);
        }
        if (some.length > 0) await look(some, lease, roots);
      } finally {
        lease.release();
      }
    });
  }
}

function pathsOf(places: readonly Place[], roots: readonly number[]): { root: number; relative: string }[] {
  return places.map(({ parent, name }, index) => ({ root: roots[index] ?? 0, relative: parent.relativeOf(name) }));
}
