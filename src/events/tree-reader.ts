import { constants } from 'node:os';
import { packPaths } from '../io/path-batch.js';
import { letEventsRun } from '../io/turn.js';
import type { NativeAddon } from '../native/addon.js';
import { NativeEntryType, NativeFailure, type NativeRootSet, type NativeWatch } from '../native/batch.js';
import type { ListBatchResult } from '../native/look-batches.js';
import type { EntryType } from '../types.js';
import type { Place } from './hints.js';
import type { DirectoryNode, EntryState } from './watched-tree.js';

const pathsPerCall = 256;
/** Two, so that native threads work while JavaScript takes in what was found. */
const callsInFlight = 2;
const mostHashedBytes = 64 * 1024 * 1024;
const noSlices = new Float64Array(0);
const { ENOENT, ENOTDIR, ELOOP, EMFILE, ENFILE, ENOMEM } = constants.errno;

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

/** What a look at one name found. */
export type Look =
  | { readonly found: 'entry'; readonly state: EntryState; readonly isYoung: boolean }
  | { readonly found: 'nothing' }
  /** It cannot be told: no permission, an error of the disk. What was believed is believed still. */
  | { readonly found: 'unknown' }
  /** It could not be looked at for lack of descriptors or memory. */
  | { readonly found: 'later' };

/** Who wrote the version of a file that is there, if the file tells; or it could not be asked, as of `Look`. */
export type OriginAnswer =
  | { readonly origin: string | undefined; readonly state: EntryState; readonly isYoung: boolean }
  | 'later';

export interface DirectoryLook {
  /** `unreadable`: it is there, but its names cannot be had, or it cannot be told. `later`: as of `Look`. */
  readonly found: 'entries' | 'nothing' | 'unreadable' | 'later';
  readonly identity: string;
  /** As `DirectoryNode.watch`. */
  readonly watch: number;
  readonly names: readonly string[];
  readonly states: (index: number) => EntryState;
  readonly isYoung: (index: number) => boolean;
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
    await this.#inBatches(
      places,
      ({ parent }) => parent,
      async (some, lease, roots) => {
        const result = await addon.statBatch({ ...packPaths(lease.set, pathsOf(some, roots)), followLinks: false });
        for (const [index, place] of some.entries()) {
          consume(place, lookOf(result.status[index] ?? 0, result.types[index] ?? 0, result.stamps[index]));
        }
      },
    );
  }

  /** Asks regular files who wrote them. Of what cannot be opened, or is something else by now, nothing is heard. */
  async askOrigins<P extends Place>(
    places: readonly P[],
    consume: (place: P, answer: OriginAnswer) => void,
  ): Promise<void> {
    const { addon } = this.#access;
    await this.#inBatches(
      places,
      ({ parent }) => parent,
      async (some, lease, roots) => {
        const paths = pathsOf(some, roots);
        const { status, origins, stamps } = await addon.originBatch(packPaths(lease.set, paths));
        for (const [index, place] of some.entries()) {
          const stamp = stamps[index];
          if (stamp !== undefined) {
            const state: EntryState = { type: 'file', stamp: settled(stamp) };
            consume(place, { origin: origins[index], state, isYoung: isYoung(stamp) });
          } else if (isExhaustion(status[index] ?? 0)) consume(place, 'later');
        }
      },
    );
  }

  /** Hashes regular files. Of what cannot be read, or is larger than `mostHashedBytes`, nothing is heard. */
  async hash<P extends Place>(
    places: readonly P[],
    consume: (place: P, content: { readonly hash: string; readonly stamp: string }) => void,
  ): Promise<void> {
    const { addon } = this.#access;
    await this.#inBatches(
      places,
      ({ parent }) => parent,
      async (some, lease, roots) => {
        const { status, hashes, stamps } = await addon.readBatch({
          ...packPaths(lease.set, pathsOf(some, roots)),
          maxFileBytes: mostHashedBytes,
          text: false,
          stamps: true,
          slices: noSlices,
        });
        for (const [index, place] of some.entries()) {
          const hash = hashes[index];
          const stamp = stamps?.[index];
          if (status[index] === 0 && hash !== undefined && stamp !== undefined) {
            consume(place, { hash, stamp: settled(stamp) });
          }
        }
      },
    );
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

function lookOf(status: number, type: number, stamp: string | undefined): Look {
  if (status === 0 && stamp !== undefined) {
    if (type === NativeEntryType.missing) return { found: 'nothing' };
    return { found: 'entry', state: { type: entryTypeOf(type), stamp: settled(stamp) }, isYoung: isYoung(stamp) };
  }
  return { found: isAbsence(status) ? 'nothing' : isShortage(status) ? 'later' : 'unknown' };
}

function isShortage(status: number): boolean {
  return isExhaustion(status) || status === NativeFailure.busy;
}

/** Without a file that somebody has a lease on, and keeps: to look at it takes no open, to ask it does. */
function isExhaustion(status: number): boolean {
  return [EMFILE, ENFILE, ENOMEM].includes(status);
}

/** A link on the way is no directory of the tree: what it leads to is told under its own path, if it is watched. */
function isAbsence(status: number): boolean {
  const { crossRoot, symlinkDenied, mount } = NativeFailure;
  return [ENOENT, ENOTDIR, ELOOP, NativeFailure.escape, crossRoot, symlinkDenied, mount].includes(status);
}

function divide(result: ListBatchResult, consume: (index: number, look: DirectoryLook) => void): void {
  const names = result.names === '' ? [] : result.names.split('\0');
  let start = 0;
  for (const [index, count] of result.counts.entries()) {
    const first = start;
    start += count;
    const stamp = (entry: number) => result.stamps?.[first + entry] ?? '';
    consume(index, {
      found: foundBy(result.status[index] ?? 0),
      identity: result.identities?.[index] ?? '',
      watch: result.watches?.[index] ?? 0,
      names: names.slice(first, start),
      states: (entry) => ({
        type: entryTypeOf(result.types[first + entry] ?? NativeEntryType.other),
        stamp: settled(stamp(entry)),
      }),
      isYoung: (entry) => isYoung(stamp(entry)),
    });
  }
}

function foundBy(status: number): DirectoryLook['found'] {
  if (status === 0) return 'entries';
  if (isAbsence(status) || status === NativeFailure.rootLost) return 'nothing';
  return isShortage(status) ? 'later' : 'unreadable';
}

const types: readonly EntryType[] = ['other', 'file', 'directory', 'symlink', 'other'];

function entryTypeOf(type: number): EntryType {
  return types[type] ?? 'other';
}

/** Whether it was young when the stamp was taken is kept apart: two looks at one state must be equal. */
function settled(stamp: string): string {
  return isYoung(stamp) ? stamp.slice(0, -1) : stamp;
}

function isYoung(stamp: string): boolean {
  return stamp.endsWith('y');
}
