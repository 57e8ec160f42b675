import { abortError, internalError } from '../errors/make.js';
import { PlokeIoError } from '../errors/ploke-io-error.js';
import { nothingDone, receiptOf } from '../io/receipt.js';
import type { Committed, ReplaceOutcome } from '../io/replacement.js';
import { NativeEntryType } from '../native/batch.js';
import { CommitFlag } from '../native/change-batches.js';
import type { ResolvedPath } from '../policy/resolved-path.js';
import type { ContentHash, WriteResult } from '../types.js';
import { announce } from './mutation-result.js';
import { type MutationScope, uncommitted } from './mutation-scope.js';

export interface WrittenItem {
  readonly path: ResolvedPath;
  readonly id: string | undefined;
}

/**
 * The result of one item, and its announcement if it changed something.
 *
 * @throws the item's failure: its own, ABORT_ERR, or ERR_PLOKE_NOT_DURABLE with `committed: true` and the result
 */
export function writeResult(scope: MutationScope, item: WrittenItem, outcome: ReplaceOutcome | undefined): WriteResult {
  const { call } = scope;
  switch (outcome?.status) {
    case 'committed':
      return committedResult(scope, item, outcome);
    case 'left': {
      const { hash, stamp, byteLength } = outcome.found;
      return withId<WriteResult>(item, {
        path: item.path.path,
        origin: call.origin,
        outcome: 'unchanged',
        receipt: nothingDone,
        warnings: [],
        // Only a regular file is left as it is, and its hash was read.
        hash: hash as ContentHash,
        previousHash: hash,
        byteLength,
        stamp,
      });
    }
    case 'removed':
      throw internalError(call.operation, 'a file was removed that was to be written');
    case 'failed':
      throw uncommitted(outcome.error);
    default:
      throw uncommitted(abortError(call.signal ?? AbortSignal.abort(), call.operation, item.path.path));
  }
}

function committedResult(scope: MutationScope, item: WrittenItem, outcome: Committed): WriteResult {
  const { context, call } = scope;
  const { path } = item.path;
  const result = withId<WriteResult>(item, {
    path,
    origin: call.origin,
    outcome: outcome.found.type === NativeEntryType.missing ? 'created' : 'replaced',
    receipt: receiptOf(outcome, { atomic: true, verified: outcome.verified }),
    warnings: outcome.warnings,
    hash: outcome.hash,
    previousHash: outcome.found.hash,
    byteLength: outcome.byteLength,
    stamp: outcome.stamp,
  });
  const replacedStamp = outcome.found.type === NativeEntryType.missing ? '' : outcome.found.stamp;
  announce(scope, {
    outcome: outcome.found.type === NativeEntryType.missing ? 'created' : 'replaced',
    path,
    hash: result.hash,
    stamp: result.stamp,
    replacedStamp,
    entryType: 'file',
  });
  context.metrics.count('write.files');
  context.metrics.count('write.bytes', outcome.byteLength);
  scope.trace?.addBytes(outcome.byteLength);
  if ((outcome.flags & CommitFlag.swapVerified) !== 0) context.metrics.count('write.swaps');
  if (outcome.notDurable) throw notDurable(call.operation, result, outcome.notDurable);
  return result;
}

function notDurable(operation: string, result: WriteResult, failure: PlokeIoError): PlokeIoError {
  return new PlokeIoError({
    code: 'ERR_PLOKE_NOT_DURABLE',
    message: 'The new content is in place, but could not be synced to the disk',
    operation,
    path: result.path,
    committed: true,
    result,
    cause: failure.cause,
  });
}

function withId<T extends { readonly id?: string }>({ id }: Pick<WrittenItem, 'id'>, result: T): T {
  return id === undefined ? result : { id, ...result };
}

/** `id` is absent, not undefined, where none was given. */
export function identified({ id }: Pick<WrittenItem, 'id'>): { readonly id?: string } {
  return id === undefined ? {} : { id };
}
