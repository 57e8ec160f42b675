import type { PlokeIoError } from '../errors/ploke-io-error.js';
import { retryExhausted } from '../io/exhaustion.js';
import { isSpeltAsIdentified } from '../io/identify.js';
import { replaceGroup } from '../io/replace.js';
import { replaceOne } from '../io/replace-one.js';
import type { LockUse, ReplaceRequest, ReplaceResult } from '../io/replace-request.js';
import type { Replacement, ReplaceOutcome } from '../io/replacement.js';
import type { SweepTarget } from '../io/sweep.js';
import { directoryOf, permitsOfOne } from '../io/write-plan.js';
import { NativeLockKind } from '../native/batch.js';
import { lockKindOf } from './lock-waits.js';
import { type MutationScope, uncommitted } from './mutation-scope.js';
import { CallerFailure } from './run.js';
import { asPlokeIoError } from './settled.js';

/** Where the content is not handed over it is hashed in pieces, whatever its size. */
const anySize = Number.MAX_SAFE_INTEGER;

export interface ReplaceFilesOptions {
  readonly read: ReplaceRequest['read'];
  /** Nothing will be committed: then nothing is cleaned up either. */
  readonly preview?: boolean;
  /** Default 8. */
  readonly maxAttempts?: number;
}

/**
 * A first attempt of a single file that needs none of the rounds, groups and waits: what it came to, or undefined where
 * nothing was begun.
 */
export async function replaceFirst(
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
    const permits = await scope.gate.acquire(permitsOfOne, call.signal, call.operation);
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

/**
 * One group commit, with its permits; items that found no descriptor are tried again. It never waits for a lock: see
 * `ReplaceResult.blocked`.
 */
export async function attemptGroup(
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
      return await scope.gate.run(permits, call.signal, () => replace(some), call.operation);
    } catch (error) {
      // Of these items only: what others came to, in this group or an earlier one, is still to be told.
      return failedResult(some, failureOf(error, call.operation));
    }
  };
  const stale = context.staleFiles.of(scope.lease, (index) => items[index]?.path);
  return retryExhausted(run, mergeResults, call.signal, stale);
}

/** @throws what code of the caller's threw, which stands for itself */
export function failureOf(error: unknown, operation: string): PlokeIoError {
  if (error instanceof CallerFailure) throw error;
  return uncommitted(asPlokeIoError(error, operation));
}

/** Without statuses: nothing of it is tried again. */
function failedResult(items: readonly Replacement[], error: PlokeIoError): ReplaceResult {
  const outcomes = items.map(() => failedOutcome(error));
  const columns = { status: new Int32Array(items.length), syscalls: new Uint8Array(items.length) };
  return { ...columns, outcomes, blocked: undefined };
}

export function failedOutcome(error: PlokeIoError): ReplaceOutcome {
  return error.code === 'ABORT_ERR' ? { status: 'aborted' } : { status: 'failed', error };
}

const noLocks: LockUse = { kind: NativeLockKind.none, given: [], required: undefined };

/** What nothing is written to, or what must not be there, is not locked. */
export function isLocking({ read, preview }: ReplaceFilesOptions): boolean {
  return !preview && read !== 'nothing';
}

function requestOf(
  { context, call, lease, addon, cancel }: MutationScope,
  { read }: ReplaceFilesOptions,
  locks: LockUse,
): ReplaceRequest {
  return {
    addon,
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
    origin: context.options.shareOrigin ? call.origin : null,
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
  // An item that was not run again may still stand before the same lock.
  if (again.blocked !== undefined) into.blocked = indexes[again.blocked];
  return into;
}

/** The directory that gets a temporary file; none where it is yet to be made, or where a link leads elsewhere. */
function sweepTargetOf({ path, identity }: Replacement): SweepTarget[] {
  const { directory, key, missingParents } = identity;
  const isPlain = key !== undefined && isSpeltAsIdentified(path.path, key);
  if (directory === undefined || missingParents > 0 || !isPlain) return [];
  return [{ ...directoryOf(path), identity: directory }];
}
