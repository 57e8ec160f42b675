import { constants } from 'node:os';
import { internalError, throwIfAborted } from '../errors/make.js';
import { compareStamps } from '../io/compare-stamps.js';
import { type KnownFileColumns, KnownFileSet, packKnownFiles } from '../io/known-files.js';
import { planHashes } from '../io/read-plan.js';
import { readVerified } from '../io/verified-read.js';
import type { NativeKnownStamps } from '../native/batch.js';
import { failureFrom } from '../native/failure.js';
import { StampState } from '../native/look-batches.js';
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
import { inheritPaths, type KnownPaths, knownPathsOf, knownStampsOf } from './known-paths.js';
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
    const scan = new Scan(scope, set, await knownPathsOf(scope, set));
    await scope.admit(scan.paths.targets);
    await scan.hash(verify === 'stamp' ? await scan.compareStamps() : [...scan.paths.targets.keys()]);
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
  #comparedStamps: NativeKnownStamps | undefined;

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

  /** Looks at the stamps. The positions that come back have to be hashed. */
  async compareStamps(): Promise<number[]> {
    const { native, chunkEnds } = this.paths;
    const stamps = await knownStampsOf(this.#scope, this.#set, this.paths);
    this.#comparedStamps = stamps;
    const differing: number[] = [];
    const comparison = { ...nativeSide(this.#scope), paths: native, chunkEnds, stamps };
    await compareStamps(comparison, ({ positions, states, status, syscalls }) => {
      for (const [item, position] of positions.entries()) {
        const state = states[item];
        if (state === StampState.differs) differing.push(position);
        else if (state === StampState.missing) this.#found.set(position, gone);
        else this.#judge(position, status[item] ?? 0, syscalls[item] ?? 0);
      }
    });
    return differing.sort((a, b) => a - b);
  }

  async hash(positions: readonly number[]): Promise<void> {
    if (positions.length === 0) return;
    const { context } = this.#scope;
    const files = positions.map((position) => this.#targetAt(position));
    const { maxFileBytes } = context.options;
    const read = { ...nativeSide(this.#scope), plan: planHashes(files), text: false, stamps: true, maxFileBytes };
    await readVerified(read, ({ firstFile, result }) => {
      countReads(context, result);
      for (let file = 0; file < result.status.length; file++) {
        const position = positions[firstFile + file] ?? 0;
        const status = result.status[file] ?? 0;
        if (status !== 0) {
          this.#judge(position, status, result.syscalls[file] ?? 0);
          continue;
        }
        this.#found.set(position, { hash: result.hashes[file] as ContentHash, stamp: result.stamps?.[file] });
      }
    });
  }

  result(): ScanResult {
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
    return { changes, failures, known: isRemoved ? this.#remaining() : this.#next() };
  }

  /** The same files, some with other hashes and stamps. */
  #next(): KnownFileSet {
    if (this.#found.size === 0 && this.paths.isSpelt) return this.#set;
    const next = new KnownFileSet(this.#nextColumns());
    const { addon } = this.#scope.context;
    const texts = Array.from(this.#found.values(), ({ stamp }) => stamp ?? '').join('\0');
    const stamps = this.#comparedStamps;
    const nextStamps = stamps && addon.copyKnownStamps(stamps, Uint32Array.from(this.#found.keys()), texts);
    inheritPaths(this.paths, next, nextStamps);
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
