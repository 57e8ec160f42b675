import { constants } from 'node:os';
import { internalError, throwIfAborted } from '../errors/make.js';
import { type KnownFileColumns, KnownFileSet, packKnownFiles } from '../io/known-files.js';
import { scanKnown } from '../io/scan-known.js';
import type { NativeKnownStates } from '../native/batch.js';
import { failureFrom } from '../native/failure.js';
import { KnownFinding } from '../native/look-batches.js';
import { checkChoice, checkOptions, checkSignal, optional } from '../policy/arguments.js';
import type { ResolvedPath } from '../policy/resolved-path.js';
import type {
  Change,
  ContentHash,
  KnownFile,
  KnownFileSet as KnownFileSetModel,
  PlokeIoError,
  ScanOptions,
  ScanResult,
} from '../types.js';
import type { OperationContext } from './context.js';
import { inheritPaths, type KnownPaths, knownPathsOf, knownStatesOf, putStates } from './known-paths.js';
import { countReads } from './read-requests.js';
import { inReadScope, nativeSide, type ReadScope } from './read-scope.js';
import { rejected } from './settled.js';

const operation = 'scanChanges';
/** What is not there any more. */
const gone: Found = { hash: null, stamp: undefined };

/**
 * What has become of files whose hash is known. `verify: 'content'` hashes every file; `'stamp'` leaves out those that a
 * stat alone proves to be unchanged (the addon decides where it does). A file that cannot be read is in `failures` and
 * stays as it was in `known`; a file is removed where nothing is there, or a parent is no directory any more.
 *
 * @throws ERR_PLOKE_INVALID_ARGUMENT for what is no list of known files (paths are judged one by one), ABORT_ERR,
 * ERR_PLOKE_CLOSED
 */
export async function scanChanges(
  context: OperationContext,
  known: readonly KnownFile[] | KnownFileSetModel,
  options?: ScanOptions,
): Promise<ScanResult> {
  const given = checkOptions(operation, options, ['verify', 'signal']);
  const signal = checkSignal(operation, given.signal);
  const verify = optional(given.verify, 'content', (value) =>
    checkChoice(operation, 'verify', value, ['content', 'stamp']),
  );
  const set = packKnownFiles(known, operation);

  return inReadScope(context, operation, signal, async (scope) => {
    scope.trace?.setItems(set.size);
    const scan = new Scan(scope, set, await knownPathsOf(scope, set));
    await scope.admit(scan.paths.targets);
    await scan.look(verify === 'content');
    return scan.result();
  });
}

/** What was found out about a file; one that is not there any more has no hash. */
interface Found {
  readonly hash: ContentHash | null;
  readonly stamp: string | undefined;
}

/** One scan: what is found out about known files; nothing of those that a stat proves to be unchanged. */
class Scan {
  readonly paths: KnownPaths;
  readonly #scope: ReadScope;
  readonly #set: KnownFileSet;
  readonly #known: KnownFileColumns;
  /** By position. */
  readonly #found = new Map<number, Found>();
  /** By index. */
  readonly #failures = new Map<number, PlokeIoError>();
  #states: NativeKnownStates | undefined;

  constructor(scope: ReadScope, set: KnownFileSet, paths: KnownPaths) {
    this.#scope = scope;
    this.#set = set;
    this.#known = KnownFileSet.columnsOf(set);
    this.paths = paths;
    for (const index of paths.refused) {
      try {
        scope.lease.resolve(this.#known.paths[index], operation);
      } catch (error) {
        this.#fail(index, error);
      }
    }
  }

  async look(content: boolean): Promise<void> {
    const { native, indexes } = this.paths;
    const states = await knownStatesOf(this.#scope, this.#set, this.paths);
    this.#states = states;
    const scan = {
      ...nativeSide(this.#scope),
      paths: native,
      states,
      content,
      pathAt: (position: number) => this.paths.targets[position],
    };
    await scanKnown(scan, ({ positions, findings, status, syscalls, hashes, stamps, filesRead, bytesRead }) => {
      countReads(this.#scope, filesRead, bytesRead);
      for (const [item, position] of positions.entries()) {
        if (findings[item] === KnownFinding.failed) {
          this.#judge(position, status[item] ?? 0, syscalls[item] ?? 0);
          continue;
        }
        const hash = (hashes[item] ?? this.#known.hashes[indexes[position] ?? -1]) as ContentHash;
        this.#found.set(position, { hash, stamp: stamps[item] });
      }
    });
  }

  async result(): Promise<ScanResult> {
    throwIfAborted(this.#scope.signal, operation);
    const changes: Change[] = [];
    let isRemoved = false;
    for (const [position, { hash, stamp }] of inOrder(this.#found)) {
      const index = this.#indexOf(position);
      const before = this.#known.hashes[index];
      if (before === undefined) throw internalError(operation, 'columns of unequal length');
      isRemoved ||= hash === null;
      if (hash === before) continue;
      const id = this.#known.ids[index];
      const change = { path: this.#targetAt(position).path, before, after: hash, stamp: stamp ?? null };
      changes.push(id === undefined ? { index, ...change } : { index, id, ...change });
    }
    const failures = inOrder(this.#failures).map(([index, reason]) => ({ index, reason }));
    this.#scope.trace?.setItems(this.#set.size, failures.length);
    return { changes, failures, known: isRemoved ? this.#remaining() : await this.#next() };
  }

  /** The same files, some with other hashes and stamps. */
  async #next(): Promise<KnownFileSet> {
    if (this.#found.size === 0 && this.paths.isSpelt) return this.#set;
    const columns = this.#nextColumns();
    const next = new KnownFileSet(columns);
    if (this.#states) {
      const { addon } = this.#scope;
      const states = addon.copyKnownStates(this.#states);
      await putStates(addon, states, this.paths, columns, this.#found.keys());
      inheritPaths(this.paths, next, states);
    }
    return next;
  }

  #remaining(): KnownFileSet {
    const { paths, hashes, ids, stamps } = this.#nextColumns();
    const removed = new Set<number>();
    for (const [position, { hash }] of this.#found) if (hash === null) removed.add(this.#indexOf(position));
    const isThere = (_value: unknown, index: number) => !removed.has(index);
    return new KnownFileSet({
      paths: paths.filter(isThere),
      hashes: hashes.filter(isThere),
      ids: ids.filter(isThere),
      stamps: stamps.filter(isThere),
    });
  }

  #nextColumns(): KnownFileColumns {
    const { paths, ids } = this.#known;
    const hashes = this.#known.hashes.slice();
    const stamps = this.#known.stamps.slice();
    for (const [position, { hash, stamp }] of this.#found) {
      const index = this.#indexOf(position);
      if (hash !== null) hashes[index] = hash;
      if (stamp !== undefined) stamps[index] = stamp;
    }
    return { paths: this.paths.isSpelt ? paths : this.#speltPaths(), hashes, ids, stamps };
  }

  #speltPaths(): KnownFileColumns['paths'] {
    const spelt = this.#known.paths.slice();
    for (const [position, target] of this.paths.targets.entries()) spelt[this.#indexOf(position)] = target.path;
    return spelt;
  }

  /** A status that is not 0: removed, or a failure. */
  #judge(position: number, status: number, syscall: number): void {
    const target = this.#targetAt(position);
    const isGone = status === constants.errno.ENOENT || (status === constants.errno.ENOTDIR && !target.wantsDirectory);
    if (isGone) this.#found.set(position, gone);
    else
      this.#fail(
        this.#indexOf(position),
        failureFrom(this.#scope.context.addon, status, syscall, { operation, path: target.path }),
      );
  }

  #fail(index: number, thrown: unknown): void {
    this.#failures.set(index, rejected(thrown, operation).reason);
  }

  #indexOf(position: number): number {
    return this.paths.indexes[position] ?? 0;
  }

  #targetAt(position: number): ResolvedPath {
    const target = this.paths.targets[position];
    if (target === undefined) throw internalError(operation, `no file at position ${position}`);
    return target;
  }
}

/** By position, or by index: both ascend together. */
function inOrder<T>(found: ReadonlyMap<number, T>): [number, T][] {
  return [...found].sort(([a], [b]) => a - b);
}
