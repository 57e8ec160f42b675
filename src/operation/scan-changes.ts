import { constants } from 'node:os';
import { internalError, throwIfAborted } from '../errors/make.js';
import { compareStampsOf } from '../io/compare-stamps.js';
import { type KnownFileColumns, KnownFileSet, packKnownFiles } from '../io/known-files.js';
import { planHashes } from '../io/read-plan.js';
import { letEventsRun } from '../io/turn.js';
import { readVerified } from '../io/verified-read.js';
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
import { countReads } from './read-requests.js';
import { inReadScope, nativeSide, type ReadScope } from './read-scope.js';
import { rejected } from './settled.js';

const operation = 'scanChanges';
/** Paths that are resolved before the event loop runs again. */
const pathsPerTurn = 8_192;

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
  const columns = KnownFileSet.columnsOf(packKnownFiles(known, operation));

  return inReadScope(context, operation, signal, async (scope) => {
    const scan = new Scan(scope, columns);
    await scan.resolve();
    await scope.admit(scan.targets);
    const places = verify === 'stamp' ? await scan.compareStamps() : scan.targets.map((_, place) => place);
    await scan.hash(places);
    return scan.result();
  });
}

/** One scan: what is found out about each known file, by its index. */
class Scan {
  /** The files whose path is good. A place is an index here; `#indexes` leads to the known file. */
  readonly targets: ResolvedPath[] = [];
  readonly #indexes: number[] = [];
  readonly #scope: ReadScope;
  readonly #known: KnownFileColumns;
  /** By known file: undefined as long as nothing was found out, null for a removed one. */
  readonly #hashes: (ContentHash | null | undefined)[];
  readonly #stamps: (string | undefined)[];
  readonly #spelt: (string | undefined)[];
  readonly #failures: (PlokeIoError | undefined)[];

  constructor(scope: ReadScope, known: KnownFileColumns) {
    const { length } = known.paths;
    this.#scope = scope;
    this.#known = known;
    this.#hashes = new Array(length);
    this.#stamps = new Array(length);
    this.#spelt = new Array(length);
    this.#failures = new Array(length);
  }

  /** Judges the paths: the first step. */
  async resolve(): Promise<void> {
    const { paths } = this.#known;
    for (let index = 0; index < paths.length; index++) {
      if (index > 0 && index % pathsPerTurn === 0) await letEventsRun();
      try {
        const target = this.#scope.lease.resolve(paths[index], operation);
        this.targets.push(target);
        this.#indexes.push(index);
        this.#spelt[index] = target.path;
      } catch (error) {
        this.#fail(index, error);
      }
    }
  }

  /** Looks at the stamps. The places that come back have to be hashed. */
  async compareStamps(): Promise<number[]> {
    const stamps = this.#indexes.map((index) => this.#known.stamps[index] ?? '');
    const differing: number[] = [];
    const comparison = { ...nativeSide(this.#scope), files: this.targets, stamps };
    await compareStampsOf(comparison, (first, { states, status, syscalls }) => {
      for (let item = 0; item < states.length; item++) {
        const place = first + item;
        const state = states[item];
        if (state === StampState.same) continue;
        if (state === StampState.differs) differing.push(place);
        else if (state === StampState.missing) this.#hashes[this.#indexOf(place)] = null;
        else this.#judge(place, status[item] ?? 0, syscalls[item] ?? 0);
      }
    });
    return differing;
  }

  async hash(places: readonly number[]): Promise<void> {
    const { context } = this.#scope;
    const files = places.map((place) => this.#targetAt(place));
    const { maxFileBytes } = context.options;
    const read = { ...nativeSide(this.#scope), plan: planHashes(files), text: false, stamps: true, maxFileBytes };
    await readVerified(read, ({ firstFile, result }) => {
      countReads(context, result);
      for (let file = 0; file < result.status.length; file++) {
        const place = places[firstFile + file] ?? 0;
        const status = result.status[file] ?? 0;
        if (status !== 0) {
          this.#judge(place, status, result.syscalls[file] ?? 0);
          continue;
        }
        const index = this.#indexOf(place);
        this.#hashes[index] = result.hashes[file] as ContentHash;
        this.#stamps[index] = result.stamps?.[file];
      }
    });
  }

  result(): ScanResult {
    throwIfAborted(this.#scope.signal, operation);
    const changes: Change[] = [];
    const failures: { index: number; reason: PlokeIoError }[] = [];
    const next: { paths: KnownFileColumns['paths'][number][]; hashes: ContentHash[] } = { paths: [], hashes: [] };
    const ids: (string | undefined)[] = [];
    const stamps: (string | null | undefined)[] = [];
    const { length } = this.#known.paths;
    for (let index = 0; index < length; index++) {
      const before = this.#known.hashes[index];
      const given = this.#known.paths[index];
      if (before === undefined || given === undefined) throw internalError(operation, 'columns of unequal length');
      const reason = this.#failures[index];
      if (reason) failures.push({ index, reason });
      const path = this.#spelt[index];
      const found = this.#hashes[index];
      const id = this.#known.ids[index];
      const stamp = this.#stamps[index];
      const after = found === undefined ? before : found;
      if (after !== before && path !== undefined) {
        const change = { path, before, after, stamp: stamp ?? null };
        changes.push(id === undefined ? { index, ...change } : { index, id, ...change });
      }
      if (after === null) continue;
      next.paths.push(path ?? given);
      next.hashes.push(after);
      ids.push(id);
      stamps.push(stamp ?? this.#known.stamps[index]);
    }
    return { changes, failures, known: new KnownFileSet({ ...next, ids, stamps }) };
  }

  /** A status that is not 0: removed, or a failure. */
  #judge(place: number, status: number, syscall: number): void {
    const index = this.#indexOf(place);
    const target = this.#targetAt(place);
    const isGone = status === constants.errno.ENOENT || (status === constants.errno.ENOTDIR && !target.wantsDirectory);
    if (isGone) {
      this.#hashes[index] = null;
      return;
    }
    this.#fail(index, failureFrom(this.#scope.context.addon, status, syscall, { operation, path: target.path }));
  }

  #fail(index: number, thrown: unknown): void {
    this.#failures[index] = rejected(thrown, operation).reason;
  }

  #indexOf(place: number): number {
    return this.#indexes[place] ?? 0;
  }

  #targetAt(place: number): ResolvedPath {
    const target = this.targets[place];
    if (target === undefined) throw internalError(operation, `no file at place ${place}`);
    return target;
  }
}
