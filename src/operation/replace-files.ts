import { abortError } from '../errors/make.js';
import { PlokeIoError } from '../errors/ploke-io-error.js';
import { retryExhausted } from '../io/exhaustion.js';
import { packPaths } from '../io/path-batch.js';
import { replaceGroup, replaceOne } from '../io/replace.js';
import type { LockUse, ReplaceRequest, ReplaceResult } from '../io/replace-request.js';
import type { Replacement, ReplaceOutcome } from '../io/replacement.js';
import type { SweepTarget } from '../io/sweep.js';
import { directoryOf, permitsOfOne, planGroups, planRounds, type WriteGroup } from '../io/write-plan.js';
import { NativeLockKind } from '../native/batch.js';
import { STAT_WIDTH } from '../native/look-batches.js';
import type { Warning } from '../types.js';
import { LockWaits, lockKindOf } from './lock-waits.js';
import { type MutationScope, uncommitted } from './mutation-scope.js';
import { CallerFailure } from './run.js';
import { asPlokeIoError } from './settled.js';

/** How often a name may turn into something else between the look and the rename, before that is the answer. */
const defaultAttempts = 8;
/** Where the content is not handed over it is hashed in pieces, whatever its size. */
const anySize = Number.MAX_SAFE_INTEGER;
const statsPerCall = 256;

export interface ReplaceFilesOptions {
  readonly read: ReplaceRequest['read'];
  /** Nothing will be committed: then nothing is cleaned up either. */
  readonly preview?: boolean;
  /** Default 8. */
  readonly maxAttempts?: number;
}

/**
 * Replaces many files: rounds where one file is meant several times, groups that share their syncs and fit the permits.
 * An item whose target changed between the look and the rename decides anew, `maxAttempts` times; one that found no
 * descriptor waits, up to two seconds. Gives one outcome for each item, in order.
 *
 * What fails a group as a whole (no permit to be had) fails those of its items that were not decided before.
 *
 * @throws ABORT_ERR when the signal aborts before anything was committed; afterwards the items not begun are `aborted`
 */
export async function replaceFiles(
  scope: MutationScope,
  items: readonly Replacement[],
  options: ReplaceFilesOptions,
): Promise<readonly ReplaceOutcome[]> {
  const { signal, operation } = scope.call;
  const first = await replaceFirst(scope, items, options);
  if (first?.status === 'failed' || (first?.status === 'committed' && first.recovered.length === 0)) return [first];
  const outcomes: ReplaceOutcome[] = items.map(() => ({ status: 'aborted' }));
  for (const round of planRounds(items)) {
    const byteLengths = options.read === 'contents' ? await byteLengthsOf(scope, items, round) : undefined;
    for (const group of planGroups(items, round, scope.context.gate.permits, {
      byteLengths,
      locked: isLocking(options),
    })) {
      if (!signal?.aborted) await replaceUntilSettled(scope, items, group, options, outcomes, first);
      if (signal?.aborted && !outcomes.some(isInPlace)) throw abortError(signal, operation);
    }
  }
  return outcomes;
}

const isInPlace = ({ status }: ReplaceOutcome): boolean => status === 'committed' || status === 'removed';

/**
 * A first attempt of a single file that needs none of the rounds, groups and waits: what it came to, or undefined where
 * nothing was begun.
 */
async function replaceFirst(
  scope: MutationScope,
  items: readonly Replacement[],
  options: ReplaceFilesOptions,
): Promise<ReplaceOutcome | undefined> {
  const [only] = items;
  const { context, call } = scope;
  if (!only?.upfront || items.length > 1 || options.preview || call.lock) return undefined;
  if (context.sweeps.isNew(only.identity.directory)) return undefined;
  const request = requestOf(scope, options, { kind: lockKindOf(scope), given: [], required: undefined });
  try {
    const permits = await context.gate.acquire(permitsOfOne, call.signal, call.operation);
    try {
      return await replaceOne(request, only);
    } finally {
      permits.release();
      // Its lock is free again, for others of this thread.
      context.locks.wake();
    }
  } catch (error) {
    return failedOutcome(failureOf(error, call.operation));
  }
}

/** Before the round, so that its groups can be cut; what cannot be told counts as empty, and fails when it is opened. */
async function byteLengthsOf(
  { context, call, lease, cancel }: MutationScope,
  items: readonly Replacement[],
  round: readonly number[],
): Promise<ReadonlyMap<number, number> | undefined> {
  if (round.length < 2) return undefined;
  const byteLengths = new Map<number, number>();
  for (let start = 0; start < round.length && !call.signal?.aborted; start += statsPerCall) {
    const indexes = round.slice(start, start + statsPerCall);
    const paths = indexes.flatMap((index) => items[index]?.path ?? []);
    const stat = () => context.addon.statBatch({ ...packPaths(lease.set, paths, cancel), followLinks: true });
    const { status, numbers } = await context.gate.run(1, call.signal, stat, call.operation);
    for (const [position, index] of indexes.entries()) {
      if (status[position] === 0) byteLengths.set(index, numbers[position * STAT_WIDTH] ?? 0);
    }
  }
  return byteLengths;
}

async function replaceUntilSettled(
  scope: MutationScope,
  items: readonly Replacement[],
  group: WriteGroup,
  options: ReplaceFilesOptions,
  outcomes: ReplaceOutcome[],
  first: ReplaceOutcome | undefined,
): Promise<void> {
  const { maxAttempts = defaultAttempts } = options;
  const waits = new LockWaits(scope);
  const recovered = new Map<number, Warning[]>();
  let indexes = group.indexes;
  for (let attempt = 0; indexes.length > 0 && attempt < maxAttempts; attempt++) {
    if (first && attempt === 0) outcomes[0] = first;
    else indexes = await attemptUnlocked(scope, items, { ...group, indexes }, options, waits, outcomes);
    for (const index of indexes) rememberRecovered(scope, outcomes[index], index, recovered);
    if (scope.call.signal?.aborted) break;
    indexes = indexes.filter((index) => outcomes[index]?.status === 'changed');
  }
  for (const index of indexes) {
    if (outcomes[index]?.status !== 'changed') continue;
    const error = keptChanging(scope.call.operation, items[index]?.path.path, maxAttempts);
    outcomes[index] = { status: 'failed', error };
  }
  for (const [index, warnings] of recovered) outcomes[index] = withRecovered(outcomes[index], warnings);
}

/**
 * One attempt of a group. Where somebody holds a lock on one of its files, nothing was begun: it waits for that lock alone,
 * and begins anew; a file whose lock is not to be had in time fails by itself. Gives the items that were attempted.
 */
async function attemptUnlocked(
  scope: MutationScope,
  items: readonly Replacement[],
  group: WriteGroup,
  options: ReplaceFilesOptions,
  waits: LockWaits,
  outcomes: ReplaceOutcome[],
): Promise<readonly number[]> {
  let { indexes } = group;
  const attempted: number[] = [];
  while (indexes.length > 0 && !scope.call.signal?.aborted) {
    const some = indexes.length === items.length ? items : indexes.flatMap((index) => items[index] ?? []);
    const result = await attemptGroup(scope, some, group.permits, options, waits.use);
    waits.giveBack();
    const locked: number[] = [];
    for (const [position, index] of indexes.entries()) {
      outcomes[index] = result.outcomes[position] ?? { status: 'aborted' };
      (outcomes[index]?.status === 'locked' ? locked : attempted).push(index);
    }
    indexes = locked;
    const blocked = result.blocked === undefined ? undefined : some[result.blocked];
    if (!blocked) break;
    try {
      await waits.waitOrLookAgain(blocked.path);
    } catch (error) {
      const failure = failureOf(error, scope.call.operation);
      indexes = locked.filter((index) => items[index] !== blocked);
      for (const index of locked) if (items[index] === blocked) outcomes[index] = failedOutcome(failure);
    }
  }
  // After an abort: nothing of these was begun.
  for (const index of indexes) if (outcomes[index]?.status === 'locked') outcomes[index] = { status: 'aborted' };
  return attempted;
}

function rememberRecovered(
  { context }: MutationScope,
  outcome: ReplaceOutcome | undefined,
  index: number,
  recovered: Map<number, Warning[]>,
): void {
  const warnings = outcome && 'recovered' in outcome ? outcome.recovered : [];
  if (outcome?.status === 'changed' && outcome.swappedBack) context.metrics.count('write.swapBacks');
  for (const warning of warnings) context.warn(warning);
  if (warnings.length > 0) recovered.set(index, [...(recovered.get(index) ?? []), ...warnings]);
}

/** What an earlier attempt had to keep aside is told with whatever became of the item in the end. */
function withRecovered(outcome: ReplaceOutcome | undefined, warnings: readonly Warning[]): ReplaceOutcome {
  if (outcome?.status === 'committed') return { ...outcome, warnings: [...outcome.warnings, ...warnings] };
  if (outcome?.status === 'removed') return { ...outcome, recovered: warnings };
  if (outcome?.status === 'failed') {
    const details = { ...outcome.error.details, recovered: warnings.map(({ path }) => path) };
    return { status: 'failed', error: Object.assign(outcome.error, { details }) };
  }
  return outcome ?? { status: 'aborted' };
}

async function attemptGroup(
  scope: MutationScope,
  items: readonly Replacement[],
  permits: number,
  options: ReplaceFilesOptions,
  locks: LockUse,
): Promise<ReplaceResult> {
  const { context, call } = scope;
  const request = requestOf(scope, options, isLocking(options) ? locks : noLocks);
  const replace = async (some: readonly Replacement[]): Promise<ReplaceResult> => {
    const unswept = options.preview ? [] : some.filter(({ identity }) => context.sweeps.isNew(identity.directory));
    if (unswept.length > 0) await context.sweeps.visit(request.set, unswept.flatMap(sweepTargetOf));
    return replaceGroup(request, some);
  };
  const run = async (indexes: readonly number[] | null): Promise<ReplaceResult> => {
    const some = indexes?.flatMap((index) => items[index] ?? []) ?? items;
    try {
      return await context.gate.run(permits, call.signal, () => replace(some), call.operation);
    } catch (error) {
      // Of these items only: what others came to, in this group or an earlier one, is still to be told.
      return failedResult(some, failureOf(error, call.operation));
    }
  };
  return retryExhausted(run, mergeResults, call.signal);
}

/** @throws what code of the caller's threw, which stands for itself */
function failureOf(error: unknown, operation: string): PlokeIoError {
  if (error instanceof CallerFailure) throw error;
  return uncommitted(asPlokeIoError(error, operation));
}

/** Without statuses: nothing of it is tried again. */
function failedResult(items: readonly Replacement[], error: PlokeIoError): ReplaceResult {
  const outcomes = items.map(() => failedOutcome(error));
  const columns = { status: new Int32Array(items.length), syscalls: new Uint8Array(items.length) };
  return { ...columns, outcomes, blocked: undefined };
}

function failedOutcome(error: PlokeIoError): ReplaceOutcome {
  return error.code === 'ABORT_ERR' ? { status: 'aborted' } : { status: 'failed', error };
}

const noLocks: LockUse = { kind: NativeLockKind.none, given: [], required: undefined };

/** What nothing is written to, or what must not be there, is not locked. */
function isLocking({ read, preview }: ReplaceFilesOptions): boolean {
  return !preview && read !== 'nothing';
}

function requestOf(
  { context, call, lease, cancel }: MutationScope,
  { read }: ReplaceFilesOptions,
  locks: LockUse,
): ReplaceRequest {
  return {
    addon: context.addon,
    owners: context.owners,
    devices: context.devices,
    set: lease.set,
    rootPaths: lease.rootPaths,
    cancel,
    operation: call.operation,
    durability: call.durability,
    read,
    preserveMetadata: context.options.metadata === 'preserve',
    inPlace: context.options.inPlace === 'when-required',
    locks,
    maxFileBytes: read === 'contents' ? context.options.maxFileBytes : anySize,
  };
}

function mergeResults(into: ReplaceResult, again: ReplaceResult, indexes: readonly number[]): ReplaceResult {
  for (const [position, index] of indexes.entries()) {
    into.status[index] = again.status[position] ?? 0;
    into.syscalls[index] = again.syscalls[position] ?? 0;
    into.outcomes[index] = again.outcomes[position] ?? { status: 'aborted' };
  }
  into.blocked = again.blocked === undefined ? undefined : indexes[again.blocked];
  return into;
}

/** The directory that gets a temporary file; none where it is yet to be made, or where a link leads elsewhere. */
function sweepTargetOf({ path, identity }: Replacement): SweepTarget[] {
  const { directory, key, missingParents } = identity;
  const isPlain = key !== undefined && path.path.endsWith(key.slice(key.indexOf('/')));
  if (directory === undefined || missingParents > 0 || !isPlain) return [];
  return [{ ...directoryOf(path), identity: directory }];
}

function keptChanging(operation: string, path: string | undefined, attempts: number): PlokeIoError {
  return new PlokeIoError({
    code: 'ERR_PLOKE_BUSY',
    message: `Others replaced the file ${attempts} times between the look at it and the write`,
    operation,
    path,
    committed: false,
  });
}
