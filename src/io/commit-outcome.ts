import { NativeEntryType, NativeLockKind } from '../native/batch.js';
import { type CommitBatchResult, CommitFlag, type OpenTargetsResult } from '../native/change-batches.js';
import type { ContentHash, LockScope, Warning } from '../types.js';
import type { FileSystemKind } from './file-system-kind.js';
import { recoveredFile, warningsOf } from './receipt.js';
import { siblingOf } from './replace-failure.js';
import type { ReplaceRequest } from './replace-request.js';
import type { Committed, Found, Removed, Replacement } from './replacement.js';

/** What a commit of one item was asked to do. */
export interface CommitFacts {
  /** Within the opened targets. */
  readonly index: number;
  /** Within the answer to the commits. */
  readonly position: number;
  readonly item: Replacement;
  readonly found: Found;
  readonly data: Uint8Array;
  readonly verify: ContentHash | null;
  readonly kind: FileSystemKind | undefined;
}

/** What was found under a name, without its content. */
export function foundAt(opened: OpenTargetsResult, index: number): Found {
  const { types, hashes, byteLengths, stamps, followed } = opened;
  return {
    type: types[index] ?? NativeEntryType.missing,
    hash: (hashes[index] as ContentHash | undefined) ?? null,
    byteLength: byteLengths[index] ?? 0,
    stamp: stamps[index] ?? '',
    followed: followed?.includes(index) === true,
    contents: undefined,
  };
}

/** `CommitFlag` bits of an item, with what its new parent directories came to. */
export function flagsAt({ unsynced }: OpenTargetsResult, index: number, flags: number): number {
  return unsynced?.includes(index) ? flags | CommitFlag.directoryUnsynced : flags;
}

/** An item whose new content is in place and durable as far as it was asked for. */
export function committedOutcome(
  request: ReplaceRequest,
  opened: OpenTargetsResult,
  answer: CommitBatchResult,
  { index, position, item, found, data, verify, kind }: CommitFacts,
): Committed {
  const flags = flagsAt(opened, index, answer.flags[position] ?? 0);
  const warnings = warningsOf(flags, item.path.path);
  const owner = request.owners.known(request.set, opened.landedRoots[index] ?? 0);
  if (owner?.warning) warnings.push(owner.warning);
  return {
    status: 'committed',
    found,
    hash: answer.hashes[position] as ContentHash,
    byteLength: data.length,
    stamp: answer.stamps[position] ?? '',
    flags,
    kind,
    lock: lockScopeOf(request, found, kind),
    verified: verify !== null || found.type === NativeEntryType.missing,
    warnings,
    recovered: recoveredBy(answer, position, item),
    notDurable: undefined,
  };
}

/** An item whose file is gone, durably as far as that was asked for. */
export function removedOutcome(
  request: ReplaceRequest,
  answer: CommitBatchResult,
  { position, item, found, kind }: Pick<CommitFacts, 'position' | 'item' | 'found' | 'kind'>,
): Removed {
  return {
    status: 'removed',
    flags: answer.flags[position] ?? 0,
    kind,
    lock: lockScopeOf(request, found, kind),
    recovered: recoveredBy(answer, position, item),
    notDurable: undefined,
  };
}

/** The versions of others that could not be put back. */
export function recoveredBy({ recovered }: CommitBatchResult, position: number, item: Replacement): Warning[] {
  return (recovered[position] ?? []).map((name) => recoveredFile(siblingOf(item, name)));
}

function lockScopeOf({ locks }: ReplaceRequest, found: Found, kind: FileSystemKind | undefined): LockScope {
  // What is not there yet cannot be locked: the rename that never replaces bears it.
  const isLocked = locks.kind === NativeLockKind.advisory && found.type === NativeEntryType.file;
  return isLocked ? (kind?.lockScope ?? 'unproven') : 'process';
}
